"""Connections: TCP, Unix sockets, UDP, files; with transports and with sockets."""

import asyncio
import contextlib
import os
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

from bench.contract.promises import Subject, check, completed, expect

HERE = "127.0.0.1"
MUCH = b"0123456789abcdef" * 40_000  # more than buffers of the kernel hold


class Echo(asyncio.Protocol):
    """Sends back what it receives, and says goodbye."""

    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = cast("asyncio.Transport", transport)  # as the protocol's documentation promises

    def data_received(self, data: bytes) -> None:
        """Send it back."""
        self.transport.write(data)

    def eof_received(self) -> None:
        """Say goodbye; the transport then closes itself."""
        self.transport.write(b"bye")


class Client(asyncio.Protocol):
    """Collects what comes back."""

    def __init__(self) -> None:
        self.received, self.much = b"", asyncio.Event()
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        """Collect it."""
        self.received += data
        if len(self.received) >= len(MUCH):
            self.much.set()

    def connection_lost(self, _: Exception | None) -> None:
        """End."""
        self.ended.set_result(None)


@contextlib.asynccontextmanager
async def serving(context: ssl.SSLContext | None = None) -> AsyncIterator[tuple[str, int]]:
    """A server that sends back what it receives; yields its address.

    It is not waited for at the end: that takes as long as there are connections, also after a check has failed.
    """
    server = await asyncio.get_running_loop().create_server(Echo, HERE, 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()
    finally:
        server.close()


@check()
def tcp(subject: Subject) -> None:
    """loop.create_connection: Open a streaming transport connection to a given address specified by host and port."""

    async def main() -> bytes:
        loop = asyncio.get_running_loop()
        async with serving() as address:
            transport, client = await loop.create_connection(Client, *address)
            transport.write(MUCH)
            transport.write_eof()
            await client.ended
            return client.received

    received = completed(subject, main)
    expect(received == MUCH + b"bye", f"of {len(MUCH) + 3} bytes {len(received)} came back, or others")


@check()
def transport_class(subject: Subject) -> None:
    """asyncio.Transport: Interface representing a bidirectional transport, such as a TCP connection."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with serving() as address:
            transport, client = await loop.create_connection(Client, *address)
            expect(isinstance(transport, asyncio.Transport), "the transport is not an instance of asyncio.Transport")
            expect(transport.get_extra_info("peername") == address, "get_extra_info('peername') is not the server's")
            expect(transport.get_protocol() is client, "get_protocol() returned something else")
            transport.abort()
            await client.ended
            expect(transport.is_closing(), "is_closing() of an aborted transport is false")

    completed(subject, main)


@check()
def pause_writing(subject: Subject) -> None:
    """BaseProtocol.pause_writing: Called when the transport's buffer goes over the high watermark; then resume."""
    calls: list[str] = []

    class Slow(Client):
        def pause_writing(self) -> None:
            calls.append("pause")

        def resume_writing(self) -> None:
            calls.append("resume")

    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with serving() as address:
            transport, client = await loop.create_connection(Slow, *address)
            for _ in range(20):
                transport.write(MUCH)
            transport.write_eof()
            await client.ended

    completed(subject, main)
    expect(calls[:2] == ["pause", "resume"], f"while 12 MB were written, these were called: {calls[:4]}")


@check(posix=True)
def unix_sockets(subject: Subject) -> None:
    """loop.create_unix_server: Similar to loop.create_server() but works with the AF_UNIX socket family."""

    async def main() -> bytes:
        loop = asyncio.get_running_loop()
        async with await loop.create_unix_server(Echo, str(path)):
            transport, client = await loop.create_unix_connection(Client, str(path))
            transport.write(b"hello ")
            transport.write_eof()
            await client.ended
        return client.received

    path = Path(os.environ.get("TMPDIR", "/tmp"), f"evloop-bench-{os.getpid()}")  # noqa: S108  (short: it has to be)
    try:
        received = completed(subject, main)
    finally:
        path.unlink(missing_ok=True)
    expect(received == b"hello bye", f"instead of hello and bye, {received!r} came back")


class _Datagrams(asyncio.DatagramProtocol):
    """Answers what it receives, or keeps it."""

    transport: asyncio.DatagramTransport

    def __init__(self, *, answers: bool) -> None:
        self._answers = answers
        self.received: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]  # as documented
        self.transport = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        if self._answers:
            self.transport.sendto(data.upper(), address)
        else:
            self.received.set_result(data)


@check()
def udp(subject: Subject) -> None:
    """loop.create_datagram_endpoint: Create a datagram connection."""

    async def main() -> bytes:
        loop = asyncio.get_running_loop()
        server, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(answers=True), (HERE, 0))
        address = server.get_extra_info("sockname")
        client, protocol = await loop.create_datagram_endpoint(lambda: _Datagrams(answers=False), remote_addr=address)
        client.sendto(b"hello")
        received = await protocol.received
        client.close()
        server.close()
        await asyncio.sleep(0)
        return received

    received = completed(subject, main)
    expect(received == b"HELLO", f"for hello the server's answer is {received!r}")


@check()
def sendfile(subject: Subject) -> None:
    """loop.sendfile: Send a file over a transport. Return the total number of bytes sent."""
    content = Path(__file__).read_bytes()

    async def main() -> tuple[int, bytes]:
        loop = asyncio.get_running_loop()
        async with serving() as address:
            transport, client = await loop.create_connection(Client, *address)
            with Path(__file__).open("rb") as file:  # noqa: ASYNC230  (a small one)
                sent = await loop.sendfile(transport, file)
            transport.write_eof()
            await client.ended
            return sent, client.received

    sent, received = completed(subject, main)
    expect(sent == len(content), f"it returned {sent} for a file of {len(content)} bytes")
    expect(received == content + b"bye", "other bytes arrived than the file has")


@check()
def sock_methods(subject: Subject) -> None:
    """loop.sock_recv, sock_sendall, sock_connect, sock_accept: Asynchronous versions of the methods of sockets."""

    async def serve(listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        connection, _ = await loop.sock_accept(listening)
        with connection:
            buffer = bytearray(10)
            count = await loop.sock_recv_into(connection, buffer)
            await loop.sock_sendall(connection, bytes(buffer[:count]).upper() + MUCH)

    async def main() -> bytes:
        loop = asyncio.get_running_loop()
        with socket.create_server((HERE, 0)) as listening, socket.socket() as client:
            listening.setblocking(False)  # noqa: FBT003  (socket's own)
            client.setblocking(False)  # noqa: FBT003  (the same)
            serving = loop.create_task(serve(listening))
            await loop.sock_connect(client, listening.getsockname())
            await loop.sock_sendall(client, b"hello")
            received = b""
            while part := await loop.sock_recv(client, 65536):
                received += part
            await serving
            return received

    received = completed(subject, main)
    expect(received == b"HELLO" + MUCH, f"of {len(MUCH) + 5} bytes {len(received)} came, or others")


@check()
def readers_and_writers(subject: Subject) -> None:
    """loop.add_reader: Invoke callback once fd is available for reading. loop.add_writer: for writing."""

    async def main() -> list[object]:
        loop, seen, ready = asyncio.get_running_loop(), list[object](), asyncio.Event()
        ours, theirs = socket.socketpair()
        with ours, theirs:

            def writable() -> None:
                seen.append("writable")
                loop.remove_writer(ours)
                theirs.send(b"x")

            def readable() -> None:
                seen.append(ours.recv(1))
                loop.remove_reader(ours)
                ready.set()

            loop.add_writer(ours, writable)
            loop.add_reader(ours, readable)
            await ready.wait()
        return seen

    seen = completed(subject, main)
    expect(seen == ["writable", b"x"], f"what was seen is {seen}")


@check()
def remove_reader(subject: Subject) -> None:
    """loop.remove_reader: Returns True if fd was previously being monitored for reads."""

    async def main() -> list[object]:
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            loop.add_reader(ours, print)
            return [loop.remove_reader(ours) for _ in range(2)]

    removed = completed(subject, main)
    expect(removed == [True, False], f"removing it twice returned {removed}")


@check()
def name_resolution(subject: Subject) -> None:
    """loop.getaddrinfo: Asynchronous version of socket.getaddrinfo()."""

    async def main() -> tuple[object, object]:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(HERE, 80, type=socket.SOCK_STREAM)
        return found[0][4], await loop.getnameinfo((HERE, 80), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)

    found, names = completed(subject, main)
    expect(found == (HERE, 80), f"the address of {HERE} is {found}")
    expect(names == (HERE, "80"), f"the name of {HERE} is {names}")
