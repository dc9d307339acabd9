"""Evidence files for tests: sound ones of each kind, and ones that must not be kept."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib


def pdf(text: str = "รายงาน", objects: bytes = b"", tail: bytes = b"") -> bytes:
    """A small PDF that says `text`, with further objects."""
    body = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    body += b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n" + objects
    body += b"% " + text.encode() + b"\n"
    return body + b"trailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n" + tail


def packed_objects(plain: bytes, more: bytes = b"") -> bytes:
    """An object stream that holds `plain`."""
    packed = zlib.compress(plain)
    head = f"5 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Length {len(packed)} /Filter /FlateDecode ".encode()
    return head + more + b">>\nstream\n" + packed + b"\nendstream\nendobj\n"


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    image = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\x00\x00")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + image


def jpeg() -> bytes:
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + b"\x11" * 40 + b"\xff\xd9"


def gif() -> bytes:
    return b"GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01\x00\x00;"


def tiff() -> bytes:
    return b"II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"


def webp() -> bytes:
    return b"RIFF" + struct.pack("<I", 20) + b"WEBPVP8 " + b"\x00" * 12


def heic() -> bytes:
    return b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 16


def archive(*parts: tuple[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts:
            made.writestr(zipfile.ZipInfo(name), data)
    return held.getvalue()


def docx(*more: tuple[str, bytes]) -> bytes:
    return archive(("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>"), *more)


def pptx(*more: tuple[str, bytes]) -> bytes:
    return archive(("[Content_Types].xml", b"<x/>"), ("ppt/presentation.xml", b"<x/>"), *more)


def odt(*more: tuple[str, bytes]) -> bytes:
    return archive(("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", b"<x/>"), *more)


def ole(*names: str) -> bytes:
    """An old container whose directory holds these names."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16 + b"\x3e\x00\x03\x00\xfe\xff\x09\x00"
    return head.ljust(512, b"\x00") + b"".join(n.encode("utf-16-le").ljust(128, b"\x00") for n in names).ljust(
        2048, b"\x00"
    )


def exe() -> bytes:
    return b"MZ\x90\x00\x03" + b"\x00" * 60 + b"This program cannot be run in DOS mode.\r\n$" + b"\x00" * 20
