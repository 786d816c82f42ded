"""The files that some classes came with: the notice as a PDF, the stamped form as a picture."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any

from ce_bases.audit.service import Act
from ce_bases.core.actors import Actor
from ce_bases.core.uploads import ENDINGS
from ce_bases.demo.listed import BASE
from ce_bases.demo.setting import Setting
from ce_bases.demo.spec import Spec
from ce_bases.documents.render import render_pdf, render_png
from ce_bases.files.models import StoredFile
from ce_bases.plans.models import AttachmentKind, Plan, PlanAttachment, PlanRevision

#: Dots an inch of the picture: as a phone's small photo, readable and light.
_DOTS = 72


def enclose(
    setting: Setting, spec: Spec, plan: Plan, revision: PlanRevision, clerk: Actor, at: datetime
) -> None:
    """Put the files with a draft: all of the listed base's, else the notice of what waits."""
    for kind, name, media_type, data in _files(spec, at):
        # Named after what they belong to: the same day gives the same city.
        stem = sha256(f"{plan.id} {kind}".encode()).hexdigest()[:32]
        kept = setting.book.add(
            StoredFile(
                storage_name=f"{stem}.{ENDINGS[media_type]}",
                original_name=name,
                media_type=media_type,
                size=len(data),
                sha256=sha256(data).hexdigest(),
                kept_at=at,
                kept_by_account_id=clerk.account_id,
            )
        )
        setting.files[kept.storage_name] = data
        added = PlanAttachment(
            revision_id=revision.id,
            file_id=kept.id,
            file=kept,
            kind=kind,
            is_public=kind is AttachmentKind.NOTICE,
            added_by=clerk.account_id,
            added_at=at,
        )
        revision.attachments.append(added)
        after = {
            "file": name,
            "sha256": kept.sha256,
            "kind": kind.value,
            "is_public": added.is_public,
        }
        setting.book.act(Act("plan_attach", "plan", plan.id, after=after), actor=clerk, at=at)


def _files(spec: Spec, at: datetime) -> Iterator[tuple[AttachmentKind, str, str, bytes]]:
    """Kind, name, media type and bytes of what goes with a class."""
    life, is_listed = spec.life, spec.host.name == BASE
    is_waiting = life.submitted_at and not (life.filed_at or life.refused_at or life.withdrawn_at)
    if spec.host.is_bureau or not spec.slots or not (is_listed or is_waiting):
        return
    data = _data(spec)
    notice = render_pdf("class_notice.typ", data, produced_at=at)
    yield AttachmentKind.NOTICE, "办班通知.pdf", "application/pdf", notice
    if is_listed:
        form = {**data, "heading": "培训计划备案表", "stamp": spec.host.name}
        (page, *_more) = render_png("class_notice.typ", form, produced_at=at, ppi=_DOTS)
        yield AttachmentKind.FORM, "备案表（盖章）.png", "image/png", page


def _data(spec: Spec) -> dict[str, Any]:
    details, first = spec.details, spec.details.sessions[0]
    places = dict.fromkeys(row.venue_name or "线上" for row in details.sessions)
    return {
        "heading": "办班通知",
        "plan_title": details.title,
        "stamp": "",
        "facts": [
            ("培训对象", details.audience),
            ("开班", f"{first.held_on:%Y-%m-%d} {first.starts_at:%H:%M}"),
            ("地点", "、".join(places)),
            ("计划人数", f"{details.planned_number} 人"),
            ("报名方式", details.enrol_how),
            ("联系人", f"{details.contact_name} {details.contact_phone}"),
        ],
        "sessions": [
            [f"{row.held_on:%Y-%m-%d}", f"{row.starts_at:%H:%M}–{row.ends_at:%H:%M}", row.topic]
            for row in details.sessions
        ],
        "session_columns": ["日期", "时间", "课题"],
        "signature": spec.host.name,
    }
