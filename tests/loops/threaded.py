"""Loops with a thread of their own, which some of the work is left to."""

import asyncio
import hashlib
import threading

DATA = bytes(1 << 16)  # hashing it takes some 50 µs, without the interpreter's lock


class _Threaded(asyncio.SelectorEventLoop):
    def __init__(self):
        super().__init__()
        self._work, self._done = threading.Semaphore(0), threading.Semaphore(0)
        self._helper = threading.Thread(target=self._help)
        self._helper.start()

    def close(self):
        if not self.is_closed():
            self._finish()
            self._helper.join()
        super().close()

    def _help(self):
        self._work.acquire()

    def _finish(self):
        self._work.release()


class Overlapping(_Threaded):
    """Works on two things at once: one in a thread of its own."""

    def _help(self):
        for _ in range(4):
            hashlib.sha256(DATA)

    def _finish(self):
        for _ in range(4):
            hashlib.sha256(DATA)


class Starting(_Threaded):
    """Starts a thread of its own, which waits until the loop is closed."""


class Idle(asyncio.SelectorEventLoop):
    """Has a thread of its own, which waits for work that never comes."""

    helper = threading.Thread(target=threading.Event().wait, daemon=True)

    def __init__(self):
        super().__init__()
        if not self.helper.ident:
            self.helper.start()
