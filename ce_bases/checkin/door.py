"""What a session's door is open for at a moment, and the judgement of a code that was seen."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from ce_bases.attendance.fold import rule_of, timing_of
from ce_bases.attendance.models import SignKind
from ce_bases.attendance.queries import find_closing
from ce_bases.attendance.service import closed_code
from ce_bases.checkin.codes import DoorCode, is_fresh
from ce_bases.core.text import Text, msg
from ce_bases.plans.queries import SessionInForce
from ce_bases.policy.attendance import needs_sign_out, window
from ce_bases.policy.closing import is_after_closing

#: Coded reasons of refusal that only codes know; the rest are `attendance.intents.REFUSALS`.
CODE_UNKNOWN, CODE_EXPIRED = "code_unknown", "code_expired"
SCAN_EXPIRED, SCAN_MISSING = "scan_expired", "scan_missing"
PERSONAL_UNKNOWN = "personal_code_unknown"


@dataclass(frozen=True, slots=True)
class Phase:
    """The window that is open at a moment, or the next one, or the last that was.

    `code` is empty while it is open, else the coded reason why it is not; `is_ahead`: it is
    still to come.
    """

    kind: SignKind
    opens_at: datetime
    closes_at: datetime
    is_ahead: bool = False
    code: str = ""

    @property
    def is_open(self) -> bool:
        return self.code == ""


def phase_at(held: SessionInForce, moment: datetime) -> Phase:
    """What codes of this session are good for at `moment`."""
    timing, rule = timing_of(held), rule_of(held)
    kinds = [SignKind.IN, SignKind.OUT] if needs_sign_out(timing, rule) else [SignKind.IN]
    last_closed: datetime | None = None
    for kind in kinds:
        opens, closes = window(kind.value, timing, rule)
        if moment <= closes:
            code = "" if moment >= opens else _nearer(last_closed, moment, opens)
            return Phase(kind, opens, closes, moment < opens, closed_code(held) or code)
        last_closed = closes
    return Phase(kind, opens, closes, code=closed_code(held) or "too_late")


def _nearer(closed: datetime | None, moment: datetime, opens: datetime) -> str:
    """Between two windows: too late for the one or too early for the other, the nearer of them."""
    if closed is not None and moment - closed <= opens - moment:
        return "too_late"
    return "too_early"


def judge(held: SessionInForce, code: DoorCode, moment: datetime) -> Phase:
    """What a genuine code seen at `moment` is good for."""
    phase = phase_at(held, moment)
    if phase.is_open and not is_fresh(code, moment, rule_of(held).code_step_seconds):
        return replace(phase, code=CODE_EXPIRED)
    return phase


def after_closing(session: Session, held: SessionInForce, phase: Phase, moment: datetime) -> Phase:
    """`phase`, unless the register was closed before `moment`."""
    closed_at = find_closing(session, held.session_id)
    return replace(phase, code="closed") if is_after_closing(moment, closed_at) else phase


def sign_out_window(held: SessionInForce) -> tuple[datetime, datetime] | None:
    """When to sign out of a session, where that is asked for."""
    timing, rule = timing_of(held), rule_of(held)
    return window("out", timing, rule) if needs_sign_out(timing, rule) else None


def refusal_words(code: str, phase: Phase | None = None) -> tuple[Text, Text]:
    """Why it did not count, and what to do now; for the one who stands at the door."""
    if phase is not None and phase.is_ahead and code in {"too_early", "too_late"}:
        return _ahead(phase)
    return _WORDS.get(code, _WORDS[CODE_UNKNOWN])


def _ahead(phase: Phase) -> tuple[Text, Text]:
    if phase.kind is SignKind.OUT:
        return (
            msg("签到时间已过，签退还没有开始。"),
            msg(
                "签退从 %(at)s 开始，请到时再扫屏幕上的码；还没有签到的请找授课人点名。",
                at=phase.opens_at,
            ),
        )
    return (
        msg("签到还没有开始。"),
        msg("签到从 %(at)s 开始，请到时再扫一次屏幕上的码。", at=phase.opens_at),
    )


_SEE_LECTURER = msg("请找授课人或班主任在名单上点名。")
_SEE_BASE = msg("漏签的请当场找办班单位的班主任登记，由办班单位补签。")
_WORDS: dict[str, tuple[Text, Text]] = {
    CODE_UNKNOWN: (
        msg("没有认出这个码。"),
        msg("请对准屏幕上的二维码再扫一次，或输入码下面的 6 位数字。"),
    ),
    CODE_EXPIRED: (
        msg("这个码已经换新。"),
        msg("码每 20 秒换一次。请直接扫屏幕上现在的码，不要用照片或转发的链接。"),
    ),
    SCAN_EXPIRED: (
        msg("扫码已超过 10 分钟。"),
        msg("请再扫一次屏幕上的码；来不及的请找授课人点名。"),
    ),
    SCAN_MISSING: (
        msg("这个浏览器里没有扫码记录。"),
        msg(
            "请再扫一次屏幕上的码。刚才已经签到成功的，可在“我的培训班”里看到；"
            "反复出现的，请允许浏览器保存 Cookie，或找授课人点名。"
        ),
    ),
    "too_late": (msg("签到时间已过。"), _SEE_LECTURER),
    "no_sign_out": (msg("这个课次不需要签退。"), msg("您不用再做什么。")),
    "not_on_roster": (
        msg("您不在这个班的名单上。"),
        msg("请找办班单位的班主任加入名单，再扫一次。"),
    ),
    "closed": (msg("这个课次的签到已经结束。"), _SEE_BASE),
    "cancelled": (msg("这个培训班已经取消，不能签到。"), msg("请与办班单位联系。")),
    "confirmed": (
        msg("这个班的考勤已经确认，不能再签到。"),
        msg("确有错误请与办班单位联系更正。"),
    ),
}
