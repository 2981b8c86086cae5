"""Tries checks in this one process, one after another: a start for each would take minutes.

python tests/promised.py CHECK LOOP [CHECK LOOP …]     writes a line of JSON for each
"""

import json
import sys

from bench.contract.attempt import answer
from bench.contract.checks import every
from bench.contract.promises import Subject
from bench.subjects import loops

if __name__ == "__main__":
    words = sys.argv[1:]
    for check, loop in zip(words[::2], words[1::2], strict=True):
        print(json.dumps(answer(every()[check], Subject(loops.named(loop)))), flush=True)
