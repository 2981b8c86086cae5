"""Ways to create, start, drive and close an event loop around one workload, one file each.

The contract of a scenario file, read by `bench.subjects.scenarios`, run by `bench.worker.stopwatch` and by itself:

- The first line of its docstring is its title.
- `scenario(given, get_data)` runs the coroutine function `get_data` once, its own way, and returns
  what it returned. It is what is timed.
- `GIVEN`, when it is not "new_loop", says what the first argument is and who creates the loop:

  | GIVEN       | first argument                             | the loop is created by          |
  |-------------|--------------------------------------------|---------------------------------|
  | "new_loop"  | the loop factory                           | the scenario, calling it        |
  | "policy"    | the loop factory, which it does not call   | asyncio, through its policy     |
  | "own_run"   | the loop's own entry point (`uvloop.run`)  | that entry point, out of sight  |
  | "open_loop" | a loop that is already open                | `prepare`, before any timing    |

- `prepare(new_loop)`, where there is something to do before the first call: a context manager that
  is given the loop factory and yields the first argument of `scenario`. It is not timed.
- `SINCE` and `UNTIL`, (major, minor): the first Python that has what it needs, the first that no
  longer has it; `WHY` is the reason, and is printed where the scenario is skipped.

The file imports the standard library and `_workload` only, and is a program: `python -m scenarios.manual --loop uvloop
--delay 1`.
"""
