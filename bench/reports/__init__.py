"""What was found to text: one file per kind; none of them reads, writes or prints.

Nothing is imported here: `doctor` and `lifecycle`, which need no pandas, would pay for it.
"""
