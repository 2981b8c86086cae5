"""Tries the check that the command line names on one loop; `trying` starts it. Light.

It announces that it is ready, waits for its turn, and answers with one line of JSON. Then it ends at once, so that what
a loop does at Python's end is not taken for an effect of the check, unless the check is about that.
"""

import argparse
import os
import sys

from bench.contract.checks import every
from bench.contract.promises import BrokenError, Check, NotApplicableError, Subject
from bench.subjects import loops
from bench.worker.pipe import Turns, die_with_parent, in_words


def main() -> None:
    """Write the answer, then end the process."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("check")
    parser.add_argument("--loop", required=True)
    parser.add_argument("--parent", type=int, required=True)
    options = parser.parse_args()
    die_with_parent(options.parent)
    turns = Turns()
    sys.path.append(os.getcwd())  # noqa: PTH109  (pathlib is not light) for the user's own factory; last, so that it hides nothing
    check, subject = every()[options.check], Subject(loops.named(options.loop))
    turns.wait()
    turns.deliver(answer(check, subject))
    if not check.exits:
        os._exit(0)


def answer(check: Check, subject: Subject) -> dict[str, str]:
    """What became of the check: how, and the reason if it was not kept."""
    if check.not_here:
        return {"how": "not applicable", "reason": check.not_here}
    try:
        check.run(subject)
    except NotApplicableError as why:
        return {"how": "not applicable", "reason": str(why)}
    except BrokenError as error:
        return {"how": "broken", "reason": str(error)}
    except BaseException as error:  # noqa: BLE001  (a loop may raise anything, and the text is the reason)
        return {"how": "broken", "reason": in_words(error)}
    return {"how": "kept"}


if __name__ == "__main__":
    main()
