"""The site's keys, at hand for views and commands."""

from flask import current_app

from ce_bases.calendar.blueprint import site_address
from ce_bases.certificates.service import Issuer
from ce_bases.certificates.signing import keys_by_id, public_of
from ce_bases.config import Settings


def public_keys(settings: Settings) -> dict[str, bytes]:
    """Every key whose signatures count, the one that signs first."""
    return keys_by_id([public_of(settings.certificate_key), *settings.certificate_old_keys])


def site_keys() -> dict[str, bytes]:
    """The public keys of this site."""
    return public_keys(current_app.config["SETTINGS"])


def site_issuer() -> Issuer:
    """Signs with the site's key, in the name of its address."""
    settings: Settings = current_app.config["SETTINGS"]
    return Issuer(settings.certificate_key, site_address())
