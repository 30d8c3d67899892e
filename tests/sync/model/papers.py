"""Minutes signed on a tablet with its own key and a number of its lease: working, closing, amending, and repeated."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from sync import samples, seal
from sync.findings import fingerprint
from tests.sync.model.driver import SERIES, YEAR
from tests.sync.model.scene import Scene, Site
from tests.sync.model.tablet import Tablet

ISSUED_AT = "2026-11-24T15:00:00+07:00"


def issue(scene: Scene, tablet: Tablet, a: int, b: int) -> None:
    """Issue minutes over what this tablet holds of an inspection: `b` says which form, 6 a number
    that is not its own, 7 a wrong seal."""
    own = [s for s in scene.sites if scene.teams[s.campaign].get(tablet.user_id) == "leader"] or scene.sites
    site = own[a % len(own)]
    number = tablet.next_number()
    if number is None:
        tablet.ask_numbers(1 + b % 3)
        number = tablet.next_number()
    if number is None or b == 6:
        number = 1  # somebody's, by now
    tablet.used.add(number)
    earlier = [id for id, d in tablet.known("minutes") if d.state.get("inspection_id") == site.inspection]
    amends = earlier[a % len(earlier)] if earlier and b % 2 else None
    form, closes = ("amendment", True) if amends else (("inspection", True) if b % 3 else ("working", False))
    fields = sign(site, tablet, number, form=form, closes=closes, amends=amends)
    if b % 8 == 7:
        fields["number"] = number + 1
    tablet.write("minutes", scene.shared.new_id(), site.scope, "create", fields, parent=site.inspection)


def sign(
    site: Site, tablet: Tablet, number: int, *, form: str = "inspection", closes: bool = True, amends: str | None = None
) -> dict[str, Any]:
    """Print, number and sign what the tablet holds."""
    rows = [{"id": id, "sha256": fingerprint(d.state)} for id, d in tablet.known("finding")
            if d.state.get("inspection_id") == site.inspection]  # fmt: skip
    taken = [{"id": id, "sha256": samples.fingerprint(d.state)} for id, d in tablet.known("sample")
             if d.state.get("inspection_id") == site.inspection]  # fmt: skip
    canonical = seal.canonical_text({"form": form, "findings": rows, "samples": taken, "number": {"number": number}})
    issued_at = int(datetime.fromisoformat(ISSUED_AT).timestamp())
    claims = seal.Claims(series=SERIES, year=YEAR, number=number, issued_at=issued_at, sha256=seal.digest(canonical),
                         establishment=site.establishment)  # fmt: skip
    cose = base64.urlsafe_b64encode(seal.seal(claims, tablet.key)).rstrip(b"=").decode()
    return {"inspection_id": site.inspection, "form": form, "closes": closes, "series": SERIES, "year": YEAR,
            "number": number, "canonical": canonical, "cose": cose, "issued_at": ISSUED_AT, "amends": amends}  # fmt: skip
