"""Stand-alone check of an evidence archive; travels inside it. Needs Python 3.11 and `cryptography`, nothing of ours.

Cách dùng: python3 verify.py [HỒ-SƠ.zip | thư mục đã giải nén] [--keys minutes-keys.json]
Mã thoát 0: nguyên vẹn; 1: có chỗ hỏng (nêu chỗ đầu tiên).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SIGNED = b"hien-truong evidence 1\n"
NO_HASH = "0" * 64
ENTERED: dict[str, Any] = {"answer": None, "note": "", "photo_ids": [], "rows": [], "values": {}}
MAJOR_UINT, MAJOR_NEGATIVE, MAJOR_BYTES, MAJOR_TEXT, MAJOR_ARRAY, MAJOR_MAP, MAJOR_TAG = range(7)


class BrokenError(Exception):
    """The first thing that is not as it should be."""


class Archive:
    """The members of a zip file or of a folder that it was unpacked into."""

    def __init__(self, path: Path) -> None:
        self.folder = path if path.is_dir() else None
        self.zip = None if path.is_dir() else zipfile.ZipFile(path)

    def names(self) -> list[str]:
        """Name every member."""
        if self.zip is not None:
            return sorted(self.zip.namelist())
        assert self.folder is not None  # noqa: S101 - one of both is there
        return sorted(p.relative_to(self.folder).as_posix() for p in self.folder.rglob("*") if p.is_file())

    def read(self, name: str) -> bytes:
        """Read a member; Broken where it cannot be."""
        try:
            if self.zip is not None:
                return self.zip.read(name)
            assert self.folder is not None  # noqa: S101 - one of both is there
            return (self.folder / name).read_bytes()
        except (KeyError, OSError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
            raise BrokenError(f"{name}: thiếu hoặc không đọc được ({error})") from error

    def json(self, name: str) -> Any:
        """Read a member as JSON."""
        try:
            return json.loads(self.read(name))
        except ValueError as error:
            raise BrokenError(f"{name}: không phải JSON ({error})") from error


def canonical(value: Any) -> str:
    """Write JSON as the server does before it hashes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def unpadded(text: str) -> bytes:
    """Read base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sha256(data: bytes) -> str:
    """Hash."""
    return hashlib.sha256(data).hexdigest()


def check_members(archive: Archive, keys: dict[str, Any], *, own_keys: bool) -> dict[str, Any]:
    """Check that every member is what the signed list of members says; return that list."""
    text = archive.read("manifest.json")
    manifest: dict[str, Any] = archive.json("manifest.json")
    members = manifest.get("members")
    if not isinstance(members, dict):
        raise BrokenError("manifest.json: không có danh sách tệp")
    if own_keys and sha256(archive.read("keys.json")) != members.get("keys.json"):
        raise BrokenError("keys.json: mã băm không khớp với manifest.json")
    check_signature(archive, text, keys)
    for name, wanted in members.items():
        if sha256(archive.read(name)) != wanted:
            raise BrokenError(f"{name}: mã băm không khớp với manifest.json")
    extra = set(archive.names()) - set(members) - {"manifest.json", "manifest.sig"}
    if extra:
        raise BrokenError(f"{min(extra)}: tệp lạ, không có trong manifest.json")
    return manifest


def check_signature(archive: Archive, text: bytes, keys: dict[str, Any]) -> None:
    """Check the server's signature over the list of members."""
    try:
        signature = json.loads(archive.read("manifest.sig"))
        kid, value = signature["kid"], unpadded(signature["signature"])
        if (
            set(signature) != {"kid", "signature"}
            or base64.urlsafe_b64encode(value).rstrip(b"=").decode() != signature["signature"]
        ):
            raise ValueError("chữ ký không ở dạng chuẩn")
    except (ValueError, LookupError, TypeError) as error:
        raise BrokenError(f"manifest.sig: không đọc được ({error})") from error
    row = keys.get(kid)
    if row is None or row["holder"] != "server":
        raise BrokenError(f"manifest.sig: khóa {kid} không phải khóa của máy chủ trong danh sách khóa")
    try:
        Ed25519PublicKey.from_public_bytes(unpadded(row["public_key"])).verify(value, SIGNED + text)
    except InvalidSignature:
        raise BrokenError("manifest.json, manifest.sig: chữ ký của máy chủ không đúng") from None


def read_keys(text: bytes) -> dict[str, Any]:
    """Read a list of public keys; each must have the id that its bytes have."""
    try:
        rows = {row["kid"]: row for row in json.loads(text)["keys"]}
        for kid, row in rows.items():
            if hashlib.sha256(unpadded(row["public_key"])).digest()[:4].hex() != kid:
                raise ValueError(f"khóa {kid} không khớp với mã của nó")
    except (ValueError, LookupError, TypeError) as error:
        raise BrokenError(f"keys.json: không đọc được ({error})") from error
    return rows


def check_chain(archive: Archive, name: str) -> list[dict[str, Any]]:
    """Walk one scope's chain and return the entries that are shown; of the others only their hashes are known."""
    shown: list[dict[str, Any]] = []
    prev, expected, head = NO_HASH, 1, None
    for line in archive.read(name).decode("utf-8", "replace").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            raise BrokenError(f"{name}: dòng của bản ghi {expected} không đọc được") from None
        if head is None:
            scope, head = row["scope"], row["head"]
            continue
        if row["seq"] != expected:
            raise BrokenError(f"{name}: thiếu bản ghi {expected}")
        if "entry" in row:
            if sha256((prev + row["entry"]).encode("utf-8", "surrogatepass")) != row["hash"]:
                raise BrokenError(f"{name}: bản ghi {expected} không khớp với mã băm")
            entry = json.loads(row["entry"])
            if (entry["prev"], entry["seq"], entry["scope"]) != (prev, expected, scope):
                raise BrokenError(f"{name}: bản ghi {expected} không đúng chỗ trong chuỗi")
            shown.append(entry)
        prev, expected = row["hash"], expected + 1
    if head != prev:
        raise BrokenError(f"{name}: mã băm đầu chuỗi không khớp")
    return shown


def state_of(entry: dict[str, Any]) -> dict[str, Any] | None:
    """The state that an entry left behind, None = deleted."""
    return None if entry["state"] is None else {**entry["state"], **{n: entry["set"][n] for n in entry["same"]}}


def check_documents(documents: dict[str, dict[str, Any]], entries: list[dict[str, Any]], scopes: set[str]) -> None:
    """Check that each document is what its last entry says, and that none is missing."""
    last: dict[str, dict[str, Any]] = {}
    for entry in entries:
        key = f"{entry['kind']}/{entry['id']}"
        if entry["type"] != "gone" and (key not in last or entry["rev"] >= last[key]["rev"]):
            last[key] = entry
    for key, document in documents.items():
        if document["scope"] not in scopes:
            continue
        if key not in last:
            raise BrokenError(f"documents/{key}.json: không có trong nhật ký")
        entry = last.pop(key)
        state = state_of(entry)
        said = (entry["rev"], entry["scope"], entry["parent"], state is None, state or {})
        if said != tuple(document[name] for name in ("rev", "scope", "parent", "deleted", "state")):
            raise BrokenError(f"documents/{key}.json: khác với nhật ký")
    if last:
        raise BrokenError(f"documents/{min(last)}.json: nhật ký có tài liệu này, hồ sơ thì không")


def fingerprint(state: dict[str, Any]) -> str:
    """Hash what the inspector entered in a finding."""
    entered = {name: state.get(name) or empty for name, empty in ENTERED.items()}
    entered["photo_ids"] = sorted(entered["photo_ids"], key=str)
    return sha256(canonical(entered).encode())


def read_cbor(data: bytes, at: int = 0) -> tuple[Any, int]:
    """Read one CBOR item of the kinds that a seal is made of; return it and where it ends."""
    major, small = data[at] >> 5, data[at] & 31
    at += 1
    if small >= 24:
        width = {24: 1, 25: 2, 26: 4, 27: 8}[small]
        small, at = int.from_bytes(data[at : at + width], "big"), at + width
    if major == MAJOR_UINT:
        return small, at
    if major == MAJOR_NEGATIVE:
        return -1 - small, at
    if major in (MAJOR_BYTES, MAJOR_TEXT):
        part = data[at : at + small]
        if len(part) != small:
            raise ValueError("cụt")
        return part if major == MAJOR_BYTES else part.decode(), at + small
    if major == MAJOR_ARRAY:
        items = []
        for _ in range(small):
            item, at = read_cbor(data, at)
            items.append(item)
        return items, at
    if major == MAJOR_MAP:
        found = {}
        for _ in range(small):
            key, at = read_cbor(data, at)
            found[key], at = read_cbor(data, at)
        return found, at
    if major == MAJOR_TAG:
        return read_cbor(data, at)
    raise ValueError("kiểu lạ")


def cbor_bytes(data: bytes) -> bytes:
    """Write a byte string in CBOR."""
    head = bytes([0x40 | len(data)]) if len(data) < 24 else bytes([0x58, len(data)])
    return head + data


def open_seal(cose: bytes, keys: dict[str, Any]) -> tuple[dict[int, Any], dict[str, Any]]:
    """Verify a COSE_Sign1 (RFC 9052) and return its claims and the key's row."""
    try:
        (protected, _unprotected, payload, signature), end = read_cbor(cose)
        kid = read_cbor(protected)[0][4].hex()
        claims = read_cbor(payload)[0]
        if end != len(cose) or cose[0] != 0xD2:
            raise ValueError("thừa byte")
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise BrokenError(f"chữ ký số không đọc được ({error})") from error
    if kid not in keys:
        raise BrokenError(f"khóa {kid} không có trong danh sách khóa")
    signed = b"\x84\x6aSignature1" + cbor_bytes(protected) + b"\x40" + cbor_bytes(payload)
    try:
        Ed25519PublicKey.from_public_bytes(unpadded(keys[kid]["public_key"])).verify(signature, signed)
    except InvalidSignature:
        raise BrokenError("chữ ký số không đúng") from None
    return claims, keys[kid]


def check_minutes(
    minutes: dict[str, Any], documents: dict[str, dict[str, Any]], entries: list[dict[str, Any]], keys: dict[str, Any]
) -> Iterator[str]:
    """Check one paper: seal, digest, number, site, and the fingerprints of the findings that it lists; yield remarks."""
    state = minutes["state"]
    claims, key = open_seal(unpadded(state["cose"]), keys)
    if claims[6].hex() != sha256(state["canonical"].encode()):
        raise BrokenError("nội dung không khớp với mã băm đã ký")
    if (claims[2], claims[3], claims[4]) != (state["series"], state["year"], state["number"]):
        raise BrokenError("số biên bản không khớp với số đã ký")
    inspection = documents[f"inspection/{state['inspection_id']}"]["state"]
    sites = {inspection["establishment_id"], *(inspection.get("formerly") or [])}
    if str(UUID(bytes=claims[7])) not in sites:
        raise BrokenError("cơ sở không khớp với cơ sở đã ký")
    printed: dict[str, Any] = json.loads(state["canonical"])
    for row in printed.get("findings") or []:
        known = {fingerprint(found) for e in entries if (e["kind"], e["id"]) == ("finding", row["id"])
                 and (found := state_of(e)) is not None}  # fmt: skip
        if row["sha256"] not in known:
            if row["id"] not in state["diverged"]:
                raise BrokenError(f"kết quả {row['id']} trên giấy không khớp với bản ghi nào trong nhật ký")
            yield f"kết quả {row['id']} trên giấy khác với dữ liệu máy chủ nhận được (máy chủ đã ghi nhận)"
    if state["status"] != "issued":
        yield f"tình trạng trong sổ: {state['status']}"
    if key["revoked_at"] is not None:
        yield f"khóa {key['kid']} đã bị thu hồi lúc {key['revoked_at']}"


def check_twin(pdf: bytes, text: str) -> None:
    """Check that a PDF/A-3 has the signed text attached, byte for byte."""
    wanted = text.encode()
    for found in re.finditer(rb"stream\r?\n", pdf):
        try:
            if zlib.decompressobj().decompress(pdf[found.end() :], len(wanted) + 1) == wanted:
                return
        except zlib.error:
            pass
        if pdf[found.end() : found.end() + len(wanted)] == wanted:
            return
    raise BrokenError("không có nội dung đã ký đính kèm")


def check_photos(archive: Archive, documents: dict[str, dict[str, Any]], files: dict[str, str]) -> Iterator[str]:
    """Check the bytes of every photo that the server had complete; yield what it did not have."""
    for key, document in documents.items():
        if not key.startswith("photo/") or document["deleted"]:
            continue
        id, state = key.partition("/")[2], document["state"]
        if id not in files:
            yield f"ảnh {id}: máy chủ không có tệp (trạng thái {state.get('status')})"
        elif sha256(archive.read(files[id])) != state["sha256"]:
            raise BrokenError(f"{files[id]}: không khớp với mã băm ghi khi chụp")


def check_papers(
    archive: Archive, manifest: dict[str, Any], documents: dict[str, dict[str, Any]], entries: list[dict[str, Any]],
    keys: dict[str, Any],
) -> Iterator[str]:  # fmt: skip
    """Check every paper of the archive; yield remarks."""
    for key, document in documents.items():
        if not key.startswith("minutes/") or document["deleted"]:
            continue
        name = f"biên bản {document['state']['number']:02d}/{document['state']['series']}"
        try:
            for remark in check_minutes(document, documents, entries, keys):
                yield f"{name}: {remark}"
            files = manifest["minutes"][key.partition("/")[2]]
            check_twin(archive.read(files["twin"]), document["state"]["canonical"])
        except BrokenError as broken:
            raise BrokenError(f"documents/{key}.json: {name}: {broken}") from None


def check(path: Path, keys_file: Path | None) -> tuple[list[str], str]:
    """Check an archive; return remarks and a summary. Raises BrokenError at the first thing that is wrong."""
    archive = Archive(path)
    keys = read_keys(archive.read("keys.json") if keys_file is None else keys_file.read_bytes())
    manifest = check_members(archive, keys, own_keys=keys_file is None)
    documents = {name.removeprefix("documents/").removesuffix(".json"): archive.json(name)
                 for name in manifest["members"] if name.startswith("documents/")}  # fmt: skip
    entries: list[dict[str, Any]] = []
    for name in manifest["journals"].values():
        entries += check_chain(archive, name)
    check_documents(documents, entries, set(manifest["journals"]))
    remarks = list(check_papers(archive, manifest, documents, entries, keys))
    remarks += check_photos(archive, documents, manifest["photos"])
    return remarks, (
        f"NGUYÊN VẸN: {len(manifest['members'])} tệp, {len(manifest['minutes'])} biên bản, {len(manifest['photos'])} ảnh, "
        f"{len(entries)} bản ghi nhật ký của hồ sơ này; máy chủ ký ngày {manifest['exported_at'][:10]}."
    )


def main(arguments: list[str]) -> int:
    """Check what the command line names; print the outcome."""
    keys_file = None
    if "--keys" in arguments:
        at = arguments.index("--keys")
        keys_file = Path(arguments[at + 1])
        arguments = arguments[:at] + arguments[at + 2 :]
    path = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    try:
        remarks, summary = check(path, keys_file)
    except BrokenError as broken:
        sys.stdout.write(f"HỎNG: {broken}\n")
        return 1
    except (OSError, zipfile.BadZipFile, LookupError, ValueError, TypeError) as error:
        sys.stdout.write(f"HỎNG: hồ sơ không đọc được ({type(error).__name__}: {error})\n")
        return 1
    sys.stdout.write("".join(f"Lưu ý: {remark}\n" for remark in remarks) + summary + "\n")
    return 0


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr] # a console of Windows may speak another one
    sys.exit(main(sys.argv[1:]))
