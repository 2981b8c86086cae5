"""The user's end of a fleet: a connection to its scheduler, the hosts that it knows, and what is submitted to one."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import dask
from distributed import Client, Future
from distributed.security import Security

from bench import texts
from bench.errors import BenchError, NotMeasuredError
from bench.fleet.orders import RESOURCE, Host

CONNECT_S = 30

Answer = TypeVar("Answer")


class LostError(NotMeasuredError):
    """The scheduler is gone."""


@contextmanager
def connected(address: str, security: Path | None) -> Iterator[Client]:
    """A client of this scheduler; raises BenchError where there is none, or where it asks for other certificates."""
    try:
        client = Client(
            address, timeout=CONNECT_S, security=_security(security), set_as_default=False, name="evloop-bench"
        )
    except (OSError, RuntimeError, TypeError, ValueError) as error:
        raise BenchError(
            f"no scheduler answers at {address}: {texts.said(error)}\n"
            "start one with: dask scheduler; a scheduler with TLS needs tls://… and --fleet-security FILE"
        ) from error
    try:
        yield client
    finally:
        client.close(timeout=CONNECT_S)


def _security(file: Path | None) -> Security | None:
    """The TLS settings of a file as Dask reads them, in YAML: distributed.comm.tls and what is in it."""
    if file is None:
        return None
    if not file.is_file():
        raise BenchError(f"there is no file {file}: --fleet-security takes a configuration of Dask, in YAML")
    try:
        settings = dask.config.merge(dask.config.config, *dask.config.collect_yaml(paths=[str(file)]))
        with dask.config.set(settings):
            return Security(require_encryption=True)
    except (OSError, TypeError, ValueError) as error:
        raise BenchError(f"{file} is not a configuration of Dask: {texts.said(error)}") from None


def hosts(client: Client) -> Mapping[str, Host]:
    """The hosts of all workers by name; raises LostError if the scheduler is gone."""
    found: dict[str, Host] = {}
    for worker in _workers(client):
        name = str(worker["host"])
        known = found.get(name, Host(name, 0, 0))
        can_measure = bool(worker["resources"].get(RESOURCE))
        found[name] = Host(name, known.workers + 1, known.measuring + can_measure)
    return dict(sorted(found.items()))


def _workers(client: Client) -> list[Mapping[str, Any]]:
    try:
        return list(client.sync(client.scheduler.identity, n_workers=-1)["workers"].values())
    except (OSError, AttributeError, TimeoutError) as error:
        raise LostError(f"the scheduler is lost: {texts.said(error)}") from error


def submit(
    client: Client, host: str, function: Callable[..., Answer], *parts: object, measuring: bool = False
) -> "Future[Answer]":
    """Call the function on this host and nowhere else; a measurement takes the resource that makes hosts measure."""
    return client.submit(
        function, *parts, workers=[host], allow_other_workers=False, pure=False,
        resources={RESOURCE: 1} if measuring else None,
    )  # fmt: skip


def answer(future: "Future[Answer]", patience_s: float) -> Answer | str:
    """What the host answers, or why it does not."""
    try:
        answered: Answer = future.result(timeout=max(1.0, patience_s))
    except TimeoutError:
        future.cancel()
        return "busy: it does not answer, as while it measures"
    except Exception as error:  # noqa: BLE001  (whatever fails there is raised here)
        return f"does not answer: {texts.line(f'{type(error).__name__}: {error}')[: texts.MOST_SAID]}"
    return answered
