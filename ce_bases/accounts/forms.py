"""What a browser may send to log in and to change a password. Shape only."""

from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from ce_bases.web.forms import SiteForm, tidy_line
from ce_bases.web.i18n import lazy_gettext as _l


class LoginForm(SiteForm):
    """`next` is a path of this site; `kept` a form that was being typed when the login ended."""

    username = StringField(
        _l("用户名"),
        [InputRequired(_l("请填写用户名。")), Length(max=80)],
        filters=[tidy_line],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("密码"),
        [InputRequired(_l("请填写密码。")), Length(max=400)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()
    kept = HiddenField()


class NewPasswordForm(SiteForm):
    new_password = PasswordField(
        _l("新密码"),
        [InputRequired(_l("请填写新密码。")), Length(max=400)],
        render_kw={"autocomplete": "new-password"},
    )
    repeat_password = PasswordField(
        _l("再输入一次新密码"),
        [
            InputRequired(_l("请再输入一次新密码。")),
            EqualTo("new_password", _l("两次输入的新密码不一致。")),
        ],
        render_kw={"autocomplete": "new-password"},
    )


class ChangePasswordForm(NewPasswordForm):
    password = PasswordField(
        _l("当前密码"),
        [InputRequired(_l("请填写当前密码。")), Length(max=400)],
        render_kw={"autocomplete": "current-password"},
    )


class EmptyForm(SiteForm):
    """A button: nothing but the token against forgery."""
