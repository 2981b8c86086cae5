"""The server of a round: what its workers talk to, in a process of its own."""

import socket
from typing import Self

from bench.measurement.placement import Site
from bench.measurement.processes import EndedError, HungError, Process
from bench.subjects import workloads

PATIENCE_S = 3.0
REQUEST = b'{"number": 0, "size": 150}\n'


class Server:
    """Serves while its block runs; where the workload needs none, no process is started, and the port is 0."""

    def __init__(self, workload: str) -> None:
        self._needed = workloads.named(workload).serves
        self._process: Process | None = None
        self._port: int | EndedError = 0

    def __enter__(self) -> Self:
        if self._needed:
            self._process = Process(workloads.SERVER, [])
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self._process.kill()

    def port(self, timeout_s: float, since: float) -> int:
        """Wait until it listens, and say where; raises EndedError if it can't, each time with the same reason."""
        if self._process and self._port == 0:
            try:
                self._port = int(self._process.answer(timeout_s, since))
            except EndedError as error:
                self._port = EndedError(f"its server: {error} {self._process.last_line()}".strip())
        if isinstance(self._port, EndedError):
            raise self._port
        return self._port

    def reason(self, error: Exception) -> str:
        """Why a worker failed: with what is wrong with this server, if anything, as that may be the cause."""
        if self._process is None or "its server" in str(error):
            return str(error)
        wrong = self._process.ending() or (self._silence() if isinstance(error, HungError) else None)
        return f"{error} (its server {wrong})" if wrong else str(error)

    def _silence(self) -> str | None:
        """In words that it does not answer a request in time, if so, and if it has said where it listens."""
        if isinstance(self._port, EndedError) or not self._port:
            return None
        try:
            with socket.create_connection(("127.0.0.1", self._port), PATIENCE_S) as connection:
                connection.sendall(REQUEST)
                return None if connection.recv(1) else "closes connections without an answer"
        except OSError:
            return "does not answer"

    def place(self, site: Site) -> None:
        """Move it away from the processors of its workers."""
        if self._process:
            site.beside(self._process.id)
