"""Notices (thông báo): a letter of the agency to the site, signed by its head; suspension and resumption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync import paper_words as words
from sync.paper_forms import Form
from sync.paper_measures import Traced, paper_name, subject_of
from sync.paper_results import Context, Doc

KEPT = (
    "version", "form", "agency", "number", "place_date", "issued_at", "title", "abstract", "basis", "findings",
)  # fmt: skip
"""What a notice has in common with minutes; the rest of it is its `letter`."""
_COUNTS_FROM_SIGNING = "28/2013/TT-BKHCN", "điểm c khoản 1 Điều 21"
"""Where the law lets a suspension count from the signing of the minutes (gold-xray-minutes.md §5.2, seen)."""


@dataclass(frozen=True, slots=True)
class _Case:
    """What the sentences of a letter speak of."""

    rows: Sequence[Traced]
    agency: str
    site: str
    basis: Sequence[str]
    requirements: Sequence[Doc]

    @property
    def papers(self) -> list[Doc]:
        """The earlier papers, each once."""
        return list({words.text(p.get("text")): p for row in self.rows if (p := row.paper) is not None}.values())

    @property
    def moments(self) -> str:
        """When the measures were taken, in words; '' where nobody wrote it."""
        said = (words.moment(row.measure.get("at")) for row in self.rows)
        return " và ".join(dict.fromkeys(filter(None, said)))


def notice(
    form: Form, doc: Mapping[str, Any], rows: Sequence[Traced], context: Context, *, organisation: Doc, campaign: Doc,
    requirements: Sequence[Doc], signer: Doc | None,
) -> dict[str, Any]:  # fmt: skip
    """Make a letter of what was composed for minutes. `signer` is {name, title, authority}, else the agency's first."""
    agency = words.text(organisation.get("name")) or "Cơ quan"
    site = words.text(doc["establishment"]["name"]) or "cơ sở"
    case = _Case(rows, agency, site, doc["basis"], requirements)
    says = _suspension if form.measure == "suspend" else _resumption
    said = {
        "opening": f"{agency} thông báo:",
        "objects": [_object(row, context) for row in rows],
        **says(case),
        "closing": f"{agency} thông báo để {site} biết, thực hiện",
    }
    return as_letter(doc, said, organisation=organisation, campaign=campaign, signer=signer)


def as_letter(
    doc: Mapping[str, Any], said: Mapping[str, Any], *, organisation: Doc, campaign: Doc, signer: Doc | None
) -> dict[str, Any]:
    """Put what a letter says between its addressee and its signer, in place of the parts of minutes."""
    decision = words.text((campaign.get("decision") or {}).get("number"))
    team = doc["team_name"] + (f" theo Quyết định số {decision}" if decision else "")
    letter = {
        "addressees": [words.text(doc["establishment"]["name"]) or "cơ sở"],
        "heading": "", "objects": [], "points": [], "required": [], "after": "", **said,
        "signer": signer_of(signer or next(iter(organisation.get("signers") or ()), {})),
        "recipients": ["Như trên", team, "Lưu: VT, hồ sơ đoàn"],
    }  # fmt: skip
    told = {name: doc["establishment"][name] for name in ("id", "name", "address")}
    return {**{name: doc[name] for name in KEPT}, "establishment": told, "letter": letter}


def thing(rows: Sequence[Traced]) -> str:
    """Name what is suspended or set free: instruments, or the site's work where a measure names none."""
    return "sử dụng phương tiện đo" if rows and all(row.measure.get("instrument_id") for row in rows) else "hoạt động"


def _suspension(case: _Case) -> dict[str, Any]:
    asked = [_required(each) for each in case.requirements if each.get("state", "open") == "open"]
    stopped = thing(case.rows)
    return {
        "heading": f"Tạm dừng {stopped} của {case.site} như sau:",
        "points": [
            f"Thời gian tạm dừng tính từ {_since(case)}, đến khi có thông báo được tiếp tục của {case.agency}.",
            f"Trong thời gian tạm dừng, {case.site} không được {stopped} nêu trên và phải thực hiện các yêu cầu đã ghi tại "
            f"biên bản{':' if asked else '.'}",
        ],
        "required": asked,
        "after": f"Sau khi khắc phục, {case.site} báo cáo bằng văn bản về {case.agency} để được xem xét cho tiếp tục.",
    }  # fmt: skip


def _since(case: _Case) -> str:
    """Say from when the suspension counts: from the signing of the minutes (TT 28/2013 Điều 21 k.1 c)."""
    if not case.papers:
        return case.moments or "ngày ban hành thông báo này"
    number, article = _COUNTS_FROM_SIGNING
    rule = f" theo {article} Thông tư số {number}" if any(number in line for line in case.basis) else ""
    signed = (f"thời điểm ký {paper_name(p)} ({words.moment(p.get('issued_at'))})" for p in case.papers)
    return " và ".join(signed) + rule


def _required(requirement: Doc) -> str:
    due = words.long_day(requirement.get("due_on"))
    return words.text(requirement.get("text")).rstrip(" .;") + (f"; thời hạn: {due}" if due else "")


def _resumption(case: _Case) -> dict[str, Any]:
    resumed = thing(case.rows)
    ended = [
        f"Việc tạm dừng {resumed} nêu trên theo {paper_name(p)} {words.long_day(p.get('issued_at'))} chấm dứt từ thời điểm đó."
        for p in case.papers
    ]
    return {
        "heading": f"{words.upper_first(case.site)} được tiếp tục {resumed} như sau:",
        "points": [f"Thời điểm được tiếp tục: {case.moments or 'ngày ban hành thông báo này'}.", *ended],
        "required": [],
        "after": "",
    }


def _object(row: Traced, context: Context) -> dict[str, Any]:
    instrument = context.instruments.get(row.measure.get("instrument_id") or "", {})
    return {
        "id": words.text(row.measure.get("id")),
        "subject": subject_of(row.measure, context),
        "make": " ".join(filter(None, (words.text(instrument.get("maker")), words.text(instrument.get("model"))))),
        "serials": words.text(row.measure.get("serials")).replace("; ", ", "),
        "reason": words.text(row.measure.get("reason")).rstrip(" .;"),
    }


def signer_of(signer: Doc) -> dict[str, str]:
    """Write who signs; `authority` is what stands above the title of one who signs for the head (KT., TL., TUQ.)."""
    return {name: words.text(signer.get(name)) for name in ("authority", "title", "name")}
