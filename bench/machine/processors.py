"""The processors: which may be used, what they share, and what changes their speed."""

import re

from bench.errors import PROGRAM
from bench.machine.place import Place, UnknownError, cpu_list, ranges, unexpected
from bench.machine.sharing import hypervisor

CPU_FOLDER = "sys/devices/system/cpu"
GOVERNOR = re.compile(r"[a-z_]{1,20}")
VIRTUAL = " (a virtual machine's host decides)"
TURBO = {
    f"{CPU_FOLDER}/intel_pstate/no_turbo": "0",
    f"{CPU_FOLDER}/cpufreq/boost": "1",
}  # the file's content if turbo is on


def cpus(place: Place) -> tuple[str, str]:
    """How many CPUs there are, and how many parent and workers may use: they need at least one each."""
    if place.allowed is None:
        raise UnknownError(f"{place.cpus}; psutil does not know on {place.platform} which may be used")
    usable = place.allowed | (place.confined or frozenset())
    finding = f"{len(usable)} of {place.cpus} may be used ({ranges(usable)})"
    if place.confined:
        finding += f", workers on {ranges(place.confined)}"
    if len(usable) > 1:
        return finding, ""
    if place.cpus == 1:
        return "only 1, which parent and workers share", "give the machine a second CPU"
    return f"{finding}, which parent and workers share", f"allow two: taskset --cpu-list 0-1 {PROGRAM}"


def isolated(place: Place) -> tuple[str, str]:
    """Isolated CPUs are left alone by the scheduler, which is best; but only what names them runs there."""
    path = f"{CPU_FOLDER}/isolated"
    apart = cpu_list(place.read(path))
    if apart is None:
        raise unexpected(path)
    if not apart:
        return "none", ""
    if place.used is None:
        raise UnknownError(f"{ranges(apart)}; where the workers run is unknown")
    if place.used <= apart:
        return f"{ranges(apart)}, and workers run on {ranges(place.used)}", ""
    return f"{ranges(apart)}, but workers run on {ranges(place.used)}", f"{PROGRAM} --affinity {ranges(apart)}"


def smt(place: Place) -> tuple[str, str]:
    """Two threads of one core slow each other down, whatever runs in them."""
    path = f"{CPU_FOLDER}/smt/active"
    active = place.read(path)
    if active == "1":
        return "on: CPUs share cores", f"echo off | sudo tee /{CPU_FOLDER}/smt/control"
    if active != "0":
        raise unexpected(path)
    if hypervisor(place):
        raise UnknownError(f"off as seen here{VIRTUAL}")
    return "off", ""


def governor(place: Place) -> tuple[str, str]:
    """Every governor but `performance` changes the speed with the load, so with the position in a sweep."""
    names = [name for name in place.names(CPU_FOLDER) if re.fullmatch(r"cpu[0-9]{1,5}", name)]
    used = [name for name in names if place.used is None or int(name[3:]) in place.used]
    contents = {name: place.look(f"{CPU_FOLDER}/{name}/cpufreq/scaling_governor") for name in used}
    governors = {name: text for name, text in contents.items() if text is not None}
    if not governors:
        raise UnknownError(f"the kernel has none{VIRTUAL if hypervisor(place) else ''}")
    if not all(map(GOVERNOR.fullmatch, governors.values())):
        raise unexpected(f"{CPU_FOLDER}/…/scaling_governor")
    others = sorted(set(governors.values()) - {"performance"})
    if not others:
        return "performance", ""
    slow = sum(text != "performance" for text in governors.values())
    remedy = "sudo cpupower frequency-set --governor performance"
    return f"{' and '.join(others)} on {slow} of {len(governors)} CPUs", remedy


def turbo(place: Place) -> tuple[str, str]:
    """How long turbo lasts depends on heat, and on what the other cores do."""
    for path, on in TURBO.items():
        switch = place.look(path)
        if switch is None:
            continue
        if switch not in {"0", "1"}:
            raise unexpected(path)
        return ("on", f"echo {1 - int(on)} | sudo tee /{path}") if switch == on else ("off", "")
    raise UnknownError(f"the kernel has no switch for it{VIRTUAL if hypervisor(place) else ''}")


def battery(place: Place) -> tuple[str, str]:
    """On battery, firmware and kernel save power."""
    if place.batteries is None:
        raise UnknownError(f"psutil does not know on {place.platform}")
    if not place.batteries:
        return "none", ""
    (battery,) = place.batteries
    if battery.plugged is None:
        raise UnknownError(f"{battery.percent:.0f} % full; whether it is in use is unknown")
    if battery.plugged:
        return "not in use: plugged in", ""
    return f"in use, {battery.percent:.0f} % full", "plug the machine in"
