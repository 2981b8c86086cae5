"""Compares asyncio event loops: what it costs to create, start, run and close one.

    subjects ─cross→ plan ─measure→ outcomes ─keep→ run folder ─estimate→ comparisons ─describe→ document ─render→ text
    subjects/        plan/  measurement/ + worker/   store/       statistics/            reports/            reports/

Each arrow is a folder. Each noun is a small frozen record of the folder that makes it. A folder imports only from the
folders to its left. Beside the line stand:

    environments/ Pythons with loops in them, for runs on other interpreters than this one
    machine/      where it was measured: facts to publish, and conditions that disturb
    lifecycle/    which call creates a loop, which one starts it
    contract/     what a loop keeps of asyncio's promises: checks, each in a process of its own
    resources/    what a loop costs besides time
    selfcheck/    the harness measured with itself, and beside pyperf's own scheduler
    cli/          arguments → calls; only this folder prints and ends the process
    errors.py     what a user can fix, and exit codes
    texts.py      what a text from elsewhere must be to be kept and shown
"""

__version__ = "0.2.0"
