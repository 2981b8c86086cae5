"""What a loop costs besides time: `gauge` and `cold_program` run in fresh processes.

`survey` and `cold_starts` start them; `readings` are what they deliver, and what follows from it; `strace` reads system
calls, `cold_estimates` estimates. Nothing is imported here: it would be counted.
"""
