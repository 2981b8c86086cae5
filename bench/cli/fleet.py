"""`fleet`: the hosts of a Dask scheduler, their interpreters, loops and processors, and what disturbs there."""

import argparse
import time
from argparse import Namespace
from typing import TYPE_CHECKING

from bench.cli.run_options import add_security
from bench.cli.terminal import add_format, drawn, show
from bench.errors import Exit

if TYPE_CHECKING:
    from bench.fleet.orders import Described

PATIENCE_S = 60.0  # a look at the machine takes up to a second; a host that is measuring may not answer before its end


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which scheduler, and how the table looks."""
    parser.add_argument("fleet", metavar="ADDRESS", help="Dask scheduler, such as tcp://127.0.0.1:8786")
    add_security(parser)
    parser.add_argument("--json", action="store_true", help="JSON list of hosts")
    add_format(parser)


def call(options: Namespace) -> Exit:
    """Print every host; the exit code says if all of them may measure."""
    from bench.cli.ordering import imported
    from bench.fleet.orders import check_address

    check_address(options.fleet, insecure=options.insecure)
    _, connection = imported()
    from bench.fleet import host
    from bench.reports import fleet as report

    with connection.connected(options.fleet, options.fleet_security) as client:
        hosts = connection.hosts(client)
        asked = {name: connection.submit(client, name, host.describe) for name in hosts}
        deadline = time.monotonic() + PATIENCE_S
        answers: dict[str, Described | str] = {
            name: connection.answer(future, deadline - time.monotonic()) for name, future in asked.items()
        }
    rows = tuple((hosts[name], answer) for name, answer in answers.items())
    show(report.as_json(rows) if options.json else drawn(report.document(rows), options.format))
    return Exit.DONE if rows and all(report.is_able(*row) for row in rows) else Exit.NOT_MEASURED
