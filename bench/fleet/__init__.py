"""Many machines, on Dask: each measures the whole plan on itself, and its journal comes back while it does.

`host` is what runs on each of them, `connection` and `collecting` are the user's end. Only this package imports Dask.
"""
