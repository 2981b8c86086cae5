"""Ways to create, start, drive and close an event loop around one workload, one file each.

A scenario file keeps this contract. `bench.subjects.scenarios` reads the file, `bench.worker.stopwatch` times it, and
`_program` runs it as a program.

- The first line of its docstring is its title.
- `scenario(given, get_data)` runs the coroutine function `get_data` once, in its own way, and returns what
  `get_data` returned. This call is what is timed.
- `GIVEN` says what the first argument is and who creates the loop (default: "new_loop"):

  | GIVEN       | first argument                             | the loop is created by                    |
  |-------------|--------------------------------------------|-------------------------------------------|
  | "new_loop"  | the loop factory                           | the scenario, which calls the factory     |
  | "policy"    | the loop factory, which it does not call   | asyncio, through its policy               |
  | "own_run"   | the loop's own entry point (`uvloop.run`)  | that entry point, where no clock can see  |
  | "open_loop" | a loop that is already open                | `prepare`, before any timing              |

- `prepare(new_loop)` is optional. It is a context manager that gets the loop factory and yields the first argument of
  `scenario`. It is not timed.
- `SINCE` and `UNTIL`, each (major, minor), are optional: the first Python version that has what the scenario needs, and
  the first that no longer has it. `WHY` is then the reason, printed where the scenario is skipped.
- `BY_DEFAULT = False` is optional: the scenario is measured only if it is asked for.
- `LIFECYCLES` is optional: how many lifecycles one call runs at once. Then only their total is timed, no stages.
- `IN_TURN = True` is optional, for a scenario with threads: only one of them works at any moment.
- `NEEDS` is optional: names of checks (`python -m bench check --list`). The plan skips a loop that is known not to keep
  one of these promises, with that reason.
- `USED_IN` is optional: the kinds of program that run a coroutine this way, such as "script" or "service". Pages offer
  a view of each kind.

A scenario file imports the standard library and `_workload` only. It is also a program:
`python -m scenarios.manual --loop uvloop --delay 1`.
"""
