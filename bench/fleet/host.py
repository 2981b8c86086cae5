"""What runs on each host, inside a Dask worker: follows the run that the host measures, and sends it piece by piece."""

import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

import dask
from distributed import get_worker
from distributed.worker import Worker

from bench import __version__
from bench.fleet.daemon import Daemon, state
from bench.fleet.orders import Delivery, Described, Order, Piece
from bench.machine import conditions, facts
from bench.measurement import processes
from bench.store import files
from bench.store.folder import ABOUT, JOURNAL
from bench.subjects import loops

PATIENCE_S = 30.0  # for the worker's own loop
LOOK_S = 2.0  # between two looks at the journal
STOPPED = "it was stopped before all was measured"
GOING = {"executing", "long-running"}
RUNNING = {"running", "paused"}


def measure(order: Order) -> Delivery:
    """Measure an order on this host, or follow the measurement that an earlier worker has begun, until it ends.

    A second order waits until the host has measured the first.
    """
    worker = get_worker()
    key = worker.get_current_task()

    def tell(piece: Piece) -> None:
        message = {"host": order.host, "about": piece.about, "begin": piece.begin, "lines": piece.lines}
        worker.log_event(order.topic, message)

    daemon = Daemon(state() / order.folder_name, order.words, _of_nanny())
    with _unprofiled(worker) as profiled:
        follow(daemon, tell, lambda: _is_wanted(worker, key))
    return Delivery(piece(daemon), "" if daemon.is_complete() else daemon.said() or STOPPED, profiled)


def describe() -> Described:
    """What this host is; a look at the machine takes up to a second."""
    chosen = loops.default_selection()
    checked = conditions.conditions(conditions.this_machine(None, processes.environment()))
    names = tuple(f"{loop.name} {loop.version}" for loop in chosen)
    return Described(__version__, dict(facts.facts(chosen)), names, conditions.disturbances(checked))


def follow(daemon: Daemon, tell: Callable[[Piece], None], is_wanted: Callable[[], bool | None]) -> None:
    """Start the run, again where it ended early but got further; tell each piece of it, until nothing more comes.

    `is_wanted`: False ends the run; None stops to follow it, and lets it go on.
    """
    reached, known = None, 0
    while wanted := is_wanted():
        size = daemon.size()
        started = daemon.start(reached)
        if started is False:
            return
        reached = size if started else reached
        if (found := piece(daemon, known)) and found.lines:
            tell(found)
            known += len(found.lines)
        time.sleep(LOOK_S)
    if wanted is False:
        daemon.end()


def piece(daemon: Daemon, begin: int = 0) -> Piece | None:
    """All of the run from this byte of its journal on, in whole lines; None before there is a run."""
    try:
        about = files.read(daemon.folder.path / ABOUT).decode()
        with (daemon.folder.path / JOURNAL).open("rb") as journal:
            journal.seek(begin)
            lines = journal.read()
    except (OSError, ValueError):
        return None
    return Piece(about, begin, lines[: lines.rfind(b"\n") + 1])


def _of_nanny() -> Collection[str]:
    """Variables that Dask sets for its workers, which change how memory is allocated and how many threads there are."""
    settings = (dask.config.get(f"distributed.nanny.{name}", {}) for name in ("environ", "pre-spawn-environ"))
    return {name for setting in settings for name in setting}


def _is_wanted(worker: Worker, key: str) -> bool | None:
    """Whether somebody waits for this task; None where the worker is about to end, so that nobody can be asked."""
    if worker.status.value not in RUNNING:
        return None
    task = worker.state.tasks.get(key)
    return task is not None and task.state in GOING


@contextmanager
def _unprofiled(worker: Worker) -> Iterator[bool]:
    """Let the worker not profile its tasks meanwhile; whether anything is profiled all the same."""
    names = ("profile", "profile-cycle")
    callbacks = [worker.periodic_callbacks[name] for name in names if name in worker.periodic_callbacks]
    stopped = threading.Event()

    def stop() -> None:
        for callback in callbacks:
            callback.stop()
        stopped.set()

    worker.loop.add_callback(stop)
    stopped.wait(PATIENCE_S)
    try:
        yield any(callback.is_running() for callback in callbacks) or _is_watched()
    finally:
        for callback in callbacks:
            worker.loop.add_callback(callback.start)


def _is_watched() -> bool:
    """Whether the worker's own loop is profiled: nothing can stop that but the setting with which it was started."""
    return any(thread.name == "Profile" for thread in threading.enumerate())
