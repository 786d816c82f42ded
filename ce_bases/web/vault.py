"""The application's keys for resident IDs, at hand for views and commands."""

from flask import current_app

from ce_bases.config import Settings
from ce_bases.core.identity import IdVault

VAULT_KEY = "ce_bases.vault"


def make_vault(settings: Settings) -> IdVault:
    return IdVault(settings.id_key, settings.id_index_key)


def vault() -> IdVault:
    """Seals and finds resident IDs; hand it to services that take one."""
    found: IdVault = current_app.extensions[VAULT_KEY]
    return found
