"""Import every feature's tables, so that `Base.metadata` is whole wherever it is needed."""

from ce_bases.accounts import models as accounts
from ce_bases.attendance import models as attendance
from ce_bases.audit import models as audit
from ce_bases.bureaus import models as bureaus
from ce_bases.calendar import models as calendar_
from ce_bases.calendar import shown
from ce_bases.certificates import models as certificates
from ce_bases.checkin import models as checkin
from ce_bases.claims import models as claims
from ce_bases.core import commands, public_state
from ce_bases.core.orm import Base
from ce_bases.credits import models as credits_
from ce_bases.enrolment import models as enrolment
from ce_bases.files import models as files
from ce_bases.messages import models as messages
from ce_bases.organisers import models as organisers
from ce_bases.oversight import models as oversight
from ce_bases.people import models as people
from ce_bases.plans import freezing
from ce_bases.plans import models as plans

FEATURES = (
    commands,
    public_state,
    audit,
    accounts,
    files,
    messages,
    bureaus,
    organisers,
    people,
    plans,
    freezing,
    enrolment,
    calendar_,
    shown,
    attendance,
    checkin,
    credits_,
    claims,
    certificates,
    oversight,
)
METADATA = Base.metadata
