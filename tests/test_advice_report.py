"""Advice as text: sentences, tables, settings."""

import csv
import io
import json
import re

import pytest
from advised import COLD_MS, TRUTH, US, cold, measured

from bench.advice.advising import advise
from bench.advice.answers import Advice
from bench.advice.asked import PROFILES, Asked
from bench.advice.choosing import settings
from bench.reports import advice as report
from bench.reports.rendering import render
from bench.statistics.break_even import UNKNOWN, BreakEven

THREE = {**TRUTH, "rloop": (100 * US, 10 * US)}
PROMISES = {"uvloop": "60/67"}
FACTORIES = {name: f"{name}:new_event_loop" for name in THREE}
PROMISES = {"uvloop": "60/67"}


def advised(asked: Asked, truth: dict[str, tuple[float, float]] = THREE, noise: float = 0.001) -> Advice:
    ms = {**dict.fromkeys(truth, 60.0), **COLD_MS}
    return advise(measured(truth, noise, rounds=17), cold({n: ms[n] for n in truth}, 17), asked, FACTORIES, PROMISES)


def text(advice: Advice, style: str = "simple") -> str:
    return render(report.document(advice), style)


def test_a_sentence_says_what_each_loop_means_for_the_program_with_its_interval() -> None:
    found = text(advised(Asked(("script",), operations=1000)))

    assert re.search(
        r"A whole script with 1,000 operations of turns takes \S+ \(\S+\) ms with asyncio\. uvloop saves 4\.\d+ "
        r"\(\S+\) % of that, and has paid for its start after 4\d\d \(\d+–\d+\) operations\. It does not matter here: "
        r"rloop \(\S+ to \S+ %\) of that\.",
        found,
    )
    assert "To choose uvloop there:" in found
    assert "asyncio.run(main(), loop_factory=uvloop.new_event_loop)" in found
    columns = r"\S+ \(\S+\) +" * 3
    assert re.search(rf"^uvloop +{columns}4\d\d \(\d+–\d+\) +60/67$", found, re.MULTILINE)


def test_a_loop_that_costs_something_is_told_without_a_break_even() -> None:
    found = text(advised(Asked(("bridge",), handler_s=1e-3)))

    assert re.search(r"uvloop costs \d\S+ \(\S+\) % of your 1 ms\. It does not matter here: rloop", found)


def test_a_command_is_told_what_the_import_of_asyncio_costs() -> None:
    found = text(advised(Asked(("cli",))))

    assert re.search(r"To import asyncio takes as long as 20\d \(\d+–\d+\) lifecycles\.", found)


def test_a_service_is_told_what_its_requests_add_up_to() -> None:
    found = text(advised(Asked(("service",), requests_per_s=100.0, handler_s=1e-3)))

    assert re.search(
        r"At 100 requests/s, uvloop saves 5\d\d µs|500 µs \(\S+ µs–\S+ µs\) of each second, and has", found
    )
    assert re.search(r"has paid for its start after [34]\S* s \(\S+ s–\S+ s\)\.", found)
    assert re.search(r"At 100 requests/s, rloop saves up to \S+ \S+ or costs up to \S+ \S+ of each second\.", found)


def test_what_can_not_be_told_apart_is_said_to_be_so() -> None:
    found = text(advised(Asked(("bridge",)), noise=0.2))

    assert "Too close to tell: " in found
    assert re.search(r"Noisy: asyncio against itself came out at -\d+ to \+\d+ %; close what runs beside it", found)


def test_a_control_that_differs_from_the_baseline_is_a_warning() -> None:
    found = text(advised(Asked(("bridge",)), {**THREE, "asyncio": (100 * US, 10 * US)}))

    assert "can't be trusted" not in found
    kept = measured(THREE, rounds=17)
    slower = [one for one in kept.outcomes if getattr(getattr(one, "cell", None), "role", "") != "control"]
    faster = measured({name: (2 * start, 2 * each) for name, (start, each) in THREE.items()}, rounds=17)
    slower += [one for one in faster.outcomes if getattr(getattr(one, "cell", None), "role", "") == "control"]
    distrusted = advise(type(kept)(kept.about, tuple(slower)), (), Asked(("bridge",)), FACTORIES, PROMISES)
    assert "These numbers can't be trusted: asyncio against itself came out at" in text(distrusted)


def test_too_few_rounds_are_said_to_be_the_reason() -> None:
    few = advise(measured(rounds=3), (), Asked(("bridge",)), FACTORIES, PROMISES)

    assert "Too close to tell: uvloop (too few rounds) of that." in text(few)
    asked = Asked(("service",), requests_per_s=5.0)
    assert "At 5 requests/s" not in text(advise(measured(rounds=3), cold(), asked, FACTORIES, PROMISES))


def test_a_loop_that_works_slower_costs_a_service_something_in_each_second() -> None:
    slower = {**THREE, "uvloop": (300 * US, 20 * US)}

    found = text(advised(Asked(("service",), requests_per_s=100.0), slower))

    assert re.search(r"At 100 requests/s, uvloop costs 1 ms|1\.\d ms|9\d\d µs \(\S+ \S+ \S+\) of each second\.", found)


def test_nothing_that_was_not_measured_is_answered() -> None:
    found = text(advise(measured(workloads=["turns=5"]), (), Asked(), FACTORIES, PROMISES))

    assert "nothing was measured that could be compared" in found
    assert "script: not measured in this run" in found
    assert "saves 0" not in found


def test_a_baseline_alone_has_its_own_settings() -> None:
    found = text(advise(measured({"asyncio": TRUTH["asyncio"]}), (), Asked(("bridge",)), FACTORIES, PROMISES))

    assert "To choose asyncio there:" in found
    other = advise(measured({"asyncio": TRUTH["asyncio"]}), (), Asked(("bridge",)), {}, {})
    assert "To choose" not in text(other)


@pytest.mark.parametrize(("found", "words", "cell"), [
    (BreakEven("after", 8.94, 7.2, 13), "has paid for its start after 8.9 (7.2–13) requests", "8.9 (7.2–13)"),
    (BreakEven("after", 1234, 3, 2e4), "has paid for its start after 1,234 (3–20,000) requests", "1,234 (3–20,000)"),
    (BreakEven("always"), "is ahead from the first on", "always"),
    (BreakEven("never"), "never pays for its start", "never"),
    (UNKNOWN, "may or may not pay for its start", "unknown"),
    (BreakEven("unknown", low=50), "may or may not pay for its start; not before 50 requests", "not before 50"),
])  # fmt: skip
def test_each_kind_of_break_even_has_its_words(found: BreakEven, words: str, cell: str) -> None:
    assert report.pays(found, "requests") == words
    assert report.counts(found) == cell


def test_json_has_the_objects_that_programs_read() -> None:
    found = json.loads(report.as_json(advised(Asked())))["break_evens"]

    assert {"scenario", "workload", "loop", "baseline", "python", "rounds", "confidence"} <= {*found[0]}
    assert {*found[0]["start_excess"]} == {*found[0]["saving"]} == {"value", "low", "high"}
    assert {*found[0]["break_even"]} == {"kind", "value", "low", "high"}


def test_the_numbers_of_charts_are_rows() -> None:
    rows = [*csv.DictReader(io.StringIO(report.totals_as_csv(advised(Asked()))))]

    assert {row["loop"] for row in rows} == {*THREE}
    assert all(float(row["low"]) <= float(row["seconds"]) <= float(row["high"]) for row in rows)


def test_every_profile_has_settings_that_name_the_loop_or_say_that_there_is_none() -> None:
    told = {profile: " ".join(settings(profile, "rloop", "rloop:new_event_loop")) for profile in PROFILES}

    assert [profile for profile, found in told.items() if "rloop" not in found] == ["bridge"]
    assert "policies are deprecated since Python 3.14 and gone in 3.16" in told["bridge"]
    assert "--loop rloop:new_event_loop, from uvicorn 0.36 on" in told["service"]
    assert settings("service", "uvloop", "uvloop:new_event_loop")[0] == "uvicorn main:app --loop uvloop"
