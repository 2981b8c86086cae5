"""Compares asyncio event loops: what it costs to create, start, run and close one.

    LOOPS × scenarios ─cross→ cells ─schedule→ rounds ─measure→ runs ─store→ suites ─compare→ comparisons ─render→ text
    loops   catalog    plan           plan            measure      store          analysis               reports

Each arrow is a module, each noun a small frozen class of the module that produces it. Around the line:

    suites                  what pyperf reads, made of runs; `store` writes it
    files, journal, lock    how `store` survives other people's folders, disks that refuse, and a second process
    texts                   what a text from elsewhere must be to be kept and shown
    precision               which rounds are still to be measured
    pairs, changes          two runs of one plan, and what changed between them; `baselines` keeps runs under a name
    selfcheck               the harness measured with itself, and beside pyperf's own scheduler
    probe, lifecycles       which call creates, starts and closes a loop
    resources               what a loop costs besides time
    machine, conditions     where it was measured, and what disturbs there
    processes, turns        the two ends of the pipes: what starts and ends a process, and what a process answers on
    guard                   ends what a process, or a killed harness, left behind
    arguments, progress, errors, places     and `cli`, which joins all and is the only one that prints
"""
