"""Loops with a known amount of work."""

import asyncio
import time

import pytest

from bench.selfcheck import known
from bench.subjects import loops

pytestmark = pytest.mark.every_python


def test_the_name_says_how_many_turns_the_factory_does(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[int] = []

    def repeat(_: None, number: int) -> list[None]:
        turns.append(number)
        return []

    monkeypatch.setattr("itertools.repeat", repeat)
    factory = loops.load_factory(loops.named(known.loop_name(250)))

    for _ in range(2):
        loop = factory()
        loop.close()

    assert turns == [250, 250]
    assert type(loop).__module__.partition(".")[0] == "asyncio"


def test_no_work_is_the_loop_itself() -> None:
    loop = loops.load_factory(loops.named("bench.selfcheck.known:plus_0"))()

    assert loop.run_until_complete(asyncio.sleep(0, "done")) == "done"
    loop.close()


@pytest.mark.parametrize("place", known.PLACES)
def test_a_wait_happens_in_each_call_of_the_place_that_the_name_says(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[int] = []
    monkeypatch.setattr(known, "_wait", waits.append)
    new_loop = loops.load_factory(loops.named(known.waiting_loop_name(5000, place)))

    loop = new_loop()
    try:
        assert loop.run_until_complete(asyncio.sleep(0, "done")) == "done"
    finally:
        loop.close()

    assert set(waits) == {5000}
    if place != "call_soon":
        assert len(waits) == 1
    assert isinstance(loop, asyncio.SelectorEventLoop)


def test_a_wait_lasts_at_least_as_long_as_it_says() -> None:
    began = time.perf_counter_ns()
    known._wait(2_000_000)

    assert time.perf_counter_ns() - began >= 2_000_000


@pytest.mark.parametrize("name", ["plus_", "plus_x", "plus_-1", "minus_5", "plus_12345678901", "wait_5_in_x", "wait_5"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(AttributeError, match=f"loops such as plus_250 and wait_5000_in_close, but not {name}"):
        getattr(known, name)
