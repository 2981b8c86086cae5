"""Tries checks in this one process, one after another: a start for each would take minutes.

python tests/promised.py CHECK LOOP [CHECK LOOP …]     writes a line of JSON for each
"""

import json
import signal
import sys

from bench.contract.attempt import answer
from bench.contract.checks import every
from bench.contract.promises import Subject
from bench.subjects import loops

LONG_S = 30  # then a check hangs


if __name__ == "__main__":
    words = sys.argv[1:]
    signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(TimeoutError("hangs")))
    for check, loop in zip(words[::2], words[1::2], strict=True):
        signal.alarm(LONG_S)
        print(json.dumps(answer(every()[check], Subject(loops.named(loop)))), flush=True)
