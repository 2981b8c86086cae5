"""Who else uses this machine: other processes, and other machines on its host."""

from bench.machine.place import LOAD_PER_CPU, OTHERS, SAMPLE_S, Place, UnknownError, counted, unexpected, whole

STOLEN = 0.01  # one tick of the kernel on two CPUs: more than that is not by chance
CONTAINERS = {"": ".dockerenv", "run": ".containerenv"}  # folder: file
HYPERVISORS = {  # text in the firmware's vendor and product: name
    "QEMU": "QEMU", "KVM": "KVM", "VMware": "VMware", "VirtualBox": "VirtualBox", "Xen": "Xen",
    "Microsoft Corporation Virtual Machine": "Hyper-V", "Amazon EC2": "Amazon EC2", "Parallels": "Parallels",
    "Google Compute Engine": "Google Compute Engine", "OpenStack": "OpenStack", "BHYVE": "bhyve",
    "Apple Virtualization": "Apple's framework",
}  # fmt: skip


def load(place: Place) -> tuple[str, str]:
    """What others use now, and the last minute's average; too much of either widens the intervals."""
    if place.load is None or place.sample.others is None:
        raise UnknownError(f"psutil does not know on {place.platform}")
    each, others = place.load / place.cpus, place.sample.others
    now = f"now others use {others:.0%} of {counted(place.cpus)}"
    if place.platform == "linux":
        now += f", and {_waiting(place)} want to run"
    finding = f"{now}; load of the last minute {place.load:.2f} ({each:.2f} per CPU)"
    if others > OTHERS:
        return finding, "end what else runs (top shows it)"
    if each > LOAD_PER_CPU:
        return finding, "wait a minute; if the load stays, something runs now and then (top shows it)"
    return finding, ""


def steal(place: Place) -> tuple[str, str]:
    """CPU time that the host took while this process wanted to run."""
    if place.sample.stolen is None:
        raise UnknownError(f"psutil does not know on {place.platform}")
    finding = f"{place.sample.stolen:.1%} over {SAMPLE_S:g} s"
    if place.sample.stolen <= STOLEN:
        return finding, ""
    return finding, "other machines on the host take it: measure at a quieter time, or on a machine of your own"


def virtualisation(place: Place) -> tuple[str, str]:
    """Whether other machines may share the hardware unnoticed."""
    name = hypervisor(place)
    inside = any(mark in place.names(folder) for folder, mark in CONTAINERS.items()) or "container" in place.environment
    container = ", in a container" if inside else ""
    if name is None:
        raise UnknownError(f"neither processor nor firmware says{container}")
    if not name:
        return f"none{container}", ""
    remedy = "to publish, measure on hardware of your own; or else look at the control's row, and measure twice"
    return f"by {name}{container}", remedy


def hypervisor(place: Place) -> str | None:
    """The hypervisor's name; "" if there is none; None if that is unknown."""
    lines = place.read("proc/cpuinfo").splitlines()
    flags = next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), None)
    firmware = " ".join(place.look(f"sys/class/dmi/id/{name}") or "" for name in ("sys_vendor", "product_name"))
    named = next((name for text, name in HYPERVISORS.items() if text in firmware and ".metal" not in firmware), None)
    if place.look("sys/hypervisor/type") == "xen":
        return "Xen"
    if flags is None:  # only x86 has flags
        return named
    if "hypervisor" not in flags:
        return ""
    if "microsoft" in (place.look("proc/version") or "").lower():
        return "Hyper-V"
    clocks = place.look("sys/devices/system/clocksource/clocksource0/available_clocksource") or ""
    return named or ("KVM" if "kvm-clock" in clocks else "a hypervisor without a name")


def swap(place: Place) -> tuple[str, str]:
    """Memory that is being moved disturbs; memory that stays in swap does not."""
    if place.swap is None:
        raise UnknownError(f"psutil does not know on {place.platform}")
    used, total = place.swap
    if not total:
        return "none", ""
    if place.platform != "linux" or place.sample.swapped is None:
        raise UnknownError(f"{_mib(used)} of {_mib(total)} in use; whether any is being moved is unknown")
    finding = f"{_mib(place.sample.swapped)} moved in {SAMPLE_S:g} s, {_mib(used)} of {_mib(total)} in use"
    return finding, "end what uses the memory; then sudo swapoff -a" if place.sample.swapped else ""


def _waiting(place: Place) -> int:
    """How many processes run or want to, less this one, at this moment."""
    path = "proc/loadavg"
    fields = place.read(path).split()
    running = whole(fields[3].partition("/")[0]) if len(fields) > 3 else None  # noqa: PLR2004  (after three averages)
    if running is None:
        raise unexpected(path)
    return max(0, running - 1)


def _mib(count: int) -> str:
    return f"{count / 2**20:.0f} MiB"
