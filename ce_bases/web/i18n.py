"""Chinese first, English complete beside it."""

import re
from datetime import date, datetime
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, Response, g, has_request_context, request
from flask_babel import Babel
from flask_babel.speaklater import LazyString
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from ce_bases.core.clock import SHANGHAI
from ce_bases.core.text import Text

CHINESE, ENGLISH = "zh_Hans_CN", "en"
LANGUAGE = "lang"  # the cookie and the query value
_CHOSEN = "ce_bases.locale"
SOURCES = Path(__file__).resolve().parent.parent / "translations"
babel = Babel()


#: What is said in each language but Chinese; read once, when the application starts.
_CATALOGUES: dict[str, NullTranslations] = {}


def translate(text: str, locale: str) -> str:
    """`text` in the language `locale`, values not yet put in."""
    catalogue = _CATALOGUES.get(locale)
    return catalogue.gettext(text) if catalogue is not None else text


def gettext(text: str, **values: Any) -> str:
    """`text` in the reader's language, `values` put in."""
    said = translate(text, choose_locale())
    return said % values if values else said


def lazy_gettext(text: str, **values: Any) -> LazyString:
    """`text` in the language of whoever reads it, found when it is printed."""
    return LazyString(gettext, text, **values)


def _ngettext(one: str, many: str, n: int) -> str:
    catalogue = _CATALOGUES.get(choose_locale())
    return catalogue.ngettext(one, many, n) if catalogue is not None else one


def choose_locale() -> str:
    """The language asked for by `?lang=`, then by cookie, then by the browser; else Chinese."""
    if not has_request_context():
        return CHINESE
    kept = request.environ.get(_CHOSEN)
    if kept is None:  # asked for at every date of a page, so it is found out once
        kept = request.environ[_CHOSEN] = _asked_for()
    return str(kept)


def _asked_for() -> str:
    asked = request.args.get(LANGUAGE) or request.cookies.get(LANGUAGE)
    spoken = language_of(asked, request.headers.get("Accept-Language", ""))
    return ENGLISH if spoken == "en" else CHINESE


#: What is understood of an Accept-Language: every kind of Chinese and of English.
_TONGUES = {"zh": "zh", "en": "en", "*": "zh"}


@lru_cache(maxsize=512)
def language_of(chosen: str | None, accepted: str) -> str:
    """`zh` or `en`: what was chosen, else what the browser (its Accept-Language) prefers."""
    if chosen in {"zh", "en"}:
        return chosen
    spoken, best = "zh", 0.0
    # The better liked first, the first named among equals; `*` stands last.
    for tag, quality in parse_accept_header(accepted, LanguageAccept):
        found = _TONGUES.get(re.split("[-_]", tag.lower())[0])
        if found is not None and quality > best:
            spoken, best = found, quality
    return spoken


def lang() -> str:
    """The page's `lang` attribute."""
    return "en" if choose_locale() == ENGLISH else "zh-CN"


def lang_url(code: str) -> str:
    """The current page in the language `code` (`zh` or `en`), every filter kept."""
    query = [(k, v) for k, v in request.args.items(multi=True) if k != LANGUAGE]
    return f"{request.path}?{urlencode([*query, (LANGUAGE, code)])}"


def say(text: "Text | str | None") -> str:
    """`text` in the reader's language; plain strings pass through unchanged."""
    if text is None:
        return ""
    if not isinstance(text, Text):
        return text if isinstance(text, str) else str(text)  # markup stays markup
    values = {name: _value(value) for name, value in text.values.items()}
    translated = str(gettext(text.msgid))
    return str(translated % values if values else translated)


def _value(value: Any) -> Any:
    from ce_bases.web.filters import format_day, format_moment

    match value:
        case Text():
            return say(value)
        case datetime():
            return format_moment(value)
        case date():
            return format_day(value)
        case _:
            return value


def read_catalogue(source: Path, code: str) -> Catalog:
    """Every message of the language `code`: its `.po` files, one a feature, as one catalogue."""
    whole = Catalog(locale=code)
    for po in sorted((source / code).glob("*.po")):
        with po.open("rb") as readable:
            for message in read_po(readable, locale=code):
                if message.id:
                    whole[message.id] = message
    return whole


def compile_catalogues(source: Path, target: Path) -> None:
    """Write each language's `.mo` when one of its `.po` files is newer (a build product)."""
    for folder in filter(Path.is_dir, source.iterdir()):
        mo = target / folder.name / "LC_MESSAGES" / "messages.mo"
        newest = max(po.stat().st_mtime for po in (folder, *folder.glob("*.po")))
        if mo.exists() and mo.stat().st_mtime >= newest:
            continue
        mo.parent.mkdir(parents=True, exist_ok=True)
        draft = mo.with_suffix(f".{uuid4().hex}")
        with draft.open("wb") as writable:
            write_mo(writable, read_catalogue(source, folder.name))
        draft.replace(mo)


def _remember_language(response: Response) -> Response:
    if (asked := request.args.get(LANGUAGE)) in {"zh", "en"} and "no_lang_cookie" not in g:
        response.set_cookie(LANGUAGE, asked, max_age=31536000, samesite="Lax", httponly=True)
    return response


def register(app: Flask, *, instance: Path) -> None:
    """Translate `app`: locale choice, catalogues, template globals and the `say` filter."""
    compiled = instance / "translations"
    compile_catalogues(SOURCES, compiled)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(compiled)
    app.config["BABEL_DEFAULT_LOCALE"] = CHINESE
    babel.init_app(app, locale_selector=choose_locale, timezone_selector=lambda: str(SHANGHAI))
    _CATALOGUES[ENGLISH] = Translations.load(compiled, [ENGLISH])
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, _ngettext, newstyle=True
    )
    app.jinja_env.filters["say"] = say
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.after_request(_remember_language)

    @app.context_processor
    def language() -> dict[str, Any]:
        return {"lang": lang(), "lang_url": lang_url}


def tidy(text: str) -> Markup:
    """Keep line breaks of plain text people typed, everything else escaped."""
    lines = re.split(r"\r?\n", text)
    return Markup("<br>").join(lines)
