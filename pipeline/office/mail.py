"""A mail as programs save it (.eml) -> who sent it, its subject and its attachments, whatever they are nested in."""

from __future__ import annotations

import binascii
import mimetypes
import re
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from typing import Any

from pipeline.office.kind import kind_of
from pipeline.office.letters import Attachment, Letter, address, decoded, file_name, message_id, one_line, words
from pipeline.office.look import Unsafe
from schemas.language import Text

DEPTH = 12  # mails, archives and parts within each other
SMALL_PICTURE = 50_000  # bytes: a smaller picture inside the text is a signature or a logo
_ENDINGS = {"workbook": ".xlsx", "mail": ".eml", "archive": ".zip"}
NAMELESS = "ไม่มีชื่อ"
PICTURE = Text("รูปในเนื้ออีเมล เช่น ตราหรือลายเซ็น", "a small picture within the text, such as a logo")
INVITATION = Text("นัดหมายในปฏิทิน", "a calendar entry")
SIGNATURE = Text("ลายเซ็นดิจิทัล", "a digital signature")
CARD = Text("นามบัตร", "a business card")
ELSEWHERE = Text("ไฟล์อยู่ที่อื่น ไม่ได้แนบมาด้วย", "kept elsewhere, not attached")
UNREADABLE = Text("ถอดรหัสไม่ได้", "cannot be decoded")
_PASSED = {
    "text/calendar": INVITATION, "application/ics": INVITATION, "application/pkcs7-signature": SIGNATURE,
    "application/x-pkcs7-signature": SIGNATURE, "application/pgp-signature": SIGNATURE, "application/pgp-keys": SIGNATURE,
    "text/vcard": CARD, "text/x-vcard": CARD, "message/external-body": ELSEWHERE, "message/partial": ELSEWHERE,
}  # fmt: skip
_SILENT = {
    "message/delivery-status",
    "message/disposition-notification",
    "text/rfc822-headers",
    "application/applefile",
}
_SEALED = {"application/pkcs7-mime", "application/x-pkcs7-mime"}


class _Raw(Compat32):
    """Header values as they stand in the file: the library would put U+FFFD for every raw 8-bit byte."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        return re.sub(r"[\r\n]+", "", value)


def read_mail(data: bytes) -> Letter:
    """The letter in the bytes of an .eml file; Unsafe where it is none, is encrypted, or is nested too deep.

    What a forwarded mail carries counts as carried by the mail itself. Text bodies and small pictures within them are not
    attachments. The sender is what the From header says, which is no proof of anything.
    """
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    message = BytesParser(policy=_Raw()).parsebytes(data)
    if not message.keys():
        raise Unsafe("E_CONTAINER_BROKEN", "ไม่มีหัวอีเมล", "no mail headers")
    found = list(_attachments(message, 0))
    sender = next((a for h in ("From", "Sender", "Reply-To", "Return-Path") if (a := address(_header(message, h)))), "")
    subject = one_line(words(_header(message, "Subject")))
    return Letter(sender, subject, message_id(_header(message, "Message-ID")), tuple(found))


def _header(message: Message, name: str) -> str:
    return str(message.get(name) or "")


def too_deep() -> Unsafe:
    """Containers within containers, beyond what people send."""
    return Unsafe("E_CONTAINER_SIZE", f"ซ้อนกันเกิน {DEPTH} ชั้น", f"nested more than {DEPTH} deep")


def sealed() -> Unsafe:
    """An encrypted mail."""
    return Unsafe("E_CONTAINER_SEALED", "อีเมล", "the mail")


def _attachments(part: Message, depth: int) -> Iterator[Attachment]:
    kind = part.get_content_type()
    if depth > 4 * DEPTH:
        raise too_deep()
    if kind == "multipart/encrypted":
        raise sealed()
    if kind == "message/rfc822":
        yield from _attachments(_forwarded(part), depth + 4)
    elif part.is_multipart() and kind not in _PASSED and kind not in _SILENT:
        for each in part.get_payload():
            if isinstance(each, Message):
                yield from _attachments(each, depth + 1)
    else:
        yield from _leaf(part, kind, depth)


def _forwarded(part: Message) -> Message:
    """The mail within; some programs encode it as a whole although the standard forbids it."""
    inner = part.get_payload()
    message = inner[0] if isinstance(inner, list) and inner else None
    if not isinstance(message, Message) or _header(part, "Content-Transfer-Encoding").lower() in (
        "base64",
        "quoted-printable",
    ):
        plain = Message()
        plain["Content-Transfer-Encoding"] = _header(part, "Content-Transfer-Encoding")
        plain.set_payload(message.get_payload() if isinstance(message, Message) else inner)
        message = BytesParser(policy=_Raw()).parsebytes(_payload(plain))
    return message


def _payload(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _leaf(part: Message, kind: str, depth: int) -> Iterator[Attachment]:
    name, disposition = _name(part), part.get_content_disposition()
    try:
        data = _payload(part)
    except (ValueError, LookupError, TypeError, AttributeError, binascii.Error):
        yield Attachment(file_name(name, kind), b"", UNREADABLE)
        return
    named = file_name(name, f"{NAMELESS}{ending_of(kind, data)}")
    if kind in _SILENT:
        return
    if kind in _SEALED and (depth == 0 or not name or name.lower().endswith(".p7m")):
        raise sealed()
    if kind in _PASSED or named.lower().endswith((".p7s", ".ics", ".vcf")):
        yield Attachment(named, b"", _PASSED.get(kind, SIGNATURE if named.lower().endswith(".p7s") else INVITATION))
    elif kind.startswith("text/") and disposition != "attachment" and not name:
        yield from _uuencoded(data)
    elif _within_text(part, kind, disposition) and len(data) < SMALL_PICTURE:
        yield Attachment(named, b"", PICTURE)
    elif data or name or disposition == "attachment":
        yield Attachment(named, data)


def _within_text(part: Message, kind: str, disposition: str | None) -> bool:
    return kind.startswith("image/") and (
        disposition == "inline" or (disposition != "attachment" and bool(_header(part, "Content-ID")))
    )


def ending_of(kind: str, data: bytes) -> str:
    """An ending for a file without a name."""
    return _ENDINGS.get(kind_of(data)) or mimetypes.guess_extension(kind) or ".bin"


def _name(part: Message) -> str:
    """The name of an attachment: RFC 2231 with or without continuations, encoded words where they do not belong, raw 8-bit."""
    for header, key in (("content-disposition", "filename"), ("content-type", "name"), ("content-description", "")):
        try:
            value = part.get_param(key, header=header) if key else part.get(header)
        except (ValueError, TypeError, AttributeError):
            continue
        if isinstance(value, tuple):
            charset, _, raw = value
            text = decoded(raw.encode("latin-1", "replace"), charset or "")
            return words(text) if "=?" in text else text
        if value and (key or "." in words(str(value))):
            return words(str(value))
    return ""


def _uuencoded(body: bytes) -> Iterator[Attachment]:
    """Files that old programs wrote into the text itself, between "begin 644 NAME" and "end"."""
    name: str = ""
    lines: list[bytes] = []
    for line in body.splitlines() if b"begin " in body else ():
        if not name and (match := re.fullmatch(rb"begin [0-7]{3,4} (.{1,200})", line.strip())):
            name, lines = file_name(decoded(match[1]), "uuencode"), []
        elif name and line.strip() == b"end":
            yield _uudecoded(name, lines)
            name = ""
        elif name:
            lines.append(line)


def _uudecoded(name: str, lines: list[bytes]) -> Attachment:
    plain = []
    for line in lines:
        try:
            plain.append(binascii.a2b_uu(line))
        except binascii.Error:  # some encoders miscount the padding
            try:
                plain.append(binascii.a2b_uu(line[: (((line[0] - 32) & 63) * 4 + 5) // 3]))
            except (binascii.Error, IndexError):
                return Attachment(name, b"", UNREADABLE)
    return Attachment(name, b"".join(plain))
