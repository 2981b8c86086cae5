"""Runs CPython's own tests for event loops, as the command line names them, on another loop.

`conformance` starts it. It imports the tests once; each runs in a process of its own, which is forked from this one.
Here the loop's package is never imported, so that no thread is lost by forking. Without names it lists the tests.
"""

import argparse
import asyncio
import contextlib
import json
import os
import select
import signal
import sys
import tempfile
import unittest
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from types import TracebackType
from typing import TypeAlias, cast
from unittest import mock

from bench.contract.promises import Subject
from bench.subjects import loops
from bench.worker.pipe import Turns, die_with_parent, in_words

# The classes of test.test_asyncio that take a factory of loops, by module.
MIXINS = {
    "test_events": ("EventLoopTestsMixin", "SubprocessTestsMixin"),
    "test_sock_lowlevel": ("BaseSockTestsMixin",),
    "test_sendfile": ("SendfileTestsBase",),
    "test_sslproto": ("BaseStartTLS",),
    "test_server": ("BaseStartServer",),
    "test_buffered_proto": ("BaseTestBufferedProtocol",),
}

MOST = 10_000  # bytes of an answer

Answer: TypeAlias = dict[str, str]
NewLoop: TypeAlias = Callable[[], asyncio.AbstractEventLoop]
Failure: TypeAlias = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]


def main() -> None:
    """Answer one test in each turn, or list all."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--loop", default="asyncio")
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--timeout", type=float, default=0.0, help="seconds for one test")
    parser.add_argument("tests", nargs="*")
    options = parser.parse_args()
    die_with_parent(options.parent)
    turns = Turns()
    sys.path.append(os.getcwd())  # noqa: PTH109  (as in attempt)
    subject = Subject(loops.named(options.loop))
    try:
        cases = named_cases(subject.new_loop)
    except ImportError as error:
        turns.deliver({"missing": in_words(error)})
        return
    if not options.tests:
        turns.deliver({"tests": [*cases]})
    for name in options.tests:
        turns.wait()
        answer = forked(cases[name], options.timeout)
        turns.write(json.dumps(answer).encode() + b"\n")


def named_cases(new_loop: NewLoop) -> Mapping[str, unittest.TestCase]:
    """All tests by module and name, each as a case that creates its loops with `new_loop`; raises ImportError."""
    utils = import_module("test.test_asyncio.utils")
    members = {
        "create_event_loop": lambda _: new_loop(),
        "new_loop": lambda _: new_loop(),
        "close_loop": staticmethod(close_loop),
    }
    cases: dict[str, unittest.TestCase] = {}
    for module_name, mixins in MIXINS.items():
        module = import_module(f"test.test_asyncio.{module_name}")
        bases = [getattr(module, name) for name in mixins]
        base = unittest.TestCase if hasattr(bases[0], "loop_exception_handler") else utils.TestCase
        case = type(module_name, (*bases, base), members)
        cases |= {f"{module_name}.{name}": case(name) for name in unittest.defaultTestLoader.getTestCaseNames(case)}
    return cases


def close_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Do what the tests' own function of this name does, without `loop._default_executor`."""
    if not loop.is_closed():
        loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def forked(case: unittest.TestCase, timeout_s: float) -> Answer:
    """What became of a test in a process and a folder of its own; the process is killed when its time is over."""
    with tempfile.TemporaryDirectory(prefix="evloop-bench-") as folder:
        return _forked(case, timeout_s, folder)


def _forked(case: unittest.TestCase, timeout_s: float, folder: str) -> Answer:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.chdir(folder)
        signal.signal(signal.SIGINT, signal.default_int_handler)  # in a background job it is ignored
        os.write(writing, json.dumps(tried(case)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        in_time = bool(select.select([pipe], [], [], timeout_s)[0])
        answer = pipe.read(MOST) if in_time else b""
    if not in_time:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if not in_time:
        return {"how": "hung", "reason": f"no end within {timeout_s:g} s: killed"}
    if not answer:
        return {"how": "died", "reason": _death(os.waitstatus_to_exitcode(status))}
    try:
        found: Answer = json.loads(answer)
    except (ValueError, RecursionError):
        return {"how": "broken", "reason": "wrote something into the pipe for the answer"}
    return found


def _death(status: int) -> str:
    return f"exited with status {status}" if status >= 0 else f"died of {signal.Signals(-status).name}"


def tried(case: unittest.TestCase) -> Answer:
    """Run a test in this process."""
    result = _Result()
    with mock.patch.object(mock.patch, "object", _patched):
        unittest.TestSuite([case]).run(result)  # with what its class sets up
    if result.reasons:
        return {"how": "broken", "reason": result.reasons[0]}
    if result.skipped:
        return {"how": "not applicable", "reason": result.skipped[0][1]}
    return {"how": "kept"}


class _Result(unittest.TestResult):
    """Collects why a test fails: the last line of each traceback."""

    def __init__(self) -> None:
        super().__init__()
        self.reasons: list[str] = []

    def addError(self, _: unittest.TestCase, err: Failure) -> None:  # noqa: N802  (unittest's own)
        self.reasons.append(in_words(err[1] or RuntimeError()))

    def addFailure(self, _: unittest.TestCase, err: Failure) -> None:  # noqa: N802  (the same)
        self.reasons.append(in_words(err[1] or RuntimeError()))

    def addSubTest(self, _: unittest.TestCase, _part: unittest.TestCase, err: Failure | None) -> None:  # noqa: N802  (the same)
        if err:
            self.reasons.append(in_words(err[1] or RuntimeError()))


_PATCH_OBJECT = mock.patch.object


def _patched(target: object, attribute: str, *words: object, **options: object) -> object:
    """As `mock.patch.object`, but a loop's `call_exception_handler` is silenced in the way that asyncio documents."""
    if attribute == "call_exception_handler":
        return _silenced(cast("asyncio.AbstractEventLoop", target))
    return _PATCH_OBJECT(target, attribute, *words, **options)  # type: ignore[call-overload]  # as it was called


@contextlib.contextmanager
def _silenced(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    earlier = loop.get_exception_handler()
    loop.set_exception_handler(lambda _loop, _context: None)
    yield
    loop.set_exception_handler(earlier)


if __name__ == "__main__":
    main()
