"""Processes that live for minutes: no loops, but what the bad ones start. Each says its id on stderr.

See who is left: `pgrep -af 'sleep 299'`.
"""

import os
import subprocess

import inherited

COMMAND = ("sleep", "299")
STARTED = []  # nobody waits for them, and nothing warns of that


def child(**words):
    """Start one in the group of this process."""
    STARTED.append(subprocess.Popen(COMMAND, **words))
    os.write(2, b"started %d\n" % STARTED[-1].pid)


def child_elsewhere():
    """Start one in a session of its own, where no signal to this group reaches it."""
    child(start_new_session=True)


def daemon():
    """Start one as daemons do: forked twice, in a session of its own, nobody's child, with all pipes of this one."""
    if (between := os.fork()) == 0:
        os.setsid()
        if os.fork() == 0:
            os.write(2, b"started %d\n" % os.getpid())
            for number in inherited.descriptors():
                os.set_inheritable(number, True)  # noqa: FBT003  (positional only)
            os.execvp(COMMAND[0], COMMAND)
        os._exit(0)
    os.waitpid(between, 0)
