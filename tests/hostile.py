"""Strategies for hostile content: what is valid, damaged; and what is well formed, and absurd."""

import functools
import itertools
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias, cast

import msgspec
from hypothesis import strategies as st
from invented import FACTS, PYPERF

from bench.contract.findings import Finding
from bench.measurement.delivery import _storable
from bench.plan.cells import Plan, Skip, Thread
from bench.plan.sampling import MOST_ROUNDS, Sampling
from bench.resources.readings import Calls, ColdCell, ColdStart, LoopCosts, Reading, Readings, Resources
from bench.store.outcomes import About, Calibration, Done, Failure, Outcome, Run, Stage
from bench.subjects.scenarios import GIVEN, STAGES, Scenario
from bench.subjects.workloads import SLEEP

Tree: TypeAlias = object  # of JSON: what json.loads gives

ESCAPES = "\x1b[31m\x1b]0;title\x07 a|b \r\n| \x9b2J \u2028\u202e `<b>` ,\"' \x00"
NUMBERS = (
    0, -1, 1, 2, 2**31 - 1, 2**31, 2**53, 2**64, -(2**64), 10**400, 10**12, 0.0, -0.0, 1e-300, 5e-324, 1e-12, 9.9e-13,
    999999.9, 1e6, 1e308, float("nan"), float("inf"), float("-inf"), 0.5,
)  # fmt: skip
TEXTS = (
    "", ESCAPES, "x" * 100_000, "\ud800", "../../etc/passwd", "/etc/passwd", "control", "baseline", "loop", "main",
    "é" * 99, "asyncio", "uvloop", "manual", "total", "run", "a.b:c", "NaN", "1", "x\n", "|", "=1+1",
)  # fmt: skip
TREES: Sequence[Tree] = (
    *NUMBERS, *TEXTS, None, True, False, [], {}, [[]], [{}], {"": None}, [1, [2, [3]]], {"type": "Run"}, {"cell": {}},
)  # fmt: skip
trees = st.sampled_from(TREES) | st.text(max_size=20) | st.integers() | st.floats()


def in_json(tree: Tree) -> bytes:
    """As bytes, with the numbers that JSON does not have."""
    return json.dumps(tree).encode()


def places(tree: Tree, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to each node of a tree."""
    yield at
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in inside:
        yield from places(value, (*at, key))


def replaced(tree: Tree, at: tuple[str | int, ...], change: Callable[[Tree], Tree]) -> Tree:
    """The tree with one node changed; whole, where an earlier change has taken the place away."""
    if not at:
        return change(tree)
    if isinstance(tree, dict) and at[0] in tree:
        return {**tree, at[0]: replaced(tree[at[0]], at[1:], change)}
    if isinstance(tree, list) and isinstance(at[0], int) and at[0] < len(tree):
        return [*tree[: at[0]], replaced(tree[at[0]], at[1:], change), *tree[at[0] + 1 :]]
    return tree


def _instead(new: Tree) -> Callable[[Tree], Tree]:
    return lambda _old: new


def _less(number: int, tree: Tree) -> Tree:
    """With one of its members gone, or there twice."""
    if isinstance(tree, dict) and tree:
        gone = list(tree)[number % len(tree)]
        return {name: value for name, value in tree.items() if name != gone}
    if isinstance(tree, list) and tree:
        one = number % len(tree)
        return [*tree[:one], *tree[one + 1 :]] if number & 64 else [*tree, tree[one]]
    return None


@st.composite
def grafted(draw: st.DrawFn, whole: Tree) -> Tree:
    """A tree with another in the place of some nodes, a member less, or one twice."""
    every = list(places(whole))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.sampled_from(every))
        number = draw(st.integers(0, 127) | st.none())
        change = _instead(draw(trees)) if number is None else functools.partial(_less, number)
        whole = replaced(whole, at, change)
    return whole


CODINGS = ("utf-16", "utf-8-sig", "utf-32", "latin-1", "cp037")
TOKENS = (
    b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1", b"1" * 400, b"1" * 5000, b"0." + b"9" * 400, b"null", b"{}",
    b"[]", b'"\\ud800"', b'"\\u0000"', b'"\\u001b[2J"',  b"[" * 2000, b'{"a":' * 2000, b"\xff", b"\x00",
    b"\xed\xa0\x80", b"\r", b'"type":"Done",', b'"round":2147483647,', b"\n", b"\n\n", b" ", b"}{", b'"', b"\\",
)  # fmt: skip


def _flip(content: bytes, at: int, other: int) -> bytes:
    changed = bytearray(content)
    changed[at] ^= other % 255 + 1
    return bytes(changed)


def _again(content: bytes, at: int, other: int) -> bytes:
    lines = content.splitlines(keepends=True)
    one = lines.pop(other % len(lines))
    place = at % (len(lines) + 1)
    return b"".join([*lines[:place], one, *([one] if at & 3 else []), *lines[place:]])


def _coded(content: bytes, _at: int, other: int) -> bytes:
    return content.decode("utf-8", "replace").encode(CODINGS[other % len(CODINGS)], "replace")


DAMAGES: Sequence[Callable[[bytes, int, int], bytes]] = (
    _flip,
    _flip,
    lambda content, at, _other: content[:at],
    lambda content, at, other: content[:at] + TOKENS[other % len(TOKENS)] + content[at:],
    lambda content, at, other: content[:at] + TOKENS[other % len(TOKENS)] + content[at + 1 + other % 9 :],
    lambda content, at, other: content[:at] + content[other % len(content) :][:300] + content[at:],
    lambda content, at, other: content[:at] + content[at + other % 300 :],
    _again,
    _coded,
)


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """Valid content after some accidents: bits flipped, parts cut, doubled and moved, in another coding."""
    for _ in range(draw(st.integers(1, 3))):
        if not content:
            break
        damage = draw(st.sampled_from(DAMAGES))
        content = damage(content, draw(st.integers(0, len(content) - 1)), draw(st.integers(0, 65535)))
    return content


def hostile(content: bytes) -> st.SearchStrategy[bytes]:
    """Anything in the place of one JSON document."""
    return damaged(content) | grafted(json.loads(content)).map(in_json) | trees.map(in_json) | st.binary(max_size=60)


# What is well formed: every type is right, and all follows from the plan.

names = st.sampled_from(["asyncio", "uvloop", "asyncio-select", "a.b:c", "_", "é.ü:ß", "n" * 200, "rsloop", "1"])
scenario_names = st.sampled_from(["manual", "warm", "own_run", "nope", "_", "ü" * 64])
WORKLOADS = (
    ("sleep",),
    ("sleep",),
    ("turns", "turns=200"),
    ("fetch=2,answer=150", "sleep"),
    ("serve=9,size=16,connections=3",),
)
lines = st.sampled_from(["", "a", "a|b", "**bold** `x` <b>", "# no head", "=1+1", "é" * 200, "x" * 2000, "3", "\ufffd"])
seconds = st.sampled_from([1e-12, 1e-9, 5e-5, 1.0, 999999.9]) | st.floats(1e-12, 1e6, exclude_max=True)
facts = st.just(FACTS) | st.dictionaries(st.sampled_from([*FACTS, "cpus", "|", ""]) | lines, lines, max_size=5)
samplings = st.builds(
    Sampling, rounds=st.sampled_from([1, 6, 9, 40] * 9 + [MOST_ROUNDS]), sweeps=st.integers(1, 9),
    value_s=st.sampled_from([1e-6, 0.003, 60.0]), warmups=st.integers(1, 3), round_s=st.sampled_from([0.1, 6, 1e6]),
    precision=st.none() | st.floats(1e-300, 1), max_time_s=st.none() | st.floats(1e-9, 1e12),
    in_a_turn=st.integers(1, 9), rehearsed=st.sampled_from([1, 10_000]),
)  # fmt: skip
kept_values: Sequence[str | float] = (1, 7, 2**53 - 1, -1, 0, 0.5, 1e308, "a", "a|b")
metadata = st.dictionaries(
    st.sampled_from(["loops", "load_avg_1min", "mem_max_rss", "loop_class", "date", "timer", "x"]),
    st.sampled_from(kept_values), max_size=3,
)  # fmt: skip


@st.composite
def abouts(draw: st.DrawFn) -> About:
    """What a run could say of itself, however strange."""
    loops = draw(st.lists(names, min_size=1, max_size=draw(st.sampled_from([2, 2, 2, 3])), unique=True))
    scenarios = draw(st.lists(scenario_names, min_size=1, max_size=draw(st.sampled_from([1, 1, 2])), unique=True))
    interpreters: tuple[str, ...] = draw(st.sampled_from([(), (), (), ("3.13",), ("3.13", "old-1.2")]))
    thread: Thread = "main" if draw(st.booleans()) else "worker"
    seed = draw(st.integers(0, 2**53 - 1))
    plan = Plan(tuple(loops), tuple(scenarios), "", draw(samplings), seed, thread=thread, interpreters=interpreters)
    baseline, workloads = draw(st.sampled_from(plan.labels)), draw(st.sampled_from(WORKLOADS))
    plan = replace(plan, baseline=baseline, workloads=workloads, together=draw(st.booleans()))
    title, given = draw(lines), draw(st.sampled_from(GIVEN))
    skipped = draw(st.sampled_from([*[()] * 9, ("loop",), ("baseline", "control"), ("baseline", "control", "loop")]))
    declared, why = tuple(Scenario(name, title, given) for name in scenarios), draw(lines)
    cells = itertools.chain.from_iterable(plan.cross(*both) for both in itertools.product(scenarios, workloads))
    skips = tuple(Skip(cell, why) for cell in cells if cell.role in skipped)
    disturbances = draw(st.none() | st.lists(lines).map(tuple))
    return About(plan, declared, skips, draw(facts), draw(lines), disturbances=disturbances)


@st.composite
def outcomes(draw: st.DrawFn, about: About) -> list[Outcome]:
    """What could have been measured of it: few kinds of values, at random, so that much is reached with few choices."""
    palette = draw(st.lists(seconds, min_size=1, max_size=3))
    rng = random.Random(draw(st.integers(0, 2**32)))
    text, told = draw(lines), {name: one for name, one in draw(metadata).items() if _storable(name, one)}
    told |= {"perf_version": PYPERF}
    rounds, first = draw(st.sampled_from([6, 2, 1, 6, 0])), draw(st.sampled_from([0, 0, 0, MOST_ROUNDS - 9]))
    sure = draw(st.sampled_from([1.0, 1.0, 0.7, 0.2]))
    found: list[Outcome] = []
    for group in (group for group in about.measured if group.cells):
        name, sweeps = group.scenario.name, rng.randint(1, 4)
        if group.workload == SLEEP:  # method 1 had no other
            found.append(Calibration(name, palette[0], rng.choice([1, 60, 2**31 - 1]), sweeps))
        for index in range(first, first + rounds):
            for cell in group.cells:
                stages = cast("tuple[Stage, ...]", ("total", *group.scenario.stages))
                if rng.random() <= sure:
                    values = {stage: tuple(rng.choices(palette, k=sweeps)) for stage in stages}
                    found.append(Run(cell, index, values, told, rng.choice([None, None, None, text])))
                else:
                    found.append(Failure(cell, index, text, text))
            found.append(Done(name, index, rng.choice([0.0, 3.0, 1e8]), group.workload))
    return rng.sample(found, len(found)) if draw(st.booleans()) else found


counts = st.sampled_from([0, 1, 7, 4096, 2**53 - 1])


@st.composite
def readings(draw: st.DrawFn) -> Readings:
    """What a gauge could deliver: numbers of loops that don't rise, memory that falls, an early end."""
    rng, palette = random.Random(draw(st.integers(0, 2**32))), draw(st.lists(counts, min_size=1, max_size=3))
    rows = draw(st.integers(0, 9))
    steps = draw(st.sampled_from([0, 20, 2**40]))
    found = (Reading(steps * row, *rng.choices(palette, k=5)) for row in range(rows))
    return Readings(tuple(found), draw(st.none() | lines))


@st.composite
def resources(draw: st.DrawFn) -> Resources:
    """What could have been found out about loops, however strange."""
    some = st.lists(readings(), max_size=2).map(tuple)
    calls = st.builds(
        Calls, scenario_names,
        st.dictionaries(st.sampled_from(STAGES), st.dictionaries(st.just("read"), counts), max_size=2),
        st.sampled_from([0.0, 1e17, 0.1]), st.none() | lines, st.booleans(),
    )  # fmt: skip
    loops = st.builds(
        LoopCosts, names, st.none() | lines, some, some, some, some, st.lists(calls, max_size=2).map(tuple),
        st.lists(lines, max_size=1).map(tuple), st.none() | lines,
    )  # fmt: skip
    times = st.lists(st.sampled_from([1, 2, 10**9, 2**53 - 1]), min_size=5, max_size=5).map(sorted)
    starts = st.lists(st.none() | times.map(lambda t: ColdStart(t[-1], *t[:-1])), max_size=8).map(tuple)
    roles = st.sampled_from(["bare", "asyncio", "baseline", "control", "loop"])
    cold = st.lists(
        st.builds(ColdCell, names | st.just("bare interpreter"), roles, starts, st.none() | lines), max_size=4
    ).map(tuple)
    return draw(
        st.builds(Resources, lines, st.integers(0, 2**32), scenario_names, facts,
                  st.lists(loops, max_size=2).map(tuple), cold, st.none() | lines)
    )  # fmt: skip


READING = Reading(0, 6, 1, 2**20, 0, 0)
READ = (Readings((READING, READING), "x"),)
COSTS = LoopCosts("asyncio", "3.14", READ, READ, READ, READ, (Calls("warm", {"work": {"read": 3}}),))
COLD = ColdCell("asyncio", "baseline", (ColdStart(9, 1, 2, 3, 4), None), "why")
RESOURCES = msgspec.json.encode(Resources("2026-11-24", 1, "warm", FACTS, (COSTS,), (COLD,)))
FOUND = Finding("asyncio", "3.14", "3.14.0", "tcp", "network", kept=False, how="broken", reason="why")
CHECKS = msgspec.json.encode([FOUND, FOUND])
RECORDS: Mapping[str, bytes] = {"resources.json": RESOURCES, "checks.json": CHECKS, "conformance.json": CHECKS}

Folder: TypeAlias = dict[str, bytes]


def folder_of(about: About, found: Sequence[Outcome], resources: bytes | None = None) -> Folder:
    """The files of a run folder, as this version writes them."""
    journal = b"".join(msgspec.json.encode(outcome) + b"\n" for outcome in found)
    files = {"run.json": msgspec.json.encode(about), "journal.jsonl": journal}
    return files if resources is None else {**files, "resources.json": resources}


@st.composite
def sound_folders(draw: st.DrawFn) -> Folder:
    """A run folder in which nothing is wrong but that nobody would measure it."""
    about = draw(abouts())
    return folder_of(about, draw(outcomes(about)))


@st.composite
def folders(draw: st.DrawFn) -> Folder:
    """A run folder of which one file is hostile."""
    files = draw(sound_folders())
    name = draw(st.sampled_from(["run.json", "journal.jsonl", "journal.jsonl", *RECORDS]))
    if name == "journal.jsonl" and files[name]:
        files[name] = draw(_hostile_journal(files[name]))
    else:
        files[name] = draw(hostile(files.get(name) or RECORDS.get(name, RESOURCES)))
    return files


@st.composite
def _hostile_journal(draw: st.DrawFn, content: bytes) -> bytes:
    """Damaged anywhere; or whole but for one line, which is hostile, or there twice, or elsewhere."""
    lines = content.splitlines(keepends=True)
    at = draw(st.integers(0, len(lines) - 1))
    how = draw(st.sampled_from(["damaged", "hostile", "again", "again"]))
    if how == "damaged":
        return draw(damaged(content))
    if how == "again":
        return _again(content, draw(st.integers(0, len(lines))), at)
    return b"".join([*lines[:at], draw(hostile(lines[at].rstrip())) + b"\n", *lines[at + 1 :]])


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Folder, Folder]:
    """Two runs of one plan, or nearly."""
    about = draw(abouts())
    old = folder_of(about, draw(outcomes(about)))
    new = folder_of(about, draw(outcomes(about)))
    if draw(st.integers(0, 5)) == 0:
        new["run.json"] = in_json(draw(grafted(json.loads(new["run.json"]))))
    return old, new
