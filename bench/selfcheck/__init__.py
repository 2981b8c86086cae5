"""How far the harness can be trusted: it measures loops whose difference is known, and scores what it reports.

`trials` measures `known` loops and makes `scores` of the results; `pyperf_scheduler` measures as pyperf does.
Only `cli` and `reports` import this folder.
"""
