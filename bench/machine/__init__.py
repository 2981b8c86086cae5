"""The machine that measures: facts to publish about it, and conditions that disturb measurements.

No text that leaves this room names a person, a host or a path.
"""
