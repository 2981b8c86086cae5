"""Environments with loops in them, for other interpreters than the one that runs the harness.

The command `env` makes, lists and removes them; `run --python` looks interpreters up here.
"""
