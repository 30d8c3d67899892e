"""`flask samples draw`: a random sample of a lot by a seed that is recorded and repeats the draw."""

from __future__ import annotations

import re
import secrets
import shlex

import click

from server.cli.output import fail, json_option, show
from server.cli.samples import group

_COUNT = re.compile(r"\d{1,9}", re.ASCII)


@group.command("draw")
@click.option(
    "--population",
    required=True,
    metavar="N|TỆP",
    help='Số đơn vị của lô (đánh số từ 1 đến N), hoặc tệp danh sách mỗi dòng một số hiệu ("-" = đầu vào chuẩn).',
)
@click.option("--size", type=int, required=True, help="Cỡ mẫu.")
@click.option("--seed", help="Số gốc đã ghi lại của lần bốc trước; bỏ trống thì máy chọn ngẫu nhiên.")
@json_option
def draw(population: str, size: int, seed: str | None, as_json: bool) -> None:
    """Bốc mẫu ngẫu nhiên; cùng danh sách và cùng số gốc (seed) luôn ra cùng một mẫu."""
    from checklists import draw as drawing

    # 64 bits from the system: nobody can choose the sample by choosing the seed, as long as the first draw is kept.
    seed = secrets.token_hex(8) if seed is None else seed
    try:
        units = drawing.numbered(int(population)) if _COUNT.fullmatch(population) else drawing.listed(_read(population))
        found = drawing.draw(units, size, seed)
    except drawing.DrawError as error:
        fail(str(error))
    repeat = f"flask samples draw --population {shlex.quote(population)} --size {size} --seed {shlex.quote(found.seed)}"
    lines = [
        f"Lô: {found.population} đơn vị; mã kiểm tra danh sách (SHA-256): {found.list_sha256}",
        f"Số gốc (seed): {found.seed}",
        f"Mẫu: {len(found.units)} đơn vị, theo thứ tự bốc",
        *(f"{number:>4}. {unit}" for number, unit in enumerate(found.units, 1)),
        f"Bốc lại: {repeat}",
        "Cách tính: xếp các đơn vị theo SHA-256 của “số gốc:đơn vị”, lấy từ nhỏ đến lớn; đơn vị không kiểm tra được thì lấy "
        "đơn vị kế tiếp (bốc lại với cỡ mẫu lớn hơn).",
    ]
    value = {"method": drawing.METHOD, "seed": found.seed, "population": found.population, "size": len(found.units),
             "list_sha256": found.list_sha256, "units": list(found.units), "repeat": repeat}  # fmt: skip
    show(value, lines, as_json=as_json)


def _read(file: str) -> str:
    try:
        with click.open_file(file, "rb") as opened:
            return bytes(opened.read()).decode()
    except UnicodeDecodeError:
        fail(f"{file}: không phải chữ mã hóa UTF-8.")
    except OSError as error:
        fail(f"{file}: không phải số đơn vị, cũng không đọc được như một tệp ({error.strerror}).")
