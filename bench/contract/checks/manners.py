"""What a loop must leave alone in the process that it is a guest in."""

import asyncio
import gc
import os
import signal
import sys
import threading

from bench.contract.promises import NotApplicableError, Subject, check, completed, expect
from bench.subjects import scenarios

LIFECYCLES = 200
WARM = 20
FEW = 5  # descriptors or threads that stay once, not with each lifecycle


def _attributes() -> dict[str, int]:
    """Identity of each function and class of asyncio's modules, and of what their classes have."""
    modules = [module for name, module in sys.modules.items() if name == "asyncio" or name.startswith("asyncio.")]
    found: dict[str, int] = {}
    for module in modules:
        for name, value in vars(module).items():
            if callable(value):
                found[f"{module.__name__}.{name}"] = id(value)
            if isinstance(value, type) and value.__module__ == module.__name__:
                members = vars(value).items()
                found |= {f"{module.__name__}.{name}.{key}": id(each) for key, each in members if key[:2] != "__"}
    return found


@check()
def patches_nothing(subject: Subject) -> None:
    """asyncio.AbstractEventLoop: Event loops of others implement this class; asyncio itself stays what it is."""
    before = _attributes()
    subject.new_loop().close()
    after = _attributes()
    changed = [name for name, identity in before.items() if after.get(name) != identity]
    expect(not changed, f"importing the package or creating a loop replaced {', '.join(changed[:5])}")


@check()
def keeps_the_policy(subject: Subject) -> None:
    """asyncio.set_event_loop_policy: Set the current process-wide policy; that is the program's choice."""
    if sys.version_info >= (3, 16):
        raise NotApplicableError("event loop policies are gone from Python 3.16 on")
    before = type(scenarios.policy())
    completed(subject, lambda: asyncio.sleep(0))
    after = type(scenarios.policy())
    expect(before is after, f"afterwards the policy is a {after.__module__}.{after.__qualname__}")


@check(posix=True)
def keeps_limits(subject: Subject) -> None:
    """resource.setrlimit: Limits of a process are the program's choice."""
    import resource

    kinds = [name for name in dir(resource) if name.startswith("RLIMIT_")]
    before = {name: resource.getrlimit(getattr(resource, name)) for name in kinds}
    completed(subject, lambda: asyncio.sleep(0))
    after = {name: resource.getrlimit(getattr(resource, name)) for name in kinds}
    changed = [f"{name} from {before[name]} to {after[name]}" for name in kinds if before[name] != after[name]]
    expect(not changed, f"it changed {'; '.join(changed)}")


@check()
def keeps_signals(subject: Subject) -> None:
    """signal.signal, signal.set_wakeup_fd: After the loop was closed, both are as they were before."""
    kinds = sorted(signal.valid_signals())
    before = {number: signal.getsignal(number) for number in kinds}
    completed(subject, lambda: asyncio.sleep(0.001))
    changed = [str(number) for number in kinds if signal.getsignal(number) != before[number]]
    expect(not changed, f"it left other handlers behind for signals {', '.join(changed)}")
    descriptor = signal.set_wakeup_fd(-1)
    expect(descriptor == -1, f"it left a wake-up descriptor behind: {descriptor}")


def _held() -> tuple[int, int]:
    """Open descriptors and living threads of this process."""
    gc.collect()
    return len(os.listdir("/dev/fd")), threading.active_count()  # noqa: PTH208  (quick)


@check(posix=True)
def leaks_nothing(subject: Subject) -> None:
    """loop.close: Clears all queues and shuts down the executor; after it, nothing of the loop is left."""
    for _ in range(WARM):
        completed(subject, lambda: asyncio.sleep(0))
    descriptors, threads = _held()
    for _ in range(LIFECYCLES):
        completed(subject, lambda: asyncio.sleep(0))
    more, running = (now - before for now, before in zip(_held(), (descriptors, threads), strict=True))
    expect(more <= FEW, f"after {LIFECYCLES} lifecycles {more} descriptors more are open")
    expect(running <= FEW, f"after {LIFECYCLES} lifecycles {running} threads more are running")


@check(exits=True)
def ends_well(subject: Subject) -> None:
    """sys.exit: After the loop was closed, the interpreter ends, with the status that the program gave it."""
    completed(subject, lambda: asyncio.sleep(0.001))
