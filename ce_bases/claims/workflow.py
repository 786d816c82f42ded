"""The life of a claim as one table; nothing else decides a transition."""

from collections.abc import Mapping
from enum import StrEnum

from ce_bases.core.errors import WrongStateError
from ce_bases.core.text import Text, msg


class ClaimState(StrEnum):
    """Where a claim is, which is also who must act."""

    DRAFT = "draft"
    WITH_UNIT = "with_unit"
    WITH_BUREAU = "with_bureau"
    RETURNED = "returned"
    CREDITED = "credited"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REVERSED = "reversed"


class ClaimAction(StrEnum):
    """What moves a claim; `send_on` goes past the unit, for people who have none."""

    SEND = "send"
    SEND_ON = "send_on"
    CONFIRM = "confirm"
    RETURN = "return"
    CREDIT = "credit"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    TAKE_BACK = "take_back"


STATE_LABELS: Mapping[ClaimState, Text] = {
    ClaimState.DRAFT: msg("未提交"),
    ClaimState.WITH_UNIT: msg("待单位确认"),
    ClaimState.WITH_BUREAU: msg("待人社部门认定"),
    ClaimState.RETURNED: msg("退回修改"),
    ClaimState.CREDITED: msg("已认定入账"),
    ClaimState.REFUSED: msg("不予认定"),
    ClaimState.WITHDRAWN: msg("本人已撤回"),
    ClaimState.REVERSED: msg("已撤销认定"),
}
STATE_TONES: Mapping[ClaimState, str] = {
    ClaimState.DRAFT: "draft",
    ClaimState.WITH_UNIT: "submitted",
    ClaimState.WITH_BUREAU: "submitted",
    ClaimState.RETURNED: "time",
    ClaimState.CREDITED: "done",
    ClaimState.REFUSED: "refused",
    ClaimState.WITHDRAWN: "withdrawn",
    ClaimState.REVERSED: "refused",
}
ACTION_LABELS: Mapping[ClaimAction, Text] = {
    ClaimAction.SEND: msg("提交申报"),
    ClaimAction.SEND_ON: msg("提交申报（无单位，直接报人社部门）"),
    ClaimAction.CONFIRM: msg("单位确认"),
    ClaimAction.RETURN: msg("退回申报"),
    ClaimAction.CREDIT: msg("认定学时"),
    ClaimAction.REFUSE: msg("作不予认定处理"),
    ClaimAction.WITHDRAW: msg("撤回申报"),
    ClaimAction.TAKE_BACK: msg("撤销认定"),
}

TRANSITIONS: Mapping[tuple[ClaimState, ClaimAction], ClaimState] = {
    (ClaimState.DRAFT, ClaimAction.SEND): ClaimState.WITH_UNIT,
    (ClaimState.RETURNED, ClaimAction.SEND): ClaimState.WITH_UNIT,
    (ClaimState.DRAFT, ClaimAction.SEND_ON): ClaimState.WITH_BUREAU,
    (ClaimState.RETURNED, ClaimAction.SEND_ON): ClaimState.WITH_BUREAU,
    (ClaimState.WITH_UNIT, ClaimAction.CONFIRM): ClaimState.WITH_BUREAU,
    (ClaimState.WITH_UNIT, ClaimAction.RETURN): ClaimState.RETURNED,
    (ClaimState.WITH_BUREAU, ClaimAction.RETURN): ClaimState.RETURNED,
    (ClaimState.WITH_BUREAU, ClaimAction.CREDIT): ClaimState.CREDITED,
    (ClaimState.WITH_BUREAU, ClaimAction.REFUSE): ClaimState.REFUSED,
    (ClaimState.DRAFT, ClaimAction.WITHDRAW): ClaimState.WITHDRAWN,
    (ClaimState.WITH_UNIT, ClaimAction.WITHDRAW): ClaimState.WITHDRAWN,
    (ClaimState.WITH_BUREAU, ClaimAction.WITHDRAW): ClaimState.WITHDRAWN,
    (ClaimState.RETURNED, ClaimAction.WITHDRAW): ClaimState.WITHDRAWN,
    (ClaimState.CREDITED, ClaimAction.TAKE_BACK): ClaimState.REVERSED,
}

#: The claimant may still write in it.
EDITABLE = (ClaimState.DRAFT, ClaimState.RETURNED)
#: It waits for somebody else.
PENDING = (ClaimState.WITH_UNIT, ClaimState.WITH_BUREAU)
#: What the receiving bureau gets to see.
BEFORE_BUREAU = (
    ClaimState.WITH_BUREAU,
    ClaimState.CREDITED,
    ClaimState.REFUSED,
    ClaimState.REVERSED,
)
#: What the unit gets to see.
BEFORE_UNIT = (ClaimState.WITH_UNIT, ClaimState.RETURNED, *BEFORE_BUREAU)
#: The thing claimed is spoken for: the same person cannot claim it again.
HOLDING = (ClaimState.WITH_UNIT, ClaimState.WITH_BUREAU, ClaimState.CREDITED)


def next_state(state: ClaimState, action: ClaimAction) -> ClaimState:
    """The state `action` leads to; raises WrongStateError when it leads nowhere."""
    try:
        return TRANSITIONS[state, action]
    except KeyError:
        raise WrongStateError(
            msg(
                "这项申报现在是“%(state)s”，不能%(action)s。",
                state=STATE_LABELS[state],
                action=ACTION_LABELS[action],
            ),
            next_step=msg("别人可能刚刚处理过。请刷新页面，查看最新状态。"),
        ) from None
