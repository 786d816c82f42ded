"""The life of a plan as one table; nothing else decides a transition."""

from collections.abc import Mapping
from enum import StrEnum

from ce_bases.core.errors import WrongStateError
from ce_bases.core.text import Text, msg


class PlanState(StrEnum):
    """Stored states; `under way` is derived from the dates and never stored."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    FILED = "filed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    ATTENDANCE_CONFIRMED = "attendance_confirmed"
    CREDITED = "credited"


UNDER_WAY = "under_way"

STATE_LABELS: Mapping[str, Text] = {
    PlanState.DRAFT: msg("草稿"),
    PlanState.SUBMITTED: msg("已报送"),
    PlanState.RETURNED: msg("退回补正"),
    PlanState.FILED: msg("已备案"),
    PlanState.REFUSED: msg("不予备案"),
    UNDER_WAY: msg("进行中"),
    PlanState.ATTENDANCE_CONFIRMED: msg("考勤已确认"),
    PlanState.CREDITED: msg("学时已入账"),
    PlanState.WITHDRAWN: msg("已撤回"),
    PlanState.CANCELLED: msg("已取消"),
}


class PlanAction(StrEnum):
    """What moves a plan from one state to another."""

    SUBMIT = "submit"
    FILE = "file"
    RETURN = "return"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    CONFIRM_ATTENDANCE = "confirm_attendance"
    CREDIT = "credit"
    AMEND = "amend"
    SUBMIT_CHANGE = "submit_change"
    NOTIFY_CHANGE = "notify_change"
    FILE_CHANGE = "file_change"
    RETURN_CHANGE = "return_change"
    REFUSE_CHANGE = "refuse_change"
    RECALL_CHANGE = "recall_change"
    DROP_CHANGE = "drop_change"


ACTION_LABELS: Mapping[PlanAction, Text] = {
    PlanAction.SUBMIT: msg("报送备案"),
    PlanAction.FILE: msg("予以备案"),
    PlanAction.RETURN: msg("退回补正"),
    PlanAction.REFUSE: msg("不予备案"),
    PlanAction.WITHDRAW: msg("撤回"),
    PlanAction.CANCEL: msg("取消办班"),
    PlanAction.CONFIRM_ATTENDANCE: msg("确认考勤"),
    PlanAction.CREDIT: msg("学时入账"),
    PlanAction.AMEND: msg("起草变更"),
    PlanAction.SUBMIT_CHANGE: msg("报送变更"),
    PlanAction.NOTIFY_CHANGE: msg("变更生效"),
    PlanAction.FILE_CHANGE: msg("变更予以备案"),
    PlanAction.RETURN_CHANGE: msg("变更退回补正"),
    PlanAction.REFUSE_CHANGE: msg("变更不予备案"),
    PlanAction.RECALL_CHANGE: msg("撤回变更"),
    PlanAction.DROP_CHANGE: msg("放弃变更"),
}

#: What of a plan's history anyone may read.
PUBLIC_ACTIONS = (
    PlanAction.SUBMIT,
    PlanAction.FILE,
    PlanAction.CANCEL,
    PlanAction.CONFIRM_ATTENDANCE,
    PlanAction.CREDIT,
    PlanAction.NOTIFY_CHANGE,
    PlanAction.FILE_CHANGE,
)

#: Acts on a change of what is on file; the plan itself stays filed through all of them.
CHANGE_ACTIONS = frozenset(
    {
        PlanAction.AMEND,
        PlanAction.SUBMIT_CHANGE,
        PlanAction.NOTIFY_CHANGE,
        PlanAction.FILE_CHANGE,
        PlanAction.RETURN_CHANGE,
        PlanAction.REFUSE_CHANGE,
        PlanAction.RECALL_CHANGE,
        PlanAction.DROP_CHANGE,
    }
)

TRANSITIONS: Mapping[tuple[PlanState, PlanAction], PlanState] = {
    (PlanState.DRAFT, PlanAction.SUBMIT): PlanState.SUBMITTED,
    (PlanState.RETURNED, PlanAction.SUBMIT): PlanState.SUBMITTED,
    (PlanState.SUBMITTED, PlanAction.FILE): PlanState.FILED,
    (PlanState.SUBMITTED, PlanAction.RETURN): PlanState.RETURNED,
    (PlanState.SUBMITTED, PlanAction.REFUSE): PlanState.REFUSED,
    (PlanState.DRAFT, PlanAction.WITHDRAW): PlanState.WITHDRAWN,
    (PlanState.SUBMITTED, PlanAction.WITHDRAW): PlanState.WITHDRAWN,
    (PlanState.RETURNED, PlanAction.WITHDRAW): PlanState.WITHDRAWN,
    (PlanState.FILED, PlanAction.CANCEL): PlanState.CANCELLED,
    (PlanState.FILED, PlanAction.CONFIRM_ATTENDANCE): PlanState.ATTENDANCE_CONFIRMED,
    (PlanState.ATTENDANCE_CONFIRMED, PlanAction.CREDIT): PlanState.CREDITED,
    **{(PlanState.FILED, action): PlanState.FILED for action in CHANGE_ACTIONS},
}
#: States in which the public sees the plan.
PUBLIC_STATES = (
    PlanState.FILED,
    PlanState.ATTENDANCE_CONFIRMED,
    PlanState.CREDITED,
    PlanState.CANCELLED,
)
#: States in which its organiser may still write in it.
EDITABLE_STATES = (PlanState.DRAFT, PlanState.RETURNED)


def next_state(state: PlanState, action: PlanAction) -> PlanState:
    """The state `action` leads to; raises WrongStateError when it leads nowhere."""
    try:
        return TRANSITIONS[state, action]
    except KeyError:
        raise WrongStateError(
            msg(
                "这份计划现在是“%(state)s”，不能%(action)s。",
                state=STATE_LABELS[state],
                action=ACTION_LABELS[action],
            ),
            next_step=msg("别人可能刚刚处理过。请刷新计划页，查看最新状态。"),
        ) from None
