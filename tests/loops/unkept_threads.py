"""The same as `unkept`, for promises about threads and about closing a loop.

python -m bench check --loop unkept_threads:executor     (in this folder)
"""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

LOOP = asyncio.SelectorEventLoop


class threadsafe_wakes_up(LOOP):
    """Calls what another thread asks for in that thread."""

    def call_soon_threadsafe(self, callback, *args, context=None):
        handle = self.call_soon(lambda: None)
        callback(*args)
        self._write_to_self()
        return handle


class threadsafe_after_close(LOOP):
    """Ignores what other threads ask for after it was closed."""

    def call_soon_threadsafe(self, callback, *args, context=None):
        return None if self.is_closed() else super().call_soon_threadsafe(callback, *args, context=context)


class executor(LOOP):
    """Calls functions for the executor in its own thread."""

    def run_in_executor(self, executor, func, *args):
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except ZeroDivisionError as error:
            future.set_exception(error)
        return future


class to_thread(LOOP):
    """Runs functions for the executor in an empty context."""

    def run_in_executor(self, executor, func, *args):
        return super().run_in_executor(executor, getattr(func, "args", [func])[-1])


class default_executor(LOOP):
    """Takes anything for an executor."""

    def set_default_executor(self, executor):
        if isinstance(executor, ThreadPoolExecutor):
            super().set_default_executor(executor)


class shutdown_default_executor(LOOP):
    """Shuts its executor down without an end."""

    async def shutdown_default_executor(self, *limit):
        pass


def other_thread():
    """Refuses to be created outside of the main thread."""
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("only in the main thread")
    return LOOP()


class wrong_thread(LOOP):
    """Does not look which thread it is called from."""

    def _check_thread(self):
        pass


class close_twice(LOOP):
    """Can't be closed twice."""

    def close(self):
        if self.is_closed():
            raise RuntimeError("closed already")
        super().close()


class close_while_running(LOOP):
    """Ignores close while it runs."""

    def close(self):
        if not self.is_running():
            super().close()


class close_discards(LOOP):
    """Calls what is pending before it closes."""

    def close(self):
        for handle in self._ready:
            handle._run()
        super().close()


class closed_for_good(LOOP):
    """Opens again if it is run after it was closed."""

    def _check_closed(self):
        pass

    def run_forever(self):
        pass


class close_executor(LOOP):
    """Waits for its executor when it is closed."""

    def close(self):
        if self._default_executor:
            self._default_executor.shutdown(wait=True)
        super().close()


class unclosed_loop(LOOP):
    """Says nothing if it is dropped without being closed."""

    def __del__(self):
        self.close()


class shutdown_asyncgens(LOOP):
    """Leaves asynchronous generators open."""

    async def shutdown_asyncgens(self):
        pass


class dropped_asyncgen(LOOP):
    """Does not finalise asynchronous generators that are dropped."""

    def _asyncgen_finalizer_hook(self, agen):
        self._asyncgens.discard(agen)
