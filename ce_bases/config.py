"""Settings from `CE_BASES_*`: typed, complete, and refused at start-up when they are not."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "CE_BASES_"
PROJECT_ROOT = Path(__file__).resolve().parent.parent
SECRET_NAMES = ("SECRET_KEY", "ID_KEY", "ID_INDEX_KEY", "CERTIFICATE_KEY")


class SettingsError(Exception):
    """A setting is missing, unknown or unusable; the message names it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the site reads from its environment.

    `secret_key` signs cookies; `id_key` (32 bytes) encrypts resident IDs and `id_index_key`
    finds them. `certificate_key` (an Ed25519 seed) signs certificates; `certificate_old_keys` are
    public keys of earlier ones. `trusted_hosts` empty means any host, which only the demo may
    leave so.
    """

    mode: str
    database_url: str
    secret_key: str = field(repr=False)
    id_key: bytes = field(repr=False)
    id_index_key: bytes = field(repr=False)
    certificate_key: bytes = field(repr=False)
    certificate_old_keys: tuple[bytes, ...] = ()
    instance_dir: Path = PROJECT_ROOT / "instance"
    storage_dir: Path = PROJECT_ROOT / "instance" / "files"
    redis_url: str = ""
    trusted_hosts: tuple[str, ...] = ()
    trusted_proxies: int = 0
    cookie_secure: bool = True
    font_path: str = ""
    log_level: str = "INFO"
    site_url: str = ""
    page_cache_seconds: int = 3600
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""

    @property
    def is_demo(self) -> bool:
        return self.mode == "demo"


def _known_names() -> set[str]:
    return {f.name.upper() for f in fields(Settings)}


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of `environ` (default: the process's); raises SettingsError.

    `CE_BASES_MODE=demo` (the default) makes its own secrets under the instance folder;
    `production` starts with nothing that was not given to it.
    """
    environ = os.environ if environ is None else environ
    given = {k.removeprefix(PREFIX): v for k, v in environ.items() if k.startswith(PREFIX)}
    if unknown := sorted(set(given) - _known_names()):
        raise SettingsError(f"unknown settings: {', '.join(PREFIX + name for name in unknown)}")
    mode = given.get("MODE", "demo")
    if mode not in {"demo", "production"}:
        raise SettingsError(f"{PREFIX}MODE must be demo or production")
    instance = Path(given.get("INSTANCE_DIR") or PROJECT_ROOT / "instance").resolve()
    if mode == "demo":
        given = {**_demo_secrets(instance), **given}
        given.setdefault("DATABASE_URL", f"sqlite:///{instance / 'ce_bases.sqlite'}")
        given.setdefault("COOKIE_SECURE", "0")
    required = (*SECRET_NAMES, "DATABASE_URL", *(() if mode == "demo" else ("TRUSTED_HOSTS",)))
    if missing := [PREFIX + name for name in required if not given.get(name)]:
        raise SettingsError(f"missing settings: {', '.join(missing)}")
    return Settings(
        mode=mode,
        database_url=given["DATABASE_URL"],
        secret_key=_long_enough(given["SECRET_KEY"]),
        id_key=_key(given, "ID_KEY"),
        id_index_key=_key(given, "ID_INDEX_KEY"),
        certificate_key=_key(given, "CERTIFICATE_KEY"),
        certificate_old_keys=tuple(
            _decoded(text, "CERTIFICATE_OLD_KEYS")
            for text in given.get("CERTIFICATE_OLD_KEYS", "").split(",")
            if text.strip()
        ),
        instance_dir=instance,
        storage_dir=Path(given.get("STORAGE_DIR") or instance / "files").resolve(),
        redis_url=given.get("REDIS_URL", ""),
        trusted_hosts=tuple(filter(None, given.get("TRUSTED_HOSTS", "").split(","))),
        trusted_proxies=_whole(given, "TRUSTED_PROXIES"),
        cookie_secure=given.get("COOKIE_SECURE", "1") != "0",
        font_path=given.get("FONT_PATH", ""),
        log_level=given.get("LOG_LEVEL", "INFO").upper(),
        site_url=given.get("SITE_URL", "").rstrip("/"),
        page_cache_seconds=_whole(given, "PAGE_CACHE_SECONDS", default="3600"),
        **_mail(given),
    )


def _whole(given: Mapping[str, str], name: str, *, default: str = "0") -> int:
    try:
        return int(given.get(name, default))
    except ValueError:
        raise SettingsError(f"{PREFIX}{name} must be a whole number") from None


def _mail(given: Mapping[str, str]) -> dict[str, str]:
    """Where e-mail is handed over, and its sender: both or neither."""
    url, sender = given.get("SMTP_URL", ""), given.get("MAIL_FROM", "")
    if bool(url) != bool(sender):
        raise SettingsError(f"{PREFIX}SMTP_URL and {PREFIX}MAIL_FROM are set together")
    if url and urlsplit(url).scheme not in {"smtp", "smtps"}:
        raise SettingsError(f"{PREFIX}SMTP_URL must begin with smtp:// or smtps://")
    if sender and "@" not in sender:
        raise SettingsError(f"{PREFIX}MAIL_FROM must be an e-mail address")
    return {"smtp_url": url, "mail_from": sender}


def _long_enough(secret: str) -> str:
    if len(secret) < 32:
        raise SettingsError(f"{PREFIX}SECRET_KEY must have at least 32 characters")
    return secret


def _key(given: Mapping[str, str], name: str) -> bytes:
    return _decoded(given[name], name)


def _decoded(text: str, name: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise SettingsError(f"{PREFIX}{name} must be 32 bytes in base64")
    return key


def _demo_secrets(instance: Path) -> dict[str, str]:
    """Secrets of the demo, made once and kept readable by their owner only.

    A folder of an earlier version gets those that version did not know.
    """
    path = instance / "secrets.json"
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        stored = {}
    if missing := [name for name in SECRET_NAMES if name not in stored]:
        instance.mkdir(parents=True, exist_ok=True)
        made = {name: base64.b64encode(secrets.token_bytes(32)).decode() for name in missing}
        _keep({**stored, **made}, path, is_first=not stored)
        return _demo_secrets(instance)
    return {name: str(stored[name]) for name in SECRET_NAMES}


def _keep(made: Mapping[str, str], path: Path, *, is_first: bool) -> None:
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(made), encoding="utf-8")
    try:
        if is_first:
            # A link refuses to replace the file of a process that was quicker.
            os.link(draft, path)
        else:
            draft.replace(path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
