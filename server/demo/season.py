"""The months before the demo's day: three teams inspect campaign after campaign, the office reviews; over real HTTP.

The tablets' clocks stand on the planned days of 2021, so that the law, the limits and the certificates of that day apply.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from checklists.limits import RuleSet
from server.demo.answers import Seen, answers_of
from server.demo.link import Link
from server.demo.load import read_data
from server.demo.pictures import jpeg
from server.demo.serving import Office, Server, check
from server.demo.tablet import Tablet
from sync import ids
from sync.paper_words import VIETNAM

SERIES, YEAR = "BB-ĐKT", 2021
FINAL = ("applied", "merged")
VISITED = {
    "CAN-2021": 3, "VANG-2021": 9, "KDLD-2021-03": 2, "YTE-2021": 2, "VANG-2021-2": 3, "KDLD-2021-05": 1, "HH-2021-06": 3,
    "VAI-2021": 1, "XQ-2021": 6, "XD-2021": 7,
}  # fmt: skip
"""How many establishments of each campaign the teams have been to; the rest of the year lies before them."""
APPROVED, RETURNED = 17, 2
FAULTY = 0.5
FINES = ("15000000", "")
"""What decisions on paper say, in dong; '' = the case is still open."""
RESULTS = ("conforming", "nonconforming")
"""What the laboratory concluded of the first samples that were sent to it."""
NOTES = (
    "Không xuất trình được giấy tờ còn hiệu lực tại thời điểm kiểm tra.",
    "Nội dung ghi chưa đầy đủ so với quy định; cơ sở cam kết bổ sung.",
    "Có nhưng đã hết hạn; cơ sở đang làm thủ tục cấp lại.",
)


class Clock:
    """A tablet's clock that stands where the day is."""

    def __init__(self) -> None:
        self.at = datetime(YEAR, 1, 4, 8, tzinfo=VIETNAM)

    def __call__(self) -> datetime:
        """Each look at it takes a second, so that nothing happens at once."""
        self.at += timedelta(seconds=1)
        return self.at


@dataclass
class Season:
    """The year up to the day. `tablets` = those of the first two leaders; their clocks are turned back."""

    server: Server
    supervisor: tuple[str, str]
    tablets: list[Tablet]
    rules: RuleSet
    checklists: dict[tuple[str, int], dict[str, Any]]
    office: Office = field(init=False)
    draw: Random = field(default_factory=lambda: Random(YEAR))  # noqa: S311 - a story that is the same each time
    closed: list[tuple[str, bool]] = field(default_factory=list)
    """Each inspection that minutes closed, and whether something was found."""

    def plays(self) -> None:
        """Inspect, send, review; every answer of the server is looked at."""
        self.office = Office(self.server.url)
        _, page = self.office.asks("GET", "/sign-in")
        self.office.submits(page, "/sign-in", username=self.supervisor[0], password=self.supervisor[1])
        for tablet in (*self.tablets, self._equips(read_data("year-2021.yaml")["people"][0]["name"])):
            _Team(self, tablet).works()
        faulty = [id for id, is_faulty in self.closed if is_faulty]
        for inspection in faulty[:RETURNED]:
            self._decides(inspection, "returned", "Bổ sung ảnh tem kiểm định, số máy của từng phương tiện không đạt.")
        for inspection in [id for id, _ in self.closed if id not in faulty[:RETURNED]][:APPROVED]:
            self._decides(inspection, "approved", "")
        for inspection, amount in zip(faulty[RETURNED:], FINES, strict=False):
            self._fines(inspection, amount)
        self._hears_of_samples()

    def _hears_of_samples(self) -> None:
        """Copy what the laboratory said of the first samples that it has; the others are under way."""
        _, page = self.office.asks("GET", "/samples?stage=awaited")
        sent = list(dict.fromkeys(re.findall(r'"(/samples/[0-9a-f-]{36})"', page)))
        check(len(sent) > len(RESULTS), "không còn mẫu nào chờ kết quả thử nghiệm")
        for number, (sample, conclusion) in enumerate(zip(sent, RESULTS, strict=False), 15):
            _, form = self.office.asks("GET", f"{sample}/result")
            said = {"laboratory": "Trung tâm Kỹ thuật 1 (DEMO)", "report_number": f"{number}/KQTN-DEMO", "report_on": f"{YEAR}-08-20",
                    "conclusion": conclusion, "statement": "Chép theo phiếu kết quả của dữ liệu mẫu", "confirm": "1"}  # fmt: skip
            status, answer = self.office.submits(form, f"{sample}/result", **said)
            check(status in {302, 303}, f"văn phòng không ghi được kết quả thử nghiệm ({status}): {_fault(answer)}")

    def _equips(self, holder: str) -> Tablet:
        """Give a person a tablet by a one-time code of the office's page."""
        _, page = self.office.asks("GET", "/tablets")
        chosen = re.search(rf'<option value="([^"]+)">{re.escape(holder)}', page)
        check(chosen, f"trang máy tính bảng không nêu {holder}")
        _, made = self.office.submits(page, "/tablets/codes", user_id=chosen[1] if chosen else "")
        code = re.search(r"#enrol=([A-Z0-9]+)", made)
        check(code, "trang không cho mã đăng ký")
        tablet = Tablet(Link(self.server.url), Clock())
        tablet.enrols(code[1] if code else "", "Máy tính bảng 3 (DEMO)")
        tablet.says_hello()
        tablet.pulls()
        return tablet

    def definition(self, tablet: Tablet, pin: dict[str, Any]) -> dict[str, Any]:
        """Return a checklist as served, fetched once for all teams."""
        key = pin["code"], pin["version"]
        if key not in self.checklists:
            self.checklists[key] = tablet.fetches(f"/checklists/{key[0]}/{key[1]}")
        return self.checklists[key]

    def _decides(self, inspection: str, decision: str, remark: str) -> None:
        path = f"/inspections/{inspection}"
        _, page = self.office.asks("GET", path)
        status, _ = self.office.submits(page, f"{path}/review", decision=decision, remark=remark, confirm="1")
        check(status in {302, 303}, f"văn phòng không ghi được quyết định ({status})")

    def _fines(self, inspection: str, amount: str) -> None:
        """Open a violation case and enter what a decision on paper says; '' = not decided yet."""
        _, page = self.office.asks("GET", f"/cases/new?inspection={inspection}")
        status, _ = self.office.submits(
            page, "/cases", reason="Không đạt yêu cầu về đo lường theo biên bản đã ký (DEMO)"
        )
        check(status in {302, 303}, f"văn phòng không mở được hồ sơ vi phạm ({status})")
        _, page = self.office.asks("GET", f"/inspections/{inspection}")
        found = re.search(r'"(/cases/[0-9a-f-]{36})"', page)
        check(found, "trang không nêu hồ sơ vừa mở")
        case = found[1] if found else ""
        people = re.search(
            r'<select[^>]*name="user".*?<option value="([0-9a-f-]{36})"', self.office.asks("GET", case)[1], re.DOTALL
        )
        drafter = {
            "user": people[1] if people else "",
            "title": "Trưởng đoàn",
            "authority": "Quyết định thành lập đoàn (DEMO)",
        }
        self._acts(case, "drafter", drafter)
        today = datetime.now(VIETNAM).date().isoformat()
        if amount:
            self._acts(case, "report", {"number": "01/BB-VPHC", "on": today})
            self._acts(case, "decision", {"number": "45/QĐ-DEMO", "on": today, "signer": "Nguyễn Quốc Khánh (DEMO)",
                                          "signer_title": "Giám đốc", "amount": amount})  # fmt: skip

    def _acts(self, case: str, act: str, typed: dict[str, str]) -> None:
        _, page = self.office.asks("GET", case)
        status, said = self.office.submits(page, f"{case}/{act}", confirm="1", **typed)
        check(status in {302, 303}, f"văn phòng không ghi được {act} ({status}): {_fault(said)}")


@dataclass
class _Team:
    """One leader's tablet through the year."""

    season: Season
    tablet: Tablet
    clock: Clock = field(default_factory=Clock)

    def works(self) -> None:
        """Go through the campaigns that this tablet's user leads, by day; send after each."""
        tablet = self.tablet
        tablet.now = self.clock
        tablet.leases_numbers(SERIES, YEAR, 25)
        tablet.leases, tablet.used = tablet.leases[-1:], 0
        led = [
            (c["starts_on"], c["code"], c["id"]) for c in tablet._all("campaign")
            if any(m["user_id"] == tablet.user["id"] and m["role"] == "leader" for m in c["team"])
        ]  # fmt: skip
        for _, code, campaign in sorted(led):
            planned = [
                i for i in tablet._all("inspection") if i["campaign_id"] == campaign and i["status"] == "planned"
            ]
            planned.sort(key=lambda i: (i["planned_on"], i["id"]))
            for place, inspection in enumerate(planned[: VISITED.get(code, 0)]):
                self._visits(inspection, place)
            self._sends()

    def _sends(self) -> None:
        bad = [r for r in self.tablet.pushes() if r["status"] not in FINAL]
        check(not bad, f"có thao tác không được nhận: {bad[:2]}")
        for photo in self.tablet.photos.values():
            if photo.upload is None:
                self.tablet.sends_whole(photo)
        self.tablet.pulls()

    def _visits(self, inspection: dict[str, Any], place: int) -> None:
        tablet, draw, id = self.tablet, self.season.draw, inspection["id"]
        self.clock.at = datetime.combine(
            date.fromisoformat(inspection["planned_on"]), datetime.min.time(), VIETNAM
        ) + timedelta(hours=8 + 3 * (place % 3))
        if place == 4:
            self._comes_in_vain(id)
            return
        began = self.clock()
        visit = {"started_at": began.isoformat(), "ended_at": (began + timedelta(hours=2)).isoformat()}
        tablet.changes("inspection", id, status="in_progress", decision_announced_at=began.isoformat(), visits=[visit])
        instruments = [s for s in tablet._all("instrument") if s["establishment_id"] == inspection["establishment_id"]]
        lists = [self.season.definition(tablet, pin) for pin in inspection["checklists"]]
        is_faulty = draw.random() < FAULTY
        failed = [f for definition in lists for f in self._answers(id, definition, is_faulty=is_faulty)]
        tablet.photographs(id, failed[0][0] if failed else None, jpeg("DEMO", self.clock(), (480, 360)))
        if place == 5:
            return  # still at it: the minutes are not written
        if failed:
            self._requires(id, failed, is_done=place % 3 == 0)
        if inspection["checklists"][0]["code"] == "fuel-dispenser" or len(instruments) > 3:
            self._samples(id, is_sent=place % 2 == 0)
        tablet.changes("inspection", id, conclusion="Kết quả như đã ghi tại từng mục.",
                       establishment_statement="Cơ sở nhất trí với nội dung biên bản.")  # fmt: skip
        self.clock.at = began + timedelta(hours=2)
        tablet.issues(id, lists, self.season.rules)
        if place % 4 != 3:
            tablet.photographs(id, None, jpeg("DEMO", self.clock(), (360, 480)), purpose="signed_paper")
        self.season.closed.append((id, bool(failed)))

    def _answers(
        self, inspection: str, definition: dict[str, Any], *, is_faulty: bool
    ) -> Iterator[tuple[str, str | None]]:
        """Answer every item that must be answered; yield (finding, instrument) of what does not conform."""
        draw = self.season.draw
        pin = {k: definition[k] for k in ("code", "version", "sha256")}
        rows = list(answers_of(definition, Seen.by(self.tablet, inspection), ("FU14", "GE11") if is_faulty else ()))
        judged = [n for n, (item, _, _) in enumerate(rows) if _is_judged(definition, item)]
        wrong = (
            set(draw.choices(judged, [1 / (1 + n) for n in range(len(judged))], k=draw.choice([1, 1, 2])))
            if is_faulty and judged
            else set()
        )
        for number, (item, subject, fields) in enumerate(rows):
            if number in wrong:
                fields |= {"answer": "nonconforming", "note": draw.choice(NOTES)}
            is_failed = fields["answer"] == "nonconforming"
            finding = self.tablet.answers(inspection, pin, item, fields.pop("answer"), subject=subject, **fields)
            if is_failed:
                yield finding, subject

    def _requires(self, inspection: str, failed: Sequence[tuple[str, str | None]], *, is_done: bool) -> None:
        """Ask to put right what does not conform; suspend the instruments; where it was done, come back in ten days."""
        due = (self.clock.at + timedelta(days=10)).date().isoformat()
        asked = self._records("requirement", inspection, finding_ids=[f for f, _ in failed], article=None, due_on=due, state="open",
                              text="Khắc phục nội dung không đạt và báo cáo kết quả về đoàn kiểm tra", evidence=[])  # fmt: skip
        stopped = sorted({subject for _, subject in failed if subject is not None})
        for instrument in stopped:
            self._records("measure", inspection, instrument_id=instrument, type="suspend", serials=[],
                          reason="Không đạt yêu cầu kỹ thuật đo lường", at=self.clock().isoformat())  # fmt: skip
        if is_done:
            later, self.clock.at = self.clock.at, self.clock.at + timedelta(days=9)
            self.tablet.changes("requirement", asked, state="done")
            for instrument in stopped:
                self._records("measure", inspection, instrument_id=instrument, type="resume", serials=[],
                              reason="Đã sửa chữa, kiểm định lại đạt yêu cầu", at=self.clock().isoformat())  # fmt: skip
            self.clock.at = later

    def _samples(self, inspection: str, *, is_sent: bool) -> None:
        at = self.clock().isoformat()
        custody = [{"type": "taken", "at": at}]
        if is_sent:
            custody.append(
                {
                    "type": "handed_over",
                    "at": (self.clock.at + timedelta(days=1)).isoformat(),
                    "to": "Trung tâm Kỹ thuật 1 (DEMO)",
                }
            )
        self._records("sample", inspection, product="Xăng RON 95-III", code=f"M-{self.season.draw.randrange(100, 999)}", quantity="2",
                      unit="L", taken_at=at, taken_by="Kiểm tra viên", custody=custody,
                      portions={"1": {"purpose": "test", "quantity": "1", "unit": "L"}, "2": {"purpose": "retained_site", "quantity": "1", "unit": "L"}})  # fmt: skip

    def _comes_in_vain(self, inspection: str) -> None:
        photo = self.tablet.photographs(inspection, None, jpeg("DEMO", self.clock(), (480, 360)))
        attempt = {"cause": "closed", "at": self.clock().isoformat(), "photo_ids": [photo],
                   "witness": {"name": "Đỗ Văn Xã (DEMO)", "capacity": "UBND xã"}}  # fmt: skip
        self.tablet.changes("inspection", inspection, reason="Cơ sở đóng cửa, không liên lạc được", attempt=attempt)
        self.tablet.issues(inspection, [], self.season.rules, form="not_carried_out")

    def _records(self, kind: str, inspection: str, **said: Any) -> str:
        id = ids.uuid7(int(self.clock().timestamp() * 1000))
        scope = self.tablet.documents["inspection", inspection]["scope"]
        self.tablet.records("create", kind, id, scope, {"inspection_id": inspection, **said}, parent=inspection)
        return id


def _is_judged(definition: dict[str, Any], key: str) -> bool:
    """Say whether a person answers an item with đạt or không đạt."""
    return any(
        item["key"] == key and item["type"] == "answer"
        for section in definition["sections"]
        for item in section["items"]
    )


def _fault(page: str) -> str:
    found = re.search(r'role="alert"[^>]*>(.*?)</', page, re.DOTALL)
    return found[1].strip() if found else ""
