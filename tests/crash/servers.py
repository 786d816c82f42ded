"""A server that can be killed as a power cut would, and people who go on tapping meanwhile."""

import contextlib
import itertools
import os
import random
import signal
import subprocess
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

from tests.bench.hall import Hall
from tests.bench.harness import BIN, ROOT, free_port, get

#: Taps that get through between two kills, at most.
MOST_BETWEEN = 6


class Server:
    """Two workers of `module`; kills are SIGKILL, so that nothing is tidied up."""

    def __init__(self, module: str, env: dict[str, str]) -> None:
        self.module, self.env, self.port = module, env, free_port()
        self.process: subprocess.Popen[bytes]
        self.start()

    def start(self) -> None:
        command = [str(BIN / "gunicorn"), "--preload", "-w", "2", "-b", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen(
            [*command, "--log-level", "critical", self.module],
            cwd=ROOT,
            env=self.env,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for _ in range(3000):
            try:
                get(self.port, "/healthz", {})
            except OSError:
                time.sleep(0.01)
            else:
                return
        raise AssertionError("the server does not start")

    def kill_workers(self) -> None:
        """End the processes that write, in the middle of whatever they do."""
        pid = self.process.pid
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)

    def kill_all(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Load:
    """Phones that send until each tap is answered; `same_id` is the guard under test."""

    hall: Hall
    port: int
    same_id: bool = True
    acknowledged: dict[int, str] = field(default_factory=dict)
    failures: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self, clients: int = 4) -> list[threading.Thread]:
        numbers = itertools.count(1)
        lock = threading.Lock()
        threads = [
            threading.Thread(target=self._client, args=(numbers, lock)) for _ in range(clients)
        ]
        for thread in threads:
            thread.start()
        return threads

    def _client(self, numbers: "itertools.count[int]", lock: threading.Lock) -> None:
        while not self.stopped.is_set():
            with lock:
                number = next(numbers)
            self._until_answered(number)

    def _until_answered(self, number: int) -> None:
        event_id = str(uuid.uuid4())
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                status, answer = self.hall.post(self.port, self.hall.item(number, event_id))
            except (OSError, HTTPException, ValueError):  # not there, or cut off in mid-answer
                status, answer = 0, None
            if status == 200 and answer["verdicts"][0]["status"] in {"ok", "there"}:
                self.acknowledged[number] = event_id
                return
            self.failures += 1
            if not self.same_id:
                event_id = str(uuid.uuid4())
            time.sleep(0.02)


def trial(server: Server, load: Load, *, kills: int, chance: random.Random) -> None:
    """Let the load run while the server is killed `kills` times; all of it at every tenth.

    Between two kills some taps get through, however slow the machine is.
    """
    threads = load.run()
    try:
        _kill_again_and_again(server, load, kills, chance)
    finally:
        load.stopped.set()
        for thread in threads:
            thread.join()
        server.kill_all()


def _kill_again_and_again(server: Server, load: Load, kills: int, chance: random.Random) -> None:
    for number in range(1, kills + 1):
        wanted = len(load.acknowledged) + chance.randint(MOST_BETWEEN // 2, MOST_BETWEEN)
        patience = time.monotonic() + 5
        while len(load.acknowledged) < wanted and time.monotonic() < patience:
            time.sleep(0.002)
        if number % 10:
            server.kill_workers()
        else:
            server.kill_all()
            server.start()
