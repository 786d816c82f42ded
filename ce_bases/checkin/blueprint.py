"""The blueprint that the pages of signing in by code share."""

from flask import Blueprint, current_app

from ce_bases.checkin.codes import make_key

bp = Blueprint("checkin", __name__)


def door_key() -> bytes:
    """The server's key of the rotating codes."""
    return make_key(str(current_app.config["SECRET_KEY"]), "door code")


def live_key() -> bytes:
    """The server's key of the prompts in live classes."""
    return make_key(str(current_app.config["SECRET_KEY"]), "live prompt")


def personal_key() -> bytes:
    """The server's key of people's own codes."""
    return make_key(str(current_app.config["SECRET_KEY"]), "personal code")
