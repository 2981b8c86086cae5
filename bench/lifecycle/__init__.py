"""Which call creates a loop, which one starts it, which one closes it: observed by probes in fresh processes.

`probe` makes one call and reports what it did; `observations` starts probes. Nothing is imported here, since a probe
also runs on interpreters that have no dependency of the harness.
"""
