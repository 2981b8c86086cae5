"""Reading a tracer's log: which system calls belong to which stage of which lifecycle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.resources import gauge, strace
from bench.resources.readings import Calls
from bench.subjects import scenarios as registry

LOG = b"""\
7 openat(AT_FDCWD, "x", O_RDONLY) = 3
7 access("evloop-bench start", F_OK) = -1 ENOENT
7 access("evloop-bench create", F_OK) = -1 ENOENT
7 epoll_create1(EPOLL_CLOEXEC) = 3
8 futex(0x1, FUTEX_WAIT <unfinished ...>
7 access("evloop-bench start", F_OK <unfinished ...>
8 <... futex resumed>) = 0
7 <... access resumed>) = -1 ENOENT
7 access("evloop-bench work", F_OK) = -1 ENOENT
7 epoll_wait(3, [], 1, 0) = 0
7 epoll_wait(3, [], 1, 0) = 0
7 access("evloop-bench finish", F_OK) = -1 ENOENT
8 +++ exited with 0 +++
7 close(3) = 0
7 access("evloop-bench idle", F_OK) = -1 ENOENT
7 munmap(0x1, 2) = 0
"""


def test_marks_separate_stages_and_an_interrupted_call_counts_once() -> None:
    (lifecycle,) = strace.lifecycles(LOG)

    assert lifecycle == {
        ("create", "epoll_create1"): 1, ("create", "futex"): 1, ("work", "epoll_wait"): 2, ("finish", "close"): 1,
    }  # fmt: skip


@pytest.mark.parametrize("stage", [*registry.STAGES, gauge.IDLE])
def test_the_reader_of_the_log_knows_the_marks_that_a_gauge_makes(stage: str) -> None:
    line = f'access("{gauge.MARK}{stage}", F_OK) = -1'.encode()

    assert strace.lifecycles(line * 2) == ([{}] if stage == gauge.IDLE else [])


def test_a_rare_call_is_in_the_average_but_not_in_a_typical_lifecycle() -> None:
    typical, rare = {("work", "read"): 2}, {("work", "read"): 2, ("work", "brk"): 1}

    calls = strace.calls(registry.named("warm"), [typical, typical, typical, rare])

    assert calls == Calls("warm", {"start": {}, "work": {"read": 2}, "finish": {}}, slope=2.5)
    assert calls.total == 2


def test_a_log_without_lifecycles_is_refused() -> None:
    with pytest.raises(ValueError, match="strace saw fewer than two lifecycles"):
        strace.calls(registry.named("manual"), strace.lifecycles(b"\x00garbage\n" + LOG))


@given(st.binary())
def test_any_log_can_be_read(log: bytes) -> None:
    assert strace.lifecycles(log) == []
