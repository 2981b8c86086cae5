"""The same as `unkept`, for promises about signals, processes, networks, and the process that the loop is a guest in.

python -m bench check --loop unkept_outside:tcp     (in this folder)
"""

import asyncio
import os
import resource
import signal
import warnings
from asyncio import selector_events

LOOP = asyncio.SelectorEventLoop


class signal_handler(LOOP):
    """Has no signal handlers."""

    def add_signal_handler(self, sig, callback, *args):
        raise NotImplementedError


class remove_signal_handler(LOOP):
    """Says of each signal handler that it was removed."""

    def remove_signal_handler(self, sig):
        return super().remove_signal_handler(sig) or True


class ctrl_c(LOOP):
    """Takes cancellation by Ctrl-C for a normal end."""

    def run_until_complete(self, future):
        try:
            return super().run_until_complete(future)
        except asyncio.CancelledError:
            return None


class subprocess(LOOP):
    """Starts no subprocesses."""

    async def subprocess_exec(self, *words, **options):
        raise NotImplementedError


class kill_subprocess(LOOP):
    """Reports the end by a signal as a shell does."""

    async def subprocess_shell(self, *words, **options):
        transport, protocol = await super().subprocess_shell(*words, **options)
        report = transport._process_exited
        transport._process_exited = lambda code: report(128 - code if code < 0 else code)
        return transport, protocol


class pipes(LOOP):
    """Connects no pipes."""

    async def connect_read_pipe(self, protocol_factory, pipe):
        raise NotImplementedError


class _Losing(selector_events._SelectorSocketTransport):
    def write(self, data):
        super().write(data[:-1])


class tcp(LOOP):
    """Loses the last byte of what is written."""

    def _make_socket_transport(self, sock, protocol, waiter=None, *, extra=None, server=None, **words):
        return _Losing(self, sock, protocol, waiter, extra, server)


class _Looks:
    def __init__(self, transport):
        self._transport = transport

    def __getattr__(self, name):
        return getattr(self._transport, name)


class transport_class(LOOP):
    """Returns transports that are not derived from Transport."""

    async def create_connection(self, *words, **options):
        transport, protocol = await super().create_connection(*words, **options)
        return _Looks(transport), protocol


class _Pushing(selector_events._SelectorSocketTransport):
    def _maybe_pause_protocol(self):
        pass


class pause_writing(LOOP):
    """Never asks a protocol to pause."""

    def _make_socket_transport(self, sock, protocol, waiter=None, *, extra=None, server=None, **words):
        return _Pushing(self, sock, protocol, waiter, extra, server)


class unix_sockets(LOOP):
    """Has no Unix sockets."""

    async def create_unix_server(self, *words, **options):
        raise NotImplementedError


class _Cutting(selector_events._SelectorDatagramTransport):
    def sendto(self, data, addr=None):
        super().sendto(data[:3], addr)


class udp(LOOP):
    """Cuts datagrams after three bytes."""

    def _make_datagram_transport(self, sock, protocol, address=None, waiter=None, extra=None):
        return _Cutting(self, sock, protocol, address, waiter, extra)


class tls(LOOP):
    """Makes plain connections where TLS is asked for."""

    async def create_connection(self, *words, ssl=None, server_hostname=None, **options):
        return await super().create_connection(*words, **options)

    async def create_server(self, *words, ssl=None, **options):
        return await super().create_server(*words, **options)


class start_tls(LOOP):
    """Returns the plain transport instead of upgrading it."""

    async def start_tls(self, transport, protocol, *words, **options):
        return transport


class sendfile(LOOP):
    """Counts one byte too many in a file."""

    async def sendfile(self, *words, **options):
        return await super().sendfile(*words, **options) + 1


class sock_methods(LOOP):
    """Loses the first byte of what is received."""

    async def sock_recv(self, sock, n):
        return (await super().sock_recv(sock, n))[1:]


class readers_and_writers(LOOP):
    """Watches no descriptors, as asyncio's own on Windows."""

    def add_reader(self, fd, callback, *args):
        raise NotImplementedError


class remove_reader(LOOP):
    """Does not say whether a descriptor was watched."""

    def remove_reader(self, fd):
        super().remove_reader(fd)


class name_resolution(LOOP):
    """Finds no address for any name."""

    async def getaddrinfo(self, host, port, **words):
        return [(None, None, None, None, None)]


def patches_nothing():
    """Replaces a function of asyncio."""
    asyncio.sleep = asyncio.wait_for
    return LOOP()


def keeps_the_policy():
    """Replaces asyncio's policy with its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if base := getattr(asyncio, "DefaultEventLoopPolicy", None):
            asyncio.set_event_loop_policy(type("Policy", (base,), {})())
    return LOOP()


def keeps_limits():
    """Lowers the limit of descriptors by one."""
    limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit - 1, most))
    return LOOP()


def keeps_signals():
    """Leaves a signal handler behind."""
    signal.signal(signal.SIGUSR2, lambda *_: None)
    return LOOP()


class leaks_nothing(LOOP):
    """Leaves a descriptor behind with each loop that is closed."""

    def close(self):
        os.dup(0)
        super().close()


def ends_well():
    """Ends the interpreter with a status of its own."""
    import atexit

    atexit.register(os._exit, 3)
    return LOOP()
