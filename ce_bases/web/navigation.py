"""The staff menu: which pages each role begins with, and which one is open."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request, url_for

from ce_bases.core.actors import Actor, Role
from ce_bases.core.text import Text
from ce_bases.web.i18n import say

MENUS_KEY = "ce_bases.menus"


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the menu."""

    label: str
    url: str
    is_current: bool


def menu() -> list[NavItem]:
    """The menu of the signed-in role; empty on public pages, which do not ask who reads."""
    actor: Actor | None = g.get("actor")
    menus: dict[Role, tuple[tuple[str, Text], ...]] = current_app.extensions[MENUS_KEY]
    entries = menus.get(actor.role, ()) if actor else ()
    here = request.endpoint or ""
    return [NavItem(say(label), url_for(endpoint), endpoint == here) for endpoint, label in entries]


def register(app: Flask, menus: dict[Role, tuple[tuple[str, Text], ...]]) -> None:
    """Make `nav_items` known to the staff layout."""
    app.extensions[MENUS_KEY] = menus

    @app.context_processor
    def navigation() -> dict[str, Any]:
        return {"nav_items": menu()}
