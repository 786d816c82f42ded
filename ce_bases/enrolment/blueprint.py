"""Rosters, and enrolling in classes."""

from urllib.parse import parse_qs, urlsplit

from flask import Blueprint

bp = Blueprint("enrolment", __name__)


def answered(address: str, name: str) -> str:
    """A figure of the (possibly stored) answer of a command, which is an address."""
    return parse_qs(urlsplit(address).query).get(name, [""])[0]
