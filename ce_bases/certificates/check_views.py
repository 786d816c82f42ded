"""The public check: a number or a QR code in, what was issued and whether it holds out."""

from flask import Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ce_bases.certificates import queries
from ce_bases.certificates.forms import CheckForm
from ce_bases.certificates.keyring import site_keys
from ce_bases.certificates.limits import Misses
from ce_bases.certificates.naming import masked_name
from ce_bases.certificates.signing import (
    Code,
    Facts,
    ForgedCodeError,
    UnknownKeyError,
    UnreadableCodeError,
    key_lines,
    read_code,
    verify,
)
from ce_bases.certificates.views import bp
from ce_bases.checkin.pictures import read_qr
from ce_bases.core.access import Action
from ce_bases.core.errors import InvalidInputError, NotFoundError
from ce_bases.core.text import msg
from ce_bases.web.access import allow
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import say
from ce_bases.web.moment import request_now

MISSES_KEY = "ce_bases.certificate_misses"


@bp.route("/certificates/check", methods=["GET", "POST"])
@allow(Action.READ_PUBLIC)
def check() -> ResponseReturnValue:
    """A number leads to its page; a QR code's signature is judged here, and nothing is kept."""
    form = CheckForm()
    if not form.is_submitted():
        return render_template("certificates/check.html", form=form)
    code = _code_of(form) if form.validate() else None
    if code is None:
        return render_template("certificates/check.html", form=form), 422
    if not code.is_signed and _find(code.number) is not None:
        return redirect(url_for("certificates.show", number=code.number))
    try:
        facts = verify(code, site_keys()) if code.is_signed else None
    except ForgedCodeError as error:
        unknown = isinstance(error, UnknownKeyError)
        return render_template("certificates/forged.html", unknown_key=unknown), 422
    if facts is None:
        form.code.errors = [_("没有这个编号的证明，请核对后再试。")]
        return render_template("certificates/check.html", form=form), 422
    return _show(code.number, facts)


def _code_of(form: CheckForm) -> Code | None:
    """What was typed or photographed; None, with the reason in the form, when it says nothing."""
    photo = form.photo.data
    text = form.code.data or ""
    try:
        if not text and photo and not isinstance(photo, str) and photo.filename:
            text = next(iter(read_qr(photo.filename, photo.read())), "")
            if not text:
                raise InvalidInputError(msg("照片里没有找到二维码，请靠近一些再拍一张。"))
        return read_code(text)
    except InvalidInputError as error:
        form.photo.errors = [say(error.message)]
    except UnreadableCodeError:
        form.code.errors = [_("请输入证明上的 32 位编号，或完整粘贴二维码的内容。")]
    return None


@bp.get("/certificates/<number>")
@allow(Action.READ_PUBLIC)
def show(number: str) -> ResponseReturnValue:
    try:
        code = read_code(number)
    except UnreadableCodeError:
        raise NotFoundError from None
    if code.number != number:
        return redirect(url_for("certificates.show", number=code.number))
    if _find(number) is None:
        raise NotFoundError
    return _show(number, None)


def _find(number: str) -> queries.Checked | None:
    """The certificate, unless this visitor keeps asking for numbers that do not exist."""
    misses: Misses = current_app.extensions.setdefault(MISSES_KEY, Misses())
    address, now = request.remote_addr or "", request_now()
    misses.check(address, now=now)
    found = queries.public_find(session(), number)
    if found is None:
        misses.note(address, now=now)
    return found


def _show(number: str, signed: Facts | None) -> ResponseReturnValue:
    """The answer; `signed`: what the reader's own QR code says, its signature being ours."""
    found = queries.public_find(session(), number)
    html = render_template(
        "certificates/show.html",
        found=found,
        signed=signed,
        number=number,
        labels=queries.STATUS_LABELS,
        masked_name=masked_name,
        Status=queries.Status,
        now=request_now(),
    )
    return Response(html, headers={"X-Robots-Tag": "noindex"})


@bp.get("/certificates/key.txt")
@allow(Action.READ_PUBLIC)
def key() -> ResponseReturnValue:
    """The public keys, for checking without this site."""
    remarks = [
        "# Public keys of certificates: id, algorithm, key in base64; the current one signs.",
        "# Check a QR code offline: flask certificate verify TEXT --keys key.txt",
    ]
    text = "\n".join([*remarks, *key_lines(site_keys())]) + "\n"
    return Response(text, mimetype="text/plain")
