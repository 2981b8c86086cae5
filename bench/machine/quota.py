"""How much of the CPUs the control groups of this process grant it, by both versions of them, nested ones too."""

import math
from collections.abc import Iterator
from pathlib import PurePosixPath

from bench.machine.place import Place, UntoldError, counted, unexpected, whole

GROUPS = "proc/self/cgroup"
MOUNTS = "proc/self/mountinfo"
LIMITS = {"cgroup": ("cpu.cfs_quota_us", "cpu.cfs_period_us"), "cgroup2": ("cpu.max",)}  # quota and period of each


def quota(place: Place) -> tuple[str, str]:
    """The narrowest of the limits; who has used up a period's share stands still until the next period."""
    limit = min(_limits(place), default=math.inf)
    if limit >= place.cpus:
        return "none" if limit == math.inf else f"{limit:.3g} of {counted(place.cpus)}, which is all", ""
    remedy = "lift the limit (docker's --cpus, systemd's CPUQuota=, Kubernetes' limits), or measure outside of it"
    return f"{limit:.3g} of {counted(place.cpus)}", remedy


def _limits(place: Place) -> Iterator[float]:
    """CPUs that each group grants: those that this process is in, and those around them."""
    groups = [line.split(":", 2) for line in place.read(GROUPS).splitlines()]
    if not groups or any(len(group) != 3 for group in groups):  # noqa: PLR2004  (number:controllers:path)
        raise unexpected(GROUPS)
    mounted = {system: (top, folder) for system, top, folder in _mounts(place)}
    if not mounted:
        raise UntoldError("no control groups are mounted here")
    for _, controllers, group in groups:
        system = "cgroup" if "cpu" in controllers.split(",") else "" if controllers else "cgroup2"
        if system in mounted:
            top, folder = mounted[system]
            inside = _inside(PurePosixPath(group), top)
            for around in (inside, *inside.parents):
                yield from _limit(place, str(PurePosixPath(folder, around)).lstrip("/"), LIMITS[system])


def _mounts(place: Place) -> Iterator[tuple[str, str, str]]:
    """Where groups that can limit CPUs are mounted: the file system, the group that is its top, the folder."""
    for line in place.read(MOUNTS).splitlines():
        mount, _, system = (part.split() for part in line.partition(" - "))
        if not mount[4:] or not system:
            raise unexpected(MOUNTS)
        if system[0] == "cgroup2" or (system[0] == "cgroup" and "cpu" in system[-1].split(",")):
            yield system[0], mount[3], mount[4]


def _inside(group: PurePosixPath, top: str) -> PurePosixPath:
    """The group as seen from the mounted top; the top itself for a group that lies outside of it."""
    inside = group.relative_to(top) if group.is_relative_to(top) else PurePosixPath()
    return PurePosixPath() if ".." in inside.parts else inside


def _limit(place: Place, folder: str, files: tuple[str, ...]) -> Iterator[float]:
    """The limit of one group, in CPUs; nothing where it has none."""
    try:
        found = [place.look(f"{folder}/{file}") for file in files]
    except UntoldError:  # the reason names the group, which may name somebody
        raise UntoldError(f"{files[0]} of a control group can't be read") from None
    fields = " ".join(filter(None, found)).split()
    if None in found or fields[:1] in (["max"], ["-1"]):
        return
    granted, period = (whole(field) for field in fields) if len(fields) == 2 else (None, None)  # noqa: PLR2004  (just so)
    if not granted or not period:
        raise UntoldError(f"{files[0]} of a control group holds something unexpected")
    yield granted / period
