"""Can't be imported."""

raise ValueError("not today")
