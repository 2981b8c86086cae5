"""CPython's own tests for event loops: which there are, which of them look inside a loop, and what runs them."""

import functools
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta, Struct

from bench.contract.findings import Finding
from bench.contract.trying import AT_ONCE, START_S, Batch, Question
from bench.errors import BenchError, NotMeasuredError
from bench.measurement.processes import EndedError, Process, SuspendedError
from bench.measurement.suspension import ask_again
from bench.subjects.loops import Loop
from bench.texts import Line, said

TestName: TypeAlias = Annotated[str, Meta(pattern=r"\A\w{1,64}\.\w{1,100}\Z")]

PROGRAM = "bench.contract.conforming"
TIMEOUT_S = 10.0
GRACE_S = 30.0  # the program kills a test itself: this is for a program that can't
NEEDED = "on Debian and Ubuntu, install libpython3.X-testsuite; a Python that was built from its source has them"

# Areas, by the first of the words that stands in a test's module or name; the last is for all others.
AREAS: Mapping[str, tuple[str, ...]] = {
    "files": ("sendfile",),
    "TLS": ("ssl", "tls", "handshake"),
    "subprocess": ("subprocess",),
    "signals": ("signal", "sigint"),
    "pipes": ("pipe", "pty", "fifo"),
    "UDP": ("datagram", "recvfrom", "sendto"),
    "threads": ("threadsafe", "executor"),
    "sockets": ("sock", "connection", "server", "reader", "writer", "accept", "buffered", "addr", "nameinfo", "fds"),
    "loop": ("",),
}
SERVING = "replaces loop._start_serving, and asyncio.base_events.socket"
PRIVATE_HANDLE = "asks for the private class asyncio.events._ThreadSafeHandle"
NATIVE = "replaces loop._sendfile_native"
# Tests that a loop which keeps all that asyncio documents may fail, found by reading them, and why.
WHITE_BOX: Mapping[str, str] = {
    "test_events.test_call_soon_threadsafe_handle_block_cancellation": PRIVATE_HANDLE,
    "test_events.test_call_soon_threadsafe_handle_block_check_cancelled": PRIVATE_HANDLE,
    "test_events.test_call_soon_threadsafe_handle_cancel_other_thread": PRIVATE_HANDLE,
    "test_events.test_call_soon_threadsafe_handle_cancel_same_thread": PRIVATE_HANDLE,
    "test_events.test_create_connection_local_addr_nomatch_family": "replaces loop.getaddrinfo",
    "test_events.test_create_connection_local_addr_skip_different_family": "replaces loop.getaddrinfo",
    "test_events.test_create_server_multiple_hosts_ipv4": SERVING,
    "test_events.test_create_server_multiple_hosts_ipv6": SERVING,
    "test_events.test_internal_fds": "reads loop._internal_fds",
    "test_events.test_prompt_cancellation": "calls loop._stop_serving",
    "test_events.test_run_in_executor_cancel": "replaces methods of the loop",
    "test_events.test_timeout_rounding": "counts the calls of loop._run_once",
    "test_events.test_unclosed_pipe_transport": "writes to transport._pipe",
    "test_sendfile.test_sendfile_fallback_close_peer_in_the_middle_of_receiving": NATIVE,
    "test_sendfile.test_sendfile_force_fallback": NATIVE,
    "test_sendfile.test_sendfile_force_unsupported_native": NATIVE,
    "test_sendfile.test_sendfile_no_fallback_for_fallback_transport": "reads transport._sendfile_compatible",
    "test_server.test_start_server_1": "reads server._sockets and server._waiters",
    "test_sock_lowlevel.test_sendto_blocking": "gives the loop a mock in place of a socket",
    "test_sslproto.test_buf_feed_data": "tries a private function of asyncio, and no loop",
    "test_sslproto.test_create_connection_ssl_failed_certificate_no_cycles": "replaces a method of asyncio.sslproto",
}


class Tests(Struct, frozen=True, forbid_unknown_fields=True):
    """What the program answers when it is asked for its tests: their names, or why there are none."""

    tests: tuple[TestName, ...] = ()
    missing: Line | None = None


def tests() -> tuple[str, ...]:
    """The names of all tests of this interpreter, as module.test; raises BenchError if it has none."""
    if not hasattr(os, "fork"):
        raise BenchError("CPython's tests are run in forked processes, which this platform does not have")
    try:
        answer = ask_again(_listed)
    except SuspendedError as error:
        raise NotMeasuredError(f"this Python was not asked for its tests: {error}") from None
    except (EndedError, ValueError, RecursionError) as error:
        raise BenchError(f"this Python's test.test_asyncio can't be imported: {said(error)}") from None
    if answer.missing:
        raise BenchError(f"this Python comes without its own tests, test.test_asyncio: {answer.missing}\n{NEEDED}")
    return answer.tests


def _listed() -> Tests:
    process = Process(PROGRAM, ["--parent", str(os.getpid())])
    try:
        answer = msgspec.json.decode(process.answer(START_S), type=Tests)
        process.status()
    finally:
        process.kill()
    return answer


def batches(loop: Loop, names: Sequence[str], timeout_s: float = TIMEOUT_S) -> tuple[Batch, ...]:
    """The tests of these names on a loop, without white-box tests: processes that run beside each other share them."""
    questions = [question(loop, name) for name in names if name not in WHITE_BOX]
    parts = (tuple(questions[first::AT_ONCE]) for first in range(AT_ONCE))
    words = ("--timeout", str(timeout_s))
    return tuple(Batch(part, timeout_s + GRACE_S, PROGRAM, words) for part in parts if part)


def untried(loop: Loop, names: Sequence[str]) -> Iterator[Finding]:
    """A finding for each white-box test: it is not tried, and does not count."""
    for name in names:
        if reason := untried_because(name):
            yield question(loop, name).finding("not applicable", reason)


def untried_because(name: str) -> str:
    """Why a test is not tried; empty if it is."""
    return f"white-box: it {WHITE_BOX[name]}" if name in WHITE_BOX else ""


def question(loop: Loop, name: str) -> Question:
    """One test on a loop."""
    return Question(loop, name, area(name))


@functools.cache
def area(name: str) -> str:
    """What a test is about."""
    return next(area for area, words in AREAS.items() if any(word in name for word in words))
