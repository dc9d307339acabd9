"""Bytes of a file that is no workbook of ours -> what kind of document it is, or why it must not be kept as evidence.

Nothing is opened or shown: the content is held against the structure of its kind, and what would act by itself when
somebody opens the file (scripts, programs, remote templates) is looked for. The same limits as for workbooks hold.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator

from pipeline.office.look import LIMITS, MIB, OLE, Found, Unsafe, check_entry, ends, entries_of, unpack

ACTIVE, BROKEN, REFUSED, LOCKED = "E_EVIDENCE_ACTIVE", "E_EVIDENCE_BROKEN", "E_EVIDENCE_REFUSED", "E_EVIDENCE_PASSWORD"
MACRO, ATTACHED = "W_EVIDENCE_MACRO", "W_EVIDENCE_ATTACHED"


def examine(data: bytes) -> Found | None:
    """What a file is that is no form of ours, its kind a key of `schemas.evidence.KINDS`; None where it is no kind of
    evidence. Raises Unsafe where it is one that is broken, locked, too large, or would do something by itself."""
    for magic, check in _CHECKS:
        if data.startswith(magic):
            if len(data) > LIMITS.document_bytes:
                limit = LIMITS.document_bytes // MIB
                raise Unsafe("E_UNSAFE_SIZE", f"เกิน {limit} MiB", f"over {limit} MiB")
            return check(data)
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC:
        return _image(data, ".heic")
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _webp(data)
    return _text(data)


def _broken(th: str, en: str) -> Unsafe:
    return Unsafe(BROKEN, th, en)


# -- PDF ---------------------------------------------------------------------------------------------------------------


def _name(word: str) -> re.Pattern[bytes]:
    """A PDF name, each letter of which may be written as #xx."""
    letters = "".join(rf"(?:{c}|#{ord(c):02x}|#{ord(c):02X})" for c in word)
    return re.compile(rf"/{letters}(?![A-Za-z0-9#])".encode())


_ACTS = ((_name("JavaScript"), "JavaScript"), (_name("Launch"), "Launch"))
_FILES = _name("EmbeddedFile")
_CRYPT = _name("Encrypt")
_PACKED = _name("ObjStm")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_PLAIN_FILTER = re.compile(rb"/(?:Filter|#46ilter)\s*\[?\s*/FlateDecode\s*\]?")
_DICTIONARY = 2_000  # bytes before "stream" in which its dictionary lies


def _pdf(data: bytes) -> Found:
    tail = data[-2_048:]
    if not re.match(rb"%PDF-[12]\.[0-9]", data[:8]) or b"%%EOF" not in tail or b"startxref" not in tail:
        raise _broken("PDF ไม่ครบ อาจคัดลอกไม่เสร็จ", "an incomplete PDF, perhaps cut off")
    if ends(data):
        raise Unsafe(ACTIVE, "มีแฟ้ม zip ซ่อนท้ายไฟล์", "a zip archive hidden behind it")
    if _CRYPT.search(data):
        raise Unsafe(LOCKED)
    attached = False
    for part in (data, *_object_streams(data)):
        for pattern, word in _ACTS:
            if pattern.search(part):
                raise Unsafe(ACTIVE, f"PDF มีคำสั่ง {word}", f"the PDF holds a {word} action")
        attached = attached or _FILES.search(part) is not None
    return "pdf", ".pdf", (ATTACHED,) if attached else ()


def _object_streams(data: bytes) -> Iterator[bytes]:
    """Objects that a PDF keeps packed; packed in any other way than all programs do, they cannot be looked into."""
    spent = 0
    for found in _STREAM.finditer(data):
        head = data[max(0, found.start() - _DICTIONARY) : found.start()]
        head = head[head.rfind(b"obj") + 3 :] if b"obj" in head else head
        if not _PACKED.search(head):
            continue
        if not _PLAIN_FILTER.search(head) or b"/Predictor" in head:
            raise Unsafe(ACTIVE, "PDF บีบอัดแบบที่ตรวจไม่ได้", "the PDF is packed in a way that cannot be looked into")
        unpacker = zlib.decompressobj()
        try:
            plain = unpacker.decompress(data[found.end() :], LIMITS.part_bytes)
        except zlib.error as error:
            raise _broken("ส่วนใน PDF เสียหาย", "a damaged part of the PDF") from error
        spent += len(plain)
        if spent > LIMITS.total_bytes or unpacker.unconsumed_tail:
            raise Unsafe("E_UNSAFE_SIZE", "ส่วนใน PDF ใหญ่เกินกำหนด", "a part of the PDF is too large")
        yield plain


# -- pictures ----------------------------------------------------------------------------------------------------------

_HEIC = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"hevc")


def _image(data: bytes, suffix: str) -> Found:
    if ends(data):
        raise Unsafe(ACTIVE, "มีแฟ้ม zip ซ่อนท้ายรูปภาพ", "a zip archive hidden behind the picture")
    return "image", suffix, ()


def _cut() -> Unsafe:
    return _broken("รูปภาพไม่ครบ อาจคัดลอกไม่เสร็จ", "an incomplete picture, perhaps cut off")


def _png(data: bytes) -> Found:
    at, seen = 8, b""
    while at + 12 <= len(data) and seen != b"IEND":
        (length,) = struct.unpack(">I", data[at : at + 4])
        seen = data[at + 4 : at + 8]
        if at == 8 and (seen != b"IHDR" or length != 13):
            raise _cut()
        at += 12 + length
    if seen != b"IEND" or at > len(data):
        raise _cut()
    return _image(data, ".png")


def _jpeg(data: bytes) -> Found:
    if data[3:4] < b"\xc0" or data.rfind(b"\xff\xd9") < 4:
        raise _cut()
    return _image(data, ".jpg")


def _gif(data: bytes) -> Found:
    if data[4:6] not in (b"7a", b"9a") or not data.rstrip(b"\x00").endswith(b"\x3b"):
        raise _cut()
    return _image(data, ".gif")


def _tiff(data: bytes) -> Found:
    (first,) = struct.unpack("<I" if data[:2] == b"II" else ">I", data[4:8]) if len(data) >= 8 else (0,)
    if not 8 <= first < len(data) - 2:
        raise _cut()
    return _image(data, ".tif")


def _webp(data: bytes) -> Found:
    if int.from_bytes(data[4:8], "little") + 8 > len(data) + 1:
        raise _cut()
    return _image(data, ".webp")


# -- Office documents --------------------------------------------------------------------------------------------------

_ODF = {"text": ("word", ".odt"), "presentation": ("slides", ".odp"), "spreadsheet": ("workbook", ".ods")}
_REMOTE = re.compile(
    rb"<Relationship\b(?=[^>]*TargetMode\s*=\s*[\"']External)(?=[^>]*/(?:attachedTemplate|oleObject|subDocument|frame)[\"'])[^>]*>"
)


def _zip(data: bytes) -> Found | None:
    """A document in a zip by its main part; None for plain archives and workbooks that only their own reader may judge."""
    entries = {e.filename.casefold(): e for e in entries_of(data)}
    if "word/document.xml" in entries:
        return _ooxml(data, entries, "word", ".docx")
    if "ppt/presentation.xml" in entries:
        return _ooxml(data, entries, "slides", ".pptx")
    if "xl/workbook.bin" in entries:
        return _ooxml(data, entries, "workbook", ".xlsb")
    if "content.xml" in entries and "mimetype" in entries:
        return _odf(data, entries)
    return None


def _parts(data: bytes, entries: dict[str, zipfile.ZipInfo]) -> Iterator[tuple[str, bytes]]:
    seen: set[str] = set()
    total = 0
    for name, entry in entries.items():
        check_entry(entry, seen)
        if entry.is_dir():
            continue
        plain = unpack(data, entry)
        total += len(plain)
        if total > LIMITS.total_bytes:
            raise Unsafe("E_UNSAFE_SIZE", f"{total // MIB} MiB", f"{total // MIB} MiB")
        yield name, plain


def _ooxml(data: bytes, entries: dict[str, zipfile.ZipInfo], kind: str, suffix: str) -> Found:
    remarks: dict[str, None] = {}
    for name, plain in _parts(data, entries):
        if name.endswith("vbaproject.bin") or "/macrosheets/" in name:
            remarks[MACRO] = None
        elif name.endswith(".rels") and _REMOTE.search(plain):
            raise Unsafe(
                ACTIVE, "เอกสารเรียกแม่แบบหรือวัตถุจากที่อื่น", "the document fetches a template or object from elsewhere"
            )
        elif "/embeddings/" in name and name.endswith(".bin"):
            _no_package(plain)
            remarks[ATTACHED] = None
    return kind, suffix, tuple(remarks)


def _odf(data: bytes, entries: dict[str, zipfile.ZipInfo]) -> Found | None:
    said = unpack(data, entries["mimetype"])[:100].decode("ascii", "replace")
    found = _ODF.get(said.removeprefix("application/vnd.oasis.opendocument.").strip())
    if found is None:
        return None
    macros = False
    for name, plain in _parts(data, entries):
        if name == "meta-inf/manifest.xml" and b"encryption-data" in plain:
            raise Unsafe(LOCKED)
        macros = macros or (
            name.startswith(("basic/", "scripts/")) and name.endswith((".xml", ".xlb", ".py", ".js", ".bsh"))
        )
    return *found, (MACRO,) if macros else ()


def _ole(data: bytes) -> Found | None:
    """An old Office file by the names in its directory; None for mails and what else keeps itself in this container."""

    def has(*names: str) -> bool:
        return any(n.encode("utf-16-le") in data for n in names)

    if has("EncryptedPackage", "EncryptionInfo"):
        return None  # it may be a form of ours: the reader says that it has a password
    kinds = {"WordDocument": ("word", ".doc"), "PowerPoint Document": ("slides", ".ppt")}
    found = next((kind for name, kind in kinds.items() if has(name)), None)
    if found is None and has("Workbook", "Book") and not has("__properties_version1.0"):
        found = ("workbook", ".xls")
    if found is None:
        return None
    if len(data) < 1_536 or data[28:30] != b"\xfe\xff":
        raise _broken("ไฟล์ Office รุ่นเก่าไม่ครบ", "an incomplete old Office file")
    _no_package(data)
    return *found, (MACRO,) if has("_VBA_PROJECT") else ()


def _no_package(data: bytes) -> None:
    if "\x01Ole10Native".encode("utf-16-le") in data:
        raise Unsafe(ACTIVE, "มีไฟล์อื่นฝังอยู่ในเอกสาร", "another file is packed into the document")


# -- text --------------------------------------------------------------------------------------------------------------

_MARKUP = re.compile(rb"<\s*(?:html|script|svg|iframe|object|embed|body|\?xml|!doctype)", re.IGNORECASE)
_COMMAND = re.compile(rb"(?:^|[,;\t\"])\s*[=+@-][^,;\r\n|]*\|[^\r\n]*!", re.MULTILINE)


def _text(data: bytes) -> Found | None:
    """Plain text: no control characters, UTF-8 or Thai windows-874, no markup and no cell that runs a program."""
    if not data.strip() or len(data) > LIMITS.document_bytes or data[:2] in (b"MZ", b"#!"):
        return None
    if any(c < 9 or 13 < c < 32 for c in set(data)) or _MARKUP.search(data):
        return None
    if data.startswith(b"{\\rtf"):
        return None
    for encoding in ("utf-8-sig", "cp874"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _COMMAND.search(data):
            raise Unsafe(ACTIVE, "ข้อความมีสูตรที่สั่งงานโปรแกรม", "the text holds a formula that runs a program")
        return "text", ".txt", ()
    return None


_CHECKS: tuple[tuple[bytes, Callable[[bytes], Found | None]], ...] = (
    (b"%PDF", _pdf),
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"\xff\xd8\xff", _jpeg),
    (b"GIF8", _gif),
    (b"II*\x00", _tiff),
    (b"MM\x00*", _tiff),
    (b"PK\x03\x04", _zip),
    (OLE, _ole),
)
