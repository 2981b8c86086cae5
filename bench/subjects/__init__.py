"""What can be measured: loops and scenarios, each a registry and a look-up by name.

Every room may import this one. A loop's package is imported only in a worker, or in a scenario run as a program.
"""
