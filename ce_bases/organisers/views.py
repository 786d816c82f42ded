"""The pages of organisers, all of them registered on one blueprint."""

from ce_bases.organisers import desk_views, lecturer_views, staff_views, venue_views
from ce_bases.organisers.blueprint import bp

__all__ = ["bp", "desk_views", "lecturer_views", "staff_views", "venue_views"]
