"""How refusals and failures look to a person: what happened, whether work is safe, what now."""

from typing import Any

from flask import Flask, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from ce_bases.core import transactions
from ce_bases.core.errors import TooManyAttemptsError, UserFacingError
from ce_bases.core.text import Text, msg
from ce_bases.web.extensions import db
from ce_bases.web.i18n import say
from ce_bases.web.logs import log, request_id

TITLES: dict[int, Text] = {
    400: msg("请求有误"),
    401: msg("请先登录"),
    403: msg("没有权限"),
    404: msg("没有找到"),
    405: msg("不能这样打开"),
    409: msg("情况已经变化"),
    413: msg("内容太大"),
    422: msg("无法完成操作"),
    429: msg("操作太频繁"),
    500: msg("系统出错了"),
    503: msg("系统正忙"),
}
_EXPLANATIONS: dict[int, tuple[Text, Text]] = {
    400: (
        msg("服务器没能读懂这个请求，没有做任何改动。"),
        msg("请返回上一页，刷新后重试。"),
    ),
    401: (msg("这个页面需要登录后才能打开。"), msg("登录后会回到这里。")),
    403: (msg("您当前的身份不能打开这个页面。"), msg("如果您认为应当可以，请联系本单位管理员。")),
    404: (
        msg("没有找到您要的内容。"),
        msg("请检查地址或编号是否完整，或返回上一页重新查找。"),
    ),
    405: (msg("这个地址不能直接打开。"), msg("请返回上一页，用页面上的按钮操作。")),
    413: (msg("提交的内容超过了允许的大小，没有保存。"), msg("请减少内容或缩小附件后重试。")),
    429: (msg("短时间内操作次数过多。"), msg("请稍候再试。")),
    500: (
        msg("这是我们的问题，不是您的操作有误。未完成的操作没有生效。"),
        msg("请稍后重试；如果反复出现，请把下面的编号告诉技术支持 400-806-8255。"),
    ),
    503: (msg("同时操作的人较多，这次没有完成，也没有任何改动。"), msg("请稍候几秒再提交一次。")),
}


def show(
    code: int, message: Text, next_step: Text | None, *, clause: Any = None
) -> ResponseReturnValue:
    """The error page of the site's own layout."""
    page = render_template(
        "errors/http.html",
        code=code,
        title=say(TITLES.get(code, TITLES[400])),
        message=say(message),
        next_step=say(next_step),
        clause=clause,
        request_id=request_id(),
    )
    response = make_response(page, code)
    response.headers["Cache-Control"] = "no-store"
    return response


def _show_refusal(error: UserFacingError) -> ResponseReturnValue:
    db.session.rollback()
    shown = make_response(show(error.status, error.message, error.next_step, clause=error.clause))
    if isinstance(error, TooManyAttemptsError):
        shown.headers["Retry-After"] = str(error.retry_after)
    return shown


def _show_http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    code = error.code or 500
    if code < 400:
        return error
    message, next_step = _EXPLANATIONS.get(code, _EXPLANATIONS[400])
    shown = make_response(show(code, message, next_step))
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            shown.headers[name] = value
    return shown


def _show_database_error(error: DBAPIError) -> ResponseReturnValue:
    db.session.rollback()
    busy = transactions.is_retryable(error)
    log.error("database", busy=busy, exc_info=error)
    code = 503 if busy else 500
    return show(code, *_EXPLANATIONS[code])


def _show_failure(error: Exception) -> ResponseReturnValue:
    db.session.rollback()
    log.error("failure", route=str(request.url_rule), exc_info=error)
    return show(500, *_EXPLANATIONS[500])


def register(app: Flask) -> None:
    app.register_error_handler(UserFacingError, _show_refusal)
    app.register_error_handler(HTTPException, _show_http_error)
    app.register_error_handler(DBAPIError, _show_database_error)
    if not app.testing:
        app.register_error_handler(Exception, _show_failure)
