"""The command `compare`, as a user calls it, on invented runs; and one pair of real ones."""

import json
import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from commands import main
from invented import loaded

from bench.plan import sampling
from bench.store.folder import RunFolder
from bench.store.outcomes import TOTAL, Kept

Invent = Callable[..., Kept]
Save = Callable[..., Path]
Rounds = Sequence[Sequence[float] | None]

OLD: Mapping[str, Rounds] = {"asyncio": [[1e-4]] * 6, "control": [[1e-4]] * 6, "uvloop": [[2e-4]] * 6}
SLOWER: Mapping[str, Rounds] = {"asyncio": [[2e-4]] * 7, "control": [[2e-4]] * 7, "uvloop": [[5e-4]] * 7}
NOISY: Mapping[str, Rounds] = {**SLOWER, "uvloop": [[2e-4 * factor] for factor in range(1, 8)]}
RESULTS = Path(__file__).parents[1] / "results"
COULD = "in manual, for uvloop, these two runs could have shown a slow-down of {}, and no smaller one"
NONE = "in manual, for uvloop, these two runs could not have shown any slow-down"
WEAK = "the gate could not have failed on one of 6 %"
NEEDED = "uvloop in manual: a slow-down of 6 % could not have failed;"
NO_BASELINES = "there are no baselines yet; make one: python -m bench --save-baseline NAME"
LOST: Mapping[str, Rounds] = {**SLOWER, "uvloop": [None] * 7}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder without runs, and on no CI."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)


def written(name: str, kept: Kept) -> Path:
    """Keep an invented run in a folder of this name."""
    folder = RunFolder(Path(name))
    folder.create(kept.about)
    for outcome in kept.outcomes:
        folder.append(outcome)
    folder.write_suites(kept)
    return folder.path


@pytest.fixture
def save(invent: Invent) -> Save:
    """Invent a run and keep it in a folder of this name."""
    return lambda name, totals, **more: written(name, invent(totals, **more))


@pytest.fixture
def _runs(save: Save) -> None:
    """Keep an old run, and new ones in which uvloop is slower, uncertain, and lost."""
    for name, totals in (("old", OLD), ("slower", SLOWER), ("noisy", NOISY), ("lost", LOST)):
        save(name, totals)


@pytest.mark.every_python
@pytest.mark.usefixtures("_runs")
def test_the_table_has_the_change_both_ratios_and_both_times(capsys: pytest.CaptureFixture[str]) -> None:
    code = main("compare", "old", "slower")

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert lines[0] == (
        "old: old, measured 2026-11-23; new: slower, measured 2026-11-23. What differs: rounds: 6 then, 7 now."
    )
    table = [re.split("  +", line) for line in lines[4:11]]
    assert table[0] == ["loop", "stage", "change", "verdict", "old ratio", "new ratio", "old µs", "new µs"]
    assert table[2] == ["asyncio", "total", "–", "baseline", "1", "1", "100", "200"]
    assert table[3][:4] == ["control", "total", "1.000 (1.000–1.000)", "noise floor"]
    assert table[4] == [
        "uvloop", "total", "1.25 (1.25–1.25)", "slower", "2.00 (2.00–2.00)", "2.50 (2.50–2.50)", "200", "500",
    ]  # fmt: skip
    assert table[5][:3] == ["uvloop", "create", "1.25 (1.25–1.25)"]
    assert lines[-1] == (
        "From old to slower, each divided by its own asyncio, a lifecycle takes 1.25 (1.25–1.25) times as long in "
        "manual with uvloop 1.0 (slower in 1 of 1); asyncio against itself changed by 1.000."
    )


@pytest.mark.usefixtures("_runs")
@pytest.mark.parametrize(("words", "code", "said"), [
    (["slower", "--fail-if-slower", "3%"], 1, "failed: uvloop in manual is slower by more than 3%: 1.25 (1.25–1.25)\n"),
    (["slower", "--fail-if-slower", "30%"], 0, f"passed; {COULD.format('30 %')}\n"),
    (["slower", "--fail-if-slower", "30%", "--require-power"], 0, f"passed; {COULD.format('30 %')}\n"),
    (["slower", "--fail-if-inconclusive"], 0, ""),
    (["noisy", "--fail-if-slower", "3%"], 0, f"passed, but {COULD.format('106 %')}: {WEAK}\n"),
    (["noisy", "--fail-if-slower", "3%", "--require-power"], 1, f"failed: {NEEDED} {COULD[23:].format('106 %')}\n"),
    (["noisy", "--fail-if-inconclusive"], 1, "failed: uvloop in manual is inconclusive: 2.00 (1.000–3.00)\n"),
    (["lost", "--fail-if-slower", "3%"], 3, f"passed, but {NONE}: {WEAK}\n"),
    (["lost", "--fail-if-slower", "3%", "--require-power"], 1, f"failed: {NEEDED} {NONE[23:]}\n"),
    (["lost", "--fail-if-inconclusive"], 1, "failed: uvloop in manual could not be compared\n"),
])  # fmt: skip
def test_checks_that_are_asked_for_decide_the_exit_code(
    words: Sequence[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main("compare", "old", *words) == code

    assert capsys.readouterr().err == said


@pytest.mark.usefixtures("_runs")
def test_what_became_faster_fails_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("compare", "slower", "old", "--fail-if-slower", "3%", "--fail-if-inconclusive") == 0

    assert "0.800 (0.800–0.800)" in capsys.readouterr().out


@pytest.mark.usefixtures("_runs")
def test_what_one_run_lost_is_a_row_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("compare", "old", "lost") == 3

    out = capsys.readouterr().out
    uvloop = next(line for line in out.splitlines() if line.startswith("uvloop"))
    assert re.split("  +", uvloop) == ["uvloop", "total", "–", "–", "2.00 (2.00–2.00)", "–", "200", "–"]
    assert "\n\nuvloop: new: died of SIGSEGV (round 1, 2, 3, 4, 5, 6, 7); 0 of 7 rounds kept\n" in out
    assert "\n    reproduce with: python -m scenarios.manual --loop uvloop\n" in out
    assert out.endswith("Nothing was measured in both runs that could be compared.\n")


def test_what_both_runs_lost_is_named(save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("old", "new"):
        save(name, {"asyncio": [None] * 6, "control": [None] * 6, "uvloop": [None] * 6})

    assert main("compare", "old", "new") == 3
    out = capsys.readouterr().out
    assert "\nasyncio, control: not in the table: old and new: died of SIGSEGV" in out
    assert "\nuvloop: not in the table: old and new: died of SIGSEGV" in out


def test_without_a_control_the_sentence_ends_earlier(save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    save("old", OLD)
    save("new", {**SLOWER, "control": [None] * 7})

    assert main("compare", "old", "new") == 3
    assert capsys.readouterr().out.endswith(" times as long in manual with uvloop 1.0 (slower in 1 of 1).\n")


def test_several_scenarios_end_with_a_table_of_their_totals(invent: Invent, capsys: pytest.CaptureFixture[str]) -> None:
    for name, totals in (("old", OLD), ("new", SLOWER)):
        parts = [invent(totals, scenario=scenario) for scenario in ("manual", "warm")]
        about = replace(
            parts[0].about,
            plan=replace(parts[0].about.plan, scenarios=("manual", "warm")),
            scenarios=tuple(scenario for part in parts for scenario in part.about.scenarios),
        )
        written(name, Kept(about, tuple(outcome for part in parts for outcome in part.outcomes)))

    assert main("compare", "old", "new") == 0

    out = capsys.readouterr().out
    lines = [re.split("  +", line)[:4] for line in out.splitlines()]
    assert ["manual", "uvloop", "1.25 (1.25–1.25)", "slower"] in lines
    assert ["warm", "uvloop", "1.25 (1.25–1.25)", "slower"] in lines
    assert "with uvloop 1.0 (slower in 2 of 2)" in out


def test_seconds_of_another_machine_are_marked(save: Save, invent: Invent, capsys: pytest.CaptureFixture[str]) -> None:
    save("old", OLD)
    new = invent(SLOWER)
    written("new", replace(new, about=replace(new.about, facts={**new.about.facts, "cpu": "6502"})))

    main("compare", "old", "new")
    out = capsys.readouterr().out
    main("compare", "old", "new", "--json")

    assert "old µs †  new µs †" in out
    assert "\n\n† not comparable: the machine differs (cpu: Z80 then, 6502 now)" in out
    assert json.loads(capsys.readouterr().out)["seconds_comparable"] is False
    assert "uvloop 1.0 (inconclusive in 1 of 1)" in out
    assert "\n\nuvloop: measured on another machine (cpu: Z80 then, 6502 now), which alone moves a ratio" in out
    assert main("compare", "old", "new", "--fail-if-slower", "3%") == 0
    assert main("compare", "old", "new", "--fail-if-inconclusive") == 1


def test_a_loop_that_load_can_have_slowed_down_fails_no_check(
    save: Save, invent: Invent, capsys: pytest.CaptureFixture[str]
) -> None:
    save("old", OLD)
    written("busy", loaded(invent(SLOWER), load_avg_1min=2.5))

    assert main("compare", "old", "busy", "--fail-if-slower", "3%") == 0
    assert main("compare", "old", "busy", "--fail-if-inconclusive") == 1
    assert "1.25 (0.625–2.50)" in capsys.readouterr().out


def test_two_published_runs_of_different_processors_have_no_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    main("compare", *(str(RESULTS / f"2026-11-{day}-cpython3.14") for day in (23, 24)))

    assert "with uvloop 0.23.0 (inconclusive in 8 of 8)" in " ".join(capsys.readouterr().out.split())


def test_a_control_that_differs_is_called_out(save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    save("old", OLD)
    save("new", {**SLOWER, "control": [[2.5e-4]] * 7})

    main("compare", "old", "new")

    assert (
        "NOT TO BE TRUSTED: manual: asyncio against itself came out at 1.25 (1.25–1.25) in the new run, and changed by "
        "1.25 (1.25–1.25), more than 1 % from 1; measure again"
    ) in capsys.readouterr().out


@pytest.mark.usefixtures("_runs")
def test_tabulate_s_formats_are_formats(capsys: pytest.CaptureFixture[str]) -> None:
    for style in ("simple", "github", "html", "latex", "tsv"):  # all of them: tests/test_reports.py
        assert main("compare", "old", "slower", "--format", style) == 0

        assert "1.25 (1.25–1.25)" in capsys.readouterr().out.replace("&#8211;", "–"), style


@pytest.mark.usefixtures("_runs")
def test_tables_fit_the_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for columns in (60, 80, 200):
        monkeypatch.setattr("bench.cli.terminal.width", lambda columns=columns: columns)

        main("compare", "old", "slower")

        out = capsys.readouterr().out
        assert max(map(len, out.splitlines())) <= columns
        for number in ("1.25 (1.25–1.25)", "2.50 (2.50–2.50)", "500"):
            assert number in out


@pytest.mark.every_python
@pytest.mark.usefixtures("_runs")
def test_json_has_all_that_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("compare", "old", "slower", "--json", "--fail-if-slower", "3%") == 1

    document = json.loads(capsys.readouterr().out)
    assert (document["old"]["name"], document["new"]["name"]) == ("old", "slower")
    assert document["differences"] == ["rounds: 6 then, 7 now"]
    assert document["failed"] == ["uvloop in manual is slower by more than 3%: 1.25 (1.25–1.25)"]
    assert list(document["changes"][0]) == [
        "scenario", "loop", "stage", "role", "baseline", "old_rounds", "new_rounds", "old_seconds", "new_seconds",
        "old_ratio", "new_ratio", "confidence", "change", "mean_change", "comparable", "verdict", "reason",
        "workload", "interpreter",
    ]  # fmt: skip
    uvloop = next(row for row in document["changes"] if (row["loop"], row["stage"]) == ("uvloop", TOTAL))
    assert uvloop["change"] == pytest.approx({"value": 1.25, "low": 1.25, "high": 1.25})
    assert (uvloop["old_rounds"], uvloop["new_rounds"], uvloop["verdict"]) == (6, 7, "slower")


@pytest.mark.usefixtures("_runs")
def test_a_summary_is_appended_where_github_shows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("# Mine\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))

    main("compare", "old", "slower", "--fail-if-slower", "3%")

    text = summary.read_text("utf-8")
    assert text.startswith("# Mine\n\n## Event loops: old and slower\n\nFrom old to slower, each divided by")
    assert "\n\n**Failed:** uvloop in manual is slower by more than 3%: 1.25 (1.25–1.25)\n\n" in text
    assert re.search(r"\| manual +\| uvloop +\| +1.25 \(1.25–1.25\) \| +slower \|", text)
    assert str(tmp_path) not in text
    assert "old ratio" in capsys.readouterr().out


@pytest.mark.usefixtures("_runs")
def test_a_summary_that_can_not_be_written_is_said_after_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))

    assert main("compare", "old", "slower") == 2

    out, err = capsys.readouterr()
    assert out.endswith("changed by 1.000.\n")
    assert err.startswith(f"error: the summary can't be appended to {tmp_path}: Is a directory; the tables above are")


@pytest.mark.usefixtures("_runs")
@pytest.mark.parametrize(("words", "said"), [
    (["old", "nowhere"], "there is no run nowhere: no nowhere/run.json and no results/baselines/nowhere/run.json\n"),
    (["nowhere", "old"], NO_BASELINES),
    (["../x", "old"], "there is no run ../x: no ../x/run.json\n"),
    (["old", "old"], "old and old hold the same measurements"),
    (["old", "once"], "once has one round, so it is unknown how much its ratios vary"),
    (["old", "other"], "old and other are runs of different plans\n  only in old: loop uvloop\n  only in other: "),
    (["old", "slower", "--require-power"], "--require-power asks what --fail-if-slower could have shown: name"),
    (["old", "slower", "--fail-if-slower", "3"], "argument --fail-if-slower: '3': write a percentage as 3% or 0.5%"),
    (["old", "slower", "--fail-if-slower", "nan%"], "argument --fail-if-slower: 'nan%': write a percentage"),
    (["old"], "the following arguments are required: NEW"),
])  # fmt: skip
def test_mistakes_are_said_without_a_traceback(
    words: Sequence[str], said: str, save: Save, capsys: pytest.CaptureFixture[str]
) -> None:
    save("once", {name: totals[:1] for name, totals in OLD.items()})
    save("other", {"asyncio": [[1e-4]] * 6, "rloop": [[1e-4]] * 6})

    assert main("compare", *words) == 2

    out, err = capsys.readouterr()
    assert "error: " in err
    assert said in err
    assert "Traceback" not in err
    assert not out


@pytest.mark.usefixtures("_runs")
def test_runs_without_suites_can_be_compared() -> None:
    shutil.rmtree("slower/suites")

    assert main("compare", "old", "slower") == 0


def test_a_baseline_is_compared_by_its_name(save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    save("results/baselines/before", OLD)
    save("new", SLOWER)

    assert main("compare", "before", "new") == 0
    assert "old: before, measured" in capsys.readouterr().out
    assert main("compare", "after", "new") == 2
    assert "the baselines: before; make one" in capsys.readouterr().err


def test_a_name_that_is_a_folder_too_must_be_told_apart(save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    save("results/baselines/before", OLD)
    save("before", OLD)
    save("new", SLOWER)

    assert main("compare", "before", "new") == 2
    assert (
        "before is a run folder and a baseline: write ./before, or results/baselines/before" in capsys.readouterr().err
    )
    assert main("compare", "./before", "new") == 0
    assert main("compare", "results/baselines/before", "new") == 0


@pytest.mark.parametrize("name", ["", ".", "..", ".x", "a/b", "a\\b", "ü", "a b", "-x", "x" * 101])
def test_a_baselines_name_is_no_path(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(f"--save-baseline={name}", "--dry-run") == 2

    assert f"argument --save-baseline: {name!r}: use letters, digits, dots" in capsys.readouterr().err


def test_two_real_runs_are_saved_and_compared(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sampling, "DEFAULT", sampling.Sampling(rounds=4, sweeps=3, value_s=0.0005, warmups=1))
    words = ("--scenario", "warm", "--loop", "uvloop", "--rounds", "4", "--without-intervals", "-q")

    assert main(*words, "--save-baseline", "before", "-o", "first") == 0
    assert "saved in results/baselines/before; later: python -m bench compare before NEW" in capsys.readouterr().err
    assert main(*words, "-o", "second") == 0
    capsys.readouterr()
    assert main("compare", "before", "second") == 0

    out = capsys.readouterr().out
    assert re.search(r"uvloop +total +[\d.]+ \([\d.]+–[\d.]+\) +(slower|faster|same|inconclusive) ", out)
    assert {file.name for file in Path("first").iterdir()} == {
        file.name for file in Path("results/baselines/before").iterdir()
    }
    assert main("--resume", "first", "-q", "--save-baseline", "again") == 0
    assert main(*words, "--save-baseline", "before") == 2
    assert "there is a baseline before already, in results/baselines/before\ngive another" in capsys.readouterr().err
    assert main("--resume", "second", "-q", "--save-baseline", "before", "--force") == 0
    assert RunFolder(Path("results/baselines/before")).load() == RunFolder(Path("second")).load()
    assert main("--resume", "second", "-q", "--force") == 2
    assert "--force needs --save-baseline NAME" in capsys.readouterr().err
    assert RunFolder(Path("results/baselines/again")).load() == RunFolder(Path("first")).load()


@pytest.mark.usefixtures("_bad_loops")
def test_a_run_that_is_not_whole_is_no_baseline(save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    saved = save("results/baselines/before", OLD)

    code = main(
        "--scenario",
        "warm",
        "--loop",
        "raising:in_factory",
        "--rounds",
        "1",
        "--without-intervals",
        "-q",
        "--save-baseline",
        "before",
        "--force",
    )

    assert code == 3
    assert "not saved as the baseline before: not everything was measured" in capsys.readouterr().err
    assert RunFolder(saved).load().about.plan.loops == ("asyncio", "uvloop")


def test_a_copied_run_says_the_same(save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    old, _ = save("old", OLD), save("new", SLOWER)
    shutil.copytree(old, "copy")

    main("compare", "old", "new", "--json")
    first = json.loads(capsys.readouterr().out)
    main("compare", f"copy{os.sep}", "new", "--json")

    assert json.loads(capsys.readouterr().out)["changes"] == first["changes"]
