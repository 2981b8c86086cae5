"""What could be measured and what would be, as documents."""

from dataclasses import replace

from invented import on

from bench.plan.cells import Plan, groups, skips
from bench.plan.sampling import DEFAULT
from bench.reports import choices
from bench.reports.rendering import render
from bench.subjects import loops, scenarios, workloads

LOOPS = [loops.named(name) for name in ("asyncio", "asyncio-poll")]
SCENARIOS = [scenarios.named(name) for name in ("own_run", "warm")]
PLAN = Plan(("asyncio", "asyncio-poll"), ("own_run", "warm"), "asyncio", DEFAULT, seed=7)
NO_RUN = "asyncio-poll: no run() of its own"


def dry_run(plan: Plan = PLAN, width: int | None = None) -> str:
    ahead = groups(plan, SCENARIOS, skips(plan, LOOPS, SCENARIOS, on((3, 14))))
    return render(choices.planned(plan, ahead, 5.2), "simple", width)


def test_a_dry_run_has_a_row_for_each_scenario_with_its_cells_and_what_is_left_out() -> None:
    lines = dry_run().splitlines()

    assert lines[2].split(maxsplit=3) == ["own_run", "asyncio,", "control", NO_RUN]
    assert lines[3].split() == ["warm", "asyncio,", "control,", "asyncio-poll"]


def test_a_narrow_dry_run_has_what_is_left_out_below() -> None:
    text = dry_run(width=60)

    assert max(map(len, text.splitlines())) <= 60
    assert f"\n\nleft out:\nown_run: {NO_RUN}\n" in text


def test_a_dry_run_ends_with_how_much_and_how_long() -> None:
    fixed = replace(PLAN, sampling=replace(DEFAULT, precision=None))
    short = replace(PLAN, sampling=replace(DEFAULT, max_time_s=5))

    amount = f"{DEFAULT.rounds} rounds of up to {DEFAULT.sweeps} sweeps, seed 7: about 5 s"
    assert dry_run().endswith(f"\n{amount}; then more where an interval is wider than ±2 %, until 120 s\n")
    assert dry_run(fixed).endswith(f"\n{amount}\n")
    assert dry_run(short).endswith(f"\n{amount}\n")


def test_a_scenario_without_cells_has_a_dash() -> None:
    gone = [scenarios.named("asyncio_run_default")]
    ahead = groups(PLAN, gone, skips(PLAN, LOOPS, gone, on((3, 16))))

    text = render(choices.planned(PLAN, ahead, 1), "simple")

    assert text.splitlines()[2].split()[1] == "–"


def test_the_list_says_how_to_install_what_is_missing() -> None:
    missing = loops.Loop("zloop", "zloop:new", "zloop")

    text = render(choices.listed((*LOOPS, missing), SCENARIOS, [workloads.named("turns")]), "simple")

    lines = [line.split(maxsplit=2) for line in text.splitlines()]
    assert ["zloop", "–", "not installed: python -m pip install zloop  zloop:new"] in lines
    assert [name for name, *_ in lines[2:5]] == ["asyncio", "asyncio-poll", "zloop"]
    assert f"\nwarm      yes         {SCENARIOS[1].title}\n" in text
    assert text.endswith(f"\nturns=1000  {workloads.named('turns').title}\n")


def test_the_list_says_what_else_there_is_to_know_of_a_loop() -> None:
    text = render(choices.listed([loops.Loop("mine", "asyncio:Loop", quirk="slow on Sundays")], SCENARIOS), "simple")

    assert "installed; slow on Sundays" in text
