"""What a scenario runs in its loop, one file each: `sleep` by default, which is `get_data` of the original program.

A workload file keeps this contract. `bench.subjects.workloads` reads it.

- The first line of its docstring is its title.
- `get_data(…)` is a coroutine function that works, checks that the work was done, and returns the two records. It
  raises WrongRunError where the loop skipped work.
- Its parameters of type int, each with a default, are its sizes: with `get_data(requests: int = 1, answer: int = 100)`
  the file `fetch.py` is the workload `fetch`, `fetch=10` or `fetch=10,answer=65536`.
- `EACH_S` says roughly how many seconds one unit of the first size takes; only the estimate of a run's time uses it.
- `LEAST` and `MOST`, by the names of the sizes, are optional: what is allowed (default: 1 to 1,000,000).
- `IN_TURN = True` is optional, for a workload with threads: only one of them works at any moment.
- A keyword-only parameter `port` asks for the server in `_server.py`: it then runs on this port of 127.0.0.1, in a
  process of its own.
- `figures(port, …)` is optional, and takes the sizes that it needs. It is called once after all values, and returns
  numbers about the server or its client. Reports show `floor` and `server`, or `rate`, `p50`, `p99` and `client`.

A workload file imports the standard library, `_workload` and other workloads only.
"""
