"""The pages of those who hold classes stand under `/filing`."""

from flask import Blueprint

bp = Blueprint("plans", __name__, url_prefix="/filing")
PLAN = "/plans/<int(max=2147483647):plan_id>"
