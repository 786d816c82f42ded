"""The classes of ten months past and three months ahead, in every state."""

from collections.abc import Iterator
from datetime import date, timedelta

from ce_bases.core.clock import business_date
from ce_bases.demo.composing import Wanted, compose, pick_course
from ce_bases.demo.courses import PUBLIC_LECTURES, Course
from ce_bases.demo.host import Host
from ce_bases.demo.lives import Fate, Fates
from ce_bases.demo.setting import HISTORY, Setting
from ce_bases.demo.spec import Spec
from ce_bases.demo.timetable import LECTURES, PATTERNS, SHARES, Diary, slots_of, teaching_day
from ce_bases.organisers.models import OrganiserKind
from ce_bases.plans.models import Form

AHEAD = timedelta(days=86)
CLASSES = {OrganiserKind.BASE: 8, OrganiserKind.DEPARTMENT: 6, OrganiserKind.BUREAU: 5}
#: Fates of classes still ahead, and how many of a hundred meet them.
_FUTURE = (
    (Fate.FILED, 52), (Fate.SUBMITTED, 15), (Fate.DRAFT, 13), (Fate.RETURNED, 8),
    (Fate.WITHDRAWN, 5), (Fate.CANCELLED, 4), (Fate.REFUSED, 3),
)  # fmt: skip
_PAST = ((Fate.CREDITED, 89), (Fate.CANCELLED, 4), (Fate.REFUSED, 4), (Fate.WITHDRAWN, 3))
HELD_BACK, EXCEPTIONS = 3, 8


def build_programme(setting: Setting, diary: Diary, hosts: list[Host]) -> list[Spec]:
    """Every class but those of `showcase`; the same number for every host of a kind."""
    fates = Fates(setting.rng, setting.now)
    specs = [
        _class(setting, diary, fates, host, number)
        for host in hosts
        for number in range(CLASSES[host.organiser.kind])
    ]
    specs += _one_waiting_everywhere(setting, diary, fates, hosts)
    _return_some(setting, specs)
    _make_exceptions(setting, specs)
    _hold_some_back(specs)
    return specs


def _class(setting: Setting, diary: Diary, fates: Fates, host: Host, number: int) -> Spec:
    """One class of `host`, its days spread evenly over the whole time."""
    share = (number + setting.rng.random()) / CLASSES[host.organiser.kind]
    opens_on = setting.today - HISTORY + (HISTORY + AHEAD) * share
    return _placed(setting, diary, fates, host, opens_on, None)


def _placed(
    setting: Setting,
    diary: Diary,
    fates: Fates,
    host: Host,
    opens_on: date,
    fate: Fate | None,
) -> Spec:
    """A class on the first day from `opens_on` for which a room and lecturers are free."""
    form, course = _form(setting, host)
    is_lecture = form is Form.LECTURE
    chosen = setting.rng.choice(LECTURES), setting.rng.choices(PATTERNS, SHARES)[0]
    pattern = chosen[0] if is_lecture else chosen[1]
    number = setting.rng.choice((30, 35, 40, 40, 45, 50, 60))
    while True:
        opens_on = teaching_day(setting.rng, opens_on)
        slots = slots_of(pattern, opens_on)
        seats = min(number, max(venue.capacity for venue in host.venues))
        details = compose(setting, diary, Wanted(host, slots, course, form, seats))
        if details is not None:
            break
        opens_on += timedelta(days=1)
    closes_on = slots[-1][0]
    fate = fate or _fate(setting, opens_on, closes_on)
    own = host.is_bureau
    if own and fate in {Fate.SUBMITTED, Fate.RETURNED, Fate.REFUSED, Fate.WITHDRAWN}:
        fate = Fate.FILED if closes_on >= setting.today else Fate.CREDITED
    life = fates.life(fate, opens_on, closes_on, own_lecture=own)
    return Spec(host, details, slots, life)


def _form(setting: Setting, host: Host) -> tuple[Form, Course]:
    chance = setting.rng.random()
    if host.is_bureau or chance < 0.05:
        return Form.LECTURE, setting.rng.choice(PUBLIC_LECTURES)
    course = pick_course(setting, host)
    if chance < 0.12:
        return Form.LIVE, course
    return (Form.FIELD if chance < 0.2 else Form.FACE_TO_FACE), course


def _fate(setting: Setting, opens_on: date, closes_on: date) -> Fate:
    rng, today = setting.rng, setting.today
    if closes_on >= today - timedelta(days=9) and opens_on <= today + timedelta(days=8):
        # Too late to be still undecided; too early to be confirmed, mostly.
        is_over = closes_on < today - timedelta(days=2)
        return Fate.CREDITED if is_over and rng.random() < 0.4 else Fate.FILED
    table = _FUTURE if opens_on > today else _PAST
    return rng.choices([fate for fate, _ in table], [share for _, share in table])[0]


def _one_waiting_everywhere(
    setting: Setting, diary: Diary, fates: Fates, hosts: list[Host]
) -> Iterator[Spec]:
    """A filing in the queue of every bureau, opening in two weeks or so."""
    seen: set[str] = set()
    for host in hosts:
        if host.is_bureau or host.bureau_code in seen:
            continue
        seen.add(host.bureau_code)
        opens_on = setting.today + timedelta(days=setting.rng.randint(11, 20))
        yield _placed(setting, diary, fates, host, opens_on, Fate.SUBMITTED)


def _return_some(setting: Setting, specs: list[Spec]) -> None:
    """Let one filing in nine have been returned and mended within the grace."""
    filed = [s for s in specs if s.life.filed_at and not s.host.is_bureau]
    for spec in filed[::9]:
        life = spec.life
        assert life.submitted_at is not None
        early = timedelta(days=5)
        life.drafted_at -= early
        life.submitted_at -= early
        life.returned_at = life.submitted_at + timedelta(days=1, minutes=setting.rng.randint(5, 90))
        life.resubmitted_at = life.returned_at + timedelta(days=1, minutes=7)


def _make_exceptions(setting: Setting, specs: list[Spec]) -> None:
    """Let some have come too late and be filed for a reason: the mark 例外."""
    plain = [
        s
        for s in specs
        if s.life.filed_at and not s.host.is_bureau and not s.life.returned_at
        and not s.life.cancelled_at and s.opens_on < setting.today + timedelta(days=12)
    ]  # fmt: skip
    step = len(plain) // EXCEPTIONS
    for spec in plain[:: max(step, 1)][:EXCEPTIONS]:
        life = spec.life
        assert life.filed_at is not None
        assert life.submitted_at is not None
        late = spec.opens_on - timedelta(days=6) - business_date(life.submitted_at)
        shift = min(late, setting.now - timedelta(days=2) - life.submitted_at)
        life.drafted_at += shift
        life.submitted_at += shift
        life.filed_at = life.submitted_at + timedelta(days=1, minutes=20)
        life.is_exception = True


def _hold_some_back(specs: list[Spec]) -> None:
    """Let the hours of a few confirmed classes not be posted yet."""
    credited = [s for s in specs if s.life.confirmed_at and not s.host.is_bureau]
    for spec in credited[-HELD_BACK:]:
        spec.life.is_held_back = True
