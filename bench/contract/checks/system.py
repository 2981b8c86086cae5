"""Signals, subprocesses and pipes."""

import asyncio
import os
import signal
import sys
import threading
import time

from bench.contract.promises import NotApplicableError, Subject, check, completed, expect, refused

IDLE_S = 0.05
LONG_S = 30.0
SHOUT = "import sys; sys.stdout.write(sys.stdin.read().upper()); sys.stderr.write('aside'); sys.exit(7)"


def _kill_later(number: signal.Signals) -> None:
    """Send a signal to the main thread from another one, when the loop has nothing to do, and waits."""

    def other(main: int) -> None:
        time.sleep(IDLE_S)
        signal.pthread_kill(main, number)

    threading.Thread(target=other, args=[threading.get_ident()], daemon=True).start()


@check(posix=True)
def signal_handler(subject: Subject) -> None:
    """loop.add_signal_handler: The callback will be invoked by loop, along with other queued callbacks."""

    async def main() -> None:
        loop, seen = asyncio.get_running_loop(), asyncio.Event()
        loop.add_signal_handler(signal.SIGUSR1, seen.set)
        _kill_later(signal.SIGUSR1)
        await asyncio.wait_for(seen.wait(), LONG_S)
        loop.remove_signal_handler(signal.SIGUSR1)

    completed(subject, main)


@check(posix=True)
def remove_signal_handler(subject: Subject) -> None:
    """loop.remove_signal_handler: Return True if the signal handler was removed, or False if no handler was set."""

    async def main() -> list[bool]:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR1, print)
        return [loop.remove_signal_handler(signal.SIGUSR1) for _ in range(2)]

    removed = completed(subject, main)
    expect(removed == [True, False], f"removing it twice returned {removed}")
    expect(signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL, "the signal does not have its default handler again")


@check(posix=True)
def ctrl_c(subject: Subject) -> None:
    """asyncio.Runner: When SIGINT is raised by Ctrl-C, the main task is cancelled, then KeyboardInterrupt is raised."""
    seen: list[str] = []

    async def main() -> None:
        _kill_later(signal.SIGINT)
        try:
            await asyncio.sleep(LONG_S)
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    signal.signal(signal.SIGINT, signal.default_int_handler)  # in a background job it is ignored
    runner = asyncio.Runner(loop_factory=subject.new_loop)
    with runner, refused(KeyboardInterrupt, "no KeyboardInterrupt was raised"):
        runner.run(main())
    expect(seen, "the main task was not cancelled")
    expect(signal.getsignal(signal.SIGINT) is signal.default_int_handler, "the handler from before is not back")


@check()
def subprocess(subject: Subject) -> None:
    """Process.communicate: Send data to stdin, read data from stdout and stderr, wait for process to terminate."""

    async def main() -> tuple[bytes, bytes, int | None]:
        pipe = asyncio.subprocess.PIPE
        words = [sys.executable, "-S", "-c", SHOUT]
        process = await asyncio.create_subprocess_exec(*words, stdin=pipe, stdout=pipe, stderr=pipe)
        return *await process.communicate(b"hello"), process.returncode

    found = completed(subject, main)
    expect(found == (b"HELLO", b"aside", 7), f"stdout, stderr and the return code are {found}")


@check(posix=True)
def kill_subprocess(subject: Subject) -> None:
    """Process.returncode: A negative value -N indicates that the child was terminated by signal N."""

    async def main() -> int:
        process = await asyncio.create_subprocess_shell("exec sleep 60")
        process.kill()
        return await process.wait()

    code = completed(subject, main)
    expect(code == -signal.SIGKILL, f"the return code of a killed process is {code}")


class _Reads(asyncio.Protocol):
    """What comes from a pipe."""

    def __init__(self) -> None:
        self.received = b""
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        self.received += data

    def connection_lost(self, _: Exception | None) -> None:
        self.ended.set_result(None)


@check()
def pipes(subject: Subject) -> None:
    """loop.connect_read_pipe, connect_write_pipe: Register an end of pipe in the event loop."""
    if sys.platform == "win32":
        raise NotApplicableError("the pipes of os.pipe() are not for event loops on Windows")

    async def main() -> bytes:
        loop = asyncio.get_running_loop()
        read, write = os.pipe()
        _, protocol = await loop.connect_read_pipe(_Reads, os.fdopen(read, "rb", buffering=0))
        writing, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(write, "wb", buffering=0))
        writing.write(b"x" * 300_000)  # more than a pipe holds
        writing.close()
        await protocol.ended
        return protocol.received

    received = completed(subject, main)
    expect(received == b"x" * 300_000, f"of 300000 bytes {len(received)} came out")
