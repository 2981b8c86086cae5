"""What the kernel and the environment are set to: clocks, the layout of memory, io_uring, Python's switches."""

import re

from bench.machine import facts
from bench.machine.place import Place, UntoldError, unexpected

CLOCK_FOLDER = "sys/devices/system/clocksource/clocksource0"
RANDOM_LAYOUT = "proc/sys/kernel/randomize_va_space"
NAME = re.compile(r"[\w-]{1,40}")
# Read without entering the kernel, in some tens of nanoseconds; the slow ones take a microsecond or more.
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
READING_NS = 300  # a lifecycle of 6 µs has four readings
STEP_NS = 1000
ADDR_NO_RANDOMIZE = 0x0040000  # of Linux' personality(2)
LIBUV_SWITCH = "UV_USE_IO_URING"
PLACES = {"PYTHONPATH", "PYTHONHOME"}  # where things are, not how they run


def clock_source(place: Place) -> tuple[str, str]:
    """What the kernel reads when asked for the time; in some it takes longer than a stage."""
    path = f"{CLOCK_FOLDER}/current_clocksource"
    name = place.read(path)
    if not NAME.fullmatch(name):
        raise unexpected(path)
    if name in FAST_CLOCKS:
        return name, ""
    if name not in SLOW_CLOCKS:
        raise UntoldError(f"{name}, of which nothing is known here; the clock's cost shows whether it will do")
    better = FAST_CLOCKS & set((place.look(f"{CLOCK_FOLDER}/available_clocksource") or "").split())
    if better:
        return f"{name}, slow to read", f"echo {min(better)} | sudo tee /{path}"
    return f"{name}, slow to read", "no better one is available here: see what the kernel's log says of tsc"


def clock(place: Place) -> tuple[str, str]:
    """What one reading costs and the least by which two differ, as seen from Python."""
    cost, step = place.sample.reading_ns, place.sample.step_ns
    if not cost:
        raise UntoldError(f"it did not move in {step} ns")
    found = f"{cost:.0f} ns to read, least step {step} ns, promised {place.sample.promised_ns:.0f} ns"
    if cost <= READING_NS and step <= STEP_NS:
        return found, ""
    return found, "see the clock source; without a better one read stages of less than a microsecond with care"


def aslr(place: Place) -> tuple[str, str]:
    """Rounds of fresh processes are worth what differs between them: their layout must."""
    setting = place.read(RANDOM_LAYOUT)
    remedy = "sudo sysctl kernel.randomize_va_space=2 (each round needs a fresh layout, else all share one accident)"
    if setting in {"0", "1"}:
        return {"0": "off", "1": "on, but not for the heap"}[setting], remedy
    if setting != "2":
        raise unexpected(RANDOM_LAYOUT)
    path = "proc/self/personality"
    personality = place.read(path)
    if not re.fullmatch(r"[0-9a-f]{1,8}", personality):
        raise unexpected(path)
    if int(personality, 16) & ADDR_NO_RANDOMIZE:
        return "off for this process and its workers", "start it without setarch -R: each round needs a fresh layout"
    return "on, as fresh rounds need it", ""


def io_uring(place: Place) -> tuple[str, str]:
    """The kernel's switch, and the one that libuv reads: only the second is the user's choice."""
    asked = place.environment.get(LIBUV_SWITCH)
    if asked is not None:
        value = asked if re.fullmatch(r"[0-9]", asked) else "…"
        remedy = f"unset {LIBUV_SWITCH}, unless it is what you measure: libuv's loops run otherwise than by default"
        return f"decided by {LIBUV_SWITCH}={value}", remedy
    kernel = facts.IO_URING.get(place.read(facts.IO_URING_SWITCH))
    if kernel is None:
        raise unexpected(facts.IO_URING_SWITCH)
    return f"{kernel} by the kernel, left to libuv", ""


def python_switches(place: Place) -> tuple[str, str]:
    """What the environment tells Python; workers get only a part of it."""
    if place.inherited is None:
        raise UntoldError("what workers get of the environment was not asked")
    given = set(filter(SWITCH.fullmatch, place.environment)) - PLACES
    reaching = sorted(given & set(place.inherited))
    dropped = sorted(given - set(place.inherited))
    if reaching:
        remedy = f"unset {' '.join(reaching)}, unless it is what you measure"
        return f"{', '.join(reaching)}, which workers get too", remedy
    return f"{', '.join(dropped)}, which workers don't get" if dropped else "none", ""
