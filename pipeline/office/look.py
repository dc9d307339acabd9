"""Bytes of a file -> a reason not to open it, or its parts: the cheap look that comes before any parser."""

from __future__ import annotations

import io
import itertools
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.office.compound import Broken, Compound

MIB = 1024 * 1024
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Limits:
    """How much of a file is looked at before it is called unsafe. One table for the whole project."""

    file_bytes: int = 20 * MIB
    document_bytes: int = 50 * MIB  # evidence: scans are larger than forms
    members: int = 2_000
    part_bytes: int = 64 * MIB
    total_bytes: int = 128 * MIB
    ratio: int = 250
    ratio_from: int = 4 * MIB
    sheets: int = 64
    cells: int = 2_000_000
    shared_strings: int = 300_000
    merges: int = 5_000
    span: int = 200_000  # cells of one merged or linked area
    last_row: int = 200_000
    area: int = 5_000_000
    token_bytes: int = 200_000


LIMITS = Limits()


# A sound document that is no workbook of ours: its kind, the ending its content deserves, codes of rules it raises.
Found = tuple[str, str, tuple[str, ...]]


class Unsafe(Exception):
    """The file is not opened: rule code and what was seen, in Thai and English. `document` is what it is instead of a
    workbook of ours, where its content is a sound document; `instead` is what is wrong with it as a document."""

    def __init__(
        self, code: str, th: str = "", en: str = "", document: Found | None = None, instead: Unsafe | None = None
    ) -> None:
        super().__init__(code, th, en)
        self.code, self.th, self.en, self.document, self.instead = code, th, en, document, instead


_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "PDF", "a PDF"),
    (b"<!DOCTYPE html", "หน้าเว็บ (HTML)", "a web page (HTML)"),
    (b"<html", "หน้าเว็บ (HTML)", "a web page (HTML)"),
    (b"<table", "หน้าเว็บ (HTML)", "a web page (HTML)"),
    (b"\x89PNG", "รูปภาพ", "a picture"),
    (b"\xff\xd8\xff", "รูปภาพ", "a picture"),
    (b"GIF8", "รูปภาพ", "a picture"),
    (b"Rar!", "ไฟล์บีบอัด RAR", "a RAR archive"),
    (b"7z\xbc\xaf", "ไฟล์บีบอัด 7z", "a 7z archive"),
    (b"\x1f\x8b", "ไฟล์บีบอัด gzip", "a gzip archive"),
    (b"{\\rtf", "เอกสาร RTF", "an RTF document"),
    (b"MZ", "โปรแกรม", "a program"),
)
_VERY_OLD = ("สมุดงานรุ่นเก่ามาก (.xls ก่อน Excel 97)", "a very old workbook (.xls before Excel 97)")
_OTHERWISE = ("สมุดงานที่จัดโครงสร้างต่างออกไป", "a workbook laid out in another way")
_BIFF8 = b"\x09\x08\x10\x00\x00\x06\x05\x00"  # how the workbook stream of an .xls begins
_OLD_SHEETS = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")


def _not_a_zip(data: bytes) -> Unsafe:
    if data[:2] in _OLD_SHEETS:
        return Unsafe("E_NOT_OURS", *_VERY_OLD)
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    for magic, th, en in _MAGIC:
        if head[: len(magic)].lower() == magic.lower():
            return Unsafe("E_UNSAFE_NOT_XLSX", th, en)
    if b"<html" in head.lower():
        return Unsafe("E_UNSAFE_NOT_XLSX", "หน้าเว็บ (HTML)", "a web page (HTML)")
    if b"PK\x03\x04" in data and b"PK\x05\x06" in data:
        return Unsafe("E_UNSAFE_CONTENT", "มีข้อมูลแปลกปลอมหน้าไฟล์", "junk before the archive")
    if not data.strip(b"\x00"):
        return Unsafe("E_UNSAFE_BROKEN", "มีแต่ค่าศูนย์ คัดลอกไม่สำเร็จ", "nothing but zeros: a failed copy")
    if b"\x00" not in data[:4096]:
        return Unsafe("E_UNSAFE_NOT_XLSX", "ไฟล์ข้อความ", "a text file")
    return Unsafe("E_UNSAFE_BROKEN", "ไม่ใช่แฟ้ม zip", "not a zip archive")


def _ole(data: bytes) -> Unsafe:
    """Kinds of the old container by the names in its directory, or in its bytes where the directory is cut off."""

    def has(name: str) -> bool:
        return any(n.encode("utf-16-le") in data for n in (name, name.upper()))

    if has("EncryptedPackage") or has("EncryptionInfo"):
        return Unsafe("E_UNSAFE_PASSWORD")
    if has("Workbook") or _BIFF8 in data:
        return Unsafe("E_UNSAFE_BROKEN", "ไฟล์ .xls ขาดหายหรือเสียหาย", "an .xls cut off or damaged")
    if has("Book"):
        return Unsafe("E_NOT_OURS", *_VERY_OLD)
    if has("WordDocument"):
        return Unsafe("E_UNSAFE_NOT_XLSX", "เอกสาร Word รุ่นเก่า (.doc)", "an old Word document (.doc)")
    return Unsafe("E_UNSAFE_NOT_XLSX", "ไฟล์ Office รุ่นเก่า", "an old Office file")


def _old_workbook(data: bytes) -> dict[str, bytes]:
    """The workbook stream of an .xls, under the name "Workbook"; "macros" where it has any."""
    try:
        container = Compound(data)
        names = container.names()
        if "book" in names and "workbook" not in names:
            raise Unsafe("E_NOT_OURS", *(_OTHERWISE if _BIFF8 in data else _VERY_OLD))
        if "workbook" not in names or names & {"encryptedpackage", "encryptioninfo"}:
            raise _ole(data)
        parts = {"Workbook": container.stream("Workbook")}
        several = [e for e in container.entries if e.kind == 2 and e.name.casefold() == "workbook"]
        if len(several) > 1 and (several[0] is not container.find("Workbook") or several[0].name != "Workbook"):
            raise Unsafe("E_NOT_OURS", *_OTHERWISE)  # the value reader would take the first, an embedded one
    except Broken as error:
        raise _ole(data) from error
    return {**parts, "macros": b""} if "_vba_project_cur" in names else parts


# -- the archive -------------------------------------------------------------------------------------------------------


def entries_of(data: bytes) -> list[zipfile.ZipInfo]:
    """The entries of an archive whose structure is sound: one archive, nothing before it, no part within another."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OverflowError, UnicodeError) as error:
        raise Unsafe("E_UNSAFE_BROKEN", "โครงสร้าง zip เสียหาย คัดลอกไม่ครบ", "zip structure, perhaps cut off") from error
    if len(entries) > LIMITS.members:
        raise Unsafe("E_UNSAFE_SIZE", f"{len(entries)} ส่วน", f"{len(entries)} parts")
    if ends(data) > 1 or (entries and min(e.header_offset for e in entries) != 0):
        raise Unsafe("E_UNSAFE_CONTENT", "มีสอง zip ซ้อนกันหรือข้อมูลแปลกปลอม", "two archives in one, or junk")
    spans = sorted((e.header_offset, e.header_offset + 30 + e.compress_size) for e in entries)
    if any(a_end > b_start for (_, a_end), (b_start, _) in itertools.pairwise(spans)):
        raise Unsafe("E_UNSAFE_CONTENT", "ส่วนในไฟล์ซ้อนทับกัน", "overlapping parts")
    return entries


def ends(data: bytes) -> int:
    """How many records could be the end of the archive: with two, two readers may see two archives."""
    tail = data[-66_000:]
    found = (m.start() for m in re.finditer(rb"PK\x05\x06", tail))
    return sum(at + 22 + int.from_bytes(tail[at + 20 : at + 22], "little") == len(tail) for at in found)


def check_entry(info: zipfile.ZipInfo, seen: set[str]) -> None:
    """Refuse a part by its name, size, way of packing or password; `seen` collects names."""
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


def _packed(data: bytes, info: zipfile.ZipInfo) -> bytes:
    """The packed bytes of a part; its local header must say what the directory says, or readers see two files."""
    at = info.header_offset
    if data[at : at + 4] != b"PK\x03\x04":
        raise Unsafe("E_UNSAFE_BROKEN", "โครงสร้าง zip เสียหาย", "zip structure")
    method = struct.unpack("<H", data[at + 8 : at + 10])[0]
    name_length, extra_length = struct.unpack("<HH", data[at + 26 : at + 30])
    name = data[at + 30 : at + 30 + name_length]
    spelled = info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437", "replace")
    if method != info.compress_type or (name != spelled and name.decode("utf-8", "replace") != info.orig_filename):
        raise Unsafe("E_UNSAFE_CONTENT", "ส่วนในไฟล์มีสองชื่อ", "a part with two names")
    start = at + 30 + name_length + extra_length
    packed = data[start : start + info.compress_size]
    if len(packed) != info.compress_size:
        raise Unsafe("E_UNSAFE_BROKEN", "ไฟล์ขาดหาย", "truncated")
    return packed


def unpack(data: bytes, info: zipfile.ZipInfo) -> bytes:
    """The bytes of one part, counted while streaming: declared sizes are never trusted; the CRC must match."""
    packed = _packed(data, info)
    plain, whole = (packed, True) if info.compress_type == zipfile.ZIP_STORED else _inflate(packed)
    if len(plain) > LIMITS.part_bytes:
        raise Unsafe("E_UNSAFE_SIZE", "ส่วนใหญ่เกินกำหนด", "a part too large")
    if len(plain) > LIMITS.ratio_from and len(plain) > LIMITS.ratio * max(1, len(packed)):
        raise Unsafe("E_UNSAFE_SIZE", "อัตราบีบอัดผิดปกติ", "compression ratio")
    if len(plain) != info.file_size or zlib.crc32(plain) != info.CRC:
        said = ("ผลรวมตรวจสอบไม่ตรง", "checksum mismatch") if whole else ("ไฟล์ขาดหาย", "truncated")
        raise Unsafe("E_UNSAFE_BROKEN", *said)
    return plain


def _inflate(packed: bytes) -> tuple[bytes, bool]:
    """(what is inside, whether it says that it is complete; an empty part may not), unpacked in steps, so that a bomb is
    noticed long before it fills memory."""
    inflate = zlib.decompressobj(-15)
    most = max(LIMITS.ratio_from, min(LIMITS.part_bytes, LIMITS.ratio * len(packed))) + 1
    try:
        plain = inflate.decompress(packed, most)
    except zlib.error as error:
        raise Unsafe("E_UNSAFE_BROKEN", "ข้อมูลบีบอัดเสียหาย", "compressed data") from error
    if len(plain) >= most:
        raise Unsafe("E_UNSAFE_SIZE", "อัตราบีบอัดผิดปกติ", "compression ratio")
    return plain, inflate.eof


# -- the parts ---------------------------------------------------------------------------------------------------------

_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br\s*=\s*["\']([A-Za-z]+)([0-9]+)["\'][^>]*?(/?)>(</)?')
_UNIQUE = re.compile(rb'uniqueCount\s*=\s*["\'][^"\'0-9]*([0-9]+)')
_SPANS = re.compile(
    rb'<(?:\w+:)?(?:mergeCell|hyperlink)\s[^>]*?\bref\s*=\s*["\']'
    rb'\$?([A-Za-z]{1,3})\$?([0-9]{1,9}):\$?([A-Za-z]{1,3})\$?([0-9]{1,9})["\']'
)
_LONG_TOKEN = re.compile(rb"<[^>]{%d}" % LIMITS.token_bytes)
_UTF16 = (b"\xff\xfe<\x00", b"\xfe\xff\x00<", b"<\x00?\x00", b"\x00<\x00?")
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def _check_xml(name: str, part: bytes) -> None:
    if part[:4] in _UTF16 and not _DOCTYPE.search(part.decode("utf-16", "replace").encode()):
        raise Unsafe("E_NOT_OURS", *_OTHERWISE)  # a phone's Excel writes this; the value reader does not know it
    if b"\x00" in part or _DOCTYPE.search(part):
        raise Unsafe("E_UNSAFE_CONTENT", "XML มีส่วนนิยามเอนทิตีหรือรหัสอักขระที่ไม่รองรับ", "XML entities or encoding")
    declared = re.match(rb'\s*(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*["\']([^"\']+)', part[:200])
    if declared and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii"):
        raise Unsafe("E_UNSAFE_CONTENT", "XML ใช้รหัสอักขระที่ไม่รองรับ", "XML encoding")
    if len(part) > LIMITS.token_bytes and _LONG_TOKEN.search(part):
        raise Unsafe("E_UNSAFE_CONTENT", "XML มีส่วนยาวผิดปกติ", "an overlong XML tag")
    if name.startswith("xl/worksheets/") and name.endswith(".xml"):
        _check_sheet(part)  # its form is checked by the parser of the second look
    else:
        _check_form(part)
    if name.casefold() == "xl/sharedstrings.xml":
        _check_strings(part)


def _check_form(part: bytes) -> None:
    """Well-formed UTF-8 XML; a reader that is kind to broken XML changes values silently."""
    from xml.parsers import expat

    parser = expat.ParserCreate("utf-8")
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, ValueError) as error:
        raise Unsafe("E_UNSAFE_BROKEN", "XML ไม่สมบูรณ์", "malformed XML") from error


def _check_sheet(part: bytes) -> None:
    cells = part.count(b"<c ") + part.count(b":c ") + part.count(b"<c>") + part.count(b"<c/>")
    merges = part.count(b"mergeCell ")
    if cells > LIMITS.cells:
        raise Unsafe("E_UNSAFE_SIZE", f"{cells} เซลล์", f"{cells} cells")
    check_merges(merges)
    last_row, last_column = 0, 0
    for match in _CELL.finditer(part):
        if not match[3] and not match[4]:  # neither <c …/> nor <c …></c>
            last_row = max(last_row, int(match[2]))
            last_column = max(last_column, column_number(match[1].decode()))
    check_extent(last_row, last_column)
    for left, top, right, bottom in _SPANS.findall(part):
        wide = abs(column_number(right.decode()) - column_number(left.decode())) + 1
        if wide * (abs(int(bottom) - int(top)) + 1) > LIMITS.span:
            raise Unsafe("E_UNSAFE_SIZE", "เซลล์ผสานหรือลิงก์กว้างเกินกำหนด", "a merged or linked area too large")


def check_extent(last_row: int, last_column: int) -> None:
    """Refuse a sheet whose farthest cell with content lies so far out that readers ask for all the memory there is."""
    if last_row > LIMITS.last_row or last_row * last_column > LIMITS.area:
        raise Unsafe("E_UNSAFE_SIZE", f"ข้อมูลถึงแถว {last_row}", f"data down to row {last_row}")


def check_merges(count: int) -> None:
    """More merged areas than any form has are somebody else's layout: sound, but it is not read."""
    if count > LIMITS.merges:
        raise Unsafe("E_NOT_OURS", f"สมุดงานที่มีเซลล์ผสาน {count} ช่วง", f"a workbook with {count} merged areas")


def _check_strings(part: bytes) -> None:
    real = len(re.findall(rb"<(?:\w+:)?si[\s/>]", part))
    declared = _UNIQUE.search(part[:4096])
    if real > LIMITS.shared_strings or (declared and int(declared[1]) > 4 * real + 64):
        raise Unsafe("E_UNSAFE_SIZE", "ข้อความมากเกินกำหนด", "too many strings")


def column_letters(column: int) -> str:
    """Letters of a column counted from 0: 0 -> "A", 26 -> "AA"."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """1 for "A", 27 for "AA"."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


# (part, rule, Thai, English): a workbook of another kind is a sound stranger, anything else is no workbook at all.
_OTHER_KINDS = (
    ("word/document.xml", "E_UNSAFE_NOT_XLSX", "เอกสาร Word", "a Word document"),
    ("ppt/presentation.xml", "E_UNSAFE_NOT_XLSX", "งานนำเสนอ PowerPoint", "a PowerPoint file"),
    ("content.xml", "E_UNSAFE_NOT_XLSX", "เอกสาร OpenDocument ที่ไม่ใช่สมุดงาน", "an OpenDocument file that is no workbook"),
    ("xl/workbook.bin", "E_NOT_OURS", "สมุดงานแบบ .xlsb", "a .xlsb workbook"),
    ("index/document.iwa", "E_NOT_OURS", "ไฟล์ Numbers ของ Apple", "an Apple Numbers file"),
)


def _other_kind(data: bytes, entries: list[zipfile.ZipInfo]) -> Unsafe:
    names = {e.filename.casefold(): e for e in entries}
    manifest = names.get("meta-inf/manifest.xml")
    if manifest is not None and "mimetype" not in names and b"opendocument.spreadsheet" in unpack(data, manifest):
        return Unsafe("E_NOT_OURS", *_OTHERWISE)
    for part, code, th, en in _OTHER_KINDS:
        if part in names:
            return Unsafe(code, th, en)
    types = names.get("[content_types].xml")
    if types is not None and b"spreadsheetml" in unpack(data, types):  # laid out otherwise than any office program does
        return Unsafe("E_NOT_OURS", *_OTHERWISE)
    return Unsafe("E_UNSAFE_NOT_XLSX", "ไฟล์บีบอัด zip", "a zip archive")


def look(data: bytes) -> dict[str, bytes]:
    """The parts of a workbook by name, where it is safe to open; raises Unsafe with the rule's code otherwise.

    An .xlsx gives its XML parts, an .ods its "content.xml", an .xls its "Workbook" stream.
    """
    if not data:
        raise Unsafe("E_UNSAFE_EMPTY")
    if len(data) > LIMITS.file_bytes:
        raise Unsafe("E_UNSAFE_SIZE", f"เกิน {LIMITS.file_bytes // MIB} MiB", f"over {LIMITS.file_bytes // MIB} MiB")
    if data.startswith(OLE):
        return _old_workbook(data)
    if not data.startswith(b"PK\x03\x04"):
        raise _not_a_zip(data)
    entries = entries_of(data)
    names = {e.filename for e in entries}
    if "encrypted-package" in names:  # how newer office programs lock an .ods
        raise Unsafe("E_UNSAFE_PASSWORD")
    document = "xl/workbook.xml" not in names and "content.xml" in names
    if "xl/workbook.xml" not in names and not (document and _is_spreadsheet(data, entries)):
        raise _other_kind(data, entries)
    parts = _unpacked(data, entries, _keep_document if document else _keep)
    if document:
        _check_xml("content.xml", parts["content.xml"])
    if sum(n.startswith("xl/worksheets/") and n.endswith(".xml") for n in parts) > LIMITS.sheets:
        raise Unsafe("E_UNSAFE_SIZE", "แผ่นงานมากเกินกำหนด", "too many sheets")
    return parts


def unpacked(data: bytes) -> dict[str, bytes]:
    """Every part of a zip package by name, unpacked with the same mistrust; its XML is checked. Raises Unsafe."""
    if data.startswith(OLE):
        _old_workbook(data)  # says what it is instead: locked, an older Word document
    if not data.startswith(b"PK\x03\x04"):
        raise _not_a_zip(data)
    parts = _unpacked(data, entries_of(data), lambda name, plain, kept: kept.update({name: plain}))
    for name, plain in parts.items():
        if name.casefold().endswith((".xml", ".rels")) and not name.casefold().startswith("customxml/"):
            _check_xml(name, plain)
    return parts


def _unpacked(
    data: bytes, entries: list[zipfile.ZipInfo], keep: Callable[[str, bytes, dict[str, bytes]], None]
) -> dict[str, bytes]:
    """What `keep` puts aside of all entries, each unpacked and counted."""
    seen: set[str] = set()
    parts: dict[str, bytes] = {}
    total = 0
    for entry in entries:
        check_entry(entry, seen)
        if entry.is_dir():
            continue
        plain = unpack(data, entry)
        total += len(plain)
        if total > LIMITS.total_bytes:
            raise Unsafe("E_UNSAFE_SIZE", f"{total // MIB} MiB", f"{total // MIB} MiB")
        keep(entry.filename, plain, parts)
    return parts


def _is_spreadsheet(data: bytes, entries: list[zipfile.ZipInfo]) -> bool:
    """Whether an OpenDocument archive says that it is a workbook."""
    kind = next((e for e in entries if e.filename == "mimetype"), None)
    return kind is not None and b"opendocument.spreadsheet" in unpack(data, kind)


def _keep_document(name: str, plain: bytes, parts: dict[str, bytes]) -> None:
    """Parts of an .ods. Encrypted content is no XML, so the manifest (which comes last) is asked before it is parsed."""
    if name == "META-INF/manifest.xml":
        parts[name] = plain
        if b"encryption-data" in plain:
            raise Unsafe("E_UNSAFE_PASSWORD")
    if name == "content.xml":
        parts[name] = plain
    if re.match(r"(?:Basic/.+/|Scripts/)", name) and not name.endswith("/script-lb.xml"):
        parts["macros"] = b""


def _keep(name: str, plain: bytes, parts: dict[str, bytes]) -> None:
    low = name.casefold()
    if low.startswith("xl/macrosheets/"):
        raise Unsafe("E_UNSAFE_CONTENT", "แมโครแบบเก่า (XLM)", "XLM macros")
    if low.endswith((".xml", ".rels")):
        if not low.startswith("customxml/"):
            _check_xml(name, plain)
        parts[name] = plain
    elif low.endswith("vbaproject.bin"):
        parts[name] = b""
