"""A mail server that keeps what it is given, for one test."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Given:
    """What arrived; recipients of `refused` are answered with their code."""

    letters: list[str] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)


@contextmanager
def mail_server() -> Iterator[tuple[str, Given]]:
    """Its URL, and what it was given."""
    given = Given()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 here")
            while line := self.rfile.readline().decode().strip():
                verb = line.split()[0].upper()
                if verb == "QUIT":
                    return
                if verb == "DATA":
                    self.say("354 go on")
                    given.letters.append(self.read_letter())
                code = next((c for to, c in given.refused.items() if to in line), 250)
                self.say(f"{code if verb == 'RCPT' else 250} well")

        def say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

        def read_letter(self) -> str:
            lines = []
            while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                lines.append(line)
            return "\n".join(lines)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"smtp://127.0.0.1:{server.server_address[1]}", given
        finally:
            server.shutdown()
            thread.join()
