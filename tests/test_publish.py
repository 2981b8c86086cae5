"""`publish`: what it writes, what it leaves out, what it never touches."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pages
import pyperf
import pytest
from commands import main
from hostile import RESOURCES as RESOURCES_TEXT
from invented import about, run

from bench.contract.findings import CHECKS, CONFORMANCE, Finding
from bench.errors import BenchError
from bench.machine.facts import facts
from bench.plan.cells import Cell, Skip
from bench.publishing import index, place, privacy
from bench.publishing.privacy import GONE, KEPT_FACTS, Cleaner
from bench.resources.readings import Resources
from bench.store.folder import RunFolder
from bench.store.outcomes import Calibration, Done, Dropped, Failure, Kept, Resumed, Run
from bench.subjects.loops import LOOPS

NAMES = ("ada-laptop", "lovelace")
PRIVATE = (
    "by lovelace on ADA-LAPTOP, ada@mail.example, 192.168.7.9:80, fe80:0:0:0:1:2:3:4, /home/lovelace/secret/loop.py"
)
FILES = {
    "run.json", "journal.jsonl", "report.md", "report.html", "ratios.svg", "table.csv", "comparisons.json",
    "suites/asyncio.json", "suites/control.json", "suites/uvloop.json",
}  # fmt: skip


def measured(folder: Path, ratio: float = 2, rounds: int = 6) -> Path:
    """A run folder with a finished run of asyncio and uvloop in one scenario."""
    run_folder = RunFolder(folder)
    run_folder.create(about(["manual"], ["asyncio", "uvloop"], rounds))
    for index_ in range(rounds):
        for cell in run_folder.load().about.cells:
            run_folder.append(run(cell, index_, [1e-4 * (ratio if cell.role == "loop" else 1)] * 2))
        run_folder.append(Done("manual", index_))
    return folder


def written(to: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {str(file.relative_to(to)): file.read_bytes() for file in to.rglob("*") if file.is_file()}


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with two runs, of which nothing is published yet."""
    monkeypatch.chdir(tmp_path)
    measured(tmp_path / "one")
    measured(tmp_path / "two", ratio=3)
    yield tmp_path
    assert not [*tmp_path.rglob("*.new")]


def test_runs_are_published_with_an_index(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("publish", "one", "two") == 0

    assert {*written(there / "results")} == {
        "README.md", "index.html", *(f"{run}/{file}" for run in ("one", "two") for file in FILES),
    }  # fmt: skip
    readme = (there / "results" / "README.md").read_text("utf-8")
    assert "### one" in readme
    assert "](two/ratios.svg)" in readme
    assert "uvloop 1.0" in readme
    assert "(one/report.html)" in readme
    assert 'href="two/report.html"' in (there / "results" / "index.html").read_text("utf-8")
    assert "22 new" in capsys.readouterr().out


def test_publishing_again_changes_no_byte_and_no_file(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main("publish", "one", "two")
    before = written(there / "results")
    times = {file: file.stat().st_mtime_ns for file in (there / "results").rglob("*")}

    assert main("publish", "two", "one") == 0
    assert main("publish", "results/one") == 0

    assert written(there / "results") == before
    assert {file: file.stat().st_mtime_ns for file in (there / "results").rglob("*")} == times
    assert "22 same" in capsys.readouterr().out


def test_what_is_published_is_a_run_that_every_command_reads(there: Path) -> None:
    main("publish", "one")
    published = there / "results" / "one"
    before = written(published)

    suite = pyperf.BenchmarkSuite.load(str(published / "suites" / "uvloop.json"))
    assert suite.get_benchmark("manual.total").get_nvalue() == 12
    assert main("report", "results/one") == 0
    assert {name: text for name, text in written(published).items() if name != "lock"} == before


def test_a_dry_run_says_what_is_kept_and_dropped_and_writes_nothing(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main("publish", "one", "--to", "pages", "--dry-run") == 0

    out = capsys.readouterr().out
    assert not (there / "pages").exists()
    assert "new      pages/one/run.json" in out
    assert "dropped: what programs printed" in out
    assert "nothing was written; it would be: 12 new" in out


def test_another_run_is_not_replaced_without_force(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main("publish", "one")
    other = RunFolder(there / "two")
    other.extend(replace(other.about(), started="2026-12-24"))
    (there / "results" / "one" / "suites" / "old.json").write_text("{}")
    (there / "results" / "one" / "notes.txt").write_text("mine")

    assert main("publish", "two", "--name", "one") == 2
    assert "results/one is another run" in capsys.readouterr().err
    assert main("publish", "two", "--name", "one", "--force") == 0

    assert {*written(there / "results" / "one")} == {*FILES, "notes.txt"}
    assert "2026-12-24" in (there / "results" / "one" / "report.html").read_text("utf-8")
    assert "1 removed" in capsys.readouterr().out


def test_what_loops_keep_is_published_too_and_cleaned(there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privacy, "this_machine", lambda: NAMES)
    finding = Finding("uvloop", "1.0", "3.14.0", "tcp", "network", kept=False, how="broken", reason=f"raised {PRIVATE}")
    for name in (CHECKS, CONFORMANCE):
        RunFolder(there / "one").write_record(name, [finding])

    assert main("publish", "one") == 0

    published = there / "results" / "one"
    assert {*written(published)} == {*FILES, CHECKS, CONFORMANCE}
    (record,) = json.loads((published / CONFORMANCE).read_text())
    assert record["reason"].startswith("raised by …")
    report = (published / "report.md").read_text("utf-8")
    assert "## What loops keep of asyncio's promises" in report
    assert "## What loops pass of CPython's own tests" in report
    assert not [name for name in NAMES if name in b"".join(written(published).values()).decode().lower()]
    (there / "one" / CHECKS).unlink()
    assert main("publish", "one") == 0
    assert CHECKS not in written(published)


def test_a_run_that_was_resumed_is_published_again(there: Path) -> None:
    main("publish", "one")
    for cell in RunFolder(there / "one").load().about.cells:
        RunFolder(there / "one").append(run(cell, 6, [1e-4]))

    assert main("publish", "one") == 0

    assert len(RunFolder(there / "results" / "one").load().runs) == 21


@pytest.mark.parametrize("force", [(), ("--force",)])
@pytest.mark.parametrize("foreign", ["folder", "file", "link"])
def test_what_is_not_a_published_run_stays(
    foreign: str, force: tuple[str, ...], there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place_ = there / "results" / "one"
    place_.parent.mkdir()
    if foreign == "folder":
        place_.mkdir()
        (place_ / "thesis.txt").write_text("mine")
    elif foreign == "file":
        place_.write_text("mine")
    else:
        place_.symlink_to(there / "two")
    before = written(there)

    assert main("publish", "one", *force) == 2

    assert written(there) == before
    assert "stays as it is" in capsys.readouterr().err


def test_an_empty_folder_is_free(there: Path) -> None:
    (there / "results" / "one").mkdir(parents=True)

    assert main("publish", "one") == 0


@pytest.mark.parametrize(("name", "text"), [("README.md", "# My results"), ("index.html", "<p>mine")])
def test_an_index_that_somebody_wrote_stays(
    name: str, text: str, there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (there / "results").mkdir()
    (there / "results" / name).write_text(text)

    assert main("publish", "one") == 2
    assert written(there / "results") == {name: text.encode()}
    assert "was not made by publish" in capsys.readouterr().err
    assert main("publish", "one", "--force") == 0
    assert "made by" in (there / "results" / "README.md").read_text("utf-8")


def test_the_index_names_other_folders_and_what_it_leaves_out(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (there / "results" / "a-selfcheck").mkdir(parents=True)
    (there / "results" / "a-selfcheck" / "README.md").write_text("# How far | it can be trusted\n\nMore.")
    (there / "results" / "broken").mkdir()
    (there / "results" / "broken" / "run.json").write_text("{}")
    (there / "results" / "runs").mkdir()

    assert main("publish", "one") == 0

    readme = (there / "results" / "README.md").read_text("utf-8")
    assert "[How far | it can be trusted](a-selfcheck/README.md)" in readme
    assert "broken is left out of the index" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "message"), [
    (("nothing",), "there is no run nothing"),
    (("one", "two", "--name", "x"), "--name can't be combined"),
    (("one", "one"), "two of the runs are called one"),
    (("one", "--name", "a/b"), "can't be the name"),
    (("one", "--name", ".."), "can't be the name"),
    (("a name",), "'a name' can't be the name"),
])  # fmt: skip
def test_bad_input_is_a_clear_error(
    words: tuple[str, ...], message: str, there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (there / "two").rename(there / "a name") if words == ("a name",) else None

    assert main("publish", *words) == 2
    assert message in capsys.readouterr().err
    assert not (there / "results").exists()


def test_a_disk_that_refuses_is_named(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (there / "results").write_text("a file")

    assert main("publish", "one") == 3
    assert "can't be published" in capsys.readouterr().err


def test_a_file_that_is_too_large_to_be_ours_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "README.md").open("wb") as file:
        file.truncate(1 << 25)

    with pytest.raises(BenchError, match="not what publish writes"):
        place.change(tmp_path / "README.md", "text")


def private_run() -> Kept:
    """A run in which every text names a person, a machine or a folder."""
    invented = about(["manual"], ["asyncio", "uvloop"])
    cell = invented.cells[0]
    metadata: dict[str, str | int | float] = {"hostname": "ada-laptop", "loop_class": f"x {PRIVATE}", "loops": 3}
    outcomes = (
        Run(cell, 0, run(cell, 0, [1e-4]).values, metadata, PRIVATE), run(cell, 1, [1e-4]),
        Failure(cell, 2, PRIVATE, PRIVATE), Dropped("manual", 3, PRIVATE),
        Resumed((PRIVATE,), {"cpu": PRIVATE, "owner": "x"}), Calibration("manual", 1e-4, 3, 3),
    )  # fmt: skip
    changed = replace(
        invented,
        skips=(Skip(Cell("manual", "uvloop", "loop"), PRIVATE),),
        facts={**invented.facts, "owner": "lovelace", "build": "GCC 1.2.3.4 lovelace"},
        disturbances=(PRIVATE,),
    )
    return Kept(changed, outcomes)


def test_nothing_names_a_person_a_machine_or_a_folder() -> None:
    cleaned = Cleaner(NAMES).run(private_run())

    text = (msgspec.json.encode(cleaned.about) + msgspec.json.encode(cleaned.outcomes)).decode()
    for private in (
        "lovelace",
        "ada-laptop",
        "mail.example",
        "192.168",
        "fe80",
        "/home",
        "secret",
        "owner",
        "hostname",
    ):
        assert private not in text.lower()
    assert GONE in text
    assert "GCC 1.2.3.4" in text
    assert cleaned.runs[1] == private_run().runs[1]


def test_where_nobody_looked_for_disturbances_nothing_is_invented() -> None:
    assert Cleaner(()).run(Kept(about(["warm"], ["asyncio"]), ())).about.disturbances is None
    assert Cleaner(()).text("Ada on 10.0.0.1 in /home/ada/x.py") == f"Ada on {GONE} in …/x.py"


def test_what_loops_cost_is_cleaned_too_but_not_the_names_of_loops() -> None:
    resources = msgspec.json.decode(RESOURCES_TEXT, type=Resources)
    dirty = msgspec.convert({**json.loads(RESOURCES_TEXT), "facts": {"cpu": "x", "owner": "y"}}, Resources)

    cleaned = Cleaner(("why", "asyncio")).resources(dirty)

    assert cleaned.loops[0].loop == resources.loops[0].loop == "asyncio"
    assert cleaned.cold[0].missing == GONE
    assert dict(cleaned.facts) == {"cpu": "x"}


def test_resources_are_published_with_their_run(there: Path) -> None:
    (there / "one" / "resources.json").write_bytes(RESOURCES_TEXT)

    main("publish", "one")

    assert msgspec.json.decode((there / "results" / "one" / "resources.json").read_bytes(), type=Resources).seed == 1


def test_every_fact_of_a_machine_may_be_published() -> None:
    assert all(KEPT_FACTS.fullmatch(name) for name in facts(LOOPS[:1]))


def test_the_names_of_this_machine_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "lovelace")
    monkeypatch.setenv("LOGNAME", "al")
    monkeypatch.setenv("HOSTNAME", "ada.example.org")
    monkeypatch.setattr("platform.node", lambda: "engine.example.org")

    names = privacy.this_machine()

    assert {"lovelace", "ada.example.org", "engine.example.org", "engine"} <= {*names}
    assert not {"al", "root", "localhost"} & {*names}


def test_what_a_real_run_publishes_names_nobody(there: Path) -> None:
    main("--loop", "asyncio", "--scenario", "warm", "--rounds", "1", "--without-intervals", "--quiet", "-o", "real")
    main("publish", "real")

    text = b"".join(written(there / "results").values()).decode()
    for private in (os.uname().nodename, str(Path.home()), str(there), str(Path(__file__).parent)):
        assert len(private) < 3 or not re.search(rf"\b{re.escape(private)}\b", text)


def test_the_index_has_a_heading_for_each_machine_and_interpreter() -> None:
    kept = pages.kept(["asyncio", "uvloop"], rounds=6)
    rows = '[{"scenario":"warm","loop":"uvloop","python":"3","stage":"total","role":"loop","baseline":"asyncio"}]'
    other = replace(kept.about, facts={**kept.about.facts, "cpu": "Z80 <b>"}, started="2026-11-26")

    files = index.index([index.published(kept.about, "a", rows), index.published(other, "b", rows)], {})

    assert re.findall("^##+ (.*)", files["README.md"], re.MULTILINE) == [
        r"CPython 3.14.0 on Z80 \<b>, ? CPUs", "b", "CPython 3.14.0 on Z80, ? CPUs", "a", "What the files are",
    ]  # fmt: skip
    assert "<b>" not in files["index.html"]
