"""One cell under pyperf's own scheduler: a real manager with real workers."""

import asyncio
import json
import os
import subprocess
import sys

import pytest

from bench.measurement import processes
from bench.selfcheck import pyperf_scheduler
from bench.selfcheck.known import loop_name
from scenarios._workload import GetData, Records

LITTLE = ("--processes", "2", "--values", "2", "--warmups", "1", "--loops", "3")


def started(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-P", "-m", "bench.selfcheck.pyperf_scheduler", "--quiet", *LITTLE, *words]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=300, env=processes.environment(),
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_it_delivers_the_values_of_all_of_pyperfs_processes() -> None:
    done = started("--scenario", "manual", "--loop", loop_name(0), "--parent", str(os.getpid()))

    delivery = json.loads(done.stdout)
    assert done.returncode == 0
    assert len(delivery["values"]["total"]) == 4
    assert min(delivery["values"]["total"]) > 0  # a lifecycle takes longer than the clock's tick on any machine


def test_without_its_parent_it_does_not_begin() -> None:
    done = started("--scenario", "manual", "--loop", loop_name(0), "--parent", "1")

    assert (done.returncode, done.stdout) == (1, "")


def test_it_times_as_many_lifecycles_as_it_is_asked_to() -> None:
    ran: list[Records] = []

    def once(get_data: GetData) -> Records:
        ran.append(asyncio.run(get_data()))
        return ran[-1]

    assert pyperf_scheduler.seconds(once, 3) > 0  # three lifecycles take longer than the clock's tick on any machine
    assert [len(records) for records in ran] == [2, 2, 2]


@pytest.mark.parametrize("words", [(), ("--scenario", "manual")])
def test_a_cell_must_be_named(words: tuple[str, ...]) -> None:
    assert started(*words).returncode == 2
