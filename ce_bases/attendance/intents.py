"""What somebody at the door wants recorded, and what came of it; plain data."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime

from ce_bases.attendance.models import SignKind, Way
from ce_bases.core.errors import UserFacingError
from ce_bases.core.text import Text, msg

#: Coded reasons for which a sign is refused; the words are for the one who tapped.
REFUSALS: dict[str, Text] = {
    "not_on_roster": msg("这个人不在名单上。请先由办班单位加入名单，再签到。"),
    "cancelled": msg("这个培训班已经取消，不能签到。"),
    "confirmed": msg(
        "考勤已经确认，不能再改；上课当时的签到会留作更正申请。"
        "确有错误请联系受理备案的人社部门更正。"
    ),
    "closed": msg("这个课次的签到已经结束。漏签的请由办班单位补签，或写明原因重新开放签到。"),
    "no_prompt": msg("现在没有签到提示，没有记录。提示出现后 3 分钟内点一下才算。"),
    "not_yet": msg("还没有到上课日，当天才能签到。"),
    "day_over": msg("上课日已过。请由办班单位在课后 48 小时内补签。"),
    "too_early": msg("签到还没有开始。"),
    "too_late": msg("签到已经结束。"),
    "no_sign_out": msg("这个课次不需要签退。"),
    "undo_too_late": msg("已超过 15 分钟，不能直接撤销。请由办班单位写明原因后更正。"),
    "not_recorder": msg("只有记录人本人可以在 15 分钟内撤销。请由办班单位写明原因后更正。"),
    "make_up_too_early": msg("课次结束后才能补签。"),
    "make_up_too_late": msg("已超过课后 48 小时，不能再补签。"),
    "second_person": msg("补签和更正须由授课人以外的人办理。请换一位经办人。"),
    "already_attended": msg("这个人的考勤已经完整，不需要补签。"),
    "unknown_event": msg("要撤销的那次点名没有记录，不需要撤销。"),
    "other_content": msg("同一个操作编号已经用过，内容与上次不同，没有记录。"),
    "held_already": msg("这个人已经记下，正在待核对名单里，不用再记。"),
    "unknown_guest": msg("这位现场人员没有登记下来，离场或撤回没有记录。"),
    "guest_settled": msg("这位现场人员已经处理过了。"),
    "guest_not_noter": msg("只有记下的人可以在 15 分钟内撤回。请由办班单位核对。"),
    "guest_undo_too_late": msg("已超过 15 分钟，不能撤回。请由办班单位核对，写明原因后核销。"),
    "malformed": msg("这一条的内容不完整，无法记录。请对照纸质签到表补签。"),
}


def other_content() -> UserFacingError:
    """The error of an id that comes again with something else in it (422)."""
    return UserFacingError(REFUSALS["other_content"], next_step=msg("请刷新页面后再点一次。"))


@dataclass(frozen=True, slots=True)
class SignIntent:
    """A sign-in or -out.

    `event_id` is made where the tap is made, so that sending it again
    adds nothing; without `occurred_at` it is happening now, by the server's clock.
    """

    event_id: str
    person_id: int
    kind: SignKind
    way: Way
    occurred_at: datetime | None = None
    device: str = ""
    device_seq: int | None = None
    offset_ms: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AnnulIntent:
    """Taking back the event `annuls_id`; later than 15 minutes a `reason` is needed."""

    event_id: str
    annuls_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SignOutcome:
    """What came of an intent: accepted, or refused for the coded reason `code`.

    `is_repeat`: the answer to the same intent sent before; nothing was added.
    """

    event_id: str
    person_id: int
    code: str = ""
    is_repeat: bool = False
    off_hours: bool = False

    @property
    def accepted(self) -> bool:
        return self.code == ""

    @property
    def words(self) -> Text | None:
        """Why it was refused, for people."""
        return REFUSALS[self.code] if self.code else None


def intent_hash(intent: SignIntent | AnnulIntent, *, session_id: int, account_id: int) -> str:
    """A digest of everything in an intent, to tell the same id with another content."""
    return hashlib.sha256(repr((session_id, account_id, intent)).encode()).hexdigest()


def sibling_id(event_id: str, name: str) -> str:
    """A second event id that follows from the first, for an intent that makes two events."""
    return str(uuid.uuid5(uuid.UUID(event_id), name))
