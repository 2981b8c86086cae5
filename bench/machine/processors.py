"""The processors: which may be used, what they share, and what changes their pace."""

import re

from bench.machine.place import Place, UntoldError, cpu_list, ranges, unexpected
from bench.machine.sharing import hypervisor

CPU_FOLDER = "sys/devices/system/cpu"
GOVERNOR = re.compile(r"[a-z_]{1,20}")
VIRTUAL = " (a virtual machine's host decides)"
TURBO = {f"{CPU_FOLDER}/intel_pstate/no_turbo": "0", f"{CPU_FOLDER}/cpufreq/boost": "1"}  # what stands there if on


def cpus(place: Place) -> tuple[str, str]:
    """How many there are, and how many the parent and the workers may use: one each at least."""
    if place.allowed is None:
        raise UntoldError(f"{place.cpus}; psutil can't tell on {place.platform} which may be used")
    usable = place.allowed | (place.confined or frozenset())
    found = f"{len(usable)} of {place.cpus} may be used ({ranges(usable)})"
    if place.confined:
        found += f", workers on {ranges(place.confined)}"
    if len(usable) > 1:
        return found, ""
    if place.cpus == 1:
        return "only 1, which parent and workers share", "give the machine a second CPU"
    return f"{found}, which parent and workers share", "allow two: taskset --cpu-list 0-1 python -m bench"


def isolated(place: Place) -> tuple[str, str]:
    """CPUs that the scheduler leaves alone are the best there are, but nothing runs there unless it is told to."""
    path = f"{CPU_FOLDER}/isolated"
    apart = cpu_list(place.read(path))
    if apart is None:
        raise unexpected(path)
    if not apart:
        return "none", ""
    if place.used is None:
        raise UntoldError(f"{ranges(apart)}; where the workers run can't be told")
    if place.used <= apart:
        return f"{ranges(apart)}, and workers run on {ranges(place.used)}", ""
    return f"{ranges(apart)}, but workers run on {ranges(place.used)}", f"python -m bench --affinity {ranges(apart)}"


def smt(place: Place) -> tuple[str, str]:
    """Two threads of one core slow each other down, whatever runs in the other."""
    path = f"{CPU_FOLDER}/smt/active"
    active = place.read(path)
    if active == "1":
        return "on: CPUs share cores", f"echo off | sudo tee /{CPU_FOLDER}/smt/control"
    if active != "0":
        raise unexpected(path)
    if hypervisor(place):
        raise UntoldError(f"off as seen here{VIRTUAL}")
    return "off", ""


def governor(place: Place) -> tuple[str, str]:
    """Any but `performance` changes the pace with the load, so with the position in a sweep."""
    names = [name for name in place.names(CPU_FOLDER) if re.fullmatch(r"cpu[0-9]{1,5}", name)]
    used = [name for name in names if place.used is None or int(name[3:]) in place.used]
    found = {name: place.look(f"{CPU_FOLDER}/{name}/cpufreq/scaling_governor") for name in used}
    governors = {name: text for name, text in found.items() if text is not None}
    if not governors:
        raise UntoldError(f"the kernel has none{VIRTUAL if hypervisor(place) else ''}")
    if not all(map(GOVERNOR.fullmatch, governors.values())):
        raise unexpected(f"{CPU_FOLDER}/…/scaling_governor")
    others = sorted(set(governors.values()) - {"performance"})
    if not others:
        return "performance", ""
    slow = sum(text != "performance" for text in governors.values())
    remedy = "sudo cpupower frequency-set --governor performance"
    return f"{' and '.join(others)} on {slow} of {len(governors)} CPUs", remedy


def turbo(place: Place) -> tuple[str, str]:
    """How long a turbo lasts depends on heat, and on what the other cores do."""
    for path, on in TURBO.items():
        switch = place.look(path)
        if switch is None:
            continue
        if switch not in {"0", "1"}:
            raise unexpected(path)
        return ("on", f"echo {1 - int(on)} | sudo tee /{path}") if switch == on else ("off", "")
    raise UntoldError(f"the kernel has no switch for it{VIRTUAL if hypervisor(place) else ''}")


def battery(place: Place) -> tuple[str, str]:
    """On battery, firmware and kernel save power."""
    if place.batteries is None:
        raise UntoldError(f"psutil can't tell on {place.platform}")
    if not place.batteries:
        return "none", ""
    (one,) = place.batteries
    if one.plugged is None:
        raise UntoldError(f"{one.percent:.0f} % full; whether it is in use is not told")
    if one.plugged:
        return "not in use: plugged in", ""
    return f"in use, {one.percent:.0f} % full", "plug the machine in"
