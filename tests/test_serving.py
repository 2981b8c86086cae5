"""The tables behind workloads with a server; invented runs."""

import json
from dataclasses import replace

import pytest
from invented import about, run
from test_figures import said

from bench.plan.cells import Cell
from bench.reports import records, tables
from bench.reports.rendering import render
from bench.statistics.comparisons import compare
from bench.store.outcomes import Kept


def measured(workload: str, server: float = 10e-6, client: float = 0.25) -> Kept:
    """A run in which a lifecycle takes 400 µs, of which 100 µs are work."""
    found = about(["manual"], ["asyncio", "uvloop"])
    found = replace(found, plan=replace(found.plan, workloads=(workload,)))

    def figures(cell: Cell) -> dict[str, float]:
        if workload.startswith("fetch"):
            return {"floor": 20e-6, "server": server}
        return {"rate": 1e4, "p50": 1e-4, "p99": 3e-3, "client": client} if cell.loop == "asyncio" else {}

    runs = (said(run(cell, index, [4e-4] * 4), **figures(cell)) for cell in found.cells for index in range(6))
    return Kept(found, tuple(runs))


def text(workload: str, *, server: float = 10e-6, client: float = 0.25) -> str:
    """Its report."""
    kept = measured(workload, server, client)
    return render(tables.document(kept, compare(kept)), "simple")


def rows(text: str, head: str) -> list[list[str]]:
    """The rows of the table with this head."""
    lines = text.splitlines()
    first = next(index for index, line in enumerate(lines) if line.split() == head.split()) + 2
    return [line.split() for line in lines[first : lines.index("", first)]]


def test_a_request_is_shown_beside_one_without_a_loop_and_with_the_servers_share() -> None:
    report = text("fetch=2,answer=150")

    assert rows(report, "loop a request µs server's share") == [
        ["asyncio", "50.0", "(50.0–50.0)", "20", "%"],
        ["control", "50.0", "(50.0–50.0)", "20", "%"],
        ["uvloop", "50.0", "(50.0–50.0)", "20", "%"],
        ["no", "loop", "20.0", "(20.0–20.0)", "50", "%"],
    ]
    assert "own CPU time, 10 µs for each request" in report
    assert "look smaller" not in report


def test_a_server_that_is_the_limit_is_said_to_be() -> None:
    assert "more than 40 % of a request: differences between loops look smaller" in text("fetch=2", server=21e-6)


def test_a_loop_that_serves_has_its_rate_and_its_latency() -> None:
    report = text("serve=100,size=1024,connections=10")

    assert rows(report, "loop requests/s p50 µs p99 µs client") == [
        ["asyncio", "10000", "(10000–10000)", "100", "(100–100)", "3000", "(3000–3000)", "25", "%"],
        ["control", "10000", "(10000–10000)", "100", "(100–100)", "3000", "(3000–3000)", "25", "%"],
        ["uvloop", "–", "–", "–", "–"],
    ]
    assert "by the clock of the client" in report
    assert "limit" not in report


def test_a_client_that_is_the_limit_is_said_to_be() -> None:
    assert "In manual/serve=100,size=1024,connections=1 it was the limit" in text(
        "serve=100,size=1024,connections=1", client=0.9
    )


def test_json_has_the_figures_of_totals() -> None:
    kept = measured("serve=100,size=1024,connections=10")

    rows = json.loads(records.as_json(kept, compare(kept)))

    figures = {(row["loop"], row["role"], row["stage"]): row["figures"] for row in rows if "figures" in row}
    assert set(figures) == {("asyncio", "baseline", "total"), ("asyncio", "control", "total")}
    assert figures["asyncio", "control", "total"]["p99"] == {"value": 3e-3, "low": 3e-3, "high": 3e-3}
    assert json.loads(records.everything(kept, compare(kept)))["comparisons"] == rows


@pytest.mark.parametrize("workload", ["sleep", "turns=5"])
def test_without_a_server_there_is_nothing_more(workload: str) -> None:
    found = about(["manual"], ["asyncio"])
    found = replace(found, plan=replace(found.plan, workloads=(workload,)))
    kept = Kept(found, tuple(run(cell, index, [4e-4] * 4) for cell in found.cells for index in range(6)))

    report = render(tables.document(kept, compare(kept)), "simple")

    assert "no loop" not in report
    assert "requests/s" not in report
