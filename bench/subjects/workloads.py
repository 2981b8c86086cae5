"""Finds the workloads, and reads their sizes. `scenarios/workloads/__init__.py` has their contract."""

import contextlib
import functools
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType, ModuleType

from bench.errors import PROGRAM, BenchError, unknown
from scenarios import workloads
from scenarios._workload import GetData

SLEEP = "sleep"
TEXT = re.compile(r"\w{1,64}(=\d{1,9})?(,\w{1,64}=\d{1,9}){0,9}", re.ASCII)
FIGURE = "figure_"  # in the metadata of a worker
SERVER = "scenarios.workloads._server"
LEAST, MOST = 1, 1_000_000


@dataclass(frozen=True, slots=True)
class Workload:
    """A workload of certain sizes, as its file declares it; `seconds` is roughly how long it takes."""

    name: str
    title: str
    sizes: Mapping[str, int]
    seconds: float
    serves: bool
    in_turn: bool

    def __str__(self) -> str:
        """As the user writes it, with all sizes: `turns=1000`, `fetch=10,answer=150`; the first has the file's name."""
        written = zip((self.name, *tuple(self.sizes)[1:]), self.sizes.values(), strict=False)
        return ",".join(f"{size}={number}" for size, number in written) or self.name

    @property
    def operations(self) -> int:
        """How many operations it does, its first size: requests, turns, tasks; 1 where it has no size."""
        return next(iter(self.sizes.values()), 1)

    def get_data(self, delay_s: float, port: int) -> GetData:
        """The coroutine function that a scenario runs; `delay_s` is for `sleep`, `port` for what needs a server."""
        function = importlib.import_module(f"{workloads.__name__}.{self.name}").get_data
        if self.name == SLEEP:
            return functools.partial(function, delay_s)
        return functools.partial(function, **self.sizes, **({"port": port} if self.serves else {}))

    def figures(self, port: int) -> Mapping[str, float]:
        """What the workload's server or client says after all values; nothing where it can't be asked any more."""
        function = getattr(importlib.import_module(f"{workloads.__name__}.{self.name}"), "figures", None)
        if function is None:
            return {}
        wanted = inspect.signature(function).parameters
        with contextlib.suppress(OSError):
            found = function(port=port, **{size: number for size, number in self.sizes.items() if size in wanted})
            return {f"{FIGURE}{name}": number for name, number in found.items()}
        return {}


def names() -> tuple[str, ...]:
    """Names of all workloads: the files whose names don't begin with _; the default is the first."""
    found = {file.name for file in pkgutil.iter_modules(workloads.__path__) if file.name[0] != "_"}
    return (SLEEP, *sorted(found - {SLEEP}))


def name_of(text: str) -> str:
    """What a workload is called, without its sizes."""
    return re.split("[=,]", text, maxsplit=1)[0]


@functools.cache
def named(text: str) -> Workload:
    """Read `name`, `name=number` or `name=number,size=number`; raises BenchError for anything else."""
    name = name_of(text)
    if name not in names():
        raise unknown("workload", name, names(), f"see {PROGRAM} list")
    module = importlib.import_module(f"{workloads.__name__}.{name}")
    title = (module.__doc__ or "").partition("\n")[0].removesuffix(".")
    parameters = inspect.signature(module.get_data).parameters
    sizes = {
        one.name: one.default for one in parameters.values() if one.annotation is int and one.default is not one.empty
    }
    workload = Workload(name, title, sizes, 0.0, "port" in parameters, getattr(module, "IN_TURN", False))
    sizes = {**workload.sizes, **dict(_asked(text, workload, module))}
    workload = replace(workload, sizes=MappingProxyType(sizes))
    return replace(workload, seconds=module.EACH_S * workload.operations)


def _asked(text: str, workload: Workload, module: ModuleType) -> Iterator[tuple[str, int]]:
    """The sizes that a text names; raises BenchError for those that the workload does not have or does not allow."""
    example = f"write {workload}" if workload.sizes else f"write {workload.name}, which has no size"
    if not TEXT.fullmatch(text):
        raise BenchError(f"--workload {text}: a size is a whole number\n{example}")
    for position, (size, equals, number) in enumerate(word.partition("=") for word in text.split(",")):
        name = next(iter(workload.sizes), "") if position == 0 else size
        if not equals:
            continue
        if name not in workload.sizes:
            lacks = f"{workload.name} has no {f'size {name}' if name else 'size'}"
            raise BenchError(f"--workload {text}: {lacks}\n{example}")
        least, most = _limits(module, name)
        if not least <= int(number) <= most:
            raise BenchError(f"--workload {text}: give a number of {name} from {least} to {most}")
        yield name, int(number)


def _limits(module: ModuleType, size: str) -> tuple[int, int]:
    return getattr(module, "LEAST", {}).get(size, LEAST), getattr(module, "MOST", {}).get(size, MOST)


def resized(text: str, operations: int) -> str:
    """The same workload with this number of operations, its first size; with the nearest one that it allows."""
    workload = named(text)
    first, *others = workload.sizes
    least, most = _limits(importlib.import_module(f"{workloads.__name__}.{workload.name}"), first)
    sizes = {first: min(max(operations, least), most)} | {size: workload.sizes[size] for size in others}
    return str(replace(workload, sizes=MappingProxyType(sizes)))
