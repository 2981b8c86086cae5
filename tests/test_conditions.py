"""Conditions of invented machines: for each subject one that disturbs, one that does not, one that is unknown."""

import dataclasses
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.machine import conditions
from bench.machine import place as places
from bench.machine.conditions import Condition, Place, State
from bench.machine.place import Battery, Sample, UnknownError

CPU = "sys/devices/system/cpu"
CLOCKS = "sys/devices/system/clocksource/clocksource0"
FIRMWARE = "sys/class/dmi/id"
UNIFIED = "30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
LEGACY = "29 20 0:25 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n30 29 0:26 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
QUIET = Sample(others=0.01, stolen=0.0, swapped=0, reading_ns=45, step_ns=20, promised_ns=1)

FILES: Mapping[str, str | bytes | None] = {  # of a quiet machine with two CPUs; None is no file
    "proc/cpuinfo": "processor\t: 0\nflags\t\t: fpu tsc sse2\n",
    "proc/loadavg": "0.10 0.20 0.30 1/100 4242\n",
    "proc/self/cgroup": "0::/\n",
    "proc/self/mountinfo": "21 20 0:20 / /proc rw - proc proc rw\n" + UNIFIED,
    "proc/self/limits": "Limit  Soft Limit  Hard Limit  Units\nMax nice priority         0                    0  \n",
    "proc/self/personality": "00000000\n",
    "proc/self/status": "Name:\tpython\nCapEff:\t000001ffffffffff\n",
    "proc/sys/kernel/io_uring_disabled": "0\n",
    "proc/sys/kernel/randomize_va_space": "2\n",
    "proc/version": "Linux version 6.12.0\n",
    f"{CPU}/cpu0/cpufreq/scaling_governor": "performance\n",
    f"{CPU}/cpu1/cpufreq/scaling_governor": "performance\n",
    f"{CPU}/cpufreq/boost": "0\n",
    f"{CPU}/isolated": "\n",
    f"{CPU}/smt/active": "0\n",
    f"{CLOCKS}/available_clocksource": "tsc hpet acpi_pm\n",
    f"{CLOCKS}/current_clocksource": "tsc\n",
}
VIRTUAL: dict[str, str | bytes | None] = {"proc/cpuinfo": "flags\t\t: fpu hypervisor tsc\n"}
ARM: dict[str, str | bytes | None] = {"proc/cpuinfo": "Features\t: fp asimd\n"}


def quiet(root: Path, files: Mapping[str, str | bytes | None]) -> Place:
    """A machine with two CPUs where nothing disturbs, except what these files say."""
    for name, content in {**FILES, **files}.items():
        if content is not None:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return Place(
        QUIET, 2, frozenset({0, 1}), load=0.1, swap=(0, 0), batteries=(), environment={}, inherited={}, root=root
    )


class Case(NamedTuple):
    """A machine that differs from the quiet one in files or in fields of its `Place`, and the condition to expect."""

    subject: str
    state: State
    found: str
    files: Mapping[str, str | bytes | None] = {}
    known: Mapping[str, object] = {}


def seen(**changes: float | None) -> dict[str, object]:
    return {"sample": dataclasses.replace(QUIET, **changes)}  # type: ignore[arg-type]  # each of its type


BUSY = {"proc/loadavg": "3.10 2.00 1.00 5/100 4242\n"}
PINNED = {"allowed": frozenset({1})}
ISOLATED = {f"{CPU}/isolated": "2-3\n"}
SETTING = "proc/sys/kernel/randomize_va_space"
GROUP = "proc/self/cgroup"
GOVERNORS = [f"{CPU}/cpu{number}/cpufreq/scaling_governor" for number in (0, 1)]
NO_GOVERNOR = dict.fromkeys(GOVERNORS)
LIBUV = "UV_USE_IO_URING"
STATUS, LIMITS = "proc/self/status", "proc/self/limits"
NOBODY: dict[str, str | bytes | None] = {STATUS: "CapEff:\t0000000000000000\n"}
IO_URING = "proc/sys/kernel/io_uring_disabled"

CASES = [
    Case("load", "ok", "now others use 1% of 2 CPUs, and 0 want to run; load of the last minute 0.10 (0.05 per CPU)"),
    Case("load", "ok", "now others use 1% of 1 CPU; load of the last minute 0.10 (0.10 per CPU)",
         {}, {"platform": "darwin", "cpus": 1}),
    Case("load", "warning",
         "now others use 1% of 2 CPUs, and 4 want to run; load of the last minute 3.10 (1.55 per CPU)",
         BUSY, {"load": 3.1}),
    Case("load", "warning",
         "now others use 30% of 2 CPUs, and 0 want to run; load of the last minute 0.10 (0.05 per CPU)",
         {}, seen(others=0.3)),
    Case("load", "unknown", "psutil does not know on win32", {}, {"load": None, "platform": "win32"}),
    Case("load", "unknown", "psutil does not know on linux", {}, seen(others=None)),
    Case("load", "unknown", "the kernel has no /proc/loadavg", {"proc/loadavg": None}),
    Case("load", "unknown", "/proc/loadavg holds something unexpected", {"proc/loadavg": "0.1 0.2 0.3 many"}),
    Case("load", "unknown", "/proc/loadavg holds something unexpected", {"proc/loadavg": "0.1"}),
    Case("load", "unknown", "/proc/loadavg holds something unexpected", {"proc/loadavg": b"\xff"}),
    Case("steal time", "ok", "0.0% over 0.5 s"),
    Case("steal time", "ok", "1.0% over 0.5 s", {}, seen(stolen=0.01)),
    Case("steal time", "warning", "4.2% over 0.5 s", {}, seen(stolen=0.042)),
    Case("steal time", "unknown", "psutil does not know on darwin", {}, {**seen(stolen=None), "platform": "darwin"}),
    Case("virtualisation", "ok", "none"),
    Case("virtualisation", "ok", "none, in a container", {".dockerenv": ""}),
    Case("virtualisation", "ok", "none, in a container", {}, {"environment": {"container": "podman"}}),
    Case("virtualisation", "ok", "none", {f"{FIRMWARE}/sys_vendor": "Amazon EC2"}),
    Case("virtualisation", "warning", "by a hypervisor without a name", VIRTUAL),
    Case("virtualisation", "warning", "by KVM", {**VIRTUAL, f"{CLOCKS}/available_clocksource": "kvm-clock tsc"}),
    Case("virtualisation", "warning", "by VMware, in a container",
         {**VIRTUAL, f"{FIRMWARE}/sys_vendor": "VMware, Inc.\n", "run/.containerenv": ""}),
    Case("virtualisation", "warning", "by Hyper-V", {
        **VIRTUAL, f"{FIRMWARE}/sys_vendor": "Microsoft Corporation", f"{FIRMWARE}/product_name": "Virtual Machine"}),
    Case("virtualisation", "warning", "by Hyper-V",
         {**VIRTUAL, "proc/version": "Linux version 6.6-microsoft-standard-WSL2"}),
    Case("virtualisation", "warning", "by Hyper-V", {**VIRTUAL, "proc/version": "Linux-Microsoft"}),
    Case("virtualisation", "warning", "by a hypervisor without a name", {**VIRTUAL, "proc/version": None}),
    Case("virtualisation", "warning", "by Xen", {"sys/hypervisor/type": "xen\n"}),
    Case("virtualisation", "warning", "by QEMU", {**ARM, f"{FIRMWARE}/sys_vendor": "QEMU"}),
    Case("virtualisation", "unknown", "neither processor nor firmware says", ARM),
    Case("virtualisation", "unknown", "neither processor nor firmware says, in a container", {**ARM, ".dockerenv": ""}),
    Case("virtualisation", "unknown", "neither processor nor firmware says",
         {**ARM, f"{FIRMWARE}/sys_vendor": "Amazon EC2", f"{FIRMWARE}/product_name": "c7g.metal"}),
    Case("virtualisation", "unknown", "only Linux says this, and this is darwin", {}, {"platform": "darwin"}),
    Case("CPU quota", "ok", "none"),
    Case("CPU quota", "ok", "none", {"sys/fs/cgroup/cpu.max": "max 100000\n"}),
    Case("CPU quota", "ok", "2 of 2 CPUs, which is all", {"sys/fs/cgroup/cpu.max": "200000 100000\n"}),
    Case("CPU quota", "ok", "none", {  # of version 1, and without a limit
        "proc/self/mountinfo": LEGACY, GROUP: "4:memory:/m\n1:cpu,cpuacct:/a\n",
        "sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "-1", "sys/fs/cgroup/cpu/a/cpu.cfs_period_us": "100000"}),
    Case("CPU quota", "warning", "1.5 of 2 CPUs", {"sys/fs/cgroup/cpu.max": "150000 100000\n"}),
    Case("CPU quota", "warning", "0.5 of 2 CPUs", {  # the group around it is narrower
        GROUP: "0::/a/b\n", "sys/fs/cgroup/a/cpu.max": "50000 100000", "sys/fs/cgroup/a/b/cpu.max": "150000 100000"}),
    Case("CPU quota", "warning", "0.25 of 2 CPUs", {
        "proc/self/mountinfo": LEGACY + UNIFIED.replace("cgroup rw", "cgroup/unified rw"), GROUP: "1:cpu:/a/b\n0::/\n",
        "sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "25000\n", "sys/fs/cgroup/cpu/a/cpu.cfs_period_us": "100000\n"}),
    Case("CPU quota", "warning", "1 of 2 CPUs", {  # mounted from the group on: a container without a namespace
        "proc/self/mountinfo": UNIFIED.replace(" / ", " /docker/x ", 1), GROUP: "0::/docker/x/in\n",
        "sys/fs/cgroup/in/cpu.max": "100000 100000"}),
    *(Case("CPU quota", "warning", "1 of 2 CPUs", {  # a group that lies outside of what is mounted
        "proc/self/mountinfo": UNIFIED.replace(" / ", f" {top} ", 1), GROUP: f"0::{group}\n",
        "sys/fs/cgroup/cpu.max": "100000 100000"}) for top, group in (("/docker/x", "/other"), ("/", "/../other"))),
    Case("CPU quota", "unknown", "the kernel has no /proc/self/cgroup", {GROUP: None}),
    Case("CPU quota", "unknown", "the kernel has no /proc/self/mountinfo", {"proc/self/mountinfo": None}),
    Case("CPU quota", "unknown", "no control groups are mounted here", {"proc/self/mountinfo": ""}),
    *(Case("CPU quota", "unknown", "/proc/self/cgroup holds something unexpected", {GROUP: text})
      for text in ("", "0:")),
    *(Case("CPU quota", "unknown", "/proc/self/mountinfo holds something unexpected", {"proc/self/mountinfo": text})
      for text in ("30 20 0:26 / /sys", "1 - cgroup2 cgroup2 rw")),
    *(Case("CPU quota", "unknown", "cpu.max of a control group holds something unexpected",
           {"sys/fs/cgroup/cpu.max": text})
      for text in ("much 100000", "1", "1 2 3", "1 0", "0 1", "-1000 100000", "")),
    Case("CPU quota", "unknown", "cpu.max of a control group can't be read", {"sys/fs/cgroup/cpu.max": b"\xff"}),
    Case("swap", "ok", "none"),
    Case("swap", "ok", "0 MiB moved in 0.5 s, 1 MiB of 2048 MiB in use", {}, {"swap": (2**20, 2**31)}),
    Case("swap", "warning", "3 MiB moved in 0.5 s, 1 MiB of 2048 MiB in use", {},
         {"swap": (2**20, 2**31), **seen(swapped=3 * 2**20)}),
    Case("swap", "unknown", "psutil does not know on linux", {}, {"swap": None}),
    Case("swap", "unknown", "1 MiB of 2 MiB in use; whether any is being moved is unknown", {},
         {"swap": (2**20, 2**21), "platform": "darwin"}),
    Case("CPUs", "ok", "2 of 2 may be used (0-1)"),
    Case("CPUs", "ok", "3 of 8 may be used (0-1,5), workers on 5", {},
         {"cpus": 8, "allowed": frozenset({0, 1, 5}), "confined": frozenset({5})}),
    Case("CPUs", "warning", "1 of 2 may be used (1), which parent and workers share", {}, PINNED),
    Case("CPUs", "warning", "only 1, which parent and workers share", {}, {"cpus": 1, "allowed": frozenset({0})}),
    Case("CPUs", "unknown", "4; psutil does not know on darwin which may be used", {},
         {"cpus": 4, "allowed": None, "platform": "darwin"}),
    Case("isolated CPUs", "ok", "none"),
    Case("isolated CPUs", "ok", "2-3, and workers run on 3", ISOLATED, {"cpus": 4, "confined": frozenset({3})}),
    Case("isolated CPUs", "warning", "2-3, but workers run on 0-1", ISOLATED, {"cpus": 4}),
    Case("isolated CPUs", "unknown", "2-3; where the workers run is unknown", ISOLATED, {"allowed": None}),
    Case("isolated CPUs", "unknown", f"the kernel has no /{CPU}/isolated", {f"{CPU}/isolated": None}),
    Case("isolated CPUs", "unknown", f"/{CPU}/isolated holds something unexpected", {f"{CPU}/isolated": "some"}),
    Case("SMT", "ok", "off"),
    Case("SMT", "warning", "on: CPUs share cores", {f"{CPU}/smt/active": "1"}),
    Case("SMT", "unknown", "off as seen here (a virtual machine's host decides)", VIRTUAL),
    Case("SMT", "unknown", f"the kernel has no /{CPU}/smt/active", {f"{CPU}/smt/active": None}),
    Case("SMT", "unknown", f"/{CPU}/smt/active holds something unexpected", {f"{CPU}/smt/active": "perhaps"}),
    Case("governor", "ok", "performance"),
    Case("governor", "ok", "performance", {GOVERNORS[0]: "powersave"}, PINNED),
    Case("governor", "ok", "performance", {GOVERNORS[0]: None}, {"allowed": None}),
    Case("governor", "warning", "powersave on 1 of 2 CPUs", {GOVERNORS[0]: "powersave"}),
    Case("governor", "warning", "ondemand and powersave on 2 of 2 CPUs",
         {GOVERNORS[0]: "powersave", GOVERNORS[1]: "ondemand"}),
    Case("governor", "unknown", "the kernel has none", NO_GOVERNOR),
    Case("governor", "unknown", "the kernel has none (a virtual machine's host decides)", {**VIRTUAL, **NO_GOVERNOR}),
    Case("governor", "unknown", f"/{CPU}/…/scaling_governor holds something unexpected", {GOVERNORS[1]: "<b>!"}),
    Case("turbo", "ok", "off"),
    Case("turbo", "ok", "off", {f"{CPU}/intel_pstate/no_turbo": "1", f"{CPU}/cpufreq/boost": None}),
    Case("turbo", "warning", "on", {f"{CPU}/cpufreq/boost": "1"}),
    Case("turbo", "warning", "on", {f"{CPU}/intel_pstate/no_turbo": "0", f"{CPU}/cpufreq/boost": None}),
    Case("turbo", "unknown", "the kernel has no switch for it", {f"{CPU}/cpufreq/boost": None}),
    Case("turbo", "unknown", "the kernel has no switch for it (a virtual machine's host decides)",
         {**VIRTUAL, f"{CPU}/cpufreq/boost": None}),
    Case("turbo", "unknown", f"/{CPU}/cpufreq/boost holds something unexpected", {f"{CPU}/cpufreq/boost": "2"}),
    Case("battery", "ok", "none"),
    Case("battery", "ok", "not in use: plugged in", {}, {"batteries": (Battery(80, plugged=True),)}),
    Case("battery", "warning", "in use, 80 % full", {}, {"batteries": (Battery(80.4, plugged=False),)}),
    Case("battery", "unknown", "80 % full; whether it is in use is unknown", {}, {"batteries": (Battery(80, None),)}),
    Case("battery", "unknown", "psutil does not know on aix", {}, {"batteries": None, "platform": "aix"}),
    Case("clock source", "ok", "tsc"),
    Case("clock source", "warning", "hpet, slow to read", {f"{CLOCKS}/current_clocksource": "hpet"}),
    Case("clock source", "warning", "jiffies, slow to read",
         {f"{CLOCKS}/current_clocksource": "jiffies", f"{CLOCKS}/available_clocksource": None}),
    Case("clock source", "unknown",
         "sundial, which is not in this program's lists; the clock's cost shows whether it is fast enough",
         {f"{CLOCKS}/current_clocksource": "sundial"}),
    Case("clock source", "unknown", f"/{CLOCKS}/current_clocksource holds something unexpected",
         {f"{CLOCKS}/current_clocksource": "<script>"}),
    Case("clock", "ok", "45 ns to read, smallest step 20 ns, promised 1 ns"),
    Case("clock", "warning", "1200 ns to read, smallest step 20 ns, promised 1 ns", {}, seen(reading_ns=1200.4)),
    Case("clock", "warning", "45 ns to read, smallest step 15000 ns, promised 1 ns", {}, seen(step_ns=15_000)),
    Case("clock", "unknown", "it did not advance in 500000000 ns", {}, seen(reading_ns=0, step_ns=500_000_000)),
    Case("ASLR", "ok", "on, as rounds need it"),
    Case("ASLR", "warning", "off", {SETTING: "0"}),
    Case("ASLR", "warning", "on, but not for the heap", {SETTING: "1"}),
    Case("ASLR", "warning", "off for this process and its workers", {"proc/self/personality": "00040000"}),
    Case("ASLR", "unknown", f"the kernel has no /{SETTING}", {SETTING: None}),
    Case("ASLR", "unknown", f"/{SETTING} holds something unexpected", {SETTING: "3"}),
    Case("ASLR", "unknown", "the kernel has no /proc/self/personality", {"proc/self/personality": None}),
    Case("ASLR", "unknown", "/proc/self/personality holds something unexpected", {"proc/self/personality": "x"}),
    Case("priority", "ok", "workers may get the highest"),
    Case("priority", "ok", "workers keep the usual one, which does while nothing else runs", NOBODY),
    Case("priority", "warning", "workers keep the usual one, and others interrupt their values", NOBODY,
         seen(others=0.5)),
    Case("priority", "ok", "workers may get the highest", {**NOBODY, LIMITS: "Max nice priority   40   40  \n"}),
    Case("priority", "unknown", f"the kernel has no /{STATUS}", {STATUS: None}),
    Case("priority", "unknown", f"/{STATUS} holds something unexpected", {STATUS: "Name:\tpython\n"}),
    Case("priority", "unknown", f"/{LIMITS} holds something unexpected", {LIMITS: "Limit\n"}),
    Case("io_uring", "ok", "allowed by the kernel, left to libuv"),
    Case("io_uring", "ok", "disabled by the kernel, left to libuv", {IO_URING: "2"}),
    Case("io_uring", "warning", "decided by UV_USE_IO_URING=1", {}, {"environment": {LIBUV: "1"}}),
    Case("io_uring", "warning", "decided by UV_USE_IO_URING=…", {},
         {"environment": {LIBUV: "/home/me"}}),
    Case("io_uring", "unknown", f"the kernel has no /{IO_URING}", {IO_URING: None}),
    Case("io_uring", "unknown", f"/{IO_URING} holds something unexpected", {IO_URING: "3"}),
    Case("Python switches", "ok", "none"),
    Case("Python switches", "ok", "none", {}, {"environment": {"PYTHONPATH": "x", "PYTHON\udcff": "1"}}),
    Case("Python switches", "ok", "PYTHONASYNCIODEBUG, PYTHONDEVMODE, which workers don't get", {},
         {"environment": {"PYTHONDEVMODE": "1", "PYTHONASYNCIODEBUG": "1"}}),
    Case("Python switches", "warning", "PYTHON_JIT, which workers get too", {},
         {"environment": {"PYTHON_JIT": "1", "PYTHONDEVMODE": "1"}, "inherited": {"PYTHON_JIT": "1"}}),
    Case("Python switches", "unknown", "what workers inherit is unknown", {}, {"inherited": None}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.subject} {case.state}: {case.found}")
def test_a_check_finds_what_the_machine_has(case: Case, tmp_path: Path) -> None:
    place = dataclasses.replace(quiet(tmp_path, case.files), **case.known)  # type: ignore[arg-type]  # fields of Place

    condition = {each.subject: each for each in conditions.conditions(place)}[case.subject]

    assert (condition.state, condition.found) == (case.state, case.found)
    assert bool(condition.remedy) == (condition.state == "warning")


def test_every_check_is_tried_in_every_state() -> None:
    tried = {(case.subject, case.state) for case in CASES}

    assert tried == {(subject, state) for subject in conditions.CHECKS for state in ("ok", "warning", "unknown")}


def test_a_quiet_machine_has_no_disturbance(tmp_path: Path) -> None:
    all_conditions = conditions.conditions(quiet(tmp_path, {}))

    assert {each.state for each in all_conditions} == {"ok"}
    assert conditions.disturbances(all_conditions) == ()


def test_disturbances_are_the_warnings_in_a_few_words() -> None:
    all_conditions = [
        Condition("SMT", "warning", "on: CPUs share cores", "echo off"),
        Condition("turbo", "unknown", "the kernel has no switch for it"),
        Condition("swap", "ok", "none"),
    ]

    assert conditions.disturbances(all_conditions) == ("SMT on: CPUs share cores",)


@pytest.mark.parametrize("platform", ["darwin", "win32", "freebsd14"])
def test_on_other_systems_the_kernels_files_are_unknown_and_nothing_fails(tmp_path: Path, platform: str) -> None:
    place = dataclasses.replace(quiet(tmp_path, {}), platform=platform, allowed=None, load=None)

    states = {each.subject: each.state for each in conditions.conditions(place)}

    linux_only = {
        "virtualisation", "CPU quota", "isolated CPUs", "SMT", "governor", "turbo", "priority", "clock source", "ASLR",
        "io_uring",
    }  # fmt: skip
    assert {subject for subject, state in states.items() if state == "unknown"} == linux_only | {"load", "CPUs"}


def test_a_machine_that_hides_everything_is_unknown_and_nothing_fails(tmp_path: Path) -> None:
    blind = Place(Sample(None, None, None, 0, 0, 1), 1, None, root=tmp_path)

    assert {each.state for each in conditions.conditions(blind)} == {"unknown"}


@pytest.mark.skipif(os.name != "posix", reason="needs a folder where a file should be")
def test_a_file_that_can_not_be_read_is_unknown_with_the_reason(tmp_path: Path) -> None:
    place = quiet(tmp_path, {SETTING: None})
    (tmp_path / SETTING).mkdir()

    condition = {each.subject: each for each in conditions.conditions(place)}["ASLR"]

    assert (condition.state, condition.found) == ("unknown", f"/{SETTING} can't be read: Is a directory")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(sorted(FILES)), st.text() | st.binary() | st.from_regex(r"[-0-9:,/ ]*")))
def test_garbage_in_the_kernels_files_makes_no_check_fail(tmp_path: Path, garbage: dict[str, str | bytes]) -> None:
    sound = {name: content.encode("utf-8", "replace") if isinstance(content, str) else content
             for name, content in garbage.items()}  # fmt: skip

    all_conditions = conditions.conditions(quiet(tmp_path, sound))

    assert [each.subject for each in all_conditions] == list(conditions.CHECKS)
    assert all(each.found.isprintable() for each in all_conditions)


@given(st.frozensets(st.integers(0, 300)))
def test_a_list_of_cpus_that_was_written_can_be_read(cpus: frozenset[int]) -> None:
    assert places.cpu_list(places.ranges(cpus)) == cpus


@pytest.mark.parametrize("text", ["a", "1-", "-1", "1,,2", "1 2", "1-2-3", "²"])
def test_a_text_that_is_not_a_list_of_cpus_is_refused(text: str) -> None:
    assert places.cpu_list(text) is None


def test_shares_leave_out_this_process_and_count_guests_once() -> None:
    before = {"user": 10.0, "system": 5.0, "idle": 100.0, "iowait": 1.0, "steal": 2.0, "guest": 4.0}
    after = {"user": 10.6, "system": 5.1, "idle": 100.1, "iowait": 1.1, "steal": 2.1, "guest": 4.6}

    others, stolen = places.shares(before, after, own_s=0.5)

    assert others == pytest.approx(0.2)
    assert stolen == pytest.approx(0.1)


def test_shares_are_zero_if_the_clock_stands_or_runs_backwards() -> None:
    assert places.shares({"user": 2.0, "idle": 1.0}, {"user": 1.0, "idle": 1.0}, own_s=0.1) == (0, None)


@pytest.fixture
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a short sample."""
    monkeypatch.setattr(places, "SAMPLE_S", 0.01)


@pytest.mark.usefixtures("_short")
def test_this_machine_is_described_as_it_is() -> None:
    place = conditions.this_machine("0", {"PATH": "x"})

    assert place.cpus == os.cpu_count()
    assert place.confined == place.used == frozenset({0})
    assert place.inherited == {"PATH": "x"}
    assert place.sample.others is not None
    assert 0 <= place.sample.others <= 1
    assert place.sample.step_ns >= 1
    assert [each.subject for each in conditions.conditions(place)] == list(conditions.CHECKS)


@pytest.mark.parametrize(("load", "others", "chosen"), [
    (8.0, (0.0, 0.4), 0.4),  # it was only quiet for a moment
    (8.0, (0.02, 0.0), 0.02),
    (8.0, (0.3,), 0.3),
    (0.1, (0.0,), 0.0),
    (8.0, (None,), None),
    (None, (0.0,), 0.0),
])  # fmt: skip
def test_a_quiet_moment_after_a_busy_minute_is_looked_at_twice(
    load: float | None, others: Sequence[float | None], chosen: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = [dataclasses.replace(QUIET, others=share) for share in others]
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(psutil, "getloadavg", lambda: (load, 0, 0))
    monkeypatch.setattr(places, "_sample", lambda: samples.pop(0))

    place = conditions.this_machine()

    assert (place.sample.others, samples) == (chosen, [])


@pytest.mark.usefixtures("_short")
def test_without_an_affinity_workers_run_where_this_process_may_run() -> None:
    place = conditions.this_machine()

    assert (place.confined, place.used) == (None, place.allowed)
    assert place.inherited is None


@pytest.mark.usefixtures("_short")
def test_what_psutil_does_not_know_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise psutil.AccessDenied

    for name in ("Process", "cpu_times", "getloadavg", "sensors_battery", "swap_memory"):
        monkeypatch.setattr(psutil, name, refuse)

    place = conditions.this_machine()

    assert (place.allowed, place.load, place.swap, place.batteries) == (None, None, None, None)
    assert (place.sample.others, place.sample.stolen, place.sample.swapped) == (None, None, None)


@pytest.mark.parametrize("problem", [AttributeError, KeyError, NotImplementedError, OSError, RuntimeError, ValueError])
def test_however_psutil_fails_the_answer_is_none(problem: type[Exception]) -> None:
    def fail() -> int:
        raise problem

    assert places.ask(fail) is None


@pytest.mark.usefixtures("_short")
@pytest.mark.parametrize(("answer", "batteries"), [
    (None, ()), (SimpleNamespace(percent=50, power_plugged=None), (Battery(50, None),)),
])  # fmt: skip
def test_a_machine_has_a_battery_or_not(
    monkeypatch: pytest.MonkeyPatch, answer: object, batteries: tuple[Battery, ...]
) -> None:
    monkeypatch.setattr(psutil, "sensors_battery", lambda: answer)

    assert conditions.this_machine().batteries == batteries


@pytest.mark.usefixtures("_short")
def test_checks_change_no_file_and_leave_none(tmp_path: Path) -> None:
    place = quiet(tmp_path, {})
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*")}

    conditions.conditions(place)

    assert {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*")} == before


def test_a_file_that_is_missing_is_none_or_an_error_as_the_check_asks(tmp_path: Path) -> None:
    place = quiet(tmp_path, {})

    assert place.look("proc/none") is None
    assert place.names("proc/none") == []
    with pytest.raises(UnknownError, match="the kernel has no /proc/none"):
        place.read("proc/none")
