"""Outcomes to estimates: comparisons within a run, changes between two.

Only this package and `selfcheck.scores` import numpy, pandas and scipy. It reads records, no files and no processes.
"""
