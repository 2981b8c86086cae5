"""Which runs may be compared, and what differs between those that may."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from invented import FACTS, about, iterated, loaded, run

from bench import cli
from bench.errors import BenchError
from bench.plan.cells import Cell, Plan
from bench.statistics import pairs
from bench.statistics.loads import allowance
from bench.statistics.pairs import Pair
from bench.store.outcomes import Kept
from bench.subjects import scenarios

Invent = Callable[..., Kept]


@pytest.fixture
def old(invent: Invent) -> Kept:
    """A run of asyncio and uvloop."""
    return invent({"asyncio": [[1e-4, 1.1e-4]] * 6, "control": [[1e-4, 1e-4]] * 6, "uvloop": [[2e-4, 2e-4]] * 6})


@pytest.fixture
def new(invent: Invent) -> Kept:
    """The same, later and a little slower."""
    return invent({"asyncio": [[1e-4, 1.2e-4]] * 7, "control": [[1e-4, 1e-4]] * 7, "uvloop": [[3e-4, 2e-4]] * 7})


def planned(kept: Kept, **fields: object) -> Kept:
    """The same run with another plan."""
    return replace(kept, about=replace(kept.about, plan=replace(kept.about.plan, **fields)))  # type: ignore[arg-type]  # fields of Plan


def told(kept: Kept, facts: Mapping[str, str]) -> Kept:
    """The same run, measured elsewhere."""
    return replace(kept, about=replace(kept.about, facts={**kept.about.facts, **facts}))


def test_runs_of_one_plan_are_a_pair(old: Kept, new: Kept) -> None:
    pair = pairs.paired("a", old, "b", new)

    assert (pair.old, pair.new, pair.old_name, pair.new_name) == (old, new, "a", "b")
    assert pair.differences == ("rounds: 6 then, 7 now",)
    assert (pair.other_machine, pair.notes) == ((), ())


def test_the_order_of_loops_and_scenarios_does_not_matter(old: Kept, new: Kept) -> None:
    pairs.paired("a", old, "b", planned(new, loops=("uvloop", "asyncio")))


@pytest.mark.parametrize(("fields", "said"), [
    ({"delay_s": 1.0}, "sleep of the workload: 0 s in a, 1 s in b"),
    ({"thread": "worker"}, "thread: main in a, worker in b"),
    ({"baseline": "uvloop"}, "baseline: asyncio in a, uvloop in b"),
    ({"workloads": ("turns=5",)}, "only in a: workload sleep\n  only in b: workload turns=5"),
    ({"loops": ("asyncio", "rloop")}, "only in a: loop uvloop\n  only in b: loop rloop"),
])  # fmt: skip
def test_runs_of_different_plans_are_refused_naming_what_differs_and_where(
    old: Kept, new: Kept, fields: Mapping[str, object], said: str
) -> None:
    with pytest.raises(BenchError) as refused:
        pairs.paired("a", old, "b", planned(new, **fields))

    assert str(refused.value) == (
        f"a and b are runs of different plans\n  {said}\n"
        "measure both with the same plan: python -m bench --loop uvloop --scenario manual"
    )


def test_what_only_one_run_has_is_left_out_and_named(old: Kept, invent: Invent) -> None:
    more = invent({"asyncio": [[1e-4]] * 7, "control": [[1e-4]] * 7, "uvloop": [[3e-4]] * 7, "rloop": [[1e-4]] * 7})

    pair, back = pairs.paired("a", old, "b", more), pairs.paired("b", more, "a", old)

    assert pair.notes == ("left out: only in the new run: loop rloop",)
    assert back.notes == ("left out: only in the old run: loop rloop",)
    assert pair.new.about.plan.loops == ("asyncio", "uvloop")
    assert {run.cell.loop for run in pair.new.runs} == {"asyncio", "uvloop"}
    assert pair.new == back.old


def test_load_is_that_of_all_workers_not_only_of_those_that_are_compared(old: Kept, invent: Invent) -> None:
    names = ("asyncio", "control", "uvloop", "rloop", "talyn")
    idle = loaded(invent({name: [[1e-4]] * 6 for name in names}), runnable_threads=7)

    assert allowance(*pairs.paired("a", old, "b", idle).loads) == 0


def test_values_of_another_length_are_refused(old: Kept, new: Kept) -> None:
    sampling = replace(new.about.plan.sampling, value_s=0.005)

    with pytest.raises(BenchError, match="length of a value: 3 ms in a, 5 ms in b"):
        pairs.paired("a", old, "b", planned(new, sampling=sampling))


def test_another_method_is_refused(old: Kept, new: Kept) -> None:
    with pytest.raises(BenchError, match="method: version 2 in a, version 1 in b"):
        pairs.paired("a", old, "b", replace(new, about=replace(new.about, method=1)))


def test_a_scenario_with_other_stages_is_refused(old: Kept, new: Kept) -> None:
    (scenario,) = new.about.scenarios
    other = replace(scenario, given="open_loop")

    with pytest.raises(
        BenchError, match="stages of manual: create, start, work, finish in a, start, work, finish in b"
    ):
        pairs.paired("a", old, "b", replace(new, about=replace(new.about, scenarios=(other,))))


@pytest.mark.parametrize("plan", [
    about(["manual"], ["asyncio"]).plan,
    about(["manual", "warm"], ["asyncio", "uvloop", "rloop"]).plan,
    about(list(scenarios.names_by_default()), ["uvloop", "asyncio"], baseline="uvloop").plan,
    replace(about(["warm"], ["asyncio", "uvloop"]).plan, delay_s=0.25),
    replace(about(["warm"], ["asyncio", "uvloop"]).plan, workloads=("sleep", "turns=5")),
    replace(about(["warm"], ["asyncio", "uvloop"]).plan, thread="worker"),
])  # fmt: skip
def test_the_command_that_measures_alike_does(plan: Plan) -> None:
    words = shlex.split(shlex.join(pairs._words(plan)))

    options = cli.parse(words)

    baseline = options.baseline or "asyncio"
    assert baseline == plan.baseline
    assert set(dict.fromkeys([baseline, *options.loop])) == set(plan.loops)
    assert tuple(options.scenario or scenarios.names_by_default()) == plan.scenarios
    assert tuple(options.workload or ["sleep"]) == plan.workloads
    assert (options.delay or 0) == plan.delay_s
    assert (options.thread or "main") == plan.thread


def test_one_round_is_refused_with_how_many_are_needed(invent: Invent, new: Kept) -> None:
    one = invent({"asyncio": [[1.0]], "control": [[1.0]], "uvloop": [[2.0]]})

    for names, both in ((("one", "b"), (one, new)), (("a", "one"), (new, one))):
        with pytest.raises(BenchError, match=r"one has one round, .*\n.* with 6 rounds or more: .* --rounds 6"):
            pairs.paired(names[0], both[0], names[1], both[1])


def test_a_run_is_not_compared_with_its_copy(old: Kept) -> None:
    with pytest.raises(BenchError, match="a and b hold the same measurements\nmeasure again: python -m bench"):
        pairs.paired("a", old, "b", old)


def test_runs_that_measured_nothing_are_a_pair(invent: Invent) -> None:
    nothing = invent({"asyncio": [None] * 6, "uvloop": [None] * 6})

    assert pairs.paired("a", nothing, "b", nothing).notes == ()


def test_what_was_upgraded_is_named_and_seconds_stay_comparable(old: Kept, new: Kept) -> None:
    pair = Pair(old, told(new, {"loop uvloop": "1.1", "kernel": "Linux 7"}))

    assert set(pair.differences) == {
        "loop uvloop: 1.0 then, 1.1 now", "kernel: nothing then, Linux 7 now", "rounds: 6 then, 7 now"
    }  # fmt: skip
    assert (pair.other_machine, pair.notes) == ((), ())


@pytest.mark.parametrize("fact", ["cpu", "cpus", "architecture"])
def test_on_another_machine_seconds_are_not_comparable(old: Kept, new: Kept, fact: str) -> None:
    pair = Pair(told(old, {fact: "6502"}), told(new, {fact: "8"}))

    assert pair.other_machine == (f"{fact}: 6502 then, 8 now",)
    assert pair.notes[0].startswith(f"† not comparable: the machine differs ({fact}: 6502 then, 8 now)")


def test_on_other_processors_seconds_are_not_comparable(old: Kept, new: Kept) -> None:
    assert Pair(old, planned(new, affinity="1")).other_machine == ("affinity: none then, 1 now",)


@pytest.mark.parametrize("fact", ["python", "implementation", "build", "loop asyncio"])
def test_another_baseline_is_said_to_move_every_ratio(old: Kept, new: Kept, fact: str) -> None:
    (note,) = Pair(old, told(new, {fact: "new"})).notes

    assert note.startswith("the baseline asyncio itself differs (")
    assert f"{FACTS.get(fact, 'nothing')} then, new now" in note


def test_half_a_run_and_damaged_lines_are_noted(old: Kept, new: Kept) -> None:
    half = replace(new, outcomes=new.outcomes[:-2], problems=("journal.jsonl line 3 is left out: bad",))

    assert Pair(old, half).notes == (
        "new: not complete, 5 of 7 rounds of every scenario", "new: journal.jsonl line 3 is left out: bad"
    )  # fmt: skip
    assert Pair(half, old).notes[0].startswith("old: not complete")


@pytest.mark.parametrize(("iterations", "noted"), [(30, False), (35, False), (60, True), (20, True)])
def test_values_that_lasted_longer_or_shorter_than_before_are_noted(
    old: Kept, new: Kept, iterations: int, *, noted: bool
) -> None:
    before, after = iterated(old, 30), iterated(new, iterations)

    there, back = Pair(before, after).other_lengths, Pair(after, before).other_lengths

    assert bool(there) == bool(back) == noted
    if noted:
        assert there["manual"].startswith("3.1 ms then, ")


def test_a_busy_machine_is_noted_with_what_its_load_can_do(old: Kept, new: Kept) -> None:
    busy = loaded(told(new, {"cpus": "2"}), load_avg_1min=3.5)

    (note,) = Pair(told(old, {"cpus": "2"}), busy).notes

    assert note.startswith("the machine was busy with other things (load 0.0 then, 3.5 now, 2 processors): that alone ")
    assert "by a factor of up to 2.00, so the intervals" in note


def test_where_the_baseline_was_not_measured_its_values_have_no_length(old: Kept) -> None:
    alone = Kept(old.about, (run(Cell("manual", "uvloop", "loop"), 0, [1.0]),))

    assert not Pair(alone, alone).other_lengths
