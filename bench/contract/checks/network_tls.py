"""Connections with TLS, from their start or later."""

import asyncio
import contextlib
import ssl
from pathlib import Path

from bench.contract.checks.network import HERE, MUCH, Client, serving
from bench.contract.promises import Subject, check, completed, expect, refused

PLACE = Path(__file__).parents[1]
CERTIFICATE = PLACE / "certificate.pem"  # of localhost, with its key: it protects nothing
AUTHORITY = PLACE / "authority.pem"  # who signed it


def _server_side() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def _client_side(*, trusting: bool = True) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(AUTHORITY) if trusting else None)


@check()
def tls(subject: Subject) -> None:
    """loop.create_connection: If ssl is given and not false, a SSL/TLS transport is created."""

    async def main(context: ssl.SSLContext) -> bytes:
        loop = asyncio.get_running_loop()
        async with serving(_server_side()) as address:
            secured = {"ssl": context, "server_hostname": "localhost"}
            transport, client = await loop.create_connection(Client, *address, **secured)  # type: ignore[call-overload]  # both
            transport.write(MUCH)
            await client.much.wait()
            transport.close()
            await client.ended
            return bytes(client.received)

    received = completed(subject, lambda: main(_client_side()))
    expect(received == MUCH, "other bytes came back than were sent")
    with refused(Exception, "it connected to a server whose certificate nobody trusts"):
        completed(subject, lambda: main(_client_side(trusting=False)))


@check()
def start_tls(subject: Subject) -> None:
    """loop.start_tls: Upgrade an existing transport-based connection to TLS; return a new transport."""

    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"go\n")
        with contextlib.suppress(OSError):  # a client that does not trust it goes away
            await writer.start_tls(_server_side())
            writer.write((await reader.readline()).upper())
            await writer.drain()
        writer.close()

    async def main(context: ssl.SSLContext) -> bytes:
        server = await asyncio.start_server(answers, HERE, 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        try:
            writer.write(b"start\n")
            await reader.readline()
            await writer.start_tls(context, server_hostname="localhost")
            writer.write(b"hello\n")
            return await reader.readline()
        finally:
            writer.close()
            server.close()

    received = completed(subject, lambda: main(_client_side()))
    expect(received == b"HELLO\n", f"for hello the server's answer is {received!r}")
    with refused(Exception, "it trusted a server whose certificate nobody trusts"):
        completed(subject, lambda: main(_client_side(trusting=False)))
