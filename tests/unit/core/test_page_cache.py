"""The page cache keeps what any cache may keep, while its numbers stand still, and nothing else."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from werkzeug.test import Client

from ce_bases.core.public_state import STRIPES, stripe_of
from ce_bases.web import page_cache
from ce_bases.web.moment import NOTHING, THE_DAY, THE_MOMENT, TIME_ASKED
from ce_bases.web.page_cache import PageCache
from ce_bases.web.reads import ROSTER_OF, TABLES_READ
from tests.conftest import FrozenClock

PUBLIC = {"Cache-Control": "public, no-cache", "ETag": '"a"', "Content-Type": "text/html"}
START = datetime(2022, 6, 1, 4, 0, 10, tzinfo=UTC)
SEATS = {"published_session", "enrolment"}


class Numbers:
    """The numbers of the database, without one; how often they were asked for."""

    def __init__(self) -> None:
        self.numbers: list[int] | None = [0] * (STRIPES + 1)
        self.asked = 0

    def all(self) -> Sequence[int] | None:
        return None if self.numbers is None else tuple(self.numbers)

    def total(self, stripe: int | None = None, *, everything: bool = False) -> int | None:
        self.asked += 1
        if self.numbers is None:
            return None
        if everything:
            return sum(self.numbers)
        return self.numbers[0] + (self.numbers[stripe] if stripe is not None else 0)

    def bump(self, scope: int = 0) -> None:
        assert self.numbers is not None
        self.numbers[scope] += 1

    def close(self) -> None:
        pass


class Counting:
    """A WSGI application that counts how often it is asked and answers with the count.

    It says that it read `tables`, and of all rosters only that of `plan_id`.
    """

    def __init__(
        self,
        headers: dict[str, str] = PUBLIC,
        status: str = "200 OK",
        *,
        tables: set[str] | None = None,
        plan_id: int | None = None,
    ) -> None:
        self.headers, self.status, self.asked = headers, status, 0
        self.tables, self.plan_id = tables or set(), plan_id
        self.last: dict[str, Any] = {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.asked += 1
        self.last = environ
        environ[TABLES_READ] = self.tables
        if self.plan_id is not None:
            environ[ROSTER_OF] = self.plan_id
        start_response(self.status, [*self.headers.items(), ("X-Request-Id", str(self.asked))])
        return [f"{self.asked}".encode()]


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(START)


@pytest.fixture
def numbers() -> Numbers:
    return Numbers()


def browser(
    app: Counting, numbers: Numbers | None = None, clock: FrozenClock | None = None
) -> Client:
    cache = PageCache(
        app,
        state=numbers or Numbers(),
        clock=clock or FrozenClock(START),
        seconds=60,
        passed=("/static/",),
    )
    return Client(cache, use_cookies=False)


def test_a_page_is_kept_until_the_minute_ends(clock: FrozenClock) -> None:
    """What it says about now changes on whole minutes."""
    client = browser(Counting(), clock=clock)

    assert [client.get("/").text for _ in range(3)] == ["1", "1", "1"]
    clock.forward(seconds=49.999)
    assert client.get("/").text == "1"
    clock.forward(seconds=0.001)
    assert client.get("/").text == "2"
    assert "X-Request-Id" not in client.get("/").headers


def test_nothing_outlives_midnight_in_jining(clock: FrozenClock) -> None:
    clock.set(datetime(2022, 6, 1, 15, 59, 59, 999_999, tzinfo=UTC))
    client = browser(Counting(), clock=clock)
    client.get("/")

    clock.set(datetime(2022, 6, 1, 16, 0, tzinfo=UTC))
    assert client.get("/").text == "2"


class Asking(Counting):
    """It says what it asked of the clock."""

    def __init__(self, asked_time: int) -> None:
        super().__init__()
        self.asked_time = asked_time

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ[TIME_ASKED] = self.asked_time
        return super().__call__(environ, start_response)


@pytest.mark.parametrize(
    ("asked", "lives"),
    [
        (THE_MOMENT, timedelta(seconds=50)),
        (THE_DAY, timedelta(hours=11, minutes=59, seconds=50)),
        (NOTHING, timedelta(days=2)),
    ],
)
def test_a_page_lives_by_what_it_asked_of_the_clock(
    clock: FrozenClock, asked: int, lives: timedelta
) -> None:
    """Made at 12:00:10 in Jining, by a cache that would keep it for two days."""
    cache = PageCache(Asking(asked), state=Numbers(), clock=clock, seconds=2 * 24 * 3600, passed=())
    client = Client(cache, use_cookies=False)
    client.get("/")
    clock.set(START + lives - timedelta(microseconds=1))
    assert client.get("/").text == "1"
    clock.set(START + lives)
    assert client.get("/").text == "2"


def test_a_clock_set_back_makes_pages_anew(clock: FrozenClock) -> None:
    client = browser(Counting(), clock=clock)
    client.get("/")

    clock.set(START - timedelta(seconds=1))
    assert client.get("/").text == "2"


def test_an_age_shorter_than_a_minute_holds(clock: FrozenClock) -> None:
    app = Counting()
    cache = PageCache(app, state=Numbers(), clock=clock, seconds=5, passed=())
    client = Client(cache, use_cookies=False)
    client.get("/")

    clock.forward(seconds=4.999)
    assert client.get("/").text == "1"
    clock.forward(seconds=0.001)
    assert client.get("/").text == "2"


def test_a_page_is_forgotten_when_what_it_shows_changed(numbers: Numbers) -> None:
    client = browser(Counting(tables={"published_session"}), numbers)

    assert [client.get("/").text for _ in range(2)] == ["1", "1"]
    numbers.bump()
    assert [client.get("/").text for _ in range(2)] == ["2", "2"]
    numbers.bump(7)
    assert client.get("/").text == "2", "it shows no seats"


def test_a_page_without_tables_asks_for_no_number(numbers: Numbers) -> None:
    client = browser(Counting(), numbers)

    numbers.bump()
    assert [client.get("/").text for _ in range(3)] == ["1", "1", "1"]
    assert numbers.asked == 0


def test_one_plans_page_follows_its_own_roster_at_once(numbers: Numbers) -> None:
    client = browser(Counting(tables=SEATS, plan_id=STRIPES + 5), numbers)
    client.get("/")

    numbers.bump(stripe_of(6))
    assert client.get("/").text == "1", "another class"
    numbers.bump(stripe_of(5))
    assert client.get("/").text == "2", "its own number, which may be shared"
    numbers.bump()
    assert client.get("/").text == "3"


def test_seats_of_many_plans_are_at_most_two_seconds_old(
    numbers: Numbers, clock: FrozenClock
) -> None:
    client = browser(Counting(tables=SEATS), numbers, clock)
    client.get("/")

    numbers.bump(7)
    clock.forward(seconds=1.999)
    assert client.get("/").text == "1"
    clock.forward(seconds=0.001)
    assert client.get("/").text == "2"
    numbers.bump()
    assert client.get("/").text == "3", "everything else at once"


def test_seats_that_nobody_takes_make_no_page_anew(numbers: Numbers, clock: FrozenClock) -> None:
    client = browser(Counting(tables=SEATS), numbers, clock)
    client.get("/")

    clock.forward(seconds=20)
    assert client.get("/").text == "1"
    numbers.bump(7)
    clock.forward(seconds=1.999)
    assert client.get("/").text == "1", "known to be right two seconds ago"
    clock.forward(seconds=0.001)
    assert client.get("/").text == "2"


def test_a_page_of_an_unwatched_table_is_never_kept(numbers: Numbers) -> None:
    client = browser(Counting(tables={"published_session", "account"}), numbers)

    assert [client.get("/").text for _ in range(2)] == ["1", "2"]


def test_without_numbers_nothing_is_kept_and_nothing_kept_is_answered(numbers: Numbers) -> None:
    client = browser(Counting(tables={"plan"}), numbers)
    client.get("/")
    numbers.numbers = None

    assert [client.get("/").text for _ in range(2)] == ["2", "3"]


def test_numbers_are_those_from_before_the_content(numbers: Numbers) -> None:
    """A change committed while a page is made must not be taken for known."""
    app = Counting(tables={"plan"})
    made = app.__call__

    class Late(Counting):
        def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            if not app.asked:
                numbers.bump()
            return made(environ, start_response)

    client = browser(Late(), numbers)
    assert [client.get("/").text for _ in range(3)] == ["1", "2", "2"]


@pytest.mark.parametrize(
    "headers",
    [
        {**PUBLIC, "Cache-Control": "no-store"},
        {**PUBLIC, "Cache-Control": "private, max-age=60"},
        {**PUBLIC, "Set-Cookie": "a=b"},
        {"Cache-Control": "public, max-age=60"},
        {"ETag": '"a"'},
    ],
    ids=repr,
)
def test_whatever_is_not_declared_public_is_asked_for_each_time(headers: dict[str, str]) -> None:
    client = browser(Counting(headers))

    assert [client.get("/").text for _ in range(2)] == ["1", "2"]


@pytest.mark.parametrize("status", ["404 NOT FOUND", "500 ERROR", "302 FOUND", "206 PARTIAL"])
def test_only_whole_good_answers_are_kept(status: str) -> None:
    client = browser(Counting(PUBLIC, status))

    assert [client.get("/").text for _ in range(2)] == ["1", "2"]


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/other"},
        {"path": "/", "query_string": "q=1"},
        {"path": "/", "base_url": "http://elsewhere.example"},
        {"path": "/", "base_url": "https://localhost"},
        {"path": "/", "headers": {"Accept-Language": "en"}},
        {"path": "/", "headers": {"Accept-Encoding": "br"}},
        {"path": "/", "headers": {"Cookie": "x=1; lang=en"}},
        {"path": "/", "headers": {"Cookie": 'lang="en"'}},
    ],
    ids=repr,
)
def test_what_an_answer_may_depend_on_tells_answers_apart(other: dict[str, Any]) -> None:
    client = browser(Counting(PUBLIC))
    client.get("/")

    assert client.get(**other).text == "2"
    assert client.get("/").text == "1"


@pytest.mark.parametrize(
    "same",
    [
        {"headers": {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}},
        {"headers": {"Accept-Language": "fr"}},
        {"headers": {"Accept-Encoding": "deflate, zstd"}},
        {"headers": {"Accept-Encoding": "br;q=0, gzip;q=0"}},
        {"headers": {"Cookie": "lang=zh", "Accept-Language": "en"}},
        {"headers": {"Cookie": "lang=fr"}},
        {"headers": {"User-Agent": "x"}},
        {"query_string": "from=singlemessage&isappinstalled=0&utm_source=x"},
    ],
    ids=repr,
)
def test_what_makes_no_difference_makes_no_second_answer(same: dict[str, Any]) -> None:
    client = browser(Counting(PUBLIC))
    client.get("/")

    assert client.get("/", **same).text == "1"


def test_the_application_is_asked_in_the_words_of_the_key() -> None:
    app = Counting(PUBLIC)
    asked = {"Accept-Language": "en-GB,en;q=0.9,zh;q=0.1", "Accept-Encoding": "gzip, deflate;q=0.5"}
    browser(app).get("/?a=1&utm_source=x&b=2", headers={**asked, "If-None-Match": '"a"'})

    assert {
        name: app.last[name]
        for name in (
            *("HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH"),
            "QUERY_STRING",
        )
    } == {
        "HTTP_ACCEPT_LANGUAGE": "en",
        "HTTP_ACCEPT_ENCODING": "gzip",
        "HTTP_IF_NONE_MATCH": "",
        "QUERY_STRING": "a=1&b=2",
    }


def test_a_login_cookie_makes_no_difference_to_a_public_page() -> None:
    client = browser(Counting(PUBLIC))
    client.get("/")

    assert client.get("/", headers={"Cookie": "ce_session=secret"}).text == "1"


@pytest.mark.parametrize("headers", [PUBLIC, {**PUBLIC, "Cache-Control": "private"}], ids=repr)
def test_who_has_it_already_gets_a_304_without_a_body(headers: dict[str, str]) -> None:
    client = browser(Counting(headers))

    for _ in range(2):
        answer = client.get("/", headers={"If-None-Match": 'W/"x", W/"a"'})
        assert (answer.status_code, answer.data) == (304, b"")
        assert "Content-Type" not in answer.headers
        assert answer.headers["ETag"] == '"a"'
    assert client.get("/", headers={"If-None-Match": '"old", "aa"'}).status_code == 200
    assert client.get("/", headers={"If-None-Match": "*"}).status_code == 304


def test_a_head_is_answered_from_what_is_kept_and_keeps_nothing() -> None:
    app = Counting({**PUBLIC, "Content-Length": "1"})
    client = browser(app)
    client.head("/")
    client.head("/")
    assert app.asked == 2
    client.get("/")

    answer = client.head("/")
    assert (app.asked, answer.status_code, answer.data) == (3, 200, b"")
    assert (answer.headers["ETag"], answer.headers["Content-Length"]) == ('"a"', "1")
    assert client.head("/", headers={"If-None-Match": '"a"'}).status_code == 304


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/"), ("OPTIONS", "/"), ("GET", "/static/x")]
)
def test_the_rest_passes_through(method: str, path: str) -> None:
    app = Counting(PUBLIC)
    client = browser(app)
    for _ in range(2):
        client.open(path, method=method)

    assert app.asked == 2


def test_memory_is_bounded_and_what_is_asked_for_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    size = 1 + sum(len(name) + len(value) for name, value in PUBLIC.items())
    monkeypatch.setattr(page_cache, "MOST_BYTES", 4 * size)
    app = Counting(PUBLIC)
    client = browser(app)
    for n in range(4):
        client.get(f"/{n}")
    client.get("/0")
    client.get("/4")
    assert app.asked == 5

    client.get("/0")
    assert app.asked == 5, "asked for a moment ago"
    client.get("/1")
    assert app.asked == 6, "the one nobody asked for made room"


def test_a_huge_answer_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_cache, "MOST_OF_ONE", 4)
    client = browser(Counting(PUBLIC))

    assert [client.get("/").text for _ in range(2)] == ["1", "2"]
