"""How many CPUs this process may use by its control groups, of both versions, including nested groups."""

import math
from collections.abc import Iterator
from pathlib import PurePosixPath

from bench.machine.place import Place, UnknownError, counted, unexpected, whole

GROUPS = "proc/self/cgroup"
MOUNTS = "proc/self/mountinfo"
LIMITS = {"cgroup": ("cpu.cfs_quota_us", "cpu.cfs_period_us"), "cgroup2": ("cpu.max",)}  # quota and period


def quota(place: Place) -> tuple[str, str]:
    """The lowest limit; a process that has used up its share of a period waits for the next one."""
    limit = min(_limits(place), default=math.inf)
    if limit >= place.cpus:
        return "none" if limit == math.inf else f"{limit:.3g} of {counted(place.cpus)}, which is all", ""
    remedy = "lift the limit (docker's --cpus, systemd's CPUQuota=, Kubernetes' limits), or measure outside the group"
    return f"{limit:.3g} of {counted(place.cpus)}", remedy


def _limits(place: Place) -> Iterator[float]:
    """CPUs that each group allows: the groups of this process, and all groups that contain them."""
    groups = [line.split(":", 2) for line in place.read(GROUPS).splitlines()]
    if not groups or any(len(group) != 3 for group in groups):  # noqa: PLR2004  (number:controllers:path)
        raise unexpected(GROUPS)
    mounted = {system: (top, folder) for system, top, folder in _mounts(place)}
    if not mounted:
        raise UnknownError("no control groups are mounted here")
    for _, controllers, group in groups:
        system = "cgroup" if "cpu" in controllers.split(",") else "" if controllers else "cgroup2"
        if system in mounted:
            top, folder = mounted[system]
            inside = _inside(PurePosixPath(group), top)
            for around in (inside, *inside.parents):
                yield from _limit(place, str(PurePosixPath(folder, around)).lstrip("/"), LIMITS[system])


def _mounts(place: Place) -> Iterator[tuple[str, str, str]]:
    """Where groups that can limit CPUs are mounted: the file system, the group at its top, the folder."""
    for line in place.read(MOUNTS).splitlines():
        mount, _, system = (part.split() for part in line.partition(" - "))
        if not mount[4:] or not system:
            raise unexpected(MOUNTS)
        if system[0] == "cgroup2" or (system[0] == "cgroup" and "cpu" in system[-1].split(",")):
            yield system[0], mount[3], mount[4]


def _inside(group: PurePosixPath, top: str) -> PurePosixPath:
    """The group as seen from the mounted top; the top itself if the group is outside it."""
    inside = group.relative_to(top) if group.is_relative_to(top) else PurePosixPath()
    return PurePosixPath() if ".." in inside.parts else inside


def _limit(place: Place, folder: str, files: tuple[str, ...]) -> Iterator[float]:
    """The limit of one group in CPUs, if it has one."""
    try:
        contents = [place.look(f"{folder}/{file}") for file in files]
    except UnknownError:  # its reason names the group, which may name a person
        raise UnknownError(f"{files[0]} of a control group can't be read") from None
    fields = " ".join(filter(None, contents)).split()
    if None in contents or fields[:1] in (["max"], ["-1"]):
        return
    granted, period = (whole(field) for field in fields) if len(fields) == 2 else (None, None)  # noqa: PLR2004  (quota and period)
    if not granted or not period:
        raise UnknownError(f"{files[0]} of a control group holds something unexpected")
    yield granted / period
