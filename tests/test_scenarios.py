"""Looking up scenarios, and the contract that their files keep."""

from pathlib import Path

import pytest

import scenarios
from bench.contract.checks import every
from bench.errors import BenchError
from bench.subjects import loops
from bench.subjects import scenarios as registry

pytestmark = pytest.mark.every_python

GOOD = '"""A title.\n\nMore."""\ndef scenario(new_loop, get_data): ...\n'


def test_every_file_is_a_scenario_with_a_title() -> None:
    files = {file.stem for file in Path(scenarios.__path__[0]).glob("*.py") if not file.stem.startswith("_")}

    assert set(registry.names()) == files
    assert all(registry.named(name).title for name in registry.names())
    assert len({registry.named(name).title for name in registry.names()}) == len(files)


def test_an_unknown_scenario_names_the_nearest() -> None:
    with pytest.raises(BenchError, match="no scenario is called 'runer'; the nearest: runner"):
        registry.named("runer")


@pytest.mark.parametrize("name", ["_workload", "../x", "", "os"])
def test_what_is_not_a_scenario_is_not_imported(name: str) -> None:
    with pytest.raises(BenchError, match="no scenario"):
        registry.named(name)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("def scenario(given, get_data): ...\n", "a docstring"),
        ('"""Title."""\n', "a function scenario"),
        (GOOD + 'GIVEN = "nothing"\n', "GIVEN, one of new_loop"),
        (GOOD + "SINCE = (3, 12)\n", "WHY"),
    ],
)
def test_a_file_that_breaks_the_contract_is_refused_with_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, problem: str
) -> None:
    name = f"broken_{abs(hash(text))}"
    (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.setattr(scenarios, "__path__", [*scenarios.__path__, str(tmp_path)])

    with pytest.raises(BenchError, match=rf"scenarios/{name}\.py needs {problem}.*contract"):
        registry.named(name)


@pytest.mark.parametrize(
    ("name", "python", "reason"),
    [
        ("asyncio_run", (3, 11), "asyncio.run takes a loop_factory from Python 3.12 on"),
        ("asyncio_run", (3, 12), None),
        ("asyncio_run", (3, 16), None),
        ("asyncio_run_default", (3, 11), None),
        ("asyncio_run_default", (3, 15), None),
        ("asyncio_run_default", (3, 16), "event loop policies are gone from Python 3.16 on"),
    ],
)
def test_a_scenario_is_skipped_on_a_python_that_lacks_what_it_needs(
    name: str, python: tuple[int, int], reason: str | None
) -> None:
    assert registry.named(name).skip_reason(loops.LOOPS[0], python) == reason


@pytest.mark.parametrize("name", registry.names())
def test_what_a_scenario_needs_are_checks_that_every_python_has(name: str) -> None:
    needed = registry.needs(name)

    assert {*needed} <= {check for check, of in every().items() if of.since == (3, 11) and not of.posix}
    assert bool(needed) == (name != "own_run")
    assert registry.needs("nothing") == ()


def test_create_is_a_stage_only_where_creation_can_be_seen() -> None:
    without = {name for name in registry.names() if "create" not in registry.named(name).stages}

    assert without == {"warm", "own_run", "threads"}
    assert registry.named("threads").stages == ()


def test_eight_scenarios_are_measured_unless_others_are_asked_for() -> None:
    assert len(registry.names_by_default()) == 8
    assert set(registry.names()) - {*registry.names_by_default()} == {
        "bridge",
        "fixture",
        "portal",
        "threads",
        "unittest",
    }
