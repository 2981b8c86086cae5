"""Makes one call in a fresh process, and tells as one line of JSON what it really did to event loops.

Standard library only, and nothing of ours beside this folder: any CPython from 3.11 on runs it, by the path of its
folder, whatever is installed there. `calls` are the rows, `witness` sees, `remains` is what a call
may have to clean up.
"""
