"""A department at work, as its supervisor finds it in the morning: an issued inspection with everything that can be odd."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient

from server.security.keys import server_key
from server.services import minutes
from tests.builders import Kit, Office, Person
from tests.server.api.wire import Site, Wire, new_id, site_of

NASTY = "<script>alert(1)</script> {{ 7*7 }} ' OR 1=1; -- 一"


@dataclass
class Desk:
    """A supervisor's browser without JavaScript."""

    client: FlaskClient

    def opens(self, path: str, status: int = 200) -> str:
        """Fetch a page."""
        answer = self.client.get(path)
        assert answer.status_code == status, (path, answer.status_code)
        return str(answer.get_data(as_text=True))

    def sends(self, page: str, action: str, **given: Any) -> Any:
        """Fill in the form of a page, keep its hidden fields, send it."""
        form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.DOTALL)
        assert form, f"no form for {action}"
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0])
        return self.client.post(action, data={name: html.unescape(value) for name, value in hidden} | given)

    def signs_in(self, person: Person) -> Desk:
        """Sign in; return itself."""
        answer = self.sends(self.opens("/sign-in"), "/sign-in", username=person.username, password=person.password)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return self


@dataclass
class Scene:
    """Two inspectors, one station, one supervisor."""

    office: Office
    client: FlaskClient
    leader: Person
    member: Person
    supervisor: Person
    site: Site
    kit: Kit
    tablet: Wire
    minutes_id: str = ""

    @property
    def path(self) -> str:
        """The inspection's page."""
        return f"/inspections/{self.site.inspection}"

    def pushes(self) -> None:
        """Both inspectors record; they disagree about one answer."""
        t, site = self.tablet, self.site
        started = {"visits": [{"started_at": "2021-08-05T08:00:00+07:00", "ended_at": "2021-08-05T10:30:00+07:00",
                               "position": {"lat": "21.273123", "lon": "106.194612", "accuracy_m": "8"}}],
                   "status": "in_progress", "conclusion": "Một vòi vượt sai số cho phép."}  # fmt: skip
        rows = [{"flow_regime": "maximum", "v_pr": "20", "v_fd": "20.00", "v_ref": "19.85"},
                {"flow_regime": "minimum", "v_pr": "20", "v_fd": "20.00", "v_ref": "19.99"}]  # fmt: skip
        ops = [
            t.op("inspection", site.inspection, "patch", site.scope, started, base={"status": "planned"}, base_rev=1),
            t.finding(
                site, "FU02", set={"answer": "conforming", "values": {"number": "01/GCN", "valid_until": "2022-01-31"}}
            ),
            t.finding(site, "FU11", set={"answer": "nonconforming", "note": f"Cầu dao đặt sau tủ hàng. {NASTY}"}),
            t.finding(site, "FU14", set={"answer": None, "subject_id": site.instrument, "rows": rows}),
        ]
        assert [r["status"] for r in t.push(*ops)["results"]] == ["applied"] * 4
        other = Wire(self.client, self.office.enrols(self.member, "Máy tính bảng 2"))
        other.push(other.finding(site, "FU02", set={"answer": "nonconforming", "note": "Giấy đã hết hạn"}))

    def photographs(self) -> None:
        """A photo that came, with an odd time; one that did not come yet."""
        scope, parent = self.site.scope, self.site.inspection
        base = {"inspection_id": parent, "finding_id": self.site.finding_id("FU11"), "purpose": "evidence",
                "sha256": "ab" * 32, "size": 1234, "media_type": "image/jpeg", "taken_at": "2021-08-05T08:20:00+07:00",
                "position": {"lat": "21.27", "lon": "106.19"}, "created_by": self.leader.id}  # fmt: skip
        self.office.records("photo", scope, {**base, "status": "complete", "width": 1600, "height": 1200, "exif": {},
                                             "warnings": [{"code": "exif_time", "detail": "Ảnh chụp trước cuộc kiểm tra 3 ngày."}]},
                            id=str(uuid4()), parent=parent)  # fmt: skip
        self.office.records("photo", scope, {**base, "finding_id": None, "status": "expected", "warnings": []},
                            id=str(uuid4()), parent=parent)  # fmt: skip

    def issues(self, form: str = "inspection") -> str:
        """Close with minutes."""
        with self.office.transaction() as session:
            key = server_key(self.office.app.config["SETTINGS"].instance)
            self.minutes_id = minutes.issue(session, self.site.inspection, form, actor=self.leader.id, key=key,
                                            now=datetime.now(UTC))  # fmt: skip
        return self.minutes_id

    def requires(self) -> None:
        """A requirement, a measure, a refused signature."""
        scope, parent = self.site.scope, self.site.inspection
        ops = [
            self.tablet.op("requirement", new_id(), "create", scope, {"inspection_id": parent, "finding_ids": [],
                           "text": "Kiểm định lại vòi 1 trước khi sử dụng", "article": "Luật Đo lường Điều 22",
                           "due_on": "2021-08-20", "state": "open", "evidence": []}, parent=parent),
            self.tablet.op("measure", new_id(), "create", scope, {"inspection_id": parent, "instrument_id": self.site.instrument,
                           "type": "seal", "serials": ["NP-014"], "reason": "Vượt sai số", "at": "2021-08-05T10:00:00+07:00"},
                           parent=parent),
            self.tablet.op("signature", new_id(), "create", scope, {"inspection_id": parent, "role": "representative",
                           "name": "Trần Thị Bán", "title": "Cửa hàng trưởng", "outcome": "refused",
                           "reason": "Không đồng ý với kết quả", "witness": {"name": "Lê Văn Xã", "capacity": "UBND xã Song Mai"},
                           "strokes": [], "signed_at": "2021-08-05T10:30:00+07:00"}, parent=parent),
        ]  # fmt: skip
        assert [r["status"] for r in self.tablet.push(*ops)["results"]] == ["applied"] * 3


def scene_of(office: Office, client: FlaskClient, *, issued: bool = True) -> Scene:
    """Set it up; without `issued` it stops before the minutes."""
    office.has_organisation()
    office.opens_series()
    leader, member = office.hires("team_leader", "Trần Văn Trưởng"), office.hires("inspector", "Lê Thị Thành Viên")
    supervisor = office.hires("supervisor", "Nguyễn Thanh Bình")
    site = site_of(office, leader, member)
    kit = office.enrols(leader)
    scene = Scene(office, client, leader, member, supervisor, site, kit, Wire(client, kit))
    scene.pushes()
    scene.photographs()
    scene.requires()
    if issued:
        scene.issues()
    return scene
