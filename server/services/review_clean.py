"""Clean inspections: nothing in them asks for a supervisor's eye, so that several may be approved with one confirmation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from server.db.users import User
from server.errors import Problem, ProblemCode
from server.services import inspection_view, review
from server.services.inspection_view import Page
from server.services.review import Decision
from sync.inspection import Status

MOST = 25
"""Inspections at once: each is read and computed whole inside the transaction that approves it."""
_UNSIGNED = frozenset({"refused", "absent"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """One inspection somebody ticked. `seen` as in review.Decision; it is clean where there are no `obstacles`."""

    id: str
    name: str
    minutes: Sequence[str]
    seen: int
    obstacles: Sequence[str]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one: `approved`, `already`, or `left` with the reason."""

    id: str
    name: str
    result: str
    reason: str = ""


def obstacles(page: Page) -> list[str]:
    """Say why an inspection is not clean, in the order of weight; none where it is.

    Strict on purpose: whatever is against the site, unfinished, doubtful or unusual is read by a person.
    """
    counts = page.counts
    photos = [p for p in (*page.photos, *page.signed_papers) if not p.voided]
    valid = [m for m in page.minutes if m.status != "void"]
    counted = (
        (counts["nonconforming"], "mục không đạt"),
        (counts["fail"], "số đo vượt giới hạn"),
        (counts["inconclusive"], "phép đo chưa kết luận"),
        (sum(bool(check.differences) for check in page.checks.values()), "số đo máy chủ tính lại khác"),
        (len(page.conflicts), "chỗ ghi khác nhau"),
        (len(page.held), "dữ liệu chờ xử lý"),
        (counts["missing"], "mục bắt buộc chưa có kết quả"),
        (len(page.unplaced), "kết quả ngoài danh mục"),
        (sum(p.is_odd for p in photos), "ảnh cần xem lại"),
        (sum(p.status == "expected" for p in photos), "ảnh chưa gửi về"),
        (sum(bool(m.diverged or m.warnings) for m in valid), "biên bản cần xem lại"),
        (sum(not r.get("voided") for r in page.requirements), "yêu cầu khắc phục"),
        (sum(not m.get("voided") for m in page.measures), "biện pháp xử lý"),
        (len(page.samples), "mẫu thử nghiệm"),
        (len(page.suspended), "phương tiện đang tạm dừng"),
        (sum(bool(s["fault"]) for s in page.standards), "chuẩn đo không còn hạn"),
        (sum(s.get("outcome") in _UNSIGNED and not s.get("voided") for s in page.signatures), "người không ký"),
        (sum(not one.withdrawn_by for said in page.remarks.values() for one in said), "nhận xét khi duyệt"),
    )
    found = [] if page.status == Status.ISSUED else ["không ở trạng thái chờ duyệt"]
    found += [f"{count} {words}" for count, words in counted if count]
    found += [] if page.blocks and any(b.sections for b in page.blocks) else ["không có kết quả nào"]
    return found + (["chưa có ảnh bản ký"] if any(m.awaits_signed_paper for m in valid) else [])


def candidates(session: Session, ids: Sequence[str], *, user: User, today: date) -> list[Candidate]:
    """Read the inspections that were ticked; refuses none, too many, and one that is not there."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        raise Problem(ProblemCode.INVALID_REQUEST, "Hãy đánh dấu ít nhất một hồ sơ.")
    if len(wanted) > MOST:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Mỗi lần duyệt gộp tối đa {MOST} hồ sơ.")
    return [_candidate(inspection_view.page(session, id, user, today)) for id in wanted]


def approve(
    session: Session, chosen: Sequence[tuple[str, str]], *, user: User, now: datetime, today: date
) -> list[Done]:
    """Approve those that are still clean and as they were shown, (id, seen); the others are left and told why.

    The caller holds the write transaction, which holds all of them.
    """
    seen = dict(chosen)
    return [_approve(session, one, seen[one.id], user, now)
            for one in candidates(session, list(seen), user=user, today=today)]  # fmt: skip


def _candidate(page: Page) -> Candidate:
    numbers = [m.number_text for m in page.minutes if m.status != "void"]
    return Candidate(page.id, str(page.establishment.get("name") or "(chưa có tên cơ sở)"), numbers, page.seen, obstacles(page))  # fmt: skip


def _approve(session: Session, one: Candidate, seen: str, user: User, now: datetime) -> Done:
    wanted = Decision.of(Status.APPROVED.value, "", (), seen)
    if one.obstacles and (wanted.seen is None or one.seen <= wanted.seen):  # else what came since is told
        return Done(one.id, one.name, "left", "; ".join(one.obstacles))
    try:
        outcome = review.decide(session, one.id, wanted, actor=user.id, role=user.role, now=now)
    except Problem as problem:
        return Done(one.id, one.name, "left", problem.detail or problem.code.title)
    if outcome.result == "stale":
        by = outcome.changes[0]
        return Done(one.id, one.name, "left", f"có thay đổi sau khi bạn mở trang ({by.who}: {by.what})")
    return Done(one.id, one.name, "approved" if outcome.result == "done" else "already")
