"""What is typed about certificates. Shape only."""

from wtforms import BooleanField, FileField

from ce_bases.certificates.signing import LONGEST
from ce_bases.web.forms import LineField, SiteForm, TextField
from ce_bases.web.i18n import lazy_gettext as _l


class CheckForm(SiteForm):
    """A number, what the QR code says, or a picture of it."""

    code = LineField(
        _l("证明编号或二维码内容"),
        longest=LONGEST,
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    photo = FileField(
        _l("或者选一张拍有二维码的照片"), render_kw={"accept": "image/jpeg,image/png"}
    )


class IssueForm(SiteForm):
    """One button."""


class RevokeForm(SiteForm):
    """Why a certificate no longer holds."""

    reason = TextField(
        _l("理由"), longest=500, required=_l("请写明理由，本人和查验的单位都会看到。")
    )
    may_reissue = BooleanField(_l("允许本人按同样的学时重新开具（换一个编号）"))
