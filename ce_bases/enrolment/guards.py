"""What enrolment has to say about changes in lower features."""

from sqlalchemy.orm import Session

from ce_bases.core import events
from ce_bases.core.text import msg
from ce_bases.enrolment.queries import enrolled
from ce_bases.plans.events import LossesAsked


def tell_losses(session: Session, asked: LossesAsked) -> None:
    """Name the people who would lose their class."""
    if count := enrolled(session, asked.plan_id):
        asked.losses.append(msg("名单上的 %(n)d 人将没有这门课，需要由您通知他们。", n=count))


def subscribe() -> None:
    """Have enrolment asked; the factory calls this once."""
    events.subscribe(LossesAsked, tell_losses)
