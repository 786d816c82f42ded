"""Commands of the filing feature: `flask filing …`."""

import json
import re
from datetime import date, datetime

import click

from ce_bases.core.clock import SHANGHAI, business_date, local
from ce_bases.core.holidays import is_workday
from ce_bases.policy.filing import filing_window
from ce_bases.policy.registry import filing_policy_for
from ce_bases.web.command_line import SiteGroup
from ce_bases.web.moment import request_now

filing_cli = SiteGroup("filing", help="Filing of training plans.")


def _day(_ctx: click.Context, _param: click.Parameter, text: str) -> date:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise click.BadParameter("must be a date YYYY-MM-DD")


def _moment(_ctx: click.Context, _param: click.Parameter, text: str | None) -> datetime:
    if text is None:
        return local(request_now()).replace(microsecond=0)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter("must be a moment like 2022-06-10T23:59:59+08:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


@filing_cli.command("window")
@click.option("--opening", required=True, callback=_day, help="Day of the first session.")
@click.option("--at", callback=_moment, help="Moment of filing; default now, Asia/Shanghai.")
def window(opening: date, at: datetime) -> None:
    """Print whether a class opening on a day can be filed at a moment, as JSON."""
    rule = filing_policy_for(opening.year).filing
    try:
        found = filing_window(opening, business_date(at), rule, is_workday=is_workday)
    except OverflowError:
        raise click.BadParameter("the date is out of range", param_hint="--opening") from None
    answer = {
        "opening": opening.isoformat(),
        "at": at.isoformat(),
        "last_filing_day": found.last_filing_day.isoformat(),
        "days_ahead": found.days_ahead,
        "in_time": found.in_time,
        "earliest_opening": found.earliest_opening.isoformat(),
        "clause": rule.clause.ref,
    }
    # JSON is UTF-8 whatever the terminal's locale.
    click.echo(json.dumps(answer, ensure_ascii=False).encode())
