"""What to measure and in which order: cells, groups, rounds, and how much of each. Pure: no process, no clock.

It crosses `subjects` and gives `measurement` the rounds.
"""
