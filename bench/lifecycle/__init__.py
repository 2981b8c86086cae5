"""Which call creates a loop, which one starts it: observed by probes in fresh processes.

Nothing is imported here: the probe runs on interpreters that have none of it.
"""
