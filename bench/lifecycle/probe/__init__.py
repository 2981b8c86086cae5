"""Makes one call in a fresh process, and writes as one line of JSON what the call really did to event loops.

It imports the standard library and this folder only: any CPython from 3.11 on runs it by the folder's path, whatever
is installed there. `calls` holds the rows, `witness` observes, `remains` is what a call may have to clean up.
"""
