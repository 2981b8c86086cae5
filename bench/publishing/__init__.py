"""Run folders to results/: what is kept of them, what is dropped, the index of all that is published.

The cli calls `contents`, `place` and `index`. What they return says what to write; only `place` writes.
"""
