"""The front page and what stands beside it."""

from flask import Blueprint

bp = Blueprint("home", __name__)
