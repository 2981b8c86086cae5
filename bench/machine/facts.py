"""What a result must say about the machine that measured it, and nothing that identifies the machine."""

import os
import platform
from collections.abc import Collection, Mapping, Sequence
from importlib import metadata
from pathlib import Path

from bench import texts
from bench.subjects.interpreters import Interpreter, here
from bench.subjects.loops import Loop

IO_URING_SWITCH = "proc/sys/kernel/io_uring_disabled"
SHARED = ("python", "implementation")  # facts that name all interpreters of a run together
IO_URING = {"0": "allowed", "1": "restricted", "2": "disabled"}  # what the kernel's switch means for programs


def facts(loops: Collection[Loop], interpreters: Sequence[Interpreter] = ()) -> Mapping[str, str]:
    """Python and its build, kernel, processor, io_uring, and the versions of the loops that are compared.

    Without interpreters they are of the one that runs this. With several, what is known of each has its name:
    `build@3.13`, `loop uvloop@3.13`.
    """
    interpreters = interpreters or (here(loops),)
    models = [line for line in _read("/proc/cpuinfo").splitlines() if line.startswith("model name")]
    texts_by_name = {
        **_joined(interpreters),
        "kernel": f"{platform.system()} {platform.release()}",
        "architecture": platform.machine(),
        "cpu": models[0].partition(":")[2].strip() if models else platform.processor() or "unknown",
        "cpus": str(os.cpu_count()),
        "io_uring": IO_URING.get(_read(f"/{IO_URING_SWITCH}").strip(), "unknown"),
        "UV_USE_IO_URING": os.environ.get("UV_USE_IO_URING", "unset"),
        "pyperf": metadata.version("pyperf"),
        **{
            f"loop {loop.name}{at}": one.loops.get(loop.name, "missing")
            for at, one in _suffixes(interpreters).items()
            for loop in loops
        },
    }
    return {name: texts.line(value)[: texts.MOST] for name, value in texts_by_name.items()}


def _joined(interpreters: Sequence[Interpreter]) -> Mapping[str, str]:
    """What one interpreter says of itself; of several, what they are together, then what each of them is."""
    if len(interpreters) == 1:
        return interpreters[0].facts
    together = {name: ", ".join(dict.fromkeys(one.facts[name] for one in interpreters)) for name in SHARED}
    each = {f"{name}{at}": fact for at, one in _suffixes(interpreters).items() for name, fact in one.facts.items()}
    return together | each


def _suffixes(interpreters: Sequence[Interpreter]) -> Mapping[str, Interpreter]:
    """The interpreters, by what stands behind the name of a fact that is theirs alone; nothing where there is one."""
    several = len(interpreters) > 1
    return {f"@{one.name}" if several else "": one for one in interpreters}


def differences(earlier: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """What differs between two sets of facts, in words."""
    changed = [name for name in {**earlier, **now} if earlier.get(name) != now.get(name)]
    return tuple(f"{name}: {earlier.get(name, 'nothing')} then, {now.get(name, 'nothing')} now" for name in changed)


def _read(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except (OSError, ValueError):
        return ""
