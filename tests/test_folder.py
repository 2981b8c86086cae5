"""The run folder: what is kept, what is read back, what the disk refuses."""

import dataclasses
import errno
import json
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import msgspec
import pyperf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invented import about, run

from bench.errors import BenchError, NotMeasuredError
from bench.plan.cells import Cell
from bench.store import journal, suites
from bench.store.folder import JOURNAL, RunFolder
from bench.store.outcomes import METHOD, About, Calibration, Done, Failure, Kept, Outcome

BASELINE = Cell("manual", "asyncio", "baseline")
CONTROL = Cell("manual", "asyncio", "control")
UVLOOP = Cell("manual", "uvloop", "loop")

Invent = Callable[..., Kept]


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A new run of `manual` with asyncio and uvloop."""
    made = RunFolder(tmp_path / "run")
    made.create(about(["manual"], ["asyncio", "uvloop"]))
    return made


def outcomes() -> list[Outcome]:
    return [
        Calibration("manual", 5e-5, 60, 2),
        run(BASELINE, 0, [5e-5, 6e-5]),
        run(CONTROL, 0, [5e-5, 6e-5]),
        Failure(UVLOOP, 0, "died of SIGSEGV"),
        Done("manual", 0),
    ]


def test_what_was_appended_is_loaded(folder: RunFolder) -> None:
    for outcome in outcomes():
        folder.append(outcome)

    kept = folder.load()

    assert kept == Kept(about(["manual"], ["asyncio", "uvloop"]), tuple(outcomes()))
    assert kept.rounds_done == {"manual": 1}


def test_a_run_needs_a_folder_of_its_own(folder: RunFolder) -> None:
    with pytest.raises(BenchError, match=r"is not empty.*\n.*--resume"):
        folder.create(about(["manual"], ["asyncio"]))


def test_a_journal_cut_at_any_byte_loses_the_line_that_was_cut_and_no_other(folder: RunFolder) -> None:
    few: list[Outcome] = [Done("manual", 0), run(BASELINE, 1, [5e-5]), Done("manual", 1)]
    for outcome in few:
        folder.append(outcome)
    journal = folder.path / JOURNAL
    whole = journal.read_bytes()

    for cut in range(len(whole)):
        journal.write_bytes(whole[:cut])
        before = folder.load()
        folder.append(Done("manual", 2))
        after = folder.load()

        sound = whole[: cut + 1].count(b"\n")  # a line that lacks nothing but its end is sound
        started = whole[: cut + 1].rpartition(b"\n")[2][:-1]  # what there is of the line that was cut
        assert list(before.outcomes) == few[:sound]
        assert list(after.outcomes) == [*few[:sound], Done("manual", 2)]
        for problems in (before.problems, after.problems):
            named = [problem.partition(" is left out")[0] for problem in problems]
            assert named == [f"journal.jsonl line {sound + 1}"] * bool(started)


def test_a_line_that_is_too_long_is_one_problem_and_the_lines_after_it_keep_their_numbers(folder: RunFolder) -> None:
    with (folder.path / JOURNAL).open("ab") as journal:
        for _ in range(100):
            journal.write(b"x" * (1 << 20))
        journal.write(b"\nno outcome\n")
    folder.append(Done("manual", 0))

    kept = folder.load()

    assert kept.outcomes == (Done("manual", 0),)
    assert [problem.partition(": ")[0] for problem in kept.problems] == [
        "journal.jsonl line 1 is left out", "journal.jsonl line 2 is left out",
    ]  # fmt: skip
    assert kept.problems[0].endswith(": it is longer than 16777216 bytes")


def test_a_journal_of_nothing_but_damage_is_reported_in_few_lines(folder: RunFolder) -> None:
    (folder.path / JOURNAL).write_bytes(b'{"type":"\x7f' + b"y" * 500 + b'"}\n' + b"x\n" * 3000)

    kept = folder.load()

    assert len(kept.problems) == journal.MOST_PROBLEMS + 1
    assert kept.problems[-1] == f"journal.jsonl lines after these are left out too: {3001 - journal.MOST_PROBLEMS}"
    assert max(map(len, kept.problems)) < 400
    assert all(problem.isprintable() for problem in kept.problems)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 700), st.integers(1, 255))
def test_a_flipped_byte_costs_its_line_at_most(folder: RunFolder, place: int, flip: int) -> None:
    journal = folder.path / JOURNAL
    journal.write_bytes(b"")
    for outcome in outcomes():
        folder.append(outcome)
    damaged = bytearray(journal.read_bytes())
    damaged[place % len(damaged)] ^= flip
    journal.write_bytes(bytes(damaged))

    kept = folder.load()

    assert len(kept.outcomes) >= len(outcomes()) - 2  # a newline lost costs two
    assert len(kept.outcomes) + len(kept.problems) >= len(outcomes()) - 1
    suites.suites(kept.runs, kept.about.plan.scenarios)


def test_a_run_that_was_killed_before_it_was_written_leaves_its_folder_to_the_next(folder: RunFolder) -> None:
    (folder.path / "run.json").rename(folder.path / "run.json.new")

    folder.create(about(["manual"], ["asyncio"]))

    assert folder.load() == Kept(about(["manual"], ["asyncio"]), ())


@pytest.mark.parametrize("name", ["journal.jsonl", "notes.txt"])
def test_what_somebody_wrote_into_a_folder_is_not_taken_for_a_leftover(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")

    with pytest.raises(BenchError, match="is not empty"):
        RunFolder(tmp_path).create(about(["manual"], ["asyncio"]))


def test_lines_of_another_plan_are_left_out(folder: RunFolder) -> None:
    folder.append(run(Cell("manual", "rloop", "loop"), 0, [1.0]))
    folder.append(run(Cell("warm", "asyncio", "baseline"), 0, [1.0]))

    kept = folder.load()

    assert not kept.outcomes
    assert [problem.rpartition(": ")[2] for problem in kept.problems] == ["its cell is not in the plan"] * 2


@pytest.mark.parametrize(("name", "content", "problem"), [
    ("run.json", None, "there is no run in .*no run.json"),
    ("run.json", b"{", "run.json is not what a run writes"),
    ("run.json", b"\xff\xff", "run.json is not what a run writes"),
    ("run.json", b"[" * 100_000, "run.json is not what a run writes"),
    ("run.json", b"{}", "run.json is not what a run writes: .*plan"),
    ("journal.jsonl", None, "there is no run in .*no journal.jsonl"),
])  # fmt: skip
def test_a_folder_that_is_no_run_says_what_is_wrong(
    folder: RunFolder, name: str, content: bytes | None, problem: str
) -> None:
    (folder.path / name).unlink()
    if content is not None:
        (folder.path / name).write_bytes(content)

    with pytest.raises(BenchError, match=problem):
        folder.load()


@pytest.mark.parametrize("found", [(), ("load 3.10 on 2 CPUs", "turbo on")])
def test_what_disturbed_when_a_run_began_is_kept(tmp_path: Path, found: tuple[str, ...]) -> None:
    begun = dataclasses.replace(about(["manual"], ["asyncio"]), disturbances=found)

    RunFolder(tmp_path / "run").create(begun)

    assert RunFolder(tmp_path / "run").load().about == begun


def test_a_run_from_before_disturbances_were_kept_is_read(folder: RunFolder) -> None:
    file = folder.path / "run.json"
    kept = json.loads(file.read_text())
    del kept["disturbances"]
    file.write_text(json.dumps(kept))

    assert folder.load().about.disturbances is None


def test_a_run_of_another_method_is_not_read(folder: RunFolder) -> None:
    file = folder.path / "run.json"
    file.write_text(file.read_text().replace(f'"method": {METHOD}', '"method": 99'))

    with pytest.raises(BenchError, match=f"measured by method 99, the newest known here is {METHOD}"):
        folder.load()


def test_a_file_that_can_not_be_read_is_named(folder: RunFolder) -> None:
    (folder.path / "run.json").unlink()
    (folder.path / "run.json").mkdir()

    with pytest.raises(BenchError, match=r"run.json can't be read"):
        folder.load()


def test_a_file_that_is_too_long_is_not_read(folder: RunFolder) -> None:
    with (folder.path / "run.json").open("ab") as file:
        file.truncate(1 << 40)

    with pytest.raises(BenchError, match=r"run.json is not what a run writes: it is longer than 16 MiB"):
        folder.load()


@pytest.mark.parametrize("name", ["run.json", JOURNAL, "resources.json"])
@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_no_link_is_followed_and_no_pipe_waited_for(folder: RunFolder, tmp_path: Path, name: str, kind: str) -> None:
    place, elsewhere = folder.path / name, tmp_path / "elsewhere"
    if place.exists():
        place.rename(elsewhere)
    if kind == "link":
        place.symlink_to(elsewhere)
    else:
        os.mkfifo(place)

    with pytest.raises(BenchError, match=f"{name} .*: it is (a link, which is not followed|not a regular file)"):
        folder.read_record("resources.json", int) if name == "resources.json" else folder.load()


def test_suites_are_written_into_no_folder_that_a_link_leads_to(
    folder: RunFolder, tmp_path: Path, invent: Invent
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder.path / "suites").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(BenchError, match="suites can't be written: it is not a folder"):
        folder.write_suites(invent({"asyncio": [[1, 1]]}))

    assert not [*(tmp_path / "elsewhere").iterdir()]


def old_about(about: About) -> dict[str, object]:
    """What run.json said of a run before version 0.2."""
    now = json.loads(msgspec.json.encode(about))
    groups = json.loads(msgspec.json.encode(about.groups))
    return {name: value for name, value in now.items() if name not in {"scenarios", "skips"}} | {"groups": groups}


def test_a_folder_of_an_earlier_version_is_read(folder: RunFolder) -> None:
    expected = about(["own_run", "manual"], ["asyncio", "rloop"])
    (folder.path / "run.json").write_text(json.dumps(old_about(expected)))

    assert folder.load().about == expected


def test_a_folder_from_before_there_were_workloads_is_read_as_sleep(folder: RunFolder) -> None:
    folder.append(run(BASELINE, 0, [1.0]))
    folder.append(Done("manual", 0))
    for file in (folder.path / "run.json", folder.path / "journal.jsonl"):
        without = re.sub(r',\s*"workloads?": ?(\[\s*)?"sleep"(\s*\])?', "", file.read_text())
        assert "sleep" not in without
        file.write_text(without)

    kept = folder.load()

    assert {cell.workload for cell in kept.about.cells} == {"sleep"}
    assert kept.outcomes == (run(BASELINE, 0, [1.0]), Done("manual", 0))


def test_groups_of_an_earlier_version_must_be_those_of_the_plan(folder: RunFolder) -> None:
    old = old_about(about(["manual"], ["asyncio", "uvloop"]))
    old["groups"][0]["cells"].pop()  # type: ignore[index]  # JSON
    (folder.path / "run.json").write_text(json.dumps(old))

    with pytest.raises(BenchError, match=r"its groups are not those of its plan"):
        folder.load()


def test_nothing_is_appended_to_what_a_link_leads_to(folder: RunFolder, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("mine")
    (folder.path / JOURNAL).unlink()
    (folder.path / JOURNAL).symlink_to(outside)

    with pytest.raises(NotMeasuredError, match=r"journal.jsonl can't be written: it is a link, which is not followed"):
        folder.append(Done("manual", 0))

    assert outside.read_text() == "mine"


def test_the_folder_itself_may_be_a_link(folder: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder.path)
    linked = RunFolder(tmp_path / "link")

    with linked.locked():
        linked.append(Done("manual", 0))

    assert folder.load().outcomes == (Done("manual", 0),)


def test_a_journal_that_is_gone_is_named_with_what_to_do(folder: RunFolder) -> None:
    (folder.path / JOURNAL).unlink()

    with pytest.raises(NotMeasuredError, match=r"journal.jsonl can't be written: No such file.*\n.*--resume"):
        folder.append(Done("manual", 0))


@pytest.mark.parametrize("locked", [True, False])
def test_a_folder_that_is_gone_is_said_to_be(folder: RunFolder, *, locked: bool) -> None:
    with folder.locked() if locked else nullcontext():
        shutil.rmtree(folder.path)

        with pytest.raises(NotMeasuredError, match=r"run is gone: it was deleted or moved .*\n.*start a new run"):
            folder.append(Done("manual", 0))
        with pytest.raises(BenchError, match="run is gone: " if locked else "there is no run in "):
            folder.load()

    assert not folder.path.exists()


def test_a_run_does_not_go_on_in_a_folder_that_took_the_place_of_its_own(folder: RunFolder) -> None:
    with folder.locked():
        shutil.rmtree(folder.path)
        other = RunFolder(folder.path)
        with other.locked(new=True):
            other.create(about(["manual"], ["asyncio"]))

            with pytest.raises(NotMeasuredError, match=r"its lock was deleted, so another process may be writing"):
                folder.append(Done("manual", 0))

            assert not other.load().outcomes


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """Have the kernel refuse what this process writes beyond so many bytes of a file, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_loses_nothing_that_is_there(folder: RunFolder) -> None:
    folder.append(Done("manual", 0))
    folder.write("report.md", "old")
    journal = (folder.path / JOURNAL).read_bytes()

    with no_file_beyond(len(journal) + 10):
        with pytest.raises(NotMeasuredError) as appended:
            folder.append(Done("manual", 1))
        with pytest.raises(NotMeasuredError) as written:
            folder.write("report.md", "new" * 99)

    for name, error in ((JOURNAL, appended), ("report.md", written)):
        assert str(error.value) == (
            f"{folder.path / name} can't be written: File too large; what is in the folder stays readable\n"
            f"fix that, then continue: python -m bench --resume {folder.path}"
        )
    assert (folder.path / JOURNAL).read_bytes() == journal
    assert (folder.path / "report.md").read_text() == "old"
    assert not list(folder.path.glob("*.new"))


@pytest.mark.parametrize(("fault", "remedy"), [
    (errno.EIO, "save what is in it, and look into the kernel's log for what fails"),
    (errno.EDQUOT, "make room within your quota"),
    (errno.EACCES, "fix that"),
])  # fmt: skip
def test_what_the_disk_refuses_comes_with_a_remedy(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch, fault: int, remedy: str
) -> None:
    def refused(_: int) -> None:
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(os, "fsync", refused)

    with pytest.raises(
        NotMeasuredError, match=rf"written: {os.strerror(fault)}; .*\n{remedy}, then continue: .* --resume"
    ):
        folder.append(Done("manual", 0))


@pytest.mark.parametrize(("fault", "kind", "code"), [
    (errno.ENOSPC, NotMeasuredError, 3), (errno.EROFS, BenchError, 2), (errno.EACCES, BenchError, 2),
])  # fmt: skip
def test_a_folder_that_can_not_be_created_is_a_mistake_unless_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: int, kind: type[BenchError], code: int
) -> None:
    def refused(*_words: object, **_more: object) -> None:
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(Path, "mkdir", refused)

    with pytest.raises(kind, match=rf"run/? can't be (created|written): {os.strerror(fault)}") as refusal:
        RunFolder(tmp_path / "run").create(about(["manual"], ["asyncio"]))
    assert refusal.value.exit_code == code


def test_a_run_that_could_not_be_begun_leaves_its_folder_to_the_next(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")

    with (
        no_file_beyond(10),
        pytest.raises(NotMeasuredError, match=r"run.json can't be written: .*\n.*then start again"),
    ):
        folder.create(about(["manual"], ["asyncio"]))
    folder.create(about(["manual"], ["asyncio"]))

    assert not folder.load().problems


def test_a_link_in_the_place_of_a_report_is_replaced_and_not_followed(folder: RunFolder, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("mine")
    for name in ("report.md", "report.md.new"):
        (folder.path / name).symlink_to(outside)

    folder.write("report.md", "new")

    assert outside.read_text() == "mine"
    assert (folder.path / "report.md").read_text() == "new"
    assert not (folder.path / "report.md").is_symlink()


def test_pyperf_reads_and_compares_the_suites(folder: RunFolder, invent: Invent) -> None:
    kept = invent({"asyncio": [[1, 2]] * 3, "control": [[1, 2]] * 3, "uvloop": [[2, 3]] * 3})
    folder.write_suites(kept)

    suite = pyperf.BenchmarkSuite.load(str(folder.path / "suites" / "uvloop.json"))
    done = subprocess.run(
        [sys.executable, "-m", "pyperf", "compare_to", "suites/asyncio.json", "suites/uvloop.json", "--table"],
        cwd=folder.path, check=True, capture_output=True, text=True, timeout=300,
    )  # fmt: skip

    assert suite.get_benchmark("manual.total").get_values() == (2, 3) * 3
    assert "manual.total" in done.stdout
    assert "1.67x slower" in done.stdout


def test_the_file_of_a_loop_stays_in_the_folder(folder: RunFolder, invent: Invent) -> None:
    kept = invent({"asyncio": [[1, 1]], "a.b:c.d": [[1, 1]]})

    folder.write_suites(kept)

    assert (folder.path / "suites" / "a.b--c.d.json").exists()


def test_each_platform_of_a_mixed_run_has_suites_of_its_own(folder: RunFolder, invent: Invent) -> None:
    kept = invent({"asyncio": [[1, 2]] * 3, "uvloop": [[2, 3]] * 3})
    for run_ in kept.runs:
        run_.metadata["platform"] = "CP/M" if run_.round else "MP/M"  # type: ignore[index]  # a dict, as above

    folder.write_suites(kept)

    for place, values in (("suites", (2, 3)), ("suites-2", (2, 3) * 2)):
        suite = pyperf.BenchmarkSuite.load(str(folder.path / place / "uvloop.json"))
        assert suite.get_benchmark("manual.total").get_values() == values


def test_what_pyperf_refuses_is_reported(folder: RunFolder, invent: Invent) -> None:
    kept = invent({"asyncio": [[1, 1]], "uvloop": [[1, 1]]})
    kept.runs[0].metadata["timer"] = "two\nlines"  # type: ignore[index]  # a dict, so that it can be damaged

    with pytest.raises(BenchError, match="pyperf refuses"):
        folder.write_suites(kept)


def test_run_json_names_the_plan_the_seed_and_the_versions(folder: RunFolder) -> None:
    content = json.loads((folder.path / "run.json").read_text())

    assert content["plan"]["seed"] == 1
    assert content["facts"]["python"] == "3.14.0"
    assert content["method"] == METHOD


def test_a_run_that_pyperf_could_not_keep_is_left_out(folder: RunFolder) -> None:
    bad = run(BASELINE, 0, [1.0])
    bad.metadata["loops"] = 0  # type: ignore[index]  # as above

    folder.append(bad)
    kept = folder.load()

    assert not kept.outcomes
    assert kept.problems == ("journal.jsonl line 1 is left out: invalid metadata 'loops' value: 0",)


def test_a_run_of_method_1_had_one_value_in_a_turn_and_one_lifecycle_before_it() -> None:
    published = Path(__file__).parents[1] / "results" / "2026-11-24-cpython3.14"

    sampling = RunFolder(published).load().about.plan.sampling

    assert (sampling.in_a_turn, sampling.rehearsed, sampling.sweeps) == (1, 1, 42)
