"""What can be measured: loops and scenarios, each a registry and its look-up.

Anybody may ask here. Nothing that is found is imported before a worker, or a scenario run as a program, asks for it.
"""
