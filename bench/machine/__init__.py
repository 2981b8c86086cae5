"""Where it was measured: facts to publish, and conditions that disturb.

Nothing here names a person, a host or a path.
"""
