"""What runs inside the measured process: the stopwatch, and the pipe to the harness. Light.

`measurement` starts it; it imports `subjects` and the scenario, and nothing heavy.
"""
