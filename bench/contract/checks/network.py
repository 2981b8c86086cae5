"""Connections: TCP, Unix sockets, UDP, TLS, files; with transports, with streams, with sockets."""

import asyncio
import os
import socket
import ssl
from pathlib import Path
from typing import cast

from bench.contract.promises import Subject, check, completed, expect

HERE = "127.0.0.1"
CERTIFICATE = Path(__file__).parents[1] / "certificate.pem"  # of localhost, with its key: it protects nothing
MUCH = b"0123456789abcdef" * 40_000  # more than buffers of the kernel hold


class _Echo(asyncio.Protocol):
    """Sends back what it receives, and says goodbye."""

    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # as the protocol's documentation promises

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)

    def eof_received(self) -> None:
        self.transport.write(b"bye")


class _Client(asyncio.Protocol):
    """Collects what comes back."""

    def __init__(self) -> None:
        self.received, self.much = b"", asyncio.Event()
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        self.received += data
        if len(self.received) >= len(MUCH):
            self.much.set()

    def connection_lost(self, _: Exception | None) -> None:
        self.ended.set_result(None)


def _server_side() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def _client_side() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(CERTIFICATE))


@check()
def tcp(subject: Subject) -> None:
    """loop.create_connection: Open a streaming transport connection to a given address specified by host and port."""

    async def main() -> bytes:
        loop = asyncio.get_running_loop()
        async with await loop.create_server(_Echo, HERE, 0) as server:
            transport, client = await loop.create_connection(_Client, *server.sockets[0].getsockname())
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
        async with await loop.create_server(_Echo, HERE, 0) as server:
            address = server.sockets[0].getsockname()
            transport, client = await loop.create_connection(_Client, *address)
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

    class Slow(_Client):
        def pause_writing(self) -> None:
            calls.append("pause")

        def resume_writing(self) -> None:
            calls.append("resume")

    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with await loop.create_server(_Echo, HERE, 0) as server:
            transport, client = await loop.create_connection(Slow, *server.sockets[0].getsockname())
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
        async with await loop.create_unix_server(_Echo, str(path)):
            transport, client = await loop.create_unix_connection(_Client, str(path))
            transport.write(b"hello ")
            transport.write_eof()
            await client.ended
        return client.received

    path = Path(os.environ.get("TMPDIR", "/tmp"), f"evloop-bench-{os.getpid()}")  # noqa: S108  (short: it has to be)
    received = completed(subject, main)
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
        elif not self.received.done():
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
def tls(subject: Subject) -> None:
    """loop.create_connection: If ssl is given and not false, a SSL/TLS transport is created."""

    async def main() -> bytes:
        loop = asyncio.get_running_loop()
        async with await loop.create_server(_Echo, HERE, 0, ssl=_server_side()) as server:
            port = server.sockets[0].getsockname()[1]
            secured = {"ssl": _client_side(), "server_hostname": "localhost"}
            transport, client = await loop.create_connection(_Client, HERE, port, **secured)  # type: ignore[call-overload]  # both
            expect(transport.get_extra_info("ssl_object"), "get_extra_info('ssl_object') is empty")
            transport.write(MUCH)
            await client.much.wait()
            transport.close()
            await client.ended
            return bytes(client.received)

    received = completed(subject, main)
    expect(received == MUCH, "other bytes came back than were sent")


@check()
def start_tls(subject: Subject) -> None:
    """loop.start_tls: Upgrade an existing transport-based connection to TLS; return a new transport."""

    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"go\n")
        await writer.start_tls(_server_side())
        writer.write((await reader.readline()).upper())
        await writer.drain()
        writer.close()

    async def main() -> bytes:
        async with await asyncio.start_server(answers, HERE, 0) as server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(b"start\n")
            await reader.readline()
            await writer.start_tls(_client_side(), server_hostname="localhost")
            expect(writer.get_extra_info("ssl_object"), "get_extra_info('ssl_object') is empty")
            writer.write(b"hello\n")
            received = await reader.readline()
            writer.close()
            return received

    received = completed(subject, main)
    expect(received == b"HELLO\n", f"for hello the server's answer is {received!r}")


@check()
def sendfile(subject: Subject) -> None:
    """loop.sendfile: Send a file over a transport. Return the total number of bytes sent."""
    content = Path(__file__).read_bytes()

    async def main() -> tuple[int, bytes]:
        loop = asyncio.get_running_loop()
        async with await loop.create_server(_Echo, HERE, 0) as server:
            transport, client = await loop.create_connection(_Client, *server.sockets[0].getsockname())
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
