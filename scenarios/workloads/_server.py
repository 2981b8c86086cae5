"""The server that workloads fetch from: blocking sockets and threads, so that no event loop serves another.

As a program it prints its port and serves until its stdin ends. It listens on 127.0.0.1 only.
"""

import json
import socket
import sys
import threading

from scenarios._workload import EXPECTED

BACKLOG = 128


def start() -> int:
    """Serve in threads beside this one, until the program ends; returns the port, which the kernel chose."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
    threading.Thread(target=_accept, args=[listener], daemon=True).start()
    port: int = listener.getsockname()[1]
    return port


def _accept(listener: socket.socket) -> None:
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_serve, args=[connection], daemon=True).start()


def _serve(connection: socket.socket) -> None:
    """Answer the requests of one connection, line by line, until the client closes it."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection, connection.makefile("rb") as requests:
        try:
            for request in requests:
                connection.sendall(_answer(**json.loads(request)))
        except OSError:
            return  # the client is gone: killed, perhaps


def _answer(number: int, size: int) -> bytes:
    """JSON of exactly `size` bytes."""
    answer = json.dumps({"number": number, "records": EXPECTED})
    return answer.ljust(size - 1).encode() + b"\n"


def main() -> None:
    """Serve until whoever started this program has closed its stdin, or has ended."""
    print(start(), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
