"""The kinds of campaign: legally different acts, each with the time in which a department may perform it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class CampaignKind:
    """One kind of act. `valid_to` None = without a known end."""

    code: str
    title: str
    valid_from: date | None
    valid_to: date | None
    basis: str
    is_inspection: bool = False
    """Whether an establishment is inspected, so that a second one within a year needs a basis; a service, a survey is not."""

    def in_force(self, day: date) -> bool:
        """Whether the department may perform it on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def in_force_within(self, year: int) -> bool:
        """Whether it may be performed on some day of a year."""
        return (self.valid_from is None or self.valid_from.year <= year) and (
            self.valid_to is None or year <= self.valid_to.year
        )


# From 01/7/2025 a department inspects as "kiểm tra chuyên ngành" (Nghị định 217/2025/NĐ-CP); inspectorates at
# department level ended (recalled, dossier gold-xray-minutes §7).
_LAST_DAY_OF_THANH_TRA = date(2025, 6, 30)

KINDS: dict[str, CampaignKind] = {
    kind.code: kind
    for kind in (
        CampaignKind("thanh_tra", "Thanh tra chuyên ngành", None, _LAST_DAY_OF_THANH_TRA,
                     "Luật Thanh tra; thanh tra cấp sở kết thúc hoạt động từ 01/7/2025", is_inspection=True),
        CampaignKind("kiem_tra_nha_nuoc", "Kiểm tra nhà nước về đo lường", None, None, "Thông tư 28/2013/TT-BKHCN", is_inspection=True),
        CampaignKind("kiem_tra", "Kiểm tra", None, None, "Quyết định của thủ trưởng cơ quan", is_inspection=True),
        CampaignKind("kiem_dinh_luu_dong", "Kiểm định lưu động", None, None, "Kế hoạch của cơ quan"),
        CampaignKind("kiem_dinh_hieu_chuan", "Kiểm định, hiệu chuẩn phương tiện đo của cơ quan", None, None,
                     "Kế hoạch của cơ quan"),
        CampaignKind("ra_soat", "Rà soát", None, None, "Kế hoạch của cơ quan"),
        CampaignKind("khao_sat", "Khảo sát chất lượng", None, None, "Kế hoạch của cơ quan; không xử phạt"),
        CampaignKind("kiem_tra_chuyen_nganh", "Kiểm tra chuyên ngành", date(2025, 7, 1), None,
                     "Nghị định 217/2025/NĐ-CP", is_inspection=True),
    )
}  # fmt: skip


def is_inspection(code: object) -> bool:
    """Whether campaigns of this kind inspect establishments; an unknown kind does not."""
    kind = KINDS.get(str(code))
    return kind is not None and kind.is_inspection
