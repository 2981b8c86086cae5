"""Completion of a command line: what follows, and that a shell gets it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from argcomplete.finders import CompletionFinder

from bench import cli
from bench.cli import completing


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that names a loop, which must not be imported."""
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").write_text("[tool.evloop-bench.loops]\nmine = 'factories:new_loop'\n")


def completed(line: str) -> set[str]:
    """What may stand in place of the last word of a line."""
    *words, last = line.split(" ")
    finder = CompletionFinder(completing.parser(words))
    texts = finder._get_completions(["evloop-bench", *words], last, "", None)  # type: ignore[no-untyped-call]  # as it is
    return {text.strip() for text in texts}


@pytest.mark.parametrize(("line", "texts"), [
    ("comp", {"compare"}),
    ("--sce", {"--scenario"}),
    ("--scenario run", {"runner", "run_forever"}),
    ("--loop asyncio-e", {"asyncio-epoll"}),
    ("--loop mi", {"mine"}),
    ("--baseline uvl", {"uvloop"}),
    ("check --loop uvl", {"uvloop"}),
    ("check --check call_soon_o", {"call_soon_order"}),
    ("check --fail-on call_soon_o", {"call_soon_order"}),
    ("report --format gith", {"github"}),
    ("compare --fail-if-s", {"--fail-if-slower"}),
    ("--fast comp", set()),
])  # fmt: skip
def test_what_follows(line: str, texts: set[str]) -> None:
    assert completed(line) == texts


def test_a_file_that_is_wrong_hides_no_other_loop() -> None:
    Path("pyproject.toml").write_text("evloop-bench is not TOML")

    assert completed("--loop uvl") == {"uvloop"}


def test_every_command_is_offered_first() -> None:
    assert {*cli.COMMANDS} <= completed("")


def test_without_argcomplete_nothing_is_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "argcomplete", None)
    monkeypatch.setenv("_ARGCOMPLETE", "1")

    with pytest.raises(SystemExit) as end:
        cli.main([])

    assert end.value.code == 1


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")
@pytest.mark.parametrize(
    ("line", "text"), [("evloop-bench che", "check "), ("evloop-bench check --loop uvl", "uvloop ")]
)
def test_bash_gets_it(line: str, text: str) -> None:
    program = Path("bin", "evloop-bench")
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nfrom bench.cli import main\nmain()\n")
    program.chmod(0o755)
    script = (
        f'eval "$({sys.executable} -m argcomplete.scripts.register_python_argcomplete evloop-bench)"; '
        f'COMP_LINE="{line}"; COMP_POINT=${{#COMP_LINE}}; COMP_TYPE=9; _python_argcomplete evloop-bench; '
        'printf "%s|" "${COMPREPLY[@]}"'
    )
    path = os.pathsep.join([str(program.parent.absolute()), os.environ["PATH"]])
    root = os.pathsep.join([str(Path(cli.__file__).parents[2]), os.environ.get("PYTHONPATH", "")])

    done = subprocess.run(
        [shutil.which("bash") or "bash", "-c", script], capture_output=True, text=True, timeout=120, check=True,
        env={**os.environ, "PATH": path, "PYTHONPATH": root},
    )  # fmt: skip

    assert done.stdout == f"{text}|"
