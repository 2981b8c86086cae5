"""Orders to run folders: submits a plan to each host, and keeps what comes back, piece by piece."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from distributed import Client, Future

from bench import texts
from bench.errors import BenchError
from bench.fleet import connection, host
from bench.fleet.orders import Delivery, End, Order, name_of
from bench.store.folder import RunFolder

LOOK_S = 2.0  # each look costs the scheduler a millisecond
LOST = "lost: it has had no worker for too long"
FORGOTTEN = {"cancelled", "lost"}  # by a scheduler that was started again


def folder_of(output: Path, name: str) -> Path:
    """Where the run of a host is kept."""
    return output / name_of(name)


def collect(
    client: Client, orders: Mapping[Path, Order], patience_s: float, tell: Callable[[End], None]
) -> tuple[End, ...]:
    """Wait until every host has ended, or has had no worker for `patience_s`; raises LostError without a scheduler.

    `orders`: by the folders in which the runs are kept. `tell` gets each end at once.
    """
    _listen(client, orders)
    waiting = {folder: _submitted(client, order) for folder, order in orders.items()}
    last_seen = dict.fromkeys(waiting, time.monotonic())
    ends: list[End] = []
    while waiting:
        time.sleep(LOOK_S)
        now, there = time.monotonic(), connection.hosts(client)
        last_seen |= {folder: now for folder in waiting if orders[folder].host in there}
        for folder, future in list(waiting.items()):
            if future.status in FORGOTTEN:
                waiting[folder] = _submitted(client, orders[folder])
            elif end := _end(End(orders[folder].host, folder), future, is_lost=now - last_seen[folder] > patience_s):
                ends.append(end)
                tell(end)
                del waiting[folder]
    return tuple(ends)


def _listen(client: Client, orders: Mapping[Path, Order]) -> None:
    """Keep each piece as it comes; one that can't be kept comes again with the end of its order."""
    by_host = {order.host: folder for folder, order in orders.items()}

    def keep(event: tuple[float, Mapping[str, Any]]) -> None:
        message = event[1]
        with suppress(BenchError):
            RunFolder(by_host[message["host"]]).receive(message["about"], message["begin"], message["lines"])

    for topic in {order.topic for order in orders.values()}:
        client.subscribe_topic(topic, keep)


def _submitted(client: Client, order: Order) -> "Future[Delivery]":
    return connection.submit(client, order.host, host.measure, order, measuring=True)


def _end(end: End, future: "Future[Delivery]", *, is_lost: bool) -> End | None:
    """How an order ended; None while it goes on."""
    if future.status == "finished":
        delivery = future.result()
        if delivery.all:
            RunFolder(end.folder).receive(delivery.all.about, 0, delivery.all.lines)
        return replace(end, reason=delivery.said, profiled=delivery.profiled)
    if future.status == "error":
        return replace(end, reason=texts.said(future.exception()))
    if not is_lost:
        return None
    future.cancel()
    return replace(end, reason=LOST)
