"""A message as an e-mail: plain text, in the reader's language, with the way back to the site."""

import hashlib
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from flask import current_app

from ce_bases.core.clock import SHANGHAI
from ce_bases.messages.outbox import Letter
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import say


def compose(letter: Letter, *, sender: str, site: str, now: datetime) -> EmailMessage:
    """The mail of `letter`. It leads to the inbox only: what a page shows needs the login."""
    domain = parseaddr(sender)[1].rpartition("@")[2]
    # Words and dates go by what a request accepts.
    with current_app.test_request_context(headers={"Accept-Language": letter.language}):
        mail = EmailMessage(policy=SMTP)
        mail["Subject"] = " ".join(say(letter.title).split())
        mail["From"] = _named(sender, _("济宁继续教育"))
        mail["To"] = letter.address
        mail["Date"] = format_datetime(now.astimezone(SHANGHAI))
        mail["Message-ID"] = f"<{_identity(letter)}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content("\n\n".join([say(letter.body), *_foot(site)]) + "\n")
    return mail


def _named(sender: str, name: str) -> Address:
    return Address(name, addr_spec=parseaddr(sender)[1])


def _identity(letter: Letter) -> str:
    """The same for every attempt at one message, and telling nothing."""
    secret = str(current_app.config["SECRET_KEY"])
    return hashlib.sha256(f"mail:{letter.message_id}:{secret}".encode()).hexdigest()[:40]


def _foot(site: str) -> list[str]:
    way = [f"{site}/inbox"] if site else []
    return [
        *way,
        _("这封邮件由系统自动发出，请勿回复。不想再收到邮件，可在“账号”里删除邮箱地址。"),
    ]
