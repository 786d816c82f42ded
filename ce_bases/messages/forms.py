"""What a browser may send about messages. Shape only."""

from wtforms import HiddenField

from ce_bases.messages.models import LONGEST_ADDRESS
from ce_bases.web.forms import LineField, SiteForm
from ce_bases.web.i18n import lazy_gettext as _l


class ButtonForm(SiteForm):
    """A button: nothing but the key."""


class ReadAllForm(SiteForm):
    """All read, up to the newest message the page showed."""

    until = HiddenField()


class MailForm(SiteForm):
    address = LineField(
        _l("邮箱地址"),
        longest=LONGEST_ADDRESS,
        render_kw={"type": "email", "autocomplete": "email", "spellcheck": "false"},
    )
