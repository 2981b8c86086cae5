"""Loops with a known amount of work."""

import asyncio

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


@pytest.mark.parametrize("name", ["plus_", "plus_x", "plus_-1", "minus_5", "plus_12345678901"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(AttributeError, match=f"has loops such as plus_250, but not {name}"):
        getattr(known, name)
