"""Certificates of a year's hours: issued, printed, checked by anyone, revoked."""
