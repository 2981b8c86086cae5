"""Compares asyncio event loops: what it costs to create, start, run and close one.

    LOOPS × scenarios ─cross→ cells ─schedule→ rounds ─measure→ runs ─store→ suites ─compare→ comparisons ─render→ text
    loops   catalog    plan           plan            measure      store          analysis               reports

Each arrow is a module, each noun a small frozen class of the module that produces it. Beside the line: `machine`
(where it was measured), `conditions` (what disturbs there), `arguments`, `progress`, `errors`; and `cli`, which joins
all and is the only one that prints.
"""
