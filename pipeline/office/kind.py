"""Bytes of a file and its name -> what it is: workbook, mail, archive, document or unknown. The one place that decides this."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Literal

from pipeline.office.look import LIMITS, OLE

Kind = Literal["workbook", "mail", "archive", "document", "unknown"]
TNEF = b"\x78\x9f\x3e\x22"  # winmail.dat

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLD_SHEETS = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
_DOCUMENTS = (
    b"%PDF", b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*", b"{\\rtf",
)  # fmt: skip
_WORKBOOK_PARTS = {"xl/workbook.xml", "xl/workbook.bin", "index/document.iwa"}
_DOCUMENT_PARTS = {"word/document.xml", "ppt/presentation.xml"}
_OTHER_OPEN_DOCUMENT = re.compile(rb"opendocument\.(?:text|presentation|graphics)")
_HEADER = re.compile(rb"([!-9;-~]{1,76}):")
_MAIL_HEADERS = {
    b"from", b"to", b"cc", b"subject", b"date", b"received", b"return-path", b"delivered-to", b"message-id",
    b"mime-version", b"content-type", b"content-transfer-encoding", b"x-mailer", b"x-unsent", b"reply-to", b"sender",
}  # fmt: skip


def kind_of(data: bytes, name: str = "") -> Kind:
    """What a file is: by its content first, by its name only where the content does not say.

    workbook: an .xlsx or what people take for one (.xls, .xlsb, .ods), also where it is
    broken or locked: `look` says what is wrong with it. mail: .eml, Outlook .msg, winmail.dat. archive: a zip that is no
    office file. document: PDF, pictures, Word, PowerPoint, RTF, other OpenDocument. unknown: text, programs, nothing.
    Never raises; reads at most `LIMITS.members` names of a zip and the first 64 KiB of a text.
    """
    low = name.lower()
    if data.startswith(_ZIP):
        return _zip_kind(data, low)
    if data.startswith(OLE):
        return _ole_kind(data, low)
    if data.startswith(TNEF):
        return "mail"
    if data[:2] in _OLD_SHEETS:
        return "workbook"
    if data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_DOCUMENTS) or data[:4] + data[8:12] == b"RIFFWEBP":
        return "document"
    if _mail_headers(data) >= (1 if low.endswith((".eml", ".msg")) else 3):
        return "mail"
    if data.strip(b"\x00") and low.endswith((".eml", ".msg")):
        return "mail"
    return "archive" if data and low.endswith(".zip") and not data.startswith(b"MZ") else "unknown"


def _zip_kind(data: bytes, name: str) -> Kind:
    names = {n.casefold() for n in zip_names(data)}
    if not names and not data.startswith(_ZIP[1]):
        return "archive" if name.endswith(".zip") else "workbook"
    if names & _WORKBOOK_PARTS:
        return "workbook"
    if names & _DOCUMENT_PARTS:
        return "document"
    if "mimetype" in names and "content.xml" in names:
        return "document" if _OTHER_OPEN_DOCUMENT.search(data[:200]) else "workbook"
    return "workbook" if {"content.xml", "[content_types].xml"} & names else "archive"


def zip_names(data: bytes) -> Iterator[str]:
    """Names in a zip's directory, at most `LIMITS.members` of them; nothing where there is no directory."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 66_000))
    if end < 0 or len(data) < end + 22:
        return
    size, start = struct.unpack("<II", data[end + 12 : end + 20])
    at = end - size if data[start : start + 4] != b"PK\x01\x02" else start
    for _ in range(LIMITS.members):
        if at < 0 or data[at : at + 4] != b"PK\x01\x02" or len(data) < at + 46:
            return
        length, extra, comment = struct.unpack("<HHH", data[at + 28 : at + 34])
        yield data[at + 46 : at + 46 + length].decode("utf-8", "replace")
        at += 46 + length + extra + comment


def _ole_kind(data: bytes, name: str) -> Kind:
    def has(*names: str) -> bool:
        return any(n.encode("utf-16-le") in data for n in names)

    if has("__properties_version1.0", "__substg1.0_"):  # first: what is attached may be any of the others
        return "mail"
    if has("EncryptedPackage", "EncryptionInfo"):
        return "workbook"
    if has("WordDocument", "PowerPoint Document"):
        return "document"
    if has("Workbook", "WORKBOOK", "Book", "BOOK"):
        return "workbook"
    return "mail" if name.endswith(".msg") else "unknown"


def _mail_headers(data: bytes) -> int:
    """How many different header fields of mail a text begins with."""
    seen: set[bytes] = set()
    lines = data[:65_536].lstrip(b"\xef\xbb\xbf \t\r\n").replace(b"\r\n", b"\n").split(b"\n")
    for n, line in enumerate(lines):
        if line[:1] in (b" ", b"\t") or (n == 0 and line.startswith((b"From ", b">From "))):
            continue
        match = _HEADER.match(line)
        if match is None:
            break
        seen.add(match[1].lower())
    return len(seen & _MAIL_HEADERS)
