"""The page cache keeps what any cache may keep, for a moment, and nothing else."""

from collections.abc import Iterable
from typing import Any

import pytest
from werkzeug.test import Client

from ce_bases.web import page_cache
from ce_bases.web.page_cache import PageCache

PUBLIC = {"Cache-Control": "public, max-age=60", "ETag": '"a"', "Content-Type": "text/html"}


class Counting:
    """A WSGI application that counts how often it is asked and answers with the count."""

    def __init__(self, headers: dict[str, str], status: str = "200 OK") -> None:
        self.headers, self.status, self.asked = headers, status, 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.asked += 1
        start_response(self.status, [*self.headers.items(), ("X-Request-Id", str(self.asked))])
        return [f"{self.asked}".encode()]


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    moment = [100.0]
    monkeypatch.setattr(page_cache.time, "monotonic", lambda: moment[0])
    return moment


def browser(app: Counting) -> Client:
    return Client(PageCache(app, seconds=2, passed=("/static/",)), use_cookies=False)


def test_a_public_page_is_rendered_once_and_forgotten_in_time(now: list[float]) -> None:
    app = Counting(PUBLIC)
    client = browser(app)

    assert [client.get("/").text for _ in range(3)] == ["1", "1", "1"]
    now[0] += 1.99
    assert client.get("/").text == "1"
    now[0] += 0.01
    assert client.get("/").text == "2"
    assert "X-Request-Id" not in client.get("/").headers


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
    ],
    ids=repr,
)
def test_what_an_answer_may_depend_on_tells_answers_apart(other: dict[str, Any]) -> None:
    client = browser(Counting(PUBLIC))
    client.get("/")

    assert client.get(**other).text == "2"
    assert client.get("/").text == "1"


def test_a_login_cookie_makes_no_difference_to_a_public_page() -> None:
    client = browser(Counting(PUBLIC))
    client.get("/")

    assert client.get("/", headers={"Cookie": "ce_session=secret"}).text == "1"


@pytest.mark.parametrize("headers", [PUBLIC, {**PUBLIC, "Cache-Control": "private"}], ids=repr)
def test_who_has_it_already_gets_a_304_without_a_body(headers: dict[str, str]) -> None:
    client = browser(Counting(headers))

    for _ in range(2):
        answer = client.get("/", headers={"If-None-Match": 'W/"x", "a"'})
        assert (answer.status_code, answer.data) == (304, b"")
        assert "Content-Type" not in answer.headers
        assert answer.headers["ETag"] == '"a"'
    assert client.get("/", headers={"If-None-Match": '"old"'}).status_code == 200


@pytest.mark.parametrize(("method", "path"), [("POST", "/"), ("HEAD", "/"), ("GET", "/static/x")])
def test_the_rest_passes_through(method: str, path: str) -> None:
    app = Counting(PUBLIC)
    client = browser(app)
    for _ in range(2):
        client.open(path, method=method)

    assert app.asked == 2


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_cache, "MOST_BYTES", 4)
    app = Counting(PUBLIC)
    client = browser(app)
    for n in range(6):
        client.get(f"/{n}")

    client.get("/0")
    assert app.asked == 7, "the oldest made room"
    client.get("/5")
    assert app.asked == 7, "the newest is still there"
