"""Reading what loops and files say, believing nothing."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.measurement import delivery
from bench.measurement.delivery import Delivery
from bench.plan.cells import Cell
from bench.store.outcomes import Calibration, Done, Dropped, Outcome, Resumed, Run, Surroundings, line_of, outcome_of

CELL = Cell("manual", "uvloop", "loop")
STAGES = {CELL: ("total", "start")}
names = st.text(min_size=1, max_size=9)
seconds = st.floats(1e-12, 1e5)
outcomes = st.one_of(
    st.lists(seconds, min_size=1, max_size=5).map(
        lambda numbers: Run(CELL, 3, {"total": tuple(numbers), "start": tuple(numbers)}, {"loops": 5, "timer": "x"})
    ),
    st.builds(delivery.failure_of, st.just(CELL), st.integers(0, 9), names, names),
    st.builds(Calibration, st.just("manual"), seconds, st.integers(1, 9), st.integers(1, 9)),
    st.builds(Done, st.just("manual"), st.integers(0, 9)),
    st.builds(Dropped, st.just("manual"), st.integers(0, 9), st.just("suspended")),
    st.builds(Surroundings, st.just("manual"), st.integers(0, 9), st.none() | st.floats(0, 1)),
    st.builds(Resumed, st.lists(st.just("python: 1 then, 2 now"), max_size=3).map(tuple)),
)


@given(outcomes)
def test_what_is_written_is_read_back(outcome: Outcome) -> None:
    line = line_of(outcome)

    assert line.count(b"\n") == 1
    assert outcome_of(line, STAGES) == outcome


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_valueerror(line: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (any of msgspec's, whatever its text)
        outcome_of(line, STAGES)


def value(number: str) -> bytes:
    return (
        b'{"type":"Run","cell":{"scenario":"manual","loop":"uvloop","role":"loop"},"round":0,'
        b'"values":{"total":[' + number.encode() + b'],"start":[1]},"metadata":{}}'
    )


def test_a_good_line_is_good() -> None:
    assert isinstance(outcome_of(value("1"), STAGES), Run)


@pytest.mark.parametrize(
    "number", ["0", "-1", "NaN", "Infinity", "1e999", '"1"', "null", "true", "[1]", "1e7", "1,2", ""]
)
def test_impossible_seconds_are_refused(number: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        outcome_of(value(number), STAGES)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"[" * 200_000, "array"),
        (b'{"type":"Done","scenario":"x","round":1,"x":' + b"[" * 5_000_000 + b"]" * 5_000_000 + b"}", "too deeply"),
        (b"{}", "type"),
        (b'{"type":"Other"}', "Other"),
        (b'{"type":"Done","scenario":"x","round":-1}', "round"),
        (b'{"type":"Done","scenario":"x","round":99999999999}', "round"),
        (value("1").replace(b"uvloop", b"rloop"), "not in the plan"),
        (value("1").replace(b'"start":[1]', b'"start":[1],"work":[1]'), "its stages are total, start, work"),
        (value("1").replace(b'"total"', b'"work"'), "one lifecycle"),
        (b"\xff\xfe" + value("1"), "."),
    ],
)
def test_foreign_lines_are_refused_with_what_is_wrong(line: bytes, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        outcome_of(line, STAGES)


def test_only_what_may_be_published_is_kept_of_the_metadata() -> None:
    metadata: dict[str, str | int | float] = {
        "hostname": "h",
        "python_executable": "/home/me/python",
        "boot_time": "x",
        "python_cflags": "-I/home",
        "loops": 5,
        "cpu_model_name": "cpu",
        "loop_class": "x" * 5000,
        "warmups": 1,
    }

    run = delivery.run_of(Delivery({"total": (1.0,)}, metadata=metadata), CELL, 0, None)

    assert run.metadata == {"cpu_model_name": "cpu", "loop_class": "x" * 1000, "loops": 5}


def test_values_are_kept_to_the_picosecond() -> None:
    run = delivery.run_of(Delivery({"total": (6.123456789123456e-05,)}), CELL, 0, None)

    assert run.values["total"] == (6.1234568e-05,)
    assert json.loads(line_of(run))["values"]["total"] == [6.1234568e-05]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("ImportError: /opt/venv/lib/x.so: undefined symbol", "ImportError: …/x.so: undefined symbol"),
        (r"OSError: C:\Users\somebody\x.dll is bad", r"OSError: …\x.dll is bad"),
        ('File "/srv/somebody/c.py", line 3', 'File "…/c.py", line 3'),
        (f"no such folder: {Path.home()}", "no such folder: ~"),
        (f"in {Path.home()}/deep/x.py", "in ~…/x.py"),
        ("1/2 of a/b", "1/2 of a/b"),
        ("all is well", "all is well"),
    ],
)
def test_texts_lose_the_folders_that_name_people(said: str, kept: str) -> None:
    failure = delivery.failure_of(CELL, 0, said, said)

    assert (failure.reason, failure.output) == (kept, kept)


@pytest.mark.parametrize(
    "answer",
    [
        b"\n",
        b"1\n",
        b"[nan,1]\n",
        b"[-1,1]\n",
        b"[0,1]\n",
        b"[1e9,1]\n",
        b"[1]\n",
        b"[1,0]\n",
        b"[1,1.5]",
        b"[1,1e9]",
        b'{"values":{}}\n',
    ],
)
def test_what_is_not_a_time_is_not_calibrated_with(answer: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        delivery.calibrated(answer)


def test_a_calibrating_turn_answers_with_seconds_and_processors() -> None:
    assert delivery.calibrated(b"[0.0031,2]\n") == (0.0031, 2)
