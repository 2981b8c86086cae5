"""Which processors are chosen, on made-up machines; and that real processes and threads go there."""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bench.errors import NotMeasuredError
from bench.machine import place
from bench.measurement import placement
from bench.measurement.placement import Processors

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is placed")
HERE = frozenset(os.sched_getaffinity(0)) if sys.platform == "linux" else frozenset()
SLEEPS = """
import threading, time
threading.Thread(target=time.sleep, args=[300], daemon=True).start()
print(flush=True)
time.sleep(300)
"""


class Machine:
    """A made-up machine: `taken` are the hundredths of a second that others use of each processor between two looks."""

    def __init__(self, root: Path, taken: Mapping[int, int], slow: Mapping[int, float] | None = None) -> None:
        self.root, self.taken, self.slow = root, taken, slow or {}
        self.counted = dict.fromkeys(taken, 1000)
        self.allowed: Processors = frozenset(taken)
        self.moves: list[tuple[int, Processors]] = []
        (root / "proc").mkdir(parents=True)

    def look(self, root: Path, before: Mapping[int, int] | None = None) -> Mapping[int, int]:
        """Stand in for placement._used, which reads what this writes."""
        self.counted = {cpu: counted + self.taken[cpu] for cpu, counted in self.counted.items()}
        lines = [f"cpu{cpu} {counted} 0 0 5000 0 0 0 0 0 0" for cpu, counted in self.counted.items()]
        (root / "proc/stat").write_text("cpu  1 2 3\n" + "\n".join(lines) + "\nintr 5\n")
        return used(root, before)

    def siblings(self, *cores: str) -> None:
        """Say which processors are hyper-threads of one core."""
        for core in cores:
            for cpu in place.cpu_list(core) or ():
                path = self.root / f"sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list"
                path.parent.mkdir(parents=True)
                path.write_text(core + "\n")


used = placement._used


@contextlib.contextmanager
def pretending(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have this machine instead of ours, whose processors are as fast as it says."""
    monkeypatch.setattr(placement, "WATCH_S", 0)
    monkeypatch.setattr(placement, "PAUSE_S", 0)
    monkeypatch.setattr(placement, "_used", machine.look)
    monkeypatch.setattr(placement, "_spin", lambda cpu: machine.slow.get(cpu, 1.0))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(machine.allowed))
    monkeypatch.setattr(os, "sched_setaffinity", lambda thread, cpus: machine.moves.append((thread, frozenset(cpus))))
    yield


@dataclass(frozen=True)
class Case:
    """A made-up machine, and which of its processors are to be chosen."""

    chosen: set[int]
    taken: Mapping[int, int]
    slow: Mapping[int, float] = field(default_factory=dict)
    cores: tuple[str, ...] = ()
    needed: int = 1


@pytest.mark.parametrize("case", [
    Case({1}, {0: 2, 1: 0}),
    Case({0}, {0: 0, 1: 2}),
    Case({1}, {0: 0, 1: 0}, slow={0: 1.5}),  # though the kernel counted nothing there
    Case({2}, {0: 2, 1: 0, 2: 0, 3: 0}, slow={2: 1.1, 3: 1.2}, cores=("0-1", "2-3")),  # 1 is the sibling of a busy one
    Case({7}, {cpu: 0 if cpu == 7 else 9 for cpu in range(12)}),
    Case({0, 2}, {0: 0, 1: 5, 2: 0, 3: 0}, slow={3: 2.0}, needed=2),
    Case(set(), {0: 0}),  # the harness needs it
    Case(set(), {0: 0, 1: 0}, needed=2),
])  # fmt: skip
def test_the_quietest_processors_are_chosen(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(tmp_path, case.taken, case.slow)
    machine.siblings(*case.cores)

    with pretending(machine, monkeypatch), placement.site("auto", case.needed, tmp_path) as site:
        assert site.processors == case.chosen


def test_processors_that_are_named_are_taken_and_without_a_wish_none(tmp_path: Path) -> None:
    with placement.site("0", root=tmp_path) as site:
        assert site.processors == {0}
    with placement.site(None, root=tmp_path) as site:
        assert site.processors == frozenset()
        site.keep_off()
        assert os.sched_getaffinity(0) == HERE


def test_a_processor_that_was_lost_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_setaffinity", lambda *_: None)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})

    refused = pytest.raises(
        NotMeasuredError, match="can no longer use processor 2, 3, which --affinity names\nsee which"
    )
    with refused, placement.site("1-3"):
        pass


def test_where_the_kernel_does_not_tell_how_busy_it_is_a_processor_is_chosen_by_trying(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placement, "_spin", lambda cpu: 1.0 / (1 + cpu))
    monkeypatch.setattr(placement, "_move", lambda *_: None)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(6)))

    with placement.site("auto", root=tmp_path) as site:
        assert site.processors == {3}


def test_elsewhere_nothing_is_placed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")

    with placement.site("auto") as site:
        assert site.processors == frozenset()


def permitted() -> bool:
    """Whether this user may raise a priority."""
    done = subprocess.run(["/usr/bin/env", "nice", "-n", "-1", "true"], capture_output=True, check=True)
    return not done.stderr


def group_priority(process: int) -> str:
    """The priority of the group that the kernel made of a process's session; empty where it makes none."""
    path = Path(f"/proc/{process}/autogroup")
    return path.read_text().split()[-1] if path.exists() else ""


@pytest.mark.skipif(len(HERE) < 2, reason="the harness needs a processor of its own")
def test_a_process_goes_there_with_all_its_threads_and_the_harness_leaves_and_comes_back() -> None:
    stop = threading.Event()
    beside = threading.Thread(target=stop.wait)
    beside.start()
    with subprocess.Popen([sys.executable, "-c", SLEEPS], stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout
        process.stdout.readline()
        with placement.site("auto") as site:
            site.take(process.pid)
            site.keep_off()
            there = [os.sched_getaffinity(thread) for thread in placement.threads_of(process.pid)]
            priorities = [os.getpriority(os.PRIO_PROCESS, thread) for thread in placement.threads_of(process.pid)]
            group = group_priority(process.pid)
            here = [os.sched_getaffinity(thread) for thread in placement.threads_of(os.getpid())]
        after = [os.sched_getaffinity(thread) for thread in placement.threads_of(os.getpid())]
        process.kill()
    stop.set()
    beside.join()

    assert there == [site.processors] * 2
    assert priorities == [placement.PRIORITY if permitted() else 0] * 2
    assert not permitted() or group in {"", str(placement.PRIORITY)}
    assert len(site.processors) == 1
    assert len(here) > 1
    assert all(cpus == HERE - site.processors for cpus in here)
    assert all(cpus == HERE for cpus in after)


@pytest.mark.skipif(len(HERE) < 2, reason="the harness needs a processor of its own")
def test_who_was_moved_by_somebody_else_stays_there() -> None:
    try:
        with placement.site("auto") as site:
            site.keep_off()
            os.sched_setaffinity(0, site.processors)
        assert os.sched_getaffinity(0) == site.processors
    finally:
        os.sched_setaffinity(0, HERE)


def test_a_process_that_has_ended_is_no_error() -> None:
    with subprocess.Popen([sys.executable, "-c", "pass"]) as process:
        process.wait()

    with placement.site("auto") as site:
        site.start(process.pid)
        site.take(process.pid)
        assert placement.threads_of(process.pid) == [process.pid]


def test_a_process_starts_near_its_later_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(tmp_path, {0: 5, 1: 5, 2: 0, 3: 5})
    for node, cpus in enumerate(("0-1", "2-3", "nonsense")):
        path = tmp_path / f"sys/devices/system/node/node{node}/cpulist"
        path.parent.mkdir(parents=True)
        path.write_text(cpus)

    with pretending(machine, monkeypatch), placement.site("auto", root=tmp_path) as site:
        site.start(4711)

    assert site.processors == {2}
    assert machine.moves[-1] == (4711, frozenset({2, 3}))


def test_a_known_work_is_done_on_the_processor_that_is_tried() -> None:
    cpu = min(HERE)
    try:
        assert placement._spin(cpu) > 0
        assert os.sched_getaffinity(0) == {cpu}
    finally:
        os.sched_setaffinity(0, HERE)


def test_where_the_kernel_does_not_say_nothing_is_shielded(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsaid(_: object) -> bool:
        raise place.UnknownError("the kernel has no /proc")

    assert placement.shields() in {True, False}
    monkeypatch.setattr("bench.machine.settings.may_raise_priority", unsaid)
    assert not placement.shields()
