"""How far the harness can be trusted: it measures loops whose difference is known, or the same loops again and again.

`trials` measures `known` loops and makes `scores` of the results; `pyperf_scheduler` measures as pyperf does. `repeats`
measures any loops. Both make their comparisons with `comparing`. Only `cli` and `reports` import this folder.
"""
