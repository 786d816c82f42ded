"""The pages of bureaus stand under `/desk`."""

from flask import Blueprint

from ce_bases.core.access import Action

bp = Blueprint("oversight", __name__, url_prefix="/desk")
#: What opens them: officers only, although bases too may read plans (under `/filing`).
DESK = Action.DECIDE_FILING
