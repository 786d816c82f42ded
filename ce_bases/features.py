"""Which features the site has: their pages, commands, roles and reactions, wired in one place."""

from flask import Flask

from ce_bases import tables  # noqa: F401 -- every table is known from here on
from ce_bases.account_cli import account_cli
from ce_bases.accounts import views as accounts_views
from ce_bases.accounts.queries import admin_actors
from ce_bases.attendance import (
    closing_views,  # noqa: F401 -- its routes
    door_link_views,  # noqa: F401 -- its routes
    intake_views,
    offline_views,
    paper_views,  # noqa: F401 -- its routes
    plan_sheets_views,  # noqa: F401 -- its routes
    review_views,
    walk_in_views,  # noqa: F401 -- its routes
)
from ce_bases.attendance import guards as attendance_guards
from ce_bases.attendance import views as attendance_views
from ce_bases.attendance.substitutes import substitute_actors
from ce_bases.bureaus import views as bureaus_views
from ce_bases.bureaus.cli import holidays_cli
from ce_bases.bureaus.queries import officer_actors
from ce_bases.calendar import views as calendar_views
from ce_bases.certificates import check_views, desk_views  # noqa: F401 -- their routes
from ce_bases.certificates import views as certificates_views
from ce_bases.certificates.cli import certificate_cli
from ce_bases.checkin import blueprint as checkin_blueprint
from ce_bases.checkin import live_views, personal_views, screen_views  # noqa: F401 -- routes
from ce_bases.checkin import views as checkin_views  # noqa: F401 -- its routes
from ce_bases.claims import pages as claims_pages
from ce_bases.claims import views as claims_views
from ce_bases.core.actors import BUREAU_ROLES, Role
from ce_bases.core.text import Text, msg
from ce_bases.credits import (  # noqa: F401 -- their routes
    base_views,
    due_views,
    export_views,
    late_views,
    objection_views,
    plan_views,
    unit_views,
)
from ce_bases.credits import views as credits_views
from ce_bases.credits.cli import hours_cli
from ce_bases.credits.ledger_cli import ledger_cli
from ce_bases.demo.cli import demo_cli
from ce_bases.enrolment import guards as enrolment_guards
from ce_bases.enrolment import views as enrolment_views
from ce_bases.files.cli import files_cli
from ce_bases.home import views as home_views
from ce_bases.messages import views as messages_views
from ce_bases.messages.cli import outbox_cli
from ce_bases.operations.cli import backup, restore
from ce_bases.organisers import views as organisers_views
from ce_bases.organisers.queries import clerk_actors, lecturer_actors
from ce_bases.oversight import views as oversight_views
from ce_bases.people import guards as people_guards
from ce_bases.people.queries import professional_actors, unit_actors
from ce_bases.plans import import_views, week_views  # noqa: F401 -- their routes
from ce_bases.plans import telling as plans_telling
from ce_bases.plans import views as plans_views
from ce_bases.plans.cli import filing_cli
from ce_bases.web import access, navigation

BLUEPRINTS = (
    oversight_views.bp,
    home_views.bp,
    calendar_views.bp,
    accounts_views.bp,
    messages_views.bp,
    plans_views.bp,
    organisers_views.bp,
    bureaus_views.bp,
    enrolment_views.bp,
    certificates_views.bp,
    credits_views.bp,
    claims_views.bp,
    attendance_views.bp,
    offline_views.bp,
    intake_views.bp,
    review_views.bp,
    checkin_blueprint.bp,
)
COMMANDS = (
    account_cli,
    certificate_cli,
    demo_cli,
    filing_cli,
    files_cli,
    holidays_cli,
    hours_cli,
    ledger_cli,
    outbox_cli,
    backup,
    restore,
)
# The first role found is the one a fresh login starts in.
ACTOR_LOADERS = (
    (frozenset({Role.BASE}), clerk_actors),
    (BUREAU_ROLES, officer_actors),
    (frozenset({Role.LECTURER}), lecturer_actors),
    (frozenset({Role.SUBSTITUTE}), substitute_actors),
    (frozenset({Role.UNIT}), unit_actors),
    (frozenset({Role.PROFESSIONAL}), professional_actors),
    (frozenset({Role.ADMIN}), admin_actors),
)
ROLE_HOMES: dict[Role, str] = {
    Role.COUNTY: "oversight.desk",
    Role.CITY: "oversight.desk",
    Role.BASE: "plans.home",
    Role.PROFESSIONAL: "credits.my_year",
    Role.UNIT: "credits.people",
    Role.LECTURER: "attendance.today",
    Role.SUBSTITUTE: "attendance.today",
}
# Each role's pages, in the order of the day: endpoint and words.
DESK = (
    ("oversight.desk", msg("待办")),
    ("oversight.plans", msg("全部计划")),
    ("claims.desk_queue", msg("学时申报认定")),
    ("organisers.desk_organisers", msg("办班单位")),
    ("certificates.desk", msg("学时证明")),
    ("credits.desk_objections", msg("学时异议")),
)
MENUS: dict[Role, tuple[tuple[str, Text], ...]] = {
    Role.COUNTY: DESK,
    Role.CITY: (*DESK, ("bureaus.holidays", msg("节假日"))),
    Role.BASE: (
        ("plans.home", msg("今日工作")),
        ("plans.index", msg("培训计划")),
        ("credits.due_list", msg("确认考勤")),
        ("plans.new", msg("新建计划")),
        ("plans.week", msg("一周安排")),
        ("organisers.venues", msg("场地")),
        ("organisers.lecturers", msg("授课人")),
        ("organisers.base_staff", msg("工作人员")),
        ("credits.base_objections", msg("学时异议")),
        ("calendar.deadline_feed", msg("期限日历")),
    ),
    Role.PROFESSIONAL: (
        ("credits.my_year", msg("我的学时")),
        ("claims.mine", msg("学时申报")),
        ("certificates.own", msg("我的证明")),
        ("attendance_review.own_classes", msg("我的培训班")),
        ("checkin.own_code", msg("我的签到码")),
        ("calendar.own_feed", msg("我的日历")),
    ),
    Role.LECTURER: (("attendance.today", msg("我的课次")),),
    Role.SUBSTITUTE: (("attendance.today", msg("我的课次")),),
    Role.UNIT: (
        ("credits.people", msg("本单位人员")),
        ("enrolment.staff_classes", msg("本单位报名")),
        ("claims.unit_queue", msg("学时申报确认")),
    ),
}


def register(app: Flask) -> None:
    """Add every feature to `app` and guard its routes."""
    app.extensions[accounts_views.LOADERS_KEY] = ACTOR_LOADERS
    app.extensions[accounts_views.HOMES_KEY] = ROLE_HOMES
    app.context_processor(accounts_views.describe_actor)
    navigation.register(app, MENUS)
    messages_views.register(app)
    access.register(app, find=accounts_views.load_actor, anonymous=accounts_views.ask_to_log_in)
    attendance_guards.subscribe()
    enrolment_guards.subscribe()
    people_guards.subscribe()
    claims_pages.subscribe()
    plans_telling.subscribe()
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for command in COMMANDS:
        app.cli.add_command(command)
