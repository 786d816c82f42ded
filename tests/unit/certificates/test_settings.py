"""The certificates' key among the settings."""

import base64
import json
from pathlib import Path

import pytest

from ce_bases.config import SettingsError, load_settings

KEY = base64.b64encode(b"k" * 32).decode()
PRODUCTION = {
    "CE_BASES_MODE": "production",
    "CE_BASES_DATABASE_URL": "postgresql://x/y",
    "CE_BASES_SECRET_KEY": "s" * 40,
    "CE_BASES_ID_KEY": KEY,
    "CE_BASES_ID_INDEX_KEY": KEY,
    "CE_BASES_CERTIFICATE_KEY": KEY,
    "CE_BASES_TRUSTED_HOSTS": "ce.example",
}


def test_production_starts_with_its_key_and_not_without() -> None:
    assert load_settings(PRODUCTION).certificate_key == b"k" * 32
    for name in ("CE_BASES_CERTIFICATE_KEY", "CE_BASES_TRUSTED_HOSTS"):
        with pytest.raises(SettingsError, match=f"missing settings: {name}$"):
            load_settings({k: v for k, v in PRODUCTION.items() if k != name})


@pytest.mark.parametrize("value", ["x", base64.b64encode(b"short").decode(), "!" * 44])
@pytest.mark.parametrize("name", ["CERTIFICATE_KEY", "CERTIFICATE_OLD_KEYS"])
def test_a_key_that_is_none_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings({**PRODUCTION, f"CE_BASES_{name}": value})


def test_old_keys_are_a_list() -> None:
    given = {**PRODUCTION, "CE_BASES_CERTIFICATE_OLD_KEYS": f"{KEY}, {KEY},"}

    assert load_settings(given).certificate_old_keys == (b"k" * 32, b"k" * 32)


def test_a_demo_of_an_earlier_version_gets_the_key_it_lacks(tmp_path: Path) -> None:
    demo = {"CE_BASES_INSTANCE_DIR": str(tmp_path)}
    first = load_settings(demo)
    path = tmp_path / "secrets.json"
    stored = json.loads(path.read_text())
    del stored["CERTIFICATE_KEY"]
    path.write_text(json.dumps(stored))

    upgraded = load_settings(demo)

    assert upgraded.id_key == first.id_key
    assert upgraded.certificate_key != first.certificate_key
    assert load_settings(demo).certificate_key == upgraded.certificate_key
    assert path.stat().st_mode & 0o777 == 0o600
