"""Processes that bad loops start and that live for minutes. Each writes its id to stderr.

See who is left: `pgrep -af 'sleep 299'`.
"""

import os
import subprocess

import inherited

COMMAND = ("sleep", "299")
STARTED = []  # nobody waits for them, and nothing warns of that


def child(**words):
    """Start a process in the group of this one."""
    STARTED.append(subprocess.Popen(COMMAND, **words))
    os.write(2, b"started %d\n" % STARTED[-1].pid)


def child_elsewhere():
    """Start a process in a session of its own, where no signal to this group reaches it."""
    child(start_new_session=True)


def daemon():
    """Start a daemon: forked twice, in a session of its own, without a parent, with all pipes of this process."""
    if (between := os.fork()) == 0:
        os.setsid()
        if os.fork() == 0:
            os.write(2, b"started %d\n" % os.getpid())
            for number in inherited.descriptors():
                os.set_inheritable(number, True)  # noqa: FBT003  (positional only)
            os.execvp(COMMAND[0], COMMAND)
        os._exit(0)
    os.waitpid(between, 0)
