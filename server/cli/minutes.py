"""`flask minutes`: verify offline, print again, issue, key in, register and void at the office."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask import current_app

from server.cli.output import Group, fail, json_option, show
from server.errors import Problem
from server.extensions import db
from server.printing.minutes import PrintError, attached, is_printed_by_us, render
from server.security.keys import server_key
from server.services import minutes, paper_desk, papers
from server.settings import Settings
from server.web.transaction import writing
from sync import seal
from sync.paper_forms import FORMS
from sync.paper_words import local

group = Group("minutes", help="Biên bản: xác thực, in lại, phát hành, hủy.")


@group.command("verify")
@click.argument("source")
@click.option("--keys", "keys_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True,
              help="Danh sách khóa công khai (/.well-known/minutes-keys.json đã tải về).")  # fmt: skip
@json_option
def verify(source: str, keys_file: Path, as_json: bool) -> None:
    """Xác thực không cần mạng. SOURCE: chuỗi trong mã QR, hoặc tệp chứa chuỗi đó, tệp .json của biên bản, tệp PDF/A.

    Mã kết thúc: 0 thật; 1 sửa đổi, khóa lạ, khóa thu hồi, đã hủy, đã có bổ sung hoặc không đọc được; 2 sai cú pháp.
    """
    try:
        text, canonical, pdf = _sealed(source)
        found = seal.verify_offline(text, keys_file.read_text(encoding="utf-8"), canonical)
        pages = pdf and found.claims and is_printed_by_us(pdf, str(text), canonical or "")
    except UnicodeDecodeError:
        fail("Tệp không phải văn bản UTF-8: hãy kiểm tra tệp biên bản và danh sách khóa.")
    except OSError as error:
        fail(f"Không đọc được tệp: {error.strerror}.")
    except (seal.KeysFileError, PrintError) as error:
        fail(str(error))
    said = None if found.claims is None else _said(found.claims)
    value = {"outcome": found.outcome.value, "message": found.message_vi, "keys_issued_on": found.keys_issued_on,
             "content_checked": canonical is not None, "claims": said}  # fmt: skip
    lines = [found.message_vi]
    if pdf is not None:
        value["pages_identical"] = bool(pages)
        lines.append("Trang in đúng từng byte với nội dung đã ký." if pages else
                     "Trang in không trùng với bản in của chương trình này: chỉ tin nội dung kèm theo đã ký.")  # fmt: skip
    if canonical is None and found.outcome is seal.Outcome.VALID:
        lines.append("Mới xác thực mã QR; muốn xác thực nội dung, đưa vào tệp .json hoặc bản PDF/A của biên bản.")
    show(value, lines, as_json=as_json)
    if found.outcome is not seal.Outcome.VALID:
        raise SystemExit(1)


@group.command("pdf")
@click.argument("minutes_id")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Tên tệp; mặc định theo số biên bản.")
@click.option("--twin", is_flag=True, help="Bản PDF/A-3 kèm nội dung đã ký.")
def pdf(minutes_id: str, out: Path | None, twin: bool) -> None:
    """In lại một biên bản đúng như đã phát hành."""
    settings: Settings = current_app.config["SETTINGS"]
    try:
        name, data = minutes.pdf(db.session(), minutes_id, render, host=settings.public_host, twin=twin)
    except Problem as problem:
        fail(problem.detail)
    path = out or Path(name)
    try:
        path.write_bytes(data)
    except OSError as error:
        fail(f"Không ghi được {path}: {error.strerror}.")
    click.echo(str(path))


@group.command("issue")
@click.argument("inspection_id")
@click.option("--form", type=click.Choice(paper_desk.ISSUED_HERE), default="inspection")
@click.option("--amends", help="Biên bản được bổ sung (với --form amendment); mặc định: biên bản kiểm tra gần nhất.")
@click.option("--signer", default="", help="Họ tên người ký thông báo; mặc định: người đứng đầu cơ quan.")
@click.option("--by", "actor", required=True, help="Mã tài khoản người phát hành.")
@json_option
def issue(inspection_id: str, form: str, amends: str | None, signer: str, actor: str, as_json: bool) -> None:
    """Phát hành biên bản, thông báo tại cơ quan, ký bằng khóa của máy chủ."""
    settings: Settings = current_app.config["SETTINGS"]
    key = server_key(settings.instance)
    try:
        with writing(db.session) as session:
            id = paper_desk.issue(session, inspection_id, form, actor=actor, key=key, now=datetime.now(UTC), amends=amends,
                                  signer=signer).minutes_id  # fmt: skip
    except Problem as problem:
        fail(problem.detail)
    show({"id": id}, [f"Đã phát hành {FORMS[form].name.lower()} {id}."], as_json=as_json)


@group.command("void")
@click.argument("minutes_id")
@click.option("--reason", required=True, help="Hiện trên trang công khai: không ghi tên người.")
@click.option("--by", "actor", required=True, help="Mã tài khoản người hủy.")
def void(minutes_id: str, reason: str, actor: str) -> None:
    """Hủy một biên bản, kèm lý do; số của nó không được dùng lại."""
    try:
        with writing(db.session) as session:
            minutes.void(session, minutes_id, reason, actor=actor, now=datetime.now(UTC))
    except Problem as problem:
        fail(problem.detail)
    click.echo("Đã hủy.")


@group.command("blank")
@click.argument("inspection_id")
@click.option("--form", type=click.Choice(papers.BY_HAND), default="inspection")
@click.option("--numbers", "count", type=int, default=1, help="Dành bao nhiêu số, mỗi số một bản.")
@click.option("--purpose", default="Biên bản in sẵn", help="Dành cho đoàn nào, việc gì; ghi vào sổ.")
@click.option(
    "--again", type=int, multiple=True, help="In lại bản của số đã dành (bản cũ rách, mất); không dành thêm số."
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="Thư mục ghi các tệp PDF."
)
@json_option
def blank(
    inspection_id: str, form: str, count: int, purpose: str, again: tuple[int, ...], out: Path, as_json: bool
) -> None:
    """In sẵn biên bản để ghi tay: đã có số, đoàn, cơ sở và các mục; nhập lại sau bằng flask minutes key-in."""
    settings: Settings = current_app.config["SETTINGS"]
    try:
        with writing(db.session) as session:
            made = papers.blanks(session, inspection_id, form, render, count=count, purpose=purpose, again=again,
                                 host=settings.public_host, now=datetime.now(UTC))  # fmt: skip
    except Problem as problem:
        fail(problem.detail)
    files = {text: out / f"{text.replace('/', '-')}-in-san.pdf" for text in made}
    try:
        out.mkdir(parents=True, exist_ok=True)
        for text, data in made.items():
            files[text].write_bytes(data)
    except OSError as error:
        fail(f"Không ghi được {out}: {error.strerror}. Các số {', '.join(made)} đã dành: in lại với --again.")
    show({"numbers": list(made), "files": [str(file) for file in files.values()]},
         [f"{text}: {file}" for text, file in files.items()], as_json=as_json)  # fmt: skip


@group.command("key-in")
@click.argument("inspection_id")
@click.option("--form", type=click.Choice(papers.BY_HAND), default="inspection")
@click.option("--number", type=int, required=True, help="Số in sẵn trên biên bản (đã dành bằng flask numbers reserve).")
@click.option("--written-at", required=True, help="Thời điểm ghi trên biên bản, ví dụ 2026-11-24T10:30:00+07:00.")
@click.option("--by", "actor", required=True, help="Mã tài khoản người nhập.")
@json_option
def key_in(inspection_id: str, form: str, number: int, written_at: str, actor: str, as_json: bool) -> None:
    """Nhập biên bản viết tay trên bản in sẵn, sau khi đã có ảnh các trang đã ký."""
    settings: Settings = current_app.config["SETTINGS"]
    try:
        moment = local(written_at)
    except ValueError:
        raise click.BadParameter("thời điểm phải có ngày, giờ và múi giờ", param_hint="--written-at") from None
    try:
        with writing(db.session) as session:
            id = papers.key_in(session, inspection_id, form, number=number, written_at=moment, actor=actor,
                               key=server_key(settings.instance), now=datetime.now(UTC))  # fmt: skip
    except Problem as problem:
        fail(problem.detail)
    show({"id": id}, [f"Đã nhập biên bản {id} (nguồn: bản giấy)."], as_json=as_json)


@group.command("register-paper")
@click.argument("url")
@click.option("--reason", required=True, help="Dữ liệu mất thế nào, ai giữ bản giấy; ghi vào sổ.")
@json_option
def register_paper(url: str, reason: str, as_json: bool) -> None:
    """Vào sổ một biên bản đã in, đã ký mà máy tính bảng bị hỏng, mất: chỉ từ chuỗi trong mã QR."""
    try:
        with writing(db.session) as session:
            text = papers.register_lost(session, url, reason, datetime.now(UTC))
    except Problem as problem:
        fail(problem.detail)
    show({"number": text, "status": papers.LOST}, [f"Biên bản số {text}: đã vào sổ theo bản giấy."], as_json=as_json)


def _said(claims: seal.Claims) -> dict[str, Any]:
    """The claims as people read them."""
    found = {k: v.hex() if isinstance(v, bytes) else v for k, v in asdict(claims).items()}
    return {**found, "issued_at": local(datetime.fromtimestamp(claims.issued_at, UTC)).isoformat()}


def _sealed(source: str) -> tuple[str | bytes, str | None, bytes | None]:
    """(what was sealed, the canonical text where we have it, the PDF if it is one) from a URL, a text file, a .json or a PDF/A of minutes."""
    path = Path(source) if len(source) < 250 else None
    if path is None or not path.is_file():
        return source.strip(), None, None
    data = path.read_bytes()
    if data.startswith(b"%PDF"):
        return (*attached(data), data)
    text = data.decode().strip()
    try:
        value: Any = json.loads(text)
    except ValueError:
        return text, None, None
    if not isinstance(value, dict) or not isinstance(value.get("cose"), str):
        return text, None, None
    try:
        return minutes.unpadded(value["cose"]), str(value.get("canonical", "")), None
    except ValueError:
        return text, None, None
