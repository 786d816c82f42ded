"""What each document is made of: texts already written out, in Chinese, for the reader."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One line of a sign-in sheet; never a full ID or a phone number."""

    name: str
    unit: str = ""
    post: str = ""
    id_last4: str = ""
    signed_in: str = ""
    signed_out: str = ""
    remarks: str = ""

    def __post_init__(self) -> None:
        if len(self.id_last4) > 4:
            raise ValueError("a sign-in sheet shows four characters of an ID at most")


@dataclass(frozen=True, slots=True)
class SignInSheet:
    """The sheet of one session (date + half-day) — rules §5.

    `present` and `absent` of None leave room for the pen. `blank_lines` is the least number of
    lines for walk-ins: the last page is ruled to its end; 0 means none at all.
    """

    title: str
    filing_number: str
    organiser: str
    date_text: str
    half_day: str
    time_text: str
    topic: str
    lecturer: str
    venue: str
    session_url: str
    rows: tuple[SheetRow, ...]
    expected: int
    present: int | None = None
    absent: int | None = None
    sign_out: bool = True
    blank_lines: int = 2


@dataclass(frozen=True, slots=True)
class Receipt:
    """The receipt of a submission (报送回执): what reached which bureau, and when — 二(二)3.

    `facts` are the lines (name, value): received at, to the second, bureau and its phone,
    opening, last filing day, days ahead. `sessions` have one text for each of `session_columns`.
    `content_hash`: 64 hex digits. `filing_number` only once there is one.
    """

    heading: str
    plan_title: str
    facts: tuple[tuple[str, str], ...]
    sessions: tuple[tuple[str, ...], ...]
    session_columns: tuple[str, ...]
    content_hash: str
    notes: tuple[str, ...] = ()
    filing_number: str = ""
    url: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True)
class FilingCertificate:
    """The proof that `bureau` has filed a plan (备案凭证), its number as a seal.

    Lines and sessions as in `Receipt`; an exception from the ten days is one of the `facts`.
    A filing is not an approval, so nothing here may call it one.
    """

    filing_number: str
    plan_title: str
    facts: tuple[tuple[str, str], ...]
    sessions: tuple[tuple[str, ...], ...]
    session_columns: tuple[str, ...]
    content_hash: str
    bureau: str
    filed_on: str
    url: str = ""
    heading: str = "培训计划备案凭证"
    notes: tuple[str, ...] = ("备案后有变更的，以网站公布的内容为准。",)
