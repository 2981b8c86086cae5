"""Outcomes to a run folder, and back: the only package that keeps measurements.

Anybody may read the records in `outcomes`; everything that is read from a disk is checked here first.
"""
