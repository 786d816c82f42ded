"""Importing this module gives the blueprint all its routes."""

from ce_bases.claims import (  # noqa: F401 -- their routes
    desk_views,
    evidence_views,
    import_views,
    own_views,
    unit_views,
)
from ce_bases.claims.blueprint import bp

__all__ = ["bp"]
