"""Servers, clocks and counters the benchmarks share; every figure is a ratio within one run."""

import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.conftest import fresh_postgresql

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
SECONDS = float(os.environ.get("BENCH_SECONDS", "2"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))


@dataclass(frozen=True)
class Backend:
    """A database of this run and the environment that leads the site to it."""

    name: str
    env: dict[str, str]

    def flask(self, *arguments: str) -> None:
        """Run `flask …` on this database; an error ends the run."""
        subprocess.run(
            [str(BIN / "flask"), *arguments],
            cwd=ROOT,
            env=self.env,
            check=True,
            capture_output=True,
        )

    @contextmanager
    def twin(self) -> Iterator["Backend"]:
        """Another demo city of its own on the same kind of database."""
        with tempfile.TemporaryDirectory() as folder:
            env = {**self.env, "CE_BASES_INSTANCE_DIR": folder}
            urls = [""]
            if "CE_BASES_DATABASE_URL" in env:
                name = f"ce_bases_twin_{Path(folder).name.lower()}"
                urls = fresh_postgresql(name)
            for url in urls:
                other = Backend(
                    self.name, {**env, **({"CE_BASES_DATABASE_URL": url} if url else {})}
                )
                other.flask("db", "upgrade")
                other.flask("demo", "load")
                yield other


@dataclass(frozen=True)
class Target:
    """A page to measure: its name, address, request headers, and the least ratio we promise."""

    name: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    goal: float | None = None


def say(name: str, ratio: float, goal: float | None = None, *, at_most: bool = False) -> None:
    """Print one figure beside its goal."""
    wanted = "" if goal is None else f"  (goal {'≤' if at_most else '≥'} {goal:g})"
    print(f"  {name:46} {ratio:8.3f}{wanted}", flush=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def gunicorn(module: str, env: dict[str, str]) -> Iterator[int]:
    """The port of `module` served by two sync workers."""
    port = free_port()
    command = [str(BIN / "gunicorn"), "-w", "2", "-b", f"127.0.0.1:{port}", "--log-level", "error"]
    server = subprocess.Popen([*command, module], cwd=ROOT, env=env, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                get(port, "/", {})
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait()


def get(port: int, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
    """(status, headers, body) of one GET."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    result = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return result


def rate(port: int, target: Target) -> float:
    """Requests a second: by wrk where it is installed, else by four threads of our own."""
    if wrk := shutil.which("wrk"):
        headers = [f"-H{name}: {value}" for name, value in target.headers.items()]
        url = f"http://127.0.0.1:{port}{target.path}"
        said = subprocess.run(
            [wrk, "-t2", "-c8", f"-d{SECONDS:g}s", *headers, url],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert "Non-2xx or 3xx" not in said, f"{target.name}: {said}"
        return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    return _own_rate(port, target)


def _own_rate(port: int, target: Target) -> float:
    counts = [0] * 4
    end = time.monotonic() + SECONDS

    def work(n: int) -> None:
        while time.monotonic() < end:
            assert get(port, target.path, target.headers)[0] in {200, 304}
            counts[n] += 1

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS


def ratio_of_rates(port: int, target: Target, base_port: int, base: Target) -> float:
    """The middle one of some turns, in which both meet the same machine."""
    return median(rate(port, target) / rate(base_port, base) for _ in range(ROUNDS))


def seconds_of(work: Callable[[], object], *, rounds: int = ROUNDS) -> float:
    """The shortest time of `work` over some rounds."""
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def postgresql_server() -> str | None:
    return os.environ.get("TEST_DATABASE_URL")
