"""What a result must say about the machine that measured it, and nothing that identifies the machine."""

import os
import platform
import sys
import sysconfig
from collections.abc import Collection, Mapping
from importlib import metadata
from pathlib import Path

from bench import texts
from bench.subjects.loops import Loop

IO_URING_SWITCH = "proc/sys/kernel/io_uring_disabled"
IO_URING = {"0": "allowed", "1": "restricted", "2": "disabled"}  # what the kernel's switch means for programs


def facts(loops: Collection[Loop]) -> Mapping[str, str]:
    """Python and its build, kernel, processor, io_uring, and the versions of the loops that are compared."""
    models = [line for line in _read("/proc/cpuinfo").splitlines() if line.startswith("model name")]
    jit = getattr(sys, "_jit", None)
    build = {"free-threaded": "Py_GIL_DISABLED", "debug": "Py_DEBUG"}
    special = [name for name, variable in build.items() if sysconfig.get_config_var(variable)]
    special += ["JIT"] if jit and jit.is_enabled() else []
    texts_by_name = {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "build": ", ".join([platform.python_compiler(), *special]),
        "kernel": f"{platform.system()} {platform.release()}",
        "architecture": platform.machine(),
        "cpu": models[0].partition(":")[2].strip() if models else platform.processor() or "unknown",
        "cpus": str(os.cpu_count()),
        "io_uring": IO_URING.get(_read(f"/{IO_URING_SWITCH}").strip(), "unknown"),
        "UV_USE_IO_URING": os.environ.get("UV_USE_IO_URING", "unset"),
        "pyperf": metadata.version("pyperf"),
        **{f"loop {loop.name}": loop.version or "missing" for loop in loops},
    }
    return {name: texts.line(value)[: texts.MOST] for name, value in texts_by_name.items()}


def differences(earlier: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """What differs between two sets of facts, in words."""
    changed = [name for name in {**earlier, **now} if earlier.get(name) != now.get(name)]
    return tuple(f"{name}: {earlier.get(name, 'nothing')} then, {now.get(name, 'nothing')} now" for name in changed)


def _read(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except (OSError, ValueError):
        return ""
