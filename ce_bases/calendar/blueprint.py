"""What anyone may see stands at the top of the site, each page at its own address."""

import re

from flask import Blueprint, current_app, request
from sqlalchemy.orm import Session

from ce_bases.core.errors import NotFoundError
from ce_bases.plans.models import Plan
from ce_bases.plans.queries import get_public_plan

bp = Blueprint("calendar", __name__)


def site_address() -> str:
    """The site's own address: the configured one, else the one it was asked under."""
    configured: str = current_app.config["SETTINGS"].site_url
    return configured or request.host_url.rstrip("/")


def get_plan_at(session: Session, number: str) -> Plan:
    """The published plan of an address; NotFoundError, without a query, for what is no number."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{6}-[0-9]{4,12}", number):
        raise NotFoundError
    return get_public_plan(session, number)
