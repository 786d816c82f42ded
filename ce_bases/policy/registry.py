"""Find the policy of a year."""

from ce_bases.policy import notice_2022
from ce_bases.policy.shapes import YearPolicy

_BY_YEAR = {policy.year: policy for policy in (notice_2022.POLICY,)}
FIRST_YEAR = min(_BY_YEAR)


def policy_for(year: int) -> YearPolicy:
    """The policy in force for `year`: of the newest notice registered up to it.

    A year after the newest notice follows that notice; pages then say so (`policy.year` differs
    from the year asked for). LookupError before the first notice.
    """
    registered = [known for known in _BY_YEAR if known <= year]
    if not registered:
        raise LookupError(f"no continuing-education notice is registered up to {year}")
    return _BY_YEAR[max(registered)]


def filing_policy_for(year: int) -> YearPolicy:
    """As `policy_for`; openings before the first notice are counted by the first notice."""
    return policy_for(max(year, FIRST_YEAR))
