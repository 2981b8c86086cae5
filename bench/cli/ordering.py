"""`run --fleet`: the same plan on each host of a Dask scheduler, collected and merged."""

import argparse
import importlib
import secrets
import sys
import time
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cli.arguments import percentage
from bench.errors import INSTALLED, PROGRAM, BenchError, Exit

if TYPE_CHECKING:
    import types

    from bench.fleet.orders import End, Host, Order

PATIENCE_S = 600.0
OURS = {
    "help", "version", "fleet", "fleet_security", "insecure", "wait_for_lost", "output", "resume", "force_resume",
    "quiet", "json", "verbose", "format", "save_baseline", "force", "dry_run", "check", "no_bars", "png",
    "fail_if_slower_than", "require_power",
}  # fmt: skip
REFUSED = ("check", "dry_run", "save_baseline", "force_resume", "png", "fail_if_slower_than")


def call(options: Namespace, parser: argparse.ArgumentParser) -> Exit:
    """Let each host measure the plan, keep all of it in one folder, and print what holds on all of them."""
    from bench.fleet.orders import check_address

    for name in REFUSED:
        if getattr(options, name):
            raise BenchError(
                f"--{name.replace('_', '-')} can't be combined with --fleet: each host has runs of its own"
            )
    check_address(options.fleet, insecure=options.insecure)
    collecting, connection = imported()
    output = options.resume or options.output or Path("results/runs", time.strftime("%Y%m%d-%H%M%S"))
    try:
        with connection.connected(options.fleet, options.fleet_security) as client:
            orders = _orders(output, options, parser, connection.hosts(client))
            ends = collecting.collect(client, orders, options.wait_for_lost or PATIENCE_S, _tell)
    except connection.LostError as error:
        raise connection.LostError(f"{error}\n{_later(options, output)}") from error
    except KeyboardInterrupt:
        print(f"\ninterrupted; {_later(options, output)}", file=sys.stderr)
        raise
    return _concluded(ends, output, options)


def imported() -> "tuple[types.ModuleType, types.ModuleType]":
    """The modules that need Dask; raises BenchError where it is not installed."""
    try:
        return importlib.import_module("bench.fleet.collecting"), importlib.import_module("bench.fleet.connection")
    except ImportError as error:
        raise BenchError(
            f"Dask is not installed ({error}): a fleet needs it here and on each host\npip install '{INSTALLED}[fleet]'"
        ) from None


def _orders(
    output: Path, options: Namespace, parser: argparse.ArgumentParser, hosts: "Mapping[str, Host]"
) -> "Mapping[Path, Order]":
    """A new order for each host, or those of the fleet's folder that is resumed; kept before anything is measured."""
    from bench.fleet import orders
    from bench.fleet.collecting import folder_of

    if options.resume:
        found = orders.read(output)
    else:
        able = [host.name for host in hosts.values() if host.measuring]
        for host in hosts.values():
            if not host.measuring:
                print(f"left out: {host.name} has no worker that may measure; {orders.HOW}", file=sys.stderr)
        if not able:
            raise BenchError(f"no host of {options.fleet} may measure\n{orders.HOW}")
        identity = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(4)}"
        found = tuple(orders.Order(identity, name, words(options, parser)) for name in able)
        orders.write(output, found)
    return {folder_of(output, order.host): order for order in found}


def words(options: Namespace, parser: argparse.ArgumentParser) -> tuple[str, ...]:
    """The options that plan the same run on a host; all hosts have the same seed."""
    chosen: list[str] = []
    for action in parser._actions:  # noqa: SLF001  (argparse has no other way to ask for all options)
        value = getattr(options, action.dest, None)
        if action.dest in OURS or value is None or value is False or not action.option_strings:
            continue
        name = max(action.option_strings, key=len)
        if value is True:
            chosen.append(name)
            continue
        values = value if isinstance(value, list) else [value]
        chosen += [f"{name}={100 * each:.9g}%" if action.type is percentage else f"{name}={each}" for each in values]
    return (*chosen, *(() if options.seed is not None else (f"--seed={secrets.randbelow(2**31)}",)))


def _tell(end: "End") -> None:
    print(f"{end.host}: {end.reason or 'measured'}", file=sys.stderr)


def _later(options: Namespace, output: Path) -> str:
    security = f" --fleet-security {options.fleet_security}" if options.fleet_security else ""
    return (
        f"the hosts keep what they measure; collect it later with: {PROGRAM} --fleet {options.fleet}{security} "
        f"--resume {output}"
    )


def _concluded(ends: "Sequence[End]", output: Path, options: Namespace) -> Exit:
    """Print and write what the hosts have measured; raises BenchError where none has."""
    from bench.cli import merge
    from bench.statistics.runs import Named
    from bench.store.folder import ABOUT, RunFolder

    runs = [
        Named(end.folder.name, RunFolder(end.folder).load(), end.host).digested()
        for end in ends
        if (end.folder / ABOUT).exists()
    ]
    if not runs:
        raise BenchError("no host has measured anything: " + "; ".join(f"{end.host}: {end.reason}" for end in ends))
    notes = [f"{end.host} is not whole: {end.reason}" for end in ends if end.reason]
    notes += [f"Dask's profiler ran on {end.host} beside the measurement" for end in ends if end.profiled]
    code = merge.conclude(sorted(runs, key=lambda run: run.machine), options, output, notes)
    return Exit.NOT_MEASURED if any(end.reason for end in ends) else code
