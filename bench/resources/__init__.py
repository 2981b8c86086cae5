"""What a loop costs besides time: descriptors, threads, memory, system calls, cold starts.

`gauge` and `cold_program` run in fresh processes; `survey` and `cold_starts` start them. They deliver records of
`readings`; `strace` reads the tracer's log, `cold_estimates` estimates. Nothing is imported here, since a gauge would
count it.
"""
