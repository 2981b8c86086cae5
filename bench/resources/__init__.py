"""What a loop costs besides time: `gauge` and `cold` run in fresh processes, `gauges` and `coldstart` start them.

`readings` are what they deliver, and what follows from it; `strace` reads system calls, `startup` estimates. Nothing is
imported here: it would be counted.
"""
