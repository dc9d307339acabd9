"""Bytes of a file -> a reason not to open it, or its parts: the cheap look that comes before any parser."""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass

MIB = 1024 * 1024
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Limits:
    """How much of a file is looked at before it is called unsafe. One table for the whole project."""

    file_bytes: int = 20 * MIB
    members: int = 2_000
    part_bytes: int = 64 * MIB
    total_bytes: int = 128 * MIB
    ratio: int = 250
    ratio_from: int = 4 * MIB
    sheets: int = 64
    cells: int = 2_000_000
    shared_strings: int = 300_000
    merges: int = 5_000
    last_row: int = 200_000
    area: int = 5_000_000
    token_bytes: int = 200_000


LIMITS = Limits()


class Unsafe(Exception):
    """The file is not opened: rule code and what was seen, in Thai and English."""

    def __init__(self, code: str, th: str = "", en: str = "") -> None:
        super().__init__(code, th, en)
        self.code, self.th, self.en = code, th, en


_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "PDF", "a PDF"),
    (b"<!DOCTYPE html", "หน้าเว็บ (HTML)", "a web page (HTML)"),
    (b"<html", "หน้าเว็บ (HTML)", "a web page (HTML)"),
    (b"\x89PNG", "รูปภาพ", "a picture"),
    (b"\xff\xd8\xff", "รูปภาพ", "a picture"),
    (b"Rar!", "ไฟล์บีบอัด RAR", "a RAR archive"),
    (b"7z\xbc\xaf", "ไฟล์บีบอัด 7z", "a 7z archive"),
    (b"{\\rtf", "เอกสาร RTF", "an RTF document"),
)


def _not_a_zip(data: bytes) -> Unsafe:
    if data.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            return Unsafe("E_UNSAFE_PASSWORD")
        return Unsafe("E_UNSAFE_NOT_XLSX", "สมุดงานรุ่นเก่า (.xls)", "an old workbook (.xls)")
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    for magic, th, en in _MAGIC:
        if head[: len(magic)].lower() == magic.lower():
            return Unsafe("E_UNSAFE_NOT_XLSX", th, en)
    if b"\x00" not in data[:4096]:
        return Unsafe("E_UNSAFE_NOT_XLSX", "ไฟล์ข้อความ", "a text file")
    return Unsafe("E_UNSAFE_BROKEN", "ไม่ใช่แฟ้ม zip", "not a zip archive")


def _check_entry(info: zipfile.ZipInfo, seen: set[str]) -> None:
    name = info.filename
    bad_name = (
        ".." in name.split("/") or name.startswith("/") or "\\" in name or ":" in name or "//" in name or "\x00" in name
    )
    if bad_name or name.casefold() in seen:
        raise Unsafe("E_UNSAFE_CONTENT", "ชื่อส่วนในไฟล์ผิดปกติ", "odd part names")
    seen.add(name.casefold())
    if info.flag_bits & 1:
        raise Unsafe("E_UNSAFE_PASSWORD")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or stat.S_ISLNK(info.external_attr >> 16):
        raise Unsafe("E_UNSAFE_CONTENT", "วิธีบีบอัดหรือลิงก์ผิดปกติ", "odd compression or links")
    if info.file_size > LIMITS.part_bytes:
        raise Unsafe("E_UNSAFE_SIZE", f"ส่วน {info.file_size // MIB} MiB", f"a part of {info.file_size // MIB} MiB")


def _unpack(data: bytes, info: zipfile.ZipInfo) -> bytes:
    """The bytes of one part, counted while streaming: declared sizes are never trusted; the CRC must match."""
    at = info.header_offset
    if data[at : at + 4] != b"PK\x03\x04":
        raise Unsafe("E_UNSAFE_BROKEN", "โครงสร้าง zip เสียหาย", "zip structure")
    name_length, extra_length = struct.unpack("<HH", data[at + 26 : at + 30])
    start = at + 30 + name_length + extra_length
    packed = data[start : start + info.compress_size]
    if info.compress_type == zipfile.ZIP_STORED:
        plain = packed
    else:
        inflate = zlib.decompressobj(-15)
        try:
            plain = inflate.decompress(packed, LIMITS.part_bytes + 1)
        except zlib.error as error:
            raise Unsafe("E_UNSAFE_BROKEN", "ข้อมูลบีบอัดเสียหาย", "compressed data") from error
        if not inflate.eof and len(plain) <= LIMITS.part_bytes:
            raise Unsafe("E_UNSAFE_BROKEN", "ไฟล์ขาดหาย", "truncated")
    if len(plain) > LIMITS.part_bytes:
        raise Unsafe("E_UNSAFE_SIZE", "ส่วนใหญ่เกินกำหนด", "a part too large")
    if len(plain) > LIMITS.ratio_from and len(plain) > LIMITS.ratio * max(1, len(packed)):
        raise Unsafe("E_UNSAFE_SIZE", "อัตราบีบอัดผิดปกติ", "compression ratio")
    if len(plain) != info.file_size or zlib.crc32(plain) != info.CRC:
        raise Unsafe("E_UNSAFE_BROKEN", "ผลรวมตรวจสอบไม่ตรง", "checksum mismatch")
    return plain


def _entries(data: bytes) -> list[zipfile.ZipInfo]:
    import io

    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OverflowError, UnicodeError) as error:
        raise Unsafe("E_UNSAFE_BROKEN", "โครงสร้าง zip เสียหาย", "zip structure") from error
    if len(entries) > LIMITS.members:
        raise Unsafe("E_UNSAFE_SIZE", f"{len(entries)} ส่วน", f"{len(entries)} parts")
    spans = sorted((e.header_offset, e.header_offset + 30 + e.compress_size) for e in entries)
    if any(a_end > b_start for (_, a_end), (b_start, _) in zip(spans, spans[1:], strict=False)):
        raise Unsafe("E_UNSAFE_CONTENT", "ส่วนในไฟล์ซ้อนทับกัน", "overlapping parts")
    return entries


_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br\s*=\s*["\']([A-Za-z]{1,3})([0-9]{1,9})["\'][^>]*?(/?)>')


def _check_xml(name: str, part: bytes) -> None:
    if (
        b"\x00" in part[:200]
        or re.search(rb"<!\s*(?:DOCTYPE|ENTITY)", part[:4096])
        or b"<!ENTITY" in part
        or b"<!DOCTYPE" in part
    ):
        raise Unsafe("E_UNSAFE_CONTENT", "XML มีส่วนนิยามเอนทิตีหรือรหัสอักขระที่ไม่รองรับ", "XML entities or encoding")
    if name.startswith("xl/worksheets/"):
        _check_sheet(part)
    if name == "xl/sharedStrings.xml":
        _check_strings(part)


def _check_sheet(part: bytes) -> None:
    cells = part.count(b"<c ") + part.count(b":c ")
    if cells > LIMITS.cells or part.count(b"<mergeCell ") > LIMITS.merges:
        raise Unsafe("E_UNSAFE_SIZE", f"{cells} เซลล์", f"{cells} cells")
    last_row, last_column = 0, 0
    for match in _CELL.finditer(part):
        if match[3]:
            continue
        last_row = max(last_row, int(match[2]))
        last_column = max(last_column, column_number(match[1].decode()))
    if last_row > LIMITS.last_row or last_row * last_column > LIMITS.area:
        raise Unsafe("E_UNSAFE_SIZE", f"ข้อมูลถึงแถว {last_row}", f"data down to row {last_row}")


def _check_strings(part: bytes) -> None:
    real = part.count(b"<si>") + part.count(b"<si ") + part.count(b":si>")
    declared = re.search(rb'uniqueCount\s*=\s*"([0-9]+)"', part[:2048])
    if real > LIMITS.shared_strings or (declared and int(declared[1]) > 4 * real + 64):
        raise Unsafe("E_UNSAFE_SIZE", "ข้อความมากเกินกำหนด", "too many strings")


def column_number(letters: str) -> int:
    """1 for "A", 27 for "AA"."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


_OTHER_KINDS = (
    ("word/document.xml", "เอกสาร Word", "a Word document"),
    ("ppt/presentation.xml", "งานนำเสนอ PowerPoint", "a PowerPoint file"),
    ("content.xml", "ไฟล์ OpenDocument (.ods)", "an OpenDocument file (.ods)"),
    ("xl/workbook.bin", "สมุดงานแบบ .xlsb", "a .xlsb workbook"),
)


def look(data: bytes) -> dict[str, bytes]:
    """The XML parts of an .xlsx by name, where the file is safe to open; raises Unsafe with the rule's code otherwise."""
    if not data:
        raise Unsafe("E_UNSAFE_EMPTY")
    if len(data) > LIMITS.file_bytes:
        raise Unsafe("E_UNSAFE_SIZE", f"{len(data) // MIB} MiB", f"{len(data) // MIB} MiB")
    if not data.startswith(b"PK\x03\x04"):
        raise _not_a_zip(data)
    entries = _entries(data)
    names = {e.filename for e in entries}
    if "xl/workbook.xml" not in names:
        for part, th, en in _OTHER_KINDS:
            if part in names:
                raise Unsafe("E_UNSAFE_NOT_XLSX", th, en)
        raise Unsafe("E_UNSAFE_NOT_XLSX", "ไฟล์บีบอัด zip", "a zip archive")
    seen: set[str] = set()
    parts: dict[str, bytes] = {}
    total = 0
    for entry in entries:
        if entry.is_dir():
            continue
        _check_entry(entry, seen)
        plain = _unpack(data, entry)
        total += len(plain)
        if total > LIMITS.total_bytes:
            raise Unsafe("E_UNSAFE_SIZE", f"{total // MIB} MiB", f"{total // MIB} MiB")
        if entry.filename.startswith("xl/macrosheets/"):
            raise Unsafe("E_UNSAFE_CONTENT", "แมโครแบบเก่า (XLM)", "XLM macros")
        if entry.filename.endswith((".xml", ".rels")):
            if not entry.filename.startswith("customXml/"):
                _check_xml(entry.filename, plain)
            parts[entry.filename] = plain
        elif entry.filename.endswith("vbaProject.bin"):
            parts[entry.filename] = b""
    if sum(n.startswith("xl/worksheets/") for n in parts) > LIMITS.sheets:
        raise Unsafe("E_UNSAFE_SIZE", "แผ่นงานมากเกินกำหนด", "too many sheets")
    return parts
