"""Words of mail as they travel: names, subjects, addresses in every encoding in use -> text; and the types a mail is read into."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
import unicodedata
from dataclasses import dataclass
from email.utils import parseaddr

from schemas.language import Text

MOST_NAME = 150
_CP874 = {"windows-874", "x-windows-874", "ms874", "ms-874", "cp-874", "tis-620", "tis620", "iso-8859-11", "thai"}
_WORD = re.compile(r"=\?([^?*\s]{1,40})(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")
_ADDRESS = re.compile(r"[^@\s<>\"(),;:\\]{1,120}@[^@\s<>\"(),;:\\]{1,200}")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")


@dataclass(frozen=True)
class Attachment:
    """One thing a container holds. `passed` says why it is not taken in; None where it is."""

    name: str
    data: bytes
    passed: Text | None = None


@dataclass(frozen=True)
class Letter:
    """A mail as read: who sent it by its own words ("" where it does not say), and everything it carries."""

    sender: str
    subject: str
    message_id: str
    attachments: tuple[Attachment, ...]


def decoded(data: bytes, charset: str = "") -> str:
    """Bytes as text: by the charset named, else UTF-8, else Thai (windows-874), else byte for byte. Never raises."""
    named = "cp874" if charset.strip().lower().replace("_", "-") in _CP874 else charset.strip()
    for codec in (named, "utf-8", "cp874"):
        try:
            return data.decode(codec) if codec else data.decode("ascii")
        except (LookupError, UnicodeError, ValueError):
            continue
    return data.decode("latin-1")


def words(raw: str) -> str:
    """A header's text: encoded words (RFC 2047) decoded, also where a letter is cut in two between them; raw 8-bit read."""
    raw = raw.replace("\r", "").replace("\n", "")
    found: list[tuple[str, bytes]] = []  # (charset, bytes); "" for what is no encoded word
    at = 0
    for match in _WORD.finditer(raw):
        between = raw[at : match.start()]
        if between.strip() or (between and not (found and found[-1][0])):
            found.append(("", _bytes(between)))
        found.append((match[1].lower(), _unencoded(match[2], match[3])))
        at = match.end()
    found.append(("", _bytes(raw[at:])))
    joined: list[tuple[str, bytes]] = []
    for charset, data in found:
        if joined and joined[-1][0] == charset:
            joined[-1] = (charset, joined[-1][1] + data)
        else:
            joined.append((charset, data))
    return "".join(decoded(data, charset) for charset, data in joined).strip()


def _bytes(raw: str) -> bytes:
    return raw.encode("utf-8", "surrogateescape")


def _unencoded(how: str, data: str) -> bytes:
    if how in "qQ":
        return quopri.decodestring(_bytes(data.replace("_", " ")), header=True)
    try:
        return base64.b64decode(_bytes(data) + b"=" * (-len(data) % 4))
    except (binascii.Error, ValueError):
        return _bytes(data)


def address(raw: str) -> str:
    """The mail address in a header such as From, "" where there is none."""
    found = parseaddr(raw.replace("\r", "").replace("\n", ""))[1].strip()
    if not _ADDRESS.fullmatch(found):
        match = _ADDRESS.search(raw)
        found = match[0] if match else ""
    return found if found.isascii() or found.isprintable() else ""


def message_id(raw: str) -> str:
    """A Message-ID with its brackets, "" where it is none that could be written into a header again."""
    match = _MESSAGE_ID.search(raw)
    return match[0] if match else ""


def one_line(text: str, most: int = 200) -> str:
    """A text as one printable line."""
    shown = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return re.sub(r"\s+", " ", shown).strip()[:most]


def file_name(raw: str, fallback: str) -> str:
    """A file name as data: one component, printable, at most 150 characters with its ending kept."""
    name = one_line(re.sub(r"[/\\]", "_", raw), 4 * MOST_NAME).strip(" .") if raw else ""
    name = re.sub(r"^_*(?:\.\._)+", "", name) or fallback
    if len(name) <= MOST_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    return f"{stem[: MOST_NAME - 11]}{dot}{ending[:10]}" if dot else name[:MOST_NAME]
