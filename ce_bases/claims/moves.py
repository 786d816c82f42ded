"""How a claim moves: under its lock, along the workflow, with a line in the record."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ce_bases.audit.queries import last_act
from ce_bases.audit.service import Act, record
from ce_bases.claims.models import Claim
from ce_bases.claims.workflow import ACTION_LABELS, ClaimAction, next_state
from ce_bases.core.actors import Actor
from ce_bases.core.errors import InvalidInputError, WrongStateError
from ce_bases.core.locks import lock
from ce_bases.core.text import Text, msg

LONGEST_REASON = 500


def take(session: Session, claim: Claim, *, expected_version: int | None = None) -> None:
    """Lock `claim` and read it again; refuse when it is not the version that was looked at."""
    lock(session, claim)
    if expected_version is None or claim.version == expected_version:
        return
    last = last_act(session, "claim", claim.id)
    message = msg("您打开页面之后，这项申报被别人改过了。")
    if last is not None:
        message = msg(
            "%(name)s 已于 %(at)s 处理过这项申报：%(action)s。",
            name=last.actor_name,
            at=last.at,
            action=action_label(last.action),
        )
    raise WrongStateError(
        message, next_step=msg("您这次的处理没有生效，也没有改动任何内容。请打开最新的页面核对。")
    )


def move(  # noqa: PLR0913 -- the whole act in one call
    session: Session,
    claim: Claim,
    action: ClaimAction,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    changes: Mapping[str, Any] | None = None,
) -> None:
    """Take a locked claim one step along `workflow`, with its audit line; flushed."""
    before = claim.state
    claim.state = next_state(before, action)
    claim.state_since = claim.updated_at = now
    claim.reason = reason
    after = {"state": claim.state.value, **(changes or {})}
    act = Act(f"claim_{action}", "claim", claim.id, {"state": before.value}, after, reason)
    record(session, act, actor=actor, now=now)
    session.flush()


def action_label(action: str) -> Text:
    """What an audit line of a claim says was done."""
    name = action.removeprefix("claim_")
    if name in set(ClaimAction):
        return ACTION_LABELS[ClaimAction(name)]
    return OTHER_ACTS.get(name, msg("修改申报内容"))


OTHER_ACTS: Mapping[str, Text] = {
    "draft": msg("新建申报"),
    "import": msg("单位导入并确认"),
    "add_evidence": msg("添加证明材料"),
    "remove_evidence": msg("删除证明材料"),
    "correct": msg("更正学时"),
}


def need_reason(reason: str) -> str:
    """`reason` without blanks around it; InvalidInputError when nothing is left."""
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        problem = msg("请写明理由（最多 500 字），申报人会看到。")
        raise InvalidInputError(problem, problems={"reason": problem})
    return reason
