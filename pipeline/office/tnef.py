"""Outlook's winmail.dat (TNEF) -> the attachments in it. Layout: [MS-OXTNEF]."""

from __future__ import annotations

import struct

from pipeline.office.letters import Attachment, decoded, file_name
from pipeline.office.look import Unsafe

_NEXT, _TITLE, _DATA, _PROPERTIES, _CODEPAGE = 0x00069002, 0x00018010, 0x0006800F, 0x00069005, 0x00069007
_FIXED = {0x0002: 4, 0x0003: 4, 0x0004: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x000A: 4, 0x000B: 4, 0x0014: 8,
          0x0040: 8, 0x0048: 16}  # fmt: skip
_LONG_NAME = 0x3707


def read_tnef(data: bytes) -> list[Attachment]:
    """Every file in a winmail.dat; Unsafe where it is cut off or no TNEF."""
    found: list[dict[str, bytes | str]] = []
    charset, at = "", 6
    while at + 11 <= len(data):
        _, attribute, length = struct.unpack("<BII", data[at : at + 9])
        value = data[at + 9 : at + 9 + length]
        if len(value) != length:
            raise Unsafe("E_CONTAINER_BROKEN", "winmail.dat ขาดหาย", "winmail.dat is cut off")
        at += 11 + length
        if attribute == _CODEPAGE and length >= 4:
            charset = f"cp{struct.unpack('<I', value[:4])[0]}"
        elif attribute == _NEXT:
            found.append({})
        elif found and attribute == _DATA:
            found[-1]["data"] = value
        elif found and attribute == _TITLE:
            found[-1].setdefault("name", decoded(value.split(b"\0")[0], charset))
        elif found and attribute == _PROPERTIES and (name := _long_name(value, charset)):
            found[-1]["name"] = name
    return [
        Attachment(file_name(str(f.get("name", "")), "winmail.bin"), d)
        for f in found
        if isinstance(d := f.get("data"), bytes)
    ]


def _long_name(data: bytes, charset: str) -> str:
    """The long file name among an attachment's MAPI properties, "" where there is none or they cannot be followed."""
    try:
        (count,) = struct.unpack_from("<I", data, 0)
        at = 4
        for _ in range(min(count, 500)):
            kind, key = struct.unpack_from("<HH", data, at)
            at += 4
            if key >= 0x8000:  # named properties travel with their name
                return ""
            if kind in _FIXED:
                at += _FIXED[kind]
                continue
            if kind not in (0x000D, 0x001E, 0x001F, 0x0102):
                return ""
            _, length = struct.unpack_from("<II", data, at)
            value = data[at + 8 : at + 8 + length]
            at += 8 + length + (-length % 4)
            if key == _LONG_NAME and kind in (0x001E, 0x001F):
                text = value.decode("utf-16-le", "replace") if kind == 0x001F else decoded(value, charset)
                return text.split("\0")[0]
    except struct.error:
        return ""
    return ""
