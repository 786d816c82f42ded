"""The staff menu: which pages each role begins with, and which one is open."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request, url_for

from ce_bases.core.actors import Actor, Role
from ce_bases.core.text import Text
from ce_bases.web.i18n import choose_locale, say

MENUS_KEY = "ce_bases.menus"
_MADE = "ce_bases.menus_made"


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the menu."""

    label: str
    url: str
    is_current: bool


def menu() -> list[NavItem]:
    """The menu of the signed-in role; empty on public pages, which do not ask who reads."""
    actor: Actor | None = g.get("actor")
    if actor is None:
        return []
    here = request.endpoint or ""
    prefix = request.environ.get("SCRIPT_NAME", "")
    return [
        NavItem(label, url, endpoint == here)
        for endpoint, label, url in _entries(actor.role, choose_locale(), prefix)
    ]


def _entries(role: Role, locale: str, prefix: str) -> list[tuple[str, str, str]]:
    """(endpoint, words, address) of a role's pages in one language; made once."""
    made: dict[Any, list[tuple[str, str, str]]] = current_app.extensions[_MADE]
    key = (role, locale, prefix)
    if key not in made:
        menus: dict[Role, tuple[tuple[str, Text], ...]] = current_app.extensions[MENUS_KEY]
        entries = menus.get(role, ())
        made[key] = [(endpoint, say(label), url_for(endpoint)) for endpoint, label in entries]
    return made[key]


def register(app: Flask, menus: dict[Role, tuple[tuple[str, Text], ...]]) -> None:
    """Make `nav_items` known to the staff layout."""
    app.extensions[MENUS_KEY] = menus
    app.extensions[_MADE] = {}

    @app.context_processor
    def navigation() -> dict[str, Any]:
        return {"nav_items": menu()}
