"""A test client that looks at every page as a careful reader would."""

from collections import Counter
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ce_bases.accounts import service
from ce_bases.accounts.models import Account
from ce_bases.accounts.queries import find_account
from ce_bases.web.access import TOKEN
from ce_bases.web.extensions import make_write_session
from ce_bases.web.moment import CLOCK_KEY


class PageClient(FlaskClient):
    """Follows no link by itself; every HTML answer is checked by `check_page`."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        # Tests run inside an application context; each request needs one (and a `g`) of its own.
        with self.application.app_context():
            response = super().open(*args, **{"buffered": True, **kwargs})
        if response.mimetype == "text/html" and response.text:
            check_page(response.text)
        return response

    def log_in(self, username: str) -> None:
        """Log `username` in without the form (and without the price of its hash)."""
        with make_write_session() as session:
            account = find_account(session, username)
            assert isinstance(account, Account), username
            token = service.start_session(
                session,
                account,
                hat="",
                agent="test",
                now=self.application.extensions[CLOCK_KEY](),
            )
            session.commit()
        with self.session_transaction() as cookie:
            cookie.clear()
            cookie[TOKEN] = token

    def log_out(self) -> None:
        with self.session_transaction() as cookie:
            cookie.clear()


def check_page(html: str) -> None:
    """Fail on a page a person with a keyboard or a screen reader would stumble over."""
    if "</html>" not in html:
        return  # the redirect notes of werkzeug
    page = BeautifulSoup(html, "html.parser")
    root = page.find("html")
    assert isinstance(root, Tag)
    assert root.get("lang") in {"zh-CN", "en"}
    assert page.title is not None
    assert page.title.text.strip()
    headings = [h.get_text(strip=True) for h in page.find_all("h1")]
    assert len(headings) == 1, f"h1: {headings}"
    ids = Counter(tag["id"] for tag in page.find_all(id=True))
    assert not [name for name, count in ids.items() if count > 1], ids.most_common(3)
    unlabelled = [str(field)[:120] for field in _fields(page) if not _has_label(page, field)]
    assert unlabelled == []
    dead = [a for a in page.select('a[href^="#"]') if a["href"] != "#" and a["href"][1:] not in ids]
    assert dead == []
    styled = [str(tag)[:80] for tag in page.find_all(style=True)] + page.find_all("style")
    assert styled == [], "inline styles break the content security policy"
    inline = [
        s for s in page.find_all("script") if not s.get("src") and s.get("type") in (None, "module")
    ]
    assert inline == [], "inline scripts break the content security policy"


def _fields(page: BeautifulSoup) -> list[Tag]:
    found = page.find_all(["input", "select", "textarea"])
    return [f for f in found if f.get("type") not in {"hidden", "submit", "button"}]


def _has_label(page: BeautifulSoup, field: Tag) -> bool:
    if field.get("aria-label") or field.get("aria-labelledby") or field.find_parent("label"):
        return True
    return bool(field.get("id") and page.find("label", attrs={"for": field["id"]}))
