"""Finds out which loops can be imported, each in a process of its own, before anything is measured."""

import contextlib
import os
import time
from collections.abc import Collection, Mapping

import msgspec

from bench.measurement.lending import started
from bench.measurement.processes import EndedError, Process, SuspendedError
from bench.measurement.suspension import ask_again
from bench.subjects.loops import Loop
from bench.texts import publishable

TIMEOUT_S = 60.0


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the process answers: nothing, or the error."""

    error: str | None = None


def broken(loops: Collection[Loop], timeout_s: float = TIMEOUT_S, python: str | None = None) -> Mapping[str, str]:
    """Why loops can't be imported, by their names; empty if all can be, or where the harness was suspended.

    `python`: an interpreter other than this one.
    """
    with contextlib.suppress(SuspendedError):
        return ask_again(lambda: _broken(loops, timeout_s, python))
    return {}


def _broken(loops: Collection[Loop], timeout_s: float, python: str | None) -> Mapping[str, str]:
    began = time.monotonic()
    with contextlib.ExitStack() as ends:
        processes: dict[str, Process] = {}
        for loop in loops:
            selector = [f"--selector={loop.selector}"] if loop.selector else []
            words = [*selector, f"--parent={os.getpid()}", loop.factory]
            processes[loop.name] = started("bench.worker.imports", words, python)
            ends.callback(processes[loop.name].kill)
        reasons = {name: _reason(process, timeout_s, began) for name, process in processes.items()}
    return {name: reason for name, reason in reasons.items() if reason}


def _reason(process: Process, timeout_s: float, began: float) -> str | None:
    """Why the process could not import its loop; None if it could."""
    try:
        reason = msgspec.json.decode(process.answer(timeout_s, began), type=Answer).error
    except SuspendedError:
        raise
    except EndedError as error:
        # 0: its end was noticed before its answer, on a busy machine; or its package ends it, as a round will tell
        reason = None if process.status() == 0 else str(error)
    except ValueError:
        reason = "wrote into the harness's pipe"
    return publishable(reason) if reason else None
