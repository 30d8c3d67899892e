"""The office's menu as a table: one row a page, shown to whoever may open it (server/web/access.py)."""

from __future__ import annotations

from dataclasses import dataclass

from server.web.access import may


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of the menu; it is marked on every page of its blueprint, and of those that belong to it."""

    endpoint: str
    label: str
    also: tuple[str, ...] = ()

    @property
    def families(self) -> tuple[str, ...]:
        """The blueprints whose pages belong to this one."""
        return (self.endpoint.partition(".")[0], *self.also)


@dataclass(frozen=True, slots=True)
class Group:
    """Pages under one word; it opens without JavaScript."""

    label: str
    entries: tuple[Entry, ...]

    def holds(self, family: str) -> bool:
        """Say whether a page of this blueprint is inside."""
        return any(family in entry.families for entry in self.entries)


MENU: tuple[Entry | Group, ...] = (
    Entry("inspections.listed", "Cuộc kiểm tra", ("inspection_papers",)),
    Entry("review.queue", "Duyệt"),
    Entry("follow_up.listed", "Hậu kiểm", ("campaign_sites",)),
    Entry("programme.listed", "Chương trình", ("planning", "other_inspections")),
    Entry("reports.chooser", "Báo cáo"),
    Entry("samples.listed", "Mẫu"),
    Entry("cases.listed", "Vi phạm"),
    Entry("printing.queue", "In văn bản", ("blanks",)),
    Group("Kiểm định", (
        Entry("verification.listed", "Phiên kiểm định"),
        Entry("certificates.listed", "Giấy chứng nhận"),
        Entry("verification_due.listed", "Đến hạn, mời kiểm định"),
        Entry("fees.listed", "Thu giá dịch vụ"),
        Entry("marks.listed", "Sổ tem, chì", ("marks_out",)),
        Entry("verification_reports.chooser", "Báo cáo kiểm định"),
        Entry("prices.listed", "Bảng giá kiểm định"),
    )),
    Group("Cần xử lý", (
        Entry("conflicts.listed", "Ghi khác nhau"),
        Entry("quarantine.listed", "Chờ xử lý"),
    )),
    Group("Sổ, danh mục", (
        Entry("establishments.listed", "Cơ sở", ("imports", "mergers")),
        Entry("instruments.listed", "Phương tiện đo"),
        Entry("standards.listed", "Chuẩn đo"),
        Entry("numbers.register", "Sổ số"),
        Entry("limits.listed", "Giới hạn"),
        Entry("checklist_pages.listed", "Danh mục kiểm tra"),
        Entry("tablets.listed", "Máy tính bảng"),
        Entry("work_calendar.listed", "Ngày nghỉ, ngày làm bù"),
    )),
    Group("Quản trị", (
        Entry("people.listed", "Tài khoản"),
        Entry("organisations.listed", "Cơ quan"),
        Entry("trail.listed", "Nhật ký"),
    )),
)  # fmt: skip


def shown(role: str) -> list[Entry | Group]:
    """Return what a person of this role may open; a group that holds one page is that page."""
    found: list[Entry | Group] = []
    for item in MENU:
        if isinstance(item, Entry):
            found += [item] if may(role, item.endpoint) else []
        elif left := tuple(entry for entry in item.entries if may(role, entry.endpoint)):
            found.append(left[0] if len(left) == 1 else Group(item.label, left))
    return found
