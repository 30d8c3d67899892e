"""What tablets write into each kind of document (protocol, "Documents"); unknown fields are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from schemas.document import DocumentSchema
from schemas.fields import (
    Attributes,
    Choice,
    Day,
    Decimal,
    Id,
    Instant,
    ListOf,
    MapOf,
    Name,
    Named,
    Sha256,
    Strict,
    Strokes,
    Text,
    Truth,
    Values,
    Whole,
)
from schemas.verification import MarkSchema, PaymentSchema, SessionSchema, StocktakeSchema, handling
from sync import samples

MAX_INT32 = 2**31 - 1
MAX_BLOB = 2**31 - 1


def _position() -> Named:
    return Named({"lat": Decimal(), "lon": Decimal(), "accuracy_m": _Metres()}, allow_none=True)


class _Metres(Strict):
    """An accuracy: a decimal string, or whole metres as the tablet's receiver says."""

    def check(self, value: object) -> None:
        """Refuse floats and texts."""
        if type(value) is not int:
            Decimal().check(value)


class EstablishmentSchema(DocumentSchema):
    """An establishment that the team found or corrected in the field (cơ sở)."""

    name = Name(required=True)
    tax_code = Text(allow_none=True)
    address = Text(allow_none=True)
    operator_id = Id(allow_none=True)
    area_code = Text(allow_none=True)
    phone = Text(allow_none=True)
    representative = Named({"name": Text(), "title": Text()}, allow_none=True)
    lat = Decimal(allow_none=True)
    lon = Decimal(allow_none=True)
    business_lines = ListOf(Text(), allow_none=True)


class InstrumentSchema(DocumentSchema):
    """An instrument at an establishment (phương tiện đo)."""

    establishment_id = Id(required=True)
    type = Name(required=True)
    maker = Text(allow_none=True)
    model = Text(allow_none=True)
    serial = Text(allow_none=True)
    year = Whole(1900, 2100, allow_none=True)
    attributes = Attributes(allow_none=True)
    verified_until = Day(allow_none=True)
    mark_serial = Text(allow_none=True)
    certificate_number = Text(allow_none=True)
    new_price = Decimal(allow_none=True)


class InspectionSchema(DocumentSchema):
    """One visit or row of visits to an establishment."""

    campaign_id = Id(required=True)
    establishment_id = Id(required=True)
    checklists = ListOf(Named({"code": Name(), "version": Whole(1, MAX_INT32), "sha256": Sha256()}), allow_none=True)
    rules = Named({"version": Name(), "sha256": Sha256()}, allow_none=True)
    planned_on = Day(allow_none=True)
    status = Choice("planned", "in_progress", "issued", "returned", "approved", "not_carried_out")
    reason = Text(allow_none=True)
    attempt = Named(
        {
            "cause": Choice("closed", "ceased", "refused", "moved", "other"),
            "at": Instant(),
            "position": _position(),
            "witness": Named({"name": Text(), "capacity": Text()}),
            "no_witness_reason": Text(),
            "photo_ids": ListOf(Id()),
        },
        allow_none=True,
    )
    lead_user_id = Id(allow_none=True)
    visits = ListOf(Named({"started_at": Instant(), "ended_at": Instant(), "position": _position()}), allow_none=True)
    decision_announced_at = Instant(allow_none=True)
    follows = Id(allow_none=True)
    standards = ListOf(Id(), allow_none=True)
    standard_overrides = Values(allow_none=True)
    conclusion = Text(allow_none=True)
    establishment_statement = Text(allow_none=True)
    session_id = Id(allow_none=True)
    slip = Name(allow_none=True)
    received = MapOf(Named({"at": Instant(), "state": Text()}, needed=("at",)), most=500, allow_none=True)
    handed_back = MapOf(Named({"at": Instant(), "to": Text()}, needed=("at",)), most=500, allow_none=True)


class FindingSchema(DocumentSchema):
    """The answer to one item."""

    inspection_id = Id(required=True)
    checklist = Name(required=True)
    item = Name(required=True)
    subject_id = Id(allow_none=True)
    ordinal = Whole(0, 9999)
    answer = Choice("conforming", "nonconforming", "not_checked", "not_applicable", allow_none=True)
    values = Values(allow_none=True)
    rows = ListOf(Values(), allow_none=True)
    note = Text(allow_none=True)
    photo_ids = ListOf(Id(), allow_none=True)


class RequirementSchema(DocumentSchema):
    """Something the establishment has to put right by a day (yêu cầu khắc phục)."""

    inspection_id = Id(required=True)
    finding_ids = ListOf(Id(), allow_none=True)
    text = Text(required=True)
    article = Text(allow_none=True)
    due_on = Day(allow_none=True)
    state = Choice("open", "done", "waived", allow_none=True)
    evidence = ListOf(Id(), allow_none=True)
    photo_ids = ListOf(Id(), allow_none=True)


class MeasureSchema(DocumentSchema):
    """An act on an instrument: suspended, sealed, set free (biện pháp xử lý). `follows` = the measure that it ends."""

    inspection_id = Id(required=True)
    instrument_id = Id(allow_none=True)
    type = Choice("suspend", "resume", "seal", "unseal", required=True)
    serials = ListOf(Text(), allow_none=True)
    reason = Text(allow_none=True)
    at = Instant(allow_none=True)
    follows = Id(allow_none=True)
    place = Text(allow_none=True)
    by = Text(allow_none=True)
    state = Text(allow_none=True)
    before_photo_ids = ListOf(Id(), allow_none=True)
    after_photo_ids = ListOf(Id(), allow_none=True)


class _Amount(Decimal):
    """A decimal string above zero."""

    def check(self, value: Any) -> None:
        """Refuse other texts, zero and negative amounts."""
        super().check(value)
        if value.startswith("-") or not value.strip("0."):
            raise ValidationError("Phải lớn hơn 0.")


class SampleSchema(DocumentSchema):
    """A sample taken on the spot, its portions with their seals, and where they went (mẫu)."""

    inspection_id = Id(required=True)
    product = Name(required=True)
    code = Text(allow_none=True)
    grade = Text(allow_none=True)
    brand = Text(allow_none=True)
    batch = Text(allow_none=True)
    maker = Text(allow_none=True)
    made_on = Day(allow_none=True)
    expires_on = Day(allow_none=True)
    instrument_id = Id(allow_none=True)
    place = Text(allow_none=True)
    method = Text(allow_none=True)
    taken_at = Instant(allow_none=True)
    taken_by = Text(allow_none=True)
    quantity = _Amount(allow_none=True)
    unit = Choice(*samples.UNITS, allow_none=True)
    stock = Text(allow_none=True)
    containers = Text(allow_none=True)
    condition = Text(allow_none=True)
    tests = ListOf(Name(), allow_none=True)
    finding_ids = ListOf(Id(), allow_none=True)
    photo_ids = ListOf(Id(), allow_none=True)
    portions = MapOf(
        Named({"purpose": Choice(*samples.PURPOSES), "quantity": _Amount(), "unit": Choice(*samples.UNITS),
               "seals": ListOf(Name()), "holder": Text(), "note": Text()}),
        allow_none=True,
    )  # fmt: skip
    custody = ListOf(
        Named({"type": Choice(*samples.EVENTS), "at": Instant(), "portion": Text(), "from": Text(), "to": Text(),
               "document": Text(), "condition": Text()}, needed=("type", "at")),
        allow_none=True,
    )  # fmt: skip
    note = Text(allow_none=True)

    def errors_in(self, data: Mapping[str, Any], *, complete: bool) -> dict[str, Any]:
        """Return what `validate` would, and where the fields of this entry contradict each other."""
        return super().errors_in(data, complete=complete) or dict(samples.contradictions(data))


class PhotoSchema(DocumentSchema):
    """The record of a photo; its bytes come by tus. `session_id` instead of an inspection: of a mark that was of no slip."""

    inspection_id = Id(allow_none=True)
    session_id = Id(allow_none=True)
    finding_id = Id(allow_none=True)
    purpose = Choice("evidence", "signed_paper", "lab_report", required=True)
    sha256 = Sha256(required=True)
    size = Whole(0, MAX_BLOB, allow_none=True)
    media_type = Text(allow_none=True)
    taken_at = Instant(allow_none=True)
    position = _position()
    original_sha256 = Sha256(allow_none=True)

    def errors_in(self, data: Mapping[str, Any], *, complete: bool) -> dict[str, Any]:
        """Return what `validate` would, and that a new photo is of an inspection or of a verification session."""
        found = super().errors_in(data, complete=complete)
        if not found and complete and (data.get("inspection_id") is None) == (data.get("session_id") is None):
            return {"inspection_id": "Ảnh phải thuộc một cuộc kiểm tra hoặc một phiên kiểm định."}
        return found


class SignatureSchema(DocumentSchema):
    """How one person signed, refused or was absent; `minutes_id` = which paper, where an inspection has several."""

    inspection_id = Id(required=True)
    role = Choice("team_leader", "member", "representative", "witness", required=True)
    name = Text(allow_none=True)
    title = Text(allow_none=True)
    outcome = Choice("ink", "drawn", "fingerprint", "refused", "absent", required=True)
    reason = Text(allow_none=True)
    witness = Named({"name": Text(), "capacity": Text()}, allow_none=True)
    strokes = Strokes(allow_none=True)
    signed_at = Instant(allow_none=True)
    minutes_id = Id(allow_none=True)


class MinutesSchema(DocumentSchema):
    """Minutes issued on a tablet. Paper wins, so only what cannot be stored is refused: any year passes."""

    inspection_id = Id(required=True)
    form = Name(required=True)
    closes = Truth(allow_none=True)
    series = Name(required=True)
    year = Whole(1, 9999, required=True)
    number = Whole(1, MAX_INT32, required=True)
    canonical = Text(required=True)
    cose = Text(required=True)
    issued_at = Instant(any_year=True, allow_none=True)
    amends = Id(allow_none=True)
    instrument_id = Id(allow_none=True)
    handling = handling()


DOCUMENTS: dict[str, DocumentSchema] = {
    "establishment": EstablishmentSchema(),
    "instrument": InstrumentSchema(),
    "inspection": InspectionSchema(),
    "finding": FindingSchema(),
    "requirement": RequirementSchema(),
    "measure": MeasureSchema(),
    "sample": SampleSchema(),
    "photo": PhotoSchema(),
    "signature": SignatureSchema(),
    "minutes": MinutesSchema(),
    "verification_session": SessionSchema(),
    "mark": MarkSchema(),
    "stocktake": StocktakeSchema(),
    "payment": PaymentSchema(),
}
