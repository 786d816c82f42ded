"""The claim's pages: `/me/claims`, the unit's `/unit/claims`, the bureau's `/desk/claims`."""

from flask import Blueprint

bp = Blueprint("claims", __name__)
