"""A department that plans: establishments with tax codes of their own, people, and a whole plan up to its last page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from werkzeug.datastructures import MultiDict

from server.demo.load import PROGRAMME
from server.services import campaign_drafts, programme
from server.services.programme_file import parse
from tests.builders import AREA, Office, Person

NOW = datetime(2021, 7, 20, tzinfo=UTC)
ACTIVITY = "BG-2021/A08"


def site(
    office: Office, name: str, tax_code: str = "", *, area: str = AREA, line: str = "xăng dầu", due: str = ""
) -> str:
    """Register an establishment; `due` = until when its one dispenser is verified."""
    state = {"name": name, "tax_code": tax_code, "address": f"Thôn {name}", "operator_id": None, "area_code": area, "phone": "",
             "representative": {"name": "Trần Thị Bán", "title": "Chủ"}, "lat": None, "lon": None, "business_lines": [line]}  # fmt: skip
    id = office.records("establishment", f"area:{area}", state)
    if due:
        own = {"establishment_id": id, "type": "fuel_dispenser", "maker": "Tatsuno", "model": "T1", "serial": name, "year": 2018,
               "attributes": {}, "verified_until": due, "mark_serial": "", "certificate_number": "", "new_price": None}  # fmt: skip
        office.records("instrument", f"area:{area}", own, parent=id)
    return id


def imports(office: Office) -> None:
    """Bring in the programme and the department."""
    with office.transaction() as session:
        programme.import_file(session, parse(PROGRAMME.read_bytes()))
    office.has_organisation()


def decision_form(office: Office, code: str = "XD-2021") -> MultiDict[str, str]:
    """The first page as somebody fills it in."""
    return MultiDict([
        ("code", code), ("title", "Kiểm tra xăng dầu"), ("organisation_id", office.organisation_id), ("starts_on", "2021-08-02"),
        ("ends_on", "2021-08-06"), ("decision_number", "98/QĐ-SKHCN"), ("decision_date", "2021-07-26"),
        ("decision_signer", "Nguyễn Quốc Khánh"), ("decision_title", "Giám đốc"), ("decision_scope", "Xăng dầu"),
        ("trigger", "plan"), ("duration_days", "5"), ("basis", "Luật Đo lường\r\nChương trình công tác"),
        ("checklists", "fuel-dispenser"),
    ])  # fmt: skip


def planned(office: Office, leader: Person, sites: Sequence[str], code: str = "XD-2021") -> tuple[str, str]:
    """Fill in a whole plan; return its id and what its last page has seen."""
    form = decision_form(office, code)
    member = {
        "user_id": leader.id,
        "agency": "Chi cục TĐC",
        "role": "leader",
        "certificate": "15/CC",
        "certificate_until": "2023-01-01",
    }
    with office.transaction() as session:
        id = campaign_drafts.begin(session, ACTIVITY, actor="u1", today=date(2021, 7, 20), now=NOW)
        lists = {"checklists": form.getlist("checklists")}
        campaign_drafts.set_decision(session, id, form, lists, seen="1", now=NOW)
        campaign_drafts.add_member(session, id, member, seen="2", now=NOW)
        campaign_drafts.choose(session, id, sites, seen="3", now=NOW)
    return id, "4"
