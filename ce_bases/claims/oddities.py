"""What a reviewer should look at twice; claims without any may be decided together."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from ce_bases.claims.models import Claim
from ce_bases.claims.preview import worth_of
from ce_bases.claims.queries import twin_ids
from ce_bases.claims.service import PROVED_BY_UNIT
from ce_bases.core.text import Text, msg


def oddities_of(
    session: Session, claims: Sequence[Claim], *, now: datetime
) -> Mapping[int, list[Text]]:
    """Claim id → what is odd about it, for claims that wait."""
    twins = twin_ids(session, claims)
    return {
        claim.id: [*_proofs(claim, has_twin=claim.id in twins), *_cuts(session, claim, now)]
        for claim in claims
    }


def _proofs(claim: Claim, *, has_twin: bool) -> list[Text]:
    found = []
    if has_twin:
        found.append(msg("与别的申报内容或文件相同"))
    if not claim.evidence and claim.kind not in PROVED_BY_UNIT:
        found.append(msg("没有附证明材料"))
    return found


def _cuts(session: Session, claim: Claim, now: datetime) -> list[Text]:
    worth = worth_of(session, claim, now=now)
    if not any(one.is_cut for one in worth):
        return []
    credited = sum(one.credited_halves for one in worth)
    return [msg("认定后一学时也不计") if credited == 0 else msg("受限额影响，不能全部计入")]
