"""Rounds to outcomes: starts processes, lets them take turns, ends them whole.

Only this package starts processes. What it measured leaves it as `store.outcomes`.
"""
