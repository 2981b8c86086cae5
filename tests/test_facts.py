"""Which facts about the machine are published, and which never are."""

import getpass
import platform
import socket
import sys
import sysconfig
from pathlib import Path

import pytest

from bench.machine import facts as machine_facts
from bench.subjects import loops

pytestmark = pytest.mark.every_python


def test_the_facts_name_what_a_result_depends_on() -> None:
    facts = machine_facts.facts([loops.named("asyncio"), loops.named("uvloop"), loops.named("winloop")])

    assert facts["python"] == platform.python_version()
    assert facts["kernel"].split()[0] == platform.system()
    assert facts["loop uvloop"] == loops.named("uvloop").version
    assert facts["loop winloop"] == "missing"
    assert all(facts.values())


def test_the_facts_name_no_host_no_user_and_no_folder() -> None:
    words = " ".join(machine_facts.facts(loops.default_selection()).values()).split()

    assert not {socket.gethostname(), getpass.getuser()} & set(words)
    assert not [word for word in words if word.startswith(("/", "~"))]


def test_what_the_environment_says_is_cleaned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_USE_IO_URING", "\x1b[31m1\n|\udcff")

    assert machine_facts.facts([])["UV_USE_IO_URING"] == "1 |\N{REPLACEMENT CHARACTER}"


def test_a_fact_that_can_not_be_read_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    read = machine_facts._read
    monkeypatch.setattr(machine_facts, "_read", lambda path: read(f"/no/such{path}"))
    monkeypatch.setattr(platform, "processor", str)

    facts = machine_facts.facts([])

    assert (facts["cpu"], facts["io_uring"]) == ("unknown", "unknown")


def test_a_file_that_is_not_text_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "garbage").write_bytes(b"\xff")
    read = machine_facts._read
    monkeypatch.setattr(machine_facts, "_read", lambda _path: read(str(tmp_path / "garbage")))

    assert machine_facts.facts([])["io_uring"] == "unknown"


def test_a_special_build_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Jit:
        @staticmethod
        def is_enabled() -> bool:
            return True

    monkeypatch.setattr(sys, "_jit", Jit, raising=False)
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)
    monkeypatch.setattr(sysconfig, "get_config_var", lambda name: int(name == "Py_GIL_DISABLED"))

    assert machine_facts.facts([])["build"].endswith(", free-threaded, JIT")


def test_differences_are_given_in_words() -> None:
    changed = machine_facts.differences({"python": "3.14.0", "cpu": "x", "gone": "y"}, {"python": "3.14.1", "cpu": "x"})

    assert changed == ("python: 3.14.0 then, 3.14.1 now", "gone: y then, nothing now")
