"""Sign-in against the same work done bare: a tap, a hall, a phone's whole queue, the page's weight."""

import gzip
import itertools
import json
import re
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Engine, func, insert, select

from tests.bench.bare_commit import create_table
from tests.bench.hall import MOMENT, Hall, door_app, make_hall, post
from tests.bench.harness import ROUNDS, SECONDS, Backend, get, gunicorn, say
from tests.conftest import fresh_postgresql

HALL = 1000
PAGE = 300
QUEUE = 2000
CLIENTS = 8


def run(backend: Backend) -> None:
    """Print the figures of sign-in on `backend`; it gets empty databases of its own."""
    print(f"\n{backend.name}: sign-in")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        for part in (_taps, _queue, _page):
            part(stack.enter_context(_Fresh(backend, Path(folder) / part.__name__)))


class _Fresh:
    """A migrated, empty database of the same kind as the backend's."""

    def __init__(self, backend: Backend, folder: Path) -> None:
        self.backend, self.folder = backend, folder
        self.databases: Iterator[str] = iter(())

    def __enter__(self) -> Backend:
        self.folder.mkdir(parents=True)
        self.databases = self._urls()
        env = {
            **self.backend.env,
            "CE_BASES_INSTANCE_DIR": str(self.folder),
            "CE_BASES_DATABASE_URL": next(self.databases),
        }
        fresh = Backend(self.backend.name, env)
        fresh.flask("db", "upgrade")
        return fresh

    def __exit__(self, *_exc: object) -> None:
        next(self.databases, None)

    def _urls(self) -> Iterator[str]:
        if self.backend.name == "SQLite":
            yield f"sqlite:///{self.folder / 'door.sqlite'}"
        else:
            yield from fresh_postgresql("ce_bases_bench_door")


def _many(work: Callable[[int], None], *, seconds: float = SECONDS) -> float:
    """How often a second `work(n)` can be done by several clients at once."""
    end, counter = time.monotonic() + seconds, itertools.count()
    done = [0] * CLIENTS

    def client(number: int) -> None:
        while time.monotonic() < end:
            work(next(counter))
            done[number] += 1

    threads = [threading.Thread(target=client, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / seconds


def _taps(backend: Backend) -> None:
    """One tap against one committed row; then a whole hall."""
    hall = make_hall(backend.env, HALL)
    create_table(backend.env["CE_BASES_DATABASE_URL"])
    json_only = {"Content-Type": "application/json"}

    with (
        gunicorn("tests.bench.bare_commit:bare_app()", backend.env) as bare,
        gunicorn("tests.bench.door:app", backend.env) as site,
    ):

        def bare_row(_number: int) -> None:
            body = json.dumps({"id": str(uuid.uuid4())}).encode()
            assert post(bare, "/", body, json_only)[0] == 200

        def tap(number: int) -> None:
            status, answer = hall.post(site, hall.item(number))
            assert status == 200, status
            assert answer["verdicts"][0]["status"] == "ok", answer

        shares = []
        for _ in range(ROUNDS):
            site_rate, bare_rate = _many(tap), _many(bare_row)
            shares.append(site_rate / bare_rate)
            print(f"  ({site_rate:.0f} taps/s, {bare_rate:.0f} bare rows/s)")
        print(f"  (rounds: {', '.join(f'{share:.3f}' for share in sorted(shares))})")
        say("a tap ÷ a bare committed row, the middle one", median(shares), 0.3)
        _hall(backend, hall, site)


def _hall(backend: Backend, hall: Hall, site: int) -> None:
    """A thousand people as fast as it goes: no error, everything acknowledged is stored."""
    acknowledged: list[str] = []
    numbers = iter(range(HALL))
    lock = threading.Lock()

    def client() -> None:
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            item = hall.item(number)
            status, answer = hall.post(site, item)
            assert (status, answer["verdicts"][0]["status"]) == (200, "ok")
            acknowledged.append(item["id"])

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - start
    assert len(acknowledged) == HALL, f"{HALL - len(acknowledged)} of {HALL} had an error"
    assert _stored(backend, acknowledged) == HALL
    say(f"{HALL:,} people signed in, seconds", took, 60, at_most=True)


def _stored(backend: Backend, ids: list[str]) -> int:
    from ce_bases.attendance.models import SignEvent
    from ce_bases.web.extensions import session

    with door_app(backend.env).app_context():
        known = set(session().scalars(select(SignEvent.event_id)))
    return len(known & set(ids))


def _queue(backend: Backend) -> None:
    """A phone's queue of 2,000, by a whole request, against as many bare rows in one transaction."""
    from ce_bases.attendance.models import SignEvent
    from ce_bases.web.extensions import db

    hall = make_hall(backend.env, HALL)
    app = door_app(backend.env)
    client = app.test_client(use_cookies=False)  # the cookie is in the headers
    ratios = []
    for number in range(ROUNDS):
        body = hall.body(*(hall.item(n + number * QUEUE) for n in range(QUEUE)))
        start = time.perf_counter()
        answer = client.post(f"{hall.path}/batch", data=body, headers=hall.headers)
        took = time.perf_counter() - start
        assert {v["status"] for v in answer.json["verdicts"]} == {"ok"}
        with app.app_context():
            bare = _insert_bare(db.engine, [_bare_sign(hall, n) for n in range(QUEUE)])
        print(f"  ({took * 1000:.0f} ms, bare {bare * 1000:.0f} ms)")
        ratios.append(took / bare)
    with app.app_context(), db.engine.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(SignEvent))
        assert count == 2 * ROUNDS * QUEUE
        db.engine.dispose()
    say(f"queue of {QUEUE:,} ÷ as many bare rows, the middle one", median(ratios), 10, at_most=True)


def _insert_bare(engine: Engine, rows: list[dict[str, Any]]) -> float:
    """Seconds for `rows` in one transaction."""
    from ce_bases.attendance.models import SignEvent

    start = time.perf_counter()
    with engine.begin() as connection:
        connection.execute(insert(SignEvent.__table__), rows)
    return time.perf_counter() - start


def _bare_sign(hall: Hall, number: int) -> dict[str, Any]:
    return {
        "event_id": str(uuid.uuid4()),
        "session_id": hall.session_id,
        "person_id": hall.people[number % HALL],
        "kind": "in",
        "way": "tap",
        "annuls_id": None,
        "occurred_at": MOMENT,
        "received_at": MOMENT,
        "offset_ms": 0,
        "device": "",
        "device_seq": None,
        "recorded_by": hall.account,
        "off_hours": False,
        "reason": "",
        "request_hash": "",
    }


def _page(backend: Backend) -> None:
    """Everything the lecturer's first visit carries over the wire: page, styles, scripts, list."""
    hall = make_hall(backend.env, PAGE)
    headers = {"Cookie": hall.headers["Cookie"], "Accept-Encoding": "gzip"}
    with gunicorn("tests.bench.door:app", backend.env) as site:
        status, _headers, page = get(site, hall.path, headers)
        assert status == 200
        html = gzip.decompress(page).decode()
        assert html.count('class="register__row') == PAGE
        listed = get(site, f"{hall.path}/register.json", headers)[2]
        files = sum(len(get(site, path, headers)[2]) for path in _files(site, html))
    print(f"  (page {len(page) / 1024:.0f} KB, list {len(listed) / 1024:.0f} KB)")
    say(
        f"page with {PAGE} names and its list, KB",
        (len(page) + len(listed)) / 1024,
        100,
        at_most=True,
    )
    say("the same with styles and scripts, KB", (len(page) + len(listed) + files) / 1024)


def _files(site: int, html: str) -> set[str]:
    """The styles and scripts of the page, and the modules those import."""
    found = set(re.findall(r'<link rel="stylesheet" href="([^"]+)"', html))
    waiting = set(re.findall(r'<script type="module" src="([^"]+)"', html))
    while waiting:
        path = waiting.pop()
        found.add(path)
        code = get(site, path, {})[2].decode()
        imported = re.findall(r'from "\./([a-z-]+\.js)"', code)
        waiting |= {f"/static/js/{name}" for name in imported} - found
    return found
