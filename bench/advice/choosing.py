"""How to choose a loop in each kind of program: the exact settings, as the documentation of each framework has them.

Read in: asyncio of CPython 3.11 to 3.14 (policies are gone in 3.16, gh-127949); `unittest/async_case.py` of 3.13 and
3.14; pytest-asyncio 1.4 and 1.5; anyio 4; uvicorn 0.36 and later; asgiref 3.13, which calls asyncio.run.
"""

from collections.abc import Callable, Mapping, Sequence

UVICORN = ("asyncio", "uvloop", "winloop")  # that it knows by name


def settings(profile: str, loop: str, factory: str) -> Sequence[str]:
    """What to write where; `factory` is `module:function`."""
    module, _, name = factory.partition(":")
    return _SETTINGS[profile](loop, f"{module}.{name}", factory)


def _run(_loop: str, place: str, _factory: str) -> Sequence[str]:
    return (
        f"asyncio.run(main(), loop_factory={place}), from Python 3.12 on",
        f"with asyncio.Runner(loop_factory={place}) as runner: runner.run(main()), from Python 3.11 on",
        f'anyio.run(main, backend_options={{"loop_factory": {place}}})',
    )


def _tests(loop: str, place: str, _factory: str) -> Sequence[str]:
    hook = f'def pytest_asyncio_loop_factories(config, item): return {{"{loop}": {place}}}'
    fixture = f'("asyncio", {{"loop_factory": {place}}})'
    return (
        f"pytest-asyncio from 1.4 on, in conftest.py: {hook}",
        f"anyio's pytest plugin: a fixture anyio_backend that returns {fixture}",
        f"unittest from Python 3.13 on, in the IsolatedAsyncioTestCase: loop_factory = staticmethod({place})",
    )


def _bridge(_loop: str, _place: str, _factory: str) -> Sequence[str]:
    frameworks = "asgiref's async_to_sync, and with it Django and Flask under WSGI,"
    policies = "policies are deprecated since Python 3.14 and gone in 3.16"
    return (f"{frameworks} has no setting: it asks asyncio.run, which only an event loop policy changes; {policies}",)


def _service(loop: str, _place: str, factory: str) -> Sequence[str]:
    known = loop in UVICORN
    chosen = f"uvicorn main:app --loop {loop if known else factory}"
    return (chosen if known else f"{chosen}, from uvicorn 0.36 on", "uvicorn alone takes uvloop where it is installed")


_SETTINGS: Mapping[str, Callable[[str, str, str], Sequence[str]]] = {
    "script": _run, "cli": _run, "tests": _tests, "bridge": _bridge, "service": _service, "lambda": _run,
}  # fmt: skip
