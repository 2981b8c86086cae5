"""Whatever is read, it is survived: what is sound is used, the rest refused in words, and nothing else happens.

300 examples for each target, the same ones each time (on one interpreter; the others of CI try some of them). With
`--hypothesis-profile nightly` 10,000, and others each time: `tox -e fuzz`.
`guided.py` lets a fuzzer that sees which lines are reached choose them.
"""

import json
from collections.abc import Mapping, Sequence

import advised
import fuzzing
import hostile
import msgspec
from hostile import Folder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.advice import cold
from bench.lifecycle.probe.witness import COLUMNS
from bench.store import outcomes
from bench.store.outcomes import Done

EXAMPLES = 300
fuzz = settings(
    max_examples=max(EXAMPLES, settings().max_examples),
    derandomize=settings().max_examples <= EXAMPLES,
    deadline=None,
    database=None if settings().max_examples <= EXAMPLES else settings().database,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)

DELIVERY = (
    b'{"values":{"total":[1e-5,2e-5],"create":[1e-6,1e-6],"start":[1e-6,1e-6],"work":[1e-6,1e-6],"finish":[1e-6,1e-6]},'
    b'"turns":[1e-3,1e-3],'
    b'"warmups":[[1,0.1],[64,5e-5]],"metadata":{"loops":5,"load_avg_1min":0.5,"mem_max_rss":9,"date":"today","timer":"x"},'
    b'"error":null}'
)
READINGS = b'{"readings":[{"loops":0,"descriptors":1,"threads":1,"resident":9,"objects":0,"traced":0}],"ending":"x"}'
STAMPS = b'{"stamps":[1,2,3,4],"error":null}'
ROW = json.dumps(dict.fromkeys(COLUMNS) | {"raises": "x: y", "creates": True}).encode()
FINDING = b'{"how":"broken","reason":"x"}'
CHECKS = (
    b"""[{"loop":"uvloop","version":"1.0","python":"3.14.0","check":"tcp","area":"network","kept":true,"how":"kept"}]"""
)
TESTS = b'{"tests":["test_events.test_close","test_sendfile.test_sendfile"],"missing":null}'
PYTHON = b'{"implementation":"CPython","python":"3.14.0","packages":["uvloop"]}'
PYPROJECT = (
    b'[tool.evloop-bench]\nloop=["a:b","mine"]\nmax-time="60s"\nrounds=7\nfast=true\naffinity="none"\n'
    b'[tool.evloop-bench.loops]\nmine="a.b:c"\n'
)
TRACE = b"".join(
    b'1 getpid("evloop-bench create")\n2 epoll_create1(0) = 3\n3 openat(AT_FDCWD, "evloop-bench work"\n'
    b'4 read(5, "") = 0\n'
    b'5 getpid("evloop-bench idle")\n6 <... futex resumed>) = 0\n'
    for _ in range(4)
)
KERNEL: Folder = {
    "proc/cpuinfo": b"model name : Z80\nflags : fpu hypervisor\n",
    "proc/loadavg": b"0.1 0.2 0.3 1/99 1234\n",
    "proc/version": b"Linux\n",
    "proc/self/personality": b"00000000\n",
    "proc/self/cgroup": b"3:cpu,cpuacct:/a/b\n0::/user.slice/x\n",
    "proc/self/mountinfo": b"1 2 0:3 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n"
    b"4 2 0:3 / /sys/cpu rw - cgroup cgroup rw,cpu\n",
    "proc/sys/kernel/randomize_va_space": b"2\n",
    "proc/sys/kernel/io_uring_disabled": b"0\n",
    "sys/fs/cgroup/user.slice/x/cpu.max": b"100000 100000\n",
    "sys/cpu/a/cpu.cfs_quota_us": b"1000\n",
    "sys/cpu/a/cpu.cfs_period_us": b"1000\n",
    "sys/devices/system/cpu/isolated": b"1\n",
    "sys/devices/system/cpu/smt/active": b"0\n",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": b"powersave\n",
    "sys/devices/system/cpu/intel_pstate/no_turbo": b"0\n",
    "sys/devices/system/clocksource/clocksource0/current_clocksource": b"hpet\n",
    "sys/devices/system/clocksource/clocksource0/available_clocksource": b"tsc hpet\n",
    "sys/class/dmi/id/sys_vendor": b"QEMU\n",
    "sys/hypervisor/type": b"xen\n",
}  # fmt: skip


@st.composite
def kernels(draw: st.DrawFn) -> Folder:
    """The kernel's files, some of them missing or damaged."""
    files = dict(KERNEL)
    for name in draw(st.lists(st.sampled_from([*KERNEL]), min_size=1, max_size=4, unique=True)):
        files[name] = draw(hostile.damaged(files[name]) | st.text(max_size=30).map(str.encode) | st.just(b""))
        if draw(st.integers(0, 3)) == 0:
            del files[name]
    return files


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """A table of options in which one value is any other, or stands under another name."""
    lines = PYPROJECT.decode().splitlines()
    at = draw(st.sampled_from([number for number, line in enumerate(lines) if "=" in line]))
    key, value = lines[at].split("=", 1)
    others = [json.dumps(text[:200]) for text in hostile.TEXTS if text != "\ud800"] + [
        "true",
        "0",
        "-1",
        "1e400",
        "[[1]]",
        "{a=1}",
    ]
    if draw(st.booleans()):
        value = draw(st.sampled_from(others))
    else:
        key = draw(st.sampled_from([*others, "loops", "seed", "format", "help", "json"]))
    return "\n".join([*lines[:at], f"{key}={value}", *lines[at + 1 :]]).encode()


JOURNAL = b"".join(
    outcomes.line_of(outcome)
    for outcome in (outcomes.Calibration("manual", 5e-5, 60, 2), *fuzzing.MEASURED.outcomes,
                    outcomes.Failure(fuzzing.CELL, 1, "why", "a\n\tb"), Done("manual", 0, 1.5))
)  # fmt: skip
COLD = msgspec.json.encode(cold.Cold("2026-11-26", advised.cold()))
VALID: Mapping[str, Sequence[bytes]] = {
    "run_json": [fuzzing.PLAIN["run.json"]], "journal_file": [JOURNAL], "resources_file": [hostile.RESOURCES],
    "cold_file": [COLD],
    "delivery": [DELIVERY], "worker": [DELIVERY], "gauge": [READINGS], "cold_start": [STAMPS],
    "probe": [ROW, PYTHON], "check_answer": [FINDING, TESTS],
    "checks_file": [CHECKS], "pyproject": [PYPROJECT], "trace": [TRACE],
}  # fmt: skip
file_names = st.text(st.characters(exclude_characters="/\x00", exclude_categories=["Cs"]), min_size=1, max_size=20)
folder_names = st.lists(file_names.filter(lambda name: name not in {".", ".."}), max_size=3)


@fuzz
@given(hostile.folders())
def test_a_run_folder(files: Folder) -> None:
    fuzzing.whole_folder(files)


@fuzz
@given(hostile.sound_folders())
def test_a_run_folder_in_which_nothing_is_wrong(files: Folder) -> None:
    fuzzing.sound_folder(files)


@fuzz
@given(hostile.pairs())
def test_two_run_folders(both: tuple[Folder, Folder]) -> None:
    fuzzing.pair_of_folders(both)


@fuzz
@given(hostile.sound_folders() | hostile.folders())
def test_a_run_folder_to_go_on_with(files: Folder) -> None:
    fuzzing.resumed_folder(files)


@fuzz
@given(hostile.hostile(COLD))
def test_cold_starts_beside_a_run(content: bytes) -> None:
    fuzzing.cold_file(content)


@fuzz
@given(hostile.hostile(hostile.RESOURCES) | hostile.resources().map(msgspec.json.encode))
def test_resources(content: bytes) -> None:
    fuzzing.resources_file(content)


@fuzz
@given(hostile.damaged(JOURNAL) | st.lists(hostile.hostile(JOURNAL.splitlines()[1])).map(b"\n".join))
def test_a_journal(content: bytes) -> None:
    fuzzing.journal_file(content)


@fuzz
@given(hostile.hostile(DELIVERY))
def test_a_delivery(answer: bytes) -> None:
    fuzzing.delivery(answer)
    fuzzing.worker(answer)


@fuzz
@given(hostile.hostile(READINGS))
def test_readings_of_a_gauge(answer: bytes) -> None:
    fuzzing.gauge(answer)


@fuzz
@given(hostile.hostile(STAMPS))
def test_stamps_of_a_cold_start(answer: bytes) -> None:
    fuzzing.cold_start(answer)


@fuzz
@given(hostile.hostile(ROW) | hostile.hostile(PYTHON))
def test_an_answer_of_a_probe(answer: bytes) -> None:
    fuzzing.probe(answer)


@fuzz
@given(hostile.hostile(FINDING) | hostile.hostile(TESTS))
def test_an_answer_about_a_check(answer: bytes) -> None:
    fuzzing.check_answer(answer)


@fuzz
@given(hostile.hostile(CHECKS))
def test_checks_that_are_kept(content: bytes) -> None:
    fuzzing.checks_file(content)


@fuzz
@given(hostile.damaged(PYPROJECT) | tables())
def test_a_pyproject_of_somebody(content: bytes) -> None:
    fuzzing.pyproject(content)


@fuzz
@given(hostile.damaged(TRACE) | st.binary(max_size=200))
def test_a_trace(log: bytes) -> None:
    fuzzing.trace(log)


@fuzz
@given(kernels())
def test_files_of_the_kernel(files: Folder) -> None:
    fuzzing.kernel_files(files)


@fuzz
@given(st.tuples(folder_names, file_names | st.text(max_size=300)))
def test_names_of_baselines(names: tuple[Sequence[str], str]) -> None:
    fuzzing.baseline_name(names)
