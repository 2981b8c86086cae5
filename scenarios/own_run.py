"""The loop's own entry point: uvloop.run(get_data()); for asyncio, asyncio.run(get_data())."""

from scenarios._workload import GetData, OwnRun, Records

GIVEN = "own_run"
USED_IN = ("script", "CLI")


def scenario(own_run: OwnRun, get_data: GetData) -> Records:
    """Let the loop's package do everything, as its README shows."""
    return own_run(get_data())


if __name__ == "__main__":
    from scenarios._program import main

    main(__file__)
