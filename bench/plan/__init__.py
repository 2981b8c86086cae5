"""What is to be measured, and in which order: cells, groups, rounds, and how much of each. Pure: no process, no clock.

`subjects` are crossed here; `measurement` is given the rounds.
"""
