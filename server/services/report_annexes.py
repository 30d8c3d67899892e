"""The annexes of a campaign's report: its establishments, instruments, breaches, samples and requirements, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from server.printing.report_document import Cell, Column, Table
from server.services import paper_chain
from server.services.days import day_of
from server.services.report_facts import Read
from server.services.report_figures import CARRIED_OUT, FAIL, INCONCLUSIVE, verdict_of, worst
from server.services.report_tables import item_words
from server.services.samples import stage
from server.services.wording import INSPECTION_STATUSES, REQUIREMENT_STATES, SAMPLE_STAGES
from sync.paper_attempt import CAUSES
from sync.paper_forms import FORMS
from sync.paper_measures import STANDING
from sync.paper_samples import CONCLUSIONS, name_of
from sync.paper_words import INSTRUMENTS, VERDICTS, short_day
from sync.samples import current

State = Mapping[str, Any]
Rows = list[list[str]]
_SITE, _DAY = Column("Cơ sở", share=5), Column("Ngày", share=3)


@dataclass(slots=True)
class Annexes:
    """Collects rows while a report is counted."""

    MORE: ClassVar[Sequence[str]] = ("minutes",)
    """What has to be read besides what is counted."""
    sites: Rows = field(default_factory=list)
    instruments: Rows = field(default_factory=list)
    breaches: Rows = field(default_factory=list)
    samples: Rows = field(default_factory=list)
    follow_up: list[tuple[str, str, date | None, str]] = field(default_factory=list)

    def take(self, one: Read) -> None:
        """Add what one inspection lists."""
        name = str(one.site.get("name") or "(chưa có tên cơ sở)")
        status = str(one.counted.state.get("status"))
        is_done = status in CARRIED_OUT
        findings = [(f, verdict_of(f)) for f in one.counted.findings] if is_done else []
        judged = [(f, v) for f, v in findings if v is not None]
        outcome = VERDICTS[worst(v for _, v in judged)] if is_done else _status(one.counted.state)
        self.sites.append(
            [name, str(one.site.get("address") or ""), _day(one.counted.on), ", ".join(_papers(one)), outcome]
        )
        for id, instrument in one.instruments.items():
            own = [(f, v) for f, v in judged if f.get("subject_id") == id]
            if own:
                self.instruments.append([name, _instrument(instrument), VERDICTS[worst(v for _, v in own)],
                                         _items(own, FAIL), _items(own, INCONCLUSIVE)])  # fmt: skip
        for finding, verdict in judged:
            if verdict == FAIL:
                subject = one.instruments.get(str(finding.get("subject_id")))
                what = item_words(str(finding.get("checklist")), str(finding.get("item")))
                about = "" if subject is None else _instrument(subject)
                self.breaches.append([name, what, about, str(finding.get("note") or "").strip()])
        self._take_samples(name, one)
        for requirement in one.counted.requirements:
            self.follow_up.append((name, str(requirement.get("text") or "").strip(), day_of(requirement.get("due_on")),
                                   str(requirement.get("state") or "open")))  # fmt: skip

    def tables(self, today: date) -> list[Table]:
        """Return the annexes; those without a row are there too, and say so."""
        return [
            _annex("Danh sách cơ sở", [_SITE, Column("Địa chỉ", share=5), _DAY, Column("Số biên bản", share=3), Column("Kết quả", share=3)],
                   self.sites, "Chưa có cuộc kiểm tra nào."),
            _annex("Phương tiện đo, thiết bị đã kiểm tra", [_SITE, Column("Phương tiện", share=4), Column("Kết quả", share=2),
                   Column("Yêu cầu không đạt", share=2), Column("Yêu cầu chưa kết luận", share=2)], self.instruments,
                   "Không có phương tiện nào có kết quả."),
            _annex("Nội dung không đạt", [_SITE, Column("Nội dung", share=5), Column("Đối tượng", share=3), Column("Ghi nhận", share=4)],
                   self.breaches, "Không ghi nhận nội dung không đạt."),
            _annex("Mẫu", [_SITE, Column("Mẫu", share=4), _DAY, Column("Tình trạng", share=2), Column("Kết luận của phòng thử nghiệm", share=3)],
                   self.samples, "Không lấy mẫu."),
            _annex("Yêu cầu, kiến nghị đối với cơ sở", [_SITE, Column("Nội dung", share=5), Column("Thời hạn", share=3),
                   Column("Tình trạng", share=3)], [_required(*row, today) for row in self.follow_up], "Không có yêu cầu khắc phục."),
        ]  # fmt: skip

    def _take_samples(self, name: str, one: Read) -> None:
        for sample in one.family["sample"]:
            if not sample.get("voided"):
                said = [r for r in one.family["lab_result"] if r.get("sample_id") == sample["id"]]
                concluded = "; ".join(
                    CONCLUSIONS.get(str(r.get("conclusion")), str(r.get("conclusion"))) for r in current(said)
                )
                code = f", mã {sample['code']}" if sample.get("code") else ""
                self.samples.append([name, name_of(sample) + code, short_day(sample.get("taken_at")),
                                     SAMPLE_STAGES[stage(sample, said)], concluded])  # fmt: skip


def _annex(title: str, columns: Sequence[Column], rows: Rows, empty: str) -> Table:
    numbered = [[Cell(str(number)), *(Cell(text) for text in row)] for number, row in enumerate(rows, 1)]
    return Table("", title, [Column("TT", is_number=True), *columns], numbered, empty=empty)


def _required(name: str, text: str, due: date | None, state: str, today: date) -> list[str]:
    late = state == "open" and due is not None and due < today
    words = REQUIREMENT_STATES.get(state, state)
    return [name, text, _day(due), f"{words}, quá hạn" if late else words]


def _status(inspection: State) -> str:
    cause = (inspection.get("attempt") or {}).get("cause")
    status = INSPECTION_STATUSES.get(str(inspection.get("status")), "")
    return f"{status}: {CAUSES.get(str(cause), cause)}" if cause else status


def _papers(one: Read) -> list[str]:
    """Return the numbers of its standing closing minutes."""
    closing = [
        m
        for m in one.family["minutes"]
        if m.get("status") in STANDING and (form := FORMS.get(str(m.get("form")))) and form.closes
    ]
    return [paper_chain.number_of(m) for m in sorted(closing, key=lambda m: str(m.get("issued_at")))]


def _instrument(instrument: State) -> str:
    kind = INSTRUMENTS.get(str(instrument.get("type")), str(instrument.get("type") or "Phương tiện"))
    serial = f"số {instrument['serial']}" if instrument.get("serial") else ""
    return " ".join(str(part) for part in (kind, instrument.get("maker"), instrument.get("model"), serial) if part)


def _items(judged: Sequence[tuple[State, str]], verdict: str) -> str:
    return ", ".join(sorted({str(f.get("item")) for f, v in judged if v == verdict}))


def _day(day: date | None) -> str:
    return "" if day is None else day.strftime("%d/%m/%Y")
