"""What inspectors enter in the papers on marks, goods, provenance and orphan sources. Names are invented."""

from __future__ import annotations

from typing import Any

Doc = dict[str, Any]
TITLES = {
    "trademark": "Kiểm tra nhãn hiệu sản phẩm hàng hóa đã được bảo hộ quyền sở hữu trí tuệ (đợt 1)",
    "geographical-indication": "Kiểm tra chất lượng sản phẩm vải thiều mang chỉ dẫn địa lý Lục Ngạn",
    "goods-quality-label": "Kiểm tra chất lượng hàng hóa dịp Tết Trung thu",
    "goods-survey": "Khảo sát chất lượng sản phẩm, hàng hóa",
    "product-provenance": "Kiểm tra hệ thống truy xuất nguồn gốc sản phẩm, hàng hóa",
    "orphan-source": "Rà soát các nguồn phóng xạ ngoài tầm kiểm soát",
}
KINDS = {
    "trademark": "kiem_tra",
    "geographical-indication": "kiem_tra",
    "goods-quality-label": "kiem_tra",
    "goods-survey": "khao_sat",
    "product-provenance": "kiem_tra",
    "orphan-source": "ra_soat",
}
SITES: dict[str, Doc] = {
    "trademark": {"name": "Hợp tác xã Mỳ gạo Trại Lâm (mẫu)", "business_lines": ["Sản xuất mỳ gạo"],
                  "representative": {"name": "Nguyễn Thị Gạo", "title": "Giám đốc"}},
    "geographical-indication": {"name": "Hợp tác xã Vải thiều Hồng Xuân (mẫu)", "business_lines": ["Trồng vải thiều"],
                                "representative": {"name": "Vi Văn Thiều", "title": "Giám đốc"}},
    "goods-quality-label": {"name": "Cửa hàng bánh kẹo, đồ chơi Thu Hằng (mẫu)", "business_lines": ["Bán lẻ"],
                            "representative": {"name": "Trần Thị Nguyệt", "title": "Chủ cửa hàng"}},
    "goods-survey": {"name": "Siêu thị Sông Thương (mẫu)", "business_lines": ["Bán lẻ"],
                     "representative": {"name": "Đỗ Văn Kệ", "title": "Trưởng ngành hàng"}},
    "product-provenance": {"name": "Công ty Cổ phần Gà đồi Yên Thế (mẫu)", "business_lines": ["Chăn nuôi"],
                           "representative": {"name": "Nông Văn Đồi", "title": "Giám đốc"}},
    "orphan-source": {"name": "Bãi thu gom phế liệu Đa Mai (mẫu)", "business_lines": ["Thu gom phế liệu kim loại"],
                      "representative": {"name": "Lý Văn Sắt", "title": "Chủ cơ sở"}},
}  # fmt: skip
TABLES: dict[str, list[Doc]] = {
    "T02": [{"mark": "Mỳ gạo Trại Lâm", "number": "4-0000001-000", "issued_on": "2015-03-12", "valid_until": "2025-03-12",
             "in_force": "conforming"}],
    "V09": [{"readings": ["20.1", "19.8", "21.3", "20.6"]}],
    "V10": [{"readings": ["72.4", "71.8"]}],
    "V11": [{"readings": ["18.2", "18.6", "18.0"]}],
    "H01": [{"name": "Bánh nướng thập cẩm", "mark": "Hằng Nga", "lot": "L0821", "made_on": "2021-08-01", "use_by": "2021-09-30"},
            {"name": "Đèn ông sao nhựa", "mark": "Sao Sáng", "lot": "D17", "made_on": "2021-06-10", "use_by": ""}],
    "H02": [{"name": "Bánh nướng thập cẩm", "quantity": "120", "measure": "chiếc"},
            {"name": "Đèn ông sao nhựa", "quantity": "45", "measure": "chiếc"}],
    "H19": [{"goods": "Đèn ông sao nhựa, lô D17", "quantity": "45 chiếc", "measure": "held", "seal_code": "",
             "reason": "Không có dấu CR"}],
    "S01": [{"name": "Nước rửa bát", "mark": "Sông Thương", "lot": "0521", "made_on": "2021-05-02", "use_by": "2023-05-02"}],
    "R05": [{"data": "Tên sản phẩm, ảnh", "present": "conforming"}, {"data": "Mã lô", "present": "nonconforming"}],
    "O07": [{"point": "Cổng, cân xe", "distance": "5", "readings": ["0.13", "0.14", "0.12"]},
            {"point": "Đống phế liệu phía đông", "distance": "8", "readings": ["0.92", "0.95", "0.97"]}],
    "O13": [{"body": "police", "at": "09:40 10/8/2021", "receiver": "Trực ban Công an thành phố"},
            {"body": "agency", "at": "09:55 10/8/2021", "receiver": "Trực ban Cục"}],
    "O15": [{"source": "Không có nguồn khai báo", "declared": "0", "actual": "0", "matches": "conforming"}],
}  # fmt: skip
VALUES: dict[str, Doc] = {
    "T01": {"owner": "Hợp tác xã Mỳ gạo Trại Lâm", "address": "Thôn Trại Lâm"},
    "T03": {"kinds": ["collective"]},
    "V01": {"name": "Hợp tác xã Vải thiều Hồng Xuân", "hamlet": "Phương Sơn", "commune": "xã Hồng Giang", "area_code": "",
            "former_area_code": ""},
    "V02": {"lat": "21.3712", "lon": "106.5523"},
    "V07": {"product": "thuốc trừ sâu cuống quả", "days": "12"},
    "V08": {"count": "30", "mass": "612"},
    "V17": {"value": "2", "seal_codes": "NP-01, NP-02", "laboratory": "Trung tâm Thử nghiệm (mẫu)"},
    "H01": {"season": "mid_autumn", "kinds": ["mooncake", "toys"]},
    "H02": {"value": "165"},
    "O02": {"lat": "21.2853", "lon": "106.1790", "accuracy": "6"},
    "O03": {"name": "Inspector", "serial": "MẪU-02", "valid_until": "2021-11-10"},
    "O04": {"reading": "1.85"},
    "O05": {"place": "Đường vào, cách bãi 200 m", "value": ["0.12", "0.11", "0.13", "0.12", "0.12"]},
    "O08": {"value": "0.97", "place": "Đống phế liệu phía đông"},
    "O09": {"outcome": "owner_unknown"},
    "O10": {"description": "Khối chì hình trụ nằm lẫn trong phế liệu", "label": "không thấy", "trefoil": "unclear", "serial": ""},
    "O11": {"value": "0.97", "distance": "8"},
    "O12": {"measures": ["cordon", "guard", "notice"]},
}  # fmt: skip
BAD = {"T08", "V14", "H22", "S04", "R04", "O09", "O14"}
