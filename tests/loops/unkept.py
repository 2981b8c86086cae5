"""Loops that break one promise of asyncio's each: the one that the check of the same name tries.

python -m bench check --loop unkept:call_soon_order     (in this folder)
"""

import asyncio
import contextvars
import sys

LOOP = asyncio.SelectorEventLoop


class right_records(LOOP):
    """Returns an empty list instead of a list of records."""

    def run_until_complete(self, future):
        result = super().run_until_complete(future)
        return [] if isinstance(result, list) else result


class result_or_exception(LOOP):
    """Returns an exception instead of raising it."""

    def run_until_complete(self, future):
        try:
            return super().run_until_complete(future)
        except ZeroDivisionError as error:
            return error


class _Looks:
    def __init__(self):
        self._loop = LOOP()

    def __getattr__(self, name):
        return getattr(self._loop, name)


def abstract_base():
    """Has the looks of a loop and not its base class."""
    return _Looks()


class running_loop(LOOP):
    """Goes on being the running loop after it has stopped."""

    def run_forever(self):
        super().run_forever()
        asyncio._set_running_loop(self)

    def close(self):
        asyncio._set_running_loop(None)
        super().close()


class current_loop(LOOP):
    """Makes another loop the current one while it runs."""

    def run_until_complete(self, future):
        asyncio.events._set_running_loop(other := LOOP())
        other.close()
        try:
            return future.send(None) and None
        except StopIteration as result:
            return result.value
        finally:
            asyncio.events._set_running_loop(None)


class stop_ends_run_forever(LOOP):
    """Raises at the end of run_forever."""

    def run_forever(self):
        super().run_forever()
        raise TimeoutError("stopped by somebody")


class stop_before_run(LOOP):
    """Does not run at all if stop was called before."""

    def run_forever(self):
        if not self._stopping:
            super().run_forever()
        self._stopping = False


class stop_ends_the_batch(LOOP):
    """Runs one more iteration after stop."""

    def stop(self):
        self.call_soon(super().stop)


class nested_run(LOOP):
    """Lets a second loop run inside a running one."""

    def run_until_complete(self, future):
        running = asyncio._get_running_loop()
        if running in {None, self}:
            return super().run_until_complete(future)
        task = asyncio.current_task()
        asyncio.tasks._leave_task(running, task)
        asyncio._set_running_loop(None)
        try:
            return super().run_until_complete(future)
        finally:
            asyncio._set_running_loop(running)
            asyncio.tasks._enter_task(running, task)


class system_exit(LOOP):
    """Goes on where a callback ends the program."""

    def call_soon(self, callback, *args, context=None):
        return super().call_soon(id if callback is sys.exit else callback, *args, context=context)


class debug_mode(LOOP):
    """Is always in debug mode."""

    def get_debug(self):
        return True


class call_soon_order(LOOP):
    """Calls callbacks last in, first out."""

    def call_soon(self, callback, *args, context=None):
        handle = super().call_soon(callback, *args, context=context)
        self._ready.rotate()
        return handle


class _Deaf:
    def __init__(self, handle):
        self._handle = handle

    def __getattr__(self, name):
        return getattr(self._handle, name)

    def cancel(self):
        pass


class call_soon_cancel(LOOP):
    """Returns handles that can't be cancelled."""

    def call_soon(self, callback, *args, context=None):
        return _Deaf(super().call_soon(callback, *args, context=context))


class call_later_order(LOOP):
    """Takes all delays for the longest so far."""

    longest = 0

    def call_later(self, delay, callback, *args, context=None):
        self.longest = max(self.longest, delay)
        return super().call_later(self.longest, callback, *args, context=context)


class call_at_time(LOOP):
    """Calls what is due later at once."""

    def call_at(self, when, callback, *args, context=None):
        handle = super().call_at(when, callback, *args, context=context)
        self.call_soon(callback, *args)
        return handle


class equal_times(LOOP):
    """Keeps one callback for each time only."""

    def __init__(self):
        super().__init__()
        self._due = {}

    def call_at(self, when, callback, *args, context=None):
        if earlier := self._due.pop(when, None):
            earlier.cancel()
        self._due[when] = super().call_at(when, callback, *args, context=context)
        return self._due[when]


class loop_time(LOOP):
    """Has a clock that runs ten times too fast."""

    def time(self):
        return 10 * super().time()


class callback_context(LOOP):
    """Runs callbacks in the context of the loop."""

    def call_soon(self, callback, *args, context=None):
        return super().call_soon(callback, *args, context=contextvars.Context())


class exception_handler(LOOP):
    """Does not ask the exception handler that it was given."""

    def call_exception_handler(self, context):
        self.default_exception_handler(context)


class slow_callback(LOOP):
    """Says of no callback that it is slow."""

    slow_callback_duration = property(lambda self: 1e9, lambda self, value: None)


class _Unlike:
    def __init__(self, task):
        self._task = task

    def __await__(self):
        return self._task.__await__()


class task_class(LOOP):
    """Creates tasks of a class that is not derived from Task."""

    def create_task(self, coro, **words):
        return _Unlike(super().create_task(coro, **words))

    def run_until_complete(self, future):
        return super().run_until_complete(asyncio.Task(future, loop=self))


class task_name(LOOP):
    """Forgets the names of tasks."""

    def create_task(self, coro, *, name=None, **words):
        return super().create_task(coro, **words)


class task_context(LOOP):
    """Forgets the contexts of tasks."""

    def create_task(self, coro, *, context=None, **words):
        return super().create_task(coro, **words)


class task_factory(LOOP):
    """Keeps a task factory, and does not use it."""

    def create_task(self, coro, *, context=None, name=None, **words):
        return asyncio.Task(coro, loop=self, context=context, name=name)


class eager_tasks(task_factory):
    """Creates tasks that begin later, whatever the task factory."""


class futures(LOOP):
    """Attaches its futures to another loop."""

    def create_future(self):
        other = LOOP()
        other.close()
        return asyncio.Future(loop=other)


class _Stubborn(asyncio.Task):
    def cancel(self, msg=None):
        return self.get_loop().call_soon(self.get_coro().close) is None


class cancellation(LOOP):
    """Creates tasks that close their coroutine when they are cancelled."""

    def create_task(self, coro, **words):
        kind = _Stubborn if coro.__name__ == "sleeps" else asyncio.Task
        task = kind(coro, loop=self)
        if kind is _Stubborn:
            self.call_later(0.05, self.stop)
        return task
