"""The pages of organisers: one blueprint, its views in a module for each list."""

from flask import Blueprint

bp = Blueprint("organisers", __name__)
