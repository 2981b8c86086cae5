"""Settings of the kernel and the environment: clocks, memory layout, io_uring, Python's switches."""

import re
from collections.abc import Callable

from bench.machine import facts
from bench.machine.place import OTHERS, Place, UnknownError, unexpected

CLOCK_FOLDER = "sys/devices/system/clocksource/clocksource0"
RANDOM_LAYOUT = "proc/sys/kernel/randomize_va_space"
NAME = re.compile(r"[\w-]{1,40}")
# Fast clocks are read without entering the kernel, in tens of nanoseconds; slow ones take a microsecond or more.
FAST_CLOCKS = {
    "tsc",
    "kvm-clock",
    "hyperv_clocksource_tsc_page",
    "arch_sys_counter",
    "timebase",
    "tod",
    "riscv_clocksource",
}
SLOW_CLOCKS = {"hpet", "acpi_pm", "pit", "jiffies", "refined-jiffies", "hyperv_clocksource_msr"}
SWITCH = re.compile(r"PYTHON[A-Z0-9_]{1,40}")
READING_NS = 300  # a lifecycle of 6 µs contains four readings
STEP_NS = 1000
ADDR_NO_RANDOMIZE = 0x0040000  # from Linux' personality(2)
CAPABILITIES = re.compile(r"^CapEff:\s*([0-9a-f]{16})$", re.MULTILINE)
MAY_RAISE_PRIORITY = 1 << 23  # CAP_SYS_NICE of Linux' capabilities(7)
NICE_LIMIT = re.compile(r"^Max nice priority\s+([0-9]{1,2}|unlimited)\s", re.MULTILINE)
HIGHEST_PRIORITY = "40"  # of RLIMIT_NICE: a nice value of -20
LIBUV_SWITCH = "UV_USE_IO_URING"
PLACES = {"PYTHONPATH", "PYTHONHOME"}  # say where files are, not how Python runs


def clock_source(place: Place) -> tuple[str, str]:
    """What the kernel reads to know the time; with some sources that takes longer than a stage."""
    path = f"{CLOCK_FOLDER}/current_clocksource"
    name = place.read(path)
    if not NAME.fullmatch(name):
        raise unexpected(path)
    if name in FAST_CLOCKS:
        return name, ""
    if name not in SLOW_CLOCKS:
        raise UnknownError(
            f"{name}, which is not in this program's lists; the clock's cost shows whether it is fast enough"
        )
    better = FAST_CLOCKS & set((place.look(f"{CLOCK_FOLDER}/available_clocksource") or "").split())
    if better:
        return f"{name}, slow to read", f"echo {min(better)} | sudo tee /{path}"
    return f"{name}, slow to read", "no faster one is available: see what the kernel's log says about tsc"


def clock(place: Place) -> tuple[str, str]:
    """What one reading costs, and the smallest difference between two, as seen from Python."""
    cost, step = place.sample.reading_ns, place.sample.step_ns
    if not cost:
        raise UnknownError(f"it did not advance in {step} ns")
    finding = f"{cost:.0f} ns to read, smallest step {step} ns, promised {place.sample.promised_ns:.0f} ns"
    if cost <= READING_NS and step <= STEP_NS:
        return finding, ""
    return finding, "see the clock source; without a faster one, distrust stages of less than a microsecond"


def priority(place: Place) -> tuple[str, str]:
    """Workers with a higher priority are hardly ever interrupted by other processes; without it, measure when idle."""
    if may_raise_priority(place.read):
        return "workers may get the highest", ""
    if (place.sample.others or 0) <= OTHERS:
        return "workers keep the usual one, which does while nothing else runs", ""
    permit = f"sudo prlimit --nice={HIGHEST_PRIORITY} --pid $$"
    return "workers keep the usual one, and others interrupt their values", permit


def may_raise_priority(read: Callable[[str], str]) -> bool:
    """Whether this process may give others the highest priority; `read` gives the text of a file below the root.

    Raises UnknownError where the kernel does not tell.
    """
    capabilities = CAPABILITIES.search(read("proc/self/status"))
    if capabilities is None:
        raise unexpected("proc/self/status")
    limit = NICE_LIMIT.search(read("proc/self/limits"))
    if limit is None:
        raise unexpected("proc/self/limits")
    return bool(int(capabilities[1], 16) & MAY_RAISE_PRIORITY) or limit[1] in {HIGHEST_PRIORITY, "unlimited"}


def aslr(place: Place) -> tuple[str, str]:
    """Rounds in fresh processes average over memory layouts, which requires that layouts differ."""
    setting = place.read(RANDOM_LAYOUT)
    remedy = "sudo sysctl kernel.randomize_va_space=2 (or all rounds share one memory layout, good or bad)"
    if setting in {"0", "1"}:
        return {"0": "off", "1": "on, but not for the heap"}[setting], remedy
    if setting != "2":
        raise unexpected(RANDOM_LAYOUT)
    path = "proc/self/personality"
    personality = place.read(path)
    if not re.fullmatch(r"[0-9a-f]{1,8}", personality):
        raise unexpected(path)
    if int(personality, 16) & ADDR_NO_RANDOMIZE:
        return "off for this process and its workers", "start it without setarch -R: each round needs a new layout"
    return "on, as rounds need it", ""


def io_uring(place: Place) -> tuple[str, str]:
    """The kernel's switch, and libuv's switch in the environment: only the second is the user's choice."""
    choice = place.environment.get(LIBUV_SWITCH)
    if choice is not None:
        value = choice if re.fullmatch(r"[0-9]", choice) else "…"
        remedy = f"unset {LIBUV_SWITCH}, unless it is what you measure: libuv's loops don't run as by default"
        return f"decided by {LIBUV_SWITCH}={value}", remedy
    kernel = facts.IO_URING.get(place.read(facts.IO_URING_SWITCH))
    if kernel is None:
        raise unexpected(facts.IO_URING_SWITCH)
    return f"{kernel} by the kernel, left to libuv", ""


def python_switches(place: Place) -> tuple[str, str]:
    """Python's switches in the environment; workers inherit only some of them."""
    if place.inherited is None:
        raise UnknownError("what workers inherit is unknown")
    given = set(filter(SWITCH.fullmatch, place.environment)) - PLACES
    reaching = sorted(given & set(place.inherited))
    dropped = sorted(given - set(place.inherited))
    if reaching:
        remedy = f"unset {' '.join(reaching)}, unless it is what you measure"
        return f"{', '.join(reaching)}, which workers get too", remedy
    return f"{', '.join(dropped)}, which workers don't get" if dropped else "none", ""
