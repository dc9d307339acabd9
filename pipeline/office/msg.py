"""An Outlook .msg -> who sent it, its subject and its attachments. Property streams as in [MS-OXMSG]."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import olefile

from pipeline.office.letters import Attachment, Letter, address, decoded, file_name, message_id, one_line
from pipeline.office.look import Unsafe
from pipeline.office.mail import (
    CARD,
    DEPTH,
    ELSEWHERE,
    INVITATION,
    NAMELESS,
    PICTURE,
    SIGNATURE,
    SMALL_PICTURE,
    ending_of,
    read_mail,
    sealed,
    too_deep,
)

Path = tuple[str, ...]
_CLASS, _SUBJECT, _HEADERS, _MESSAGE_ID, _CODEPAGE = 0x001A, 0x0037, 0x007D, 0x1035, 0x3FFD
_SENDERS = (0x5D01, 0x5D02, 0x0C1F, 0x0065)  # SMTP address of the sender, of whom it is sent for, and either's address
_DATA, _METHOD, _LONG_NAME, _SHORT_NAME, _SHOWN_NAME = 0x3701, 0x3705, 0x3707, 0x3704, 0x3001
_MIME, _FLAGS, _HIDDEN = 0x370E, 0x3714, 0x7FFE
_SHOWN_IN_TEXT = 4  # bit of the attachment's flags: the HTML text refers to it
_EMBEDDED = 5
_HEAD = {"top": 32, "mail": 24, "attachment": 8}  # bytes before the first property


class _Properties:
    """The properties of one storage: short ones from its table, the rest from a stream each."""

    def __init__(self, file: Any, path: Path, head: str, codepage: int = 0) -> None:
        self._file, self._path = file, path
        self._table: dict[int, bytes] = {}
        table = self._stream("__properties_version1.0")[_HEAD[head] :]
        for at in range(0, len(table) - 15, 16):
            _, key, _, value = struct.unpack_from("<HHI8s", table, at)
            self._table[key] = value
        self.codepage = self.number(_CODEPAGE) or codepage

    def _stream(self, name: str) -> bytes:
        where = [*self._path, name]
        if self._file.get_type(where) != olefile.STGTY_STREAM:
            return b""
        with self._file.openstream(where) as stream:
            data: bytes = stream.read()
        return data

    def number(self, key: int) -> int:
        """An integer or yes/no property, 0 where there is none."""
        return int(struct.unpack("<I", self._table.get(key, b"\0" * 8)[:4])[0])

    def data(self, key: int) -> bytes:
        """A binary property."""
        return self._stream(f"__substg1.0_{key:04X}0102")

    def text(self, key: int) -> str:
        """A text property: Unicode, else 8-bit in the mail's code page."""
        if wide := self._stream(f"__substg1.0_{key:04X}001F"):
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        return decoded(
            self._stream(f"__substg1.0_{key:04X}001E"), f"cp{self.codepage}" if self.codepage else ""
        ).rstrip("\0")


def read_msg(data: bytes) -> Letter:
    """The letter in the bytes of a .msg file; Unsafe where it is broken, encrypted or nested too deep.

    What a forwarded mail carries counts as carried by the mail itself.
    """
    try:
        with olefile.OleFileIO(data) as file:
            top = _Properties(file, (), "top")
            found = tuple(_attachments(file, (), top, 0))
            if not found and (file.parsing_issues or not file.exists("__properties_version1.0")):
                raise OSError("parts of it cannot be reached")
            sender = next((a for k in _SENDERS if (a := _smtp(top.text(k)))), "") or _from_headers(top)
            return Letter(sender, one_line(top.text(_SUBJECT)), message_id(top.text(_MESSAGE_ID)), found)
    except (OSError, struct.error, ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        what = f"{type(error).__name__}: {error}"[:80]
        raise Unsafe("E_CONTAINER_BROKEN", "โครงสร้าง .msg เสียหาย", f"the structure of the .msg: {what}") from error


def _smtp(text: str) -> str:
    return address(text) if "@" in text else ""


def _from_headers(top: _Properties) -> str:
    headers = top.text(_HEADERS)
    if not headers:
        return ""
    lines = headers.replace("\r\n ", " ").replace("\r\n\t", " ").splitlines()
    return next((_smtp(line[5:]) for line in lines if line.lower().startswith("from:")), "")


def _attachments(file: Any, path: Path, mail: _Properties, depth: int) -> Iterator[Attachment]:
    if depth > DEPTH:
        raise too_deep()
    signed = mail.text(_CLASS).upper().startswith("IPM.NOTE.SMIME")
    children = sorted({tuple(e[: len(path) + 1]) for e in file.listdir(streams=False, storages=True)})
    for each in children:
        if each[:-1] != path or not each[-1].startswith("__attach_version1.0_#"):
            continue
        own = _Properties(file, each, "attachment", mail.codepage)
        inner = (*each, f"__substg1.0_{_DATA:04X}000D")
        if own.number(_METHOD) == _EMBEDDED or (file.exists([*inner, "__properties_version1.0"])):
            below = _Properties(file, inner, "mail", mail.codepage)
            yield from _attachments(file, inner, below, depth + 1)
        else:
            yield from _one(file, own, inner, signed)


def _one(file: Any, own: _Properties, inner: Path, signed: bool) -> Iterator[Attachment]:
    raw = own.text(_LONG_NAME) or own.text(_SHORT_NAME) or own.text(_SHOWN_NAME)
    kind, data = own.text(_MIME).lower(), own.data(_DATA)
    name = file_name(raw, f"{NAMELESS}{ending_of(kind, data)}")
    if signed and (kind == "multipart/signed" or data[:200].lower().lstrip().startswith(b"content-type:")):
        yield from read_mail(b"MIME-Version: 1.0\r\n" + data).attachments
    elif signed and name.lower().endswith(".p7m"):
        raise sealed()
    elif file.exists(list(inner)) or (not data and own.number(_METHOD) in (2, 3, 4, 7)):
        yield Attachment(name, b"", ELSEWHERE)  # an object drawn by another program, or a link
    elif name.lower().endswith((".p7s", ".ics", ".vcf")):
        yield Attachment(name, b"", {"p7s": SIGNATURE, "ics": INVITATION, "vcf": CARD}[name.lower()[-3:]])
    elif _picture(own, name, kind) and len(data) < SMALL_PICTURE:
        yield Attachment(name, b"", PICTURE)
    else:
        yield Attachment(name, data)


def _picture(own: _Properties, name: str, kind: str) -> bool:
    picture = kind.startswith("image/") or name.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".bmp"))
    return picture and bool(own.number(_HIDDEN) & 0xFF or own.number(_FLAGS) & _SHOWN_IN_TEXT)
