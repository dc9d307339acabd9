"""Small .xls and .ods files made byte by byte, as no office program would write them."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
END, FREE, TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
Records = Sequence[tuple[int, bytes]]


def record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def start(kind: int) -> bytes:
    return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 6))


def number(row: int, column: int, value: float, style: int = 0) -> tuple[int, bytes]:
    return 0x203, struct.pack("<HHHd", row, column, style, value)


def text(row: int, column: int, value: str) -> tuple[int, bytes]:
    return 0x204, struct.pack("<HHHHB", row, column, 0, len(value), 1) + value.encode("utf-16-le")


def wrong(row: int, column: int, code: int) -> tuple[int, bytes]:
    return 0x205, struct.pack("<HHHBB", row, column, 0, code, 1)


def formula(row: int, column: int, result: bytes) -> tuple[int, bytes]:
    return 0x06, struct.pack("<HHH8sHIH", row, column, 0, result, 0, 0, 3) + b"\x1e\x01\x00"


def merge(*area: int) -> tuple[int, bytes]:
    return 0xE5, struct.pack("<HHHHH", 1, *area)


def stream(
    cells: Records, before: Records = (), formats: Sequence[str] = (), sheet: int = 0x10, sort: int = 0
) -> bytes:
    """A workbook stream with one sheet S. Style n has number format n of `formats`, style 0 is General."""
    globals_ = start(5) + b"".join(record(k, b) for k, b in before)
    for n, code in enumerate(formats, 1):
        globals_ += record(0x41E, struct.pack("<HHB", 163 + n, len(code), 0) + code.encode("latin-1"))
    for n in range(len(formats) + 1):
        globals_ += record(0xE0, struct.pack("<HH", 0, 163 + n if n else 0) + bytes(16))
    at = len(globals_) + 4 + 9 + 4
    globals_ += record(0x85, struct.pack("<IBBBB", at, 0, sort, 1, 0) + b"S") + record(0x0A)
    assert len(globals_) == at
    return globals_ + start(sheet) + b"".join(record(k, b) for k, b in cells) + record(0x0A)


def compound(workbook: bytes, name: str = "Workbook", more: Sequence[str] = ()) -> bytes:
    """An OLE2 container with one stream (and empty storages called `more`)."""
    workbook = workbook.ljust(4096, b"\x00")
    sectors = -(-len(workbook) // 512)
    table = [*range(1, sectors), END, END, TABLE]
    table += [FREE] * (128 - len(table))
    assert len(table) == 128, "one sector of the table is all there is"

    def entry(label: str, kind: int, first: int, size: int) -> bytes:
        raw = label.encode("utf-16-le")
        links = struct.pack("<III", FREE, FREE, 1 if kind == 5 else FREE)
        head = raw.ljust(64, b"\x00") + struct.pack("<HBB", len(raw) + 2, kind, 1) + links
        return head + bytes(36) + struct.pack("<IQ", first, size)

    entries = [entry("Root Entry", 5, END, 0), entry(name, 2, 0, len(workbook)), *(entry(m, 1, END, 0) for m in more)]
    directory = b"".join(entries).ljust(512, b"\x00")[:512]
    head = OLE + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, sectors, 0, 4096, END, 0, END, 0) + struct.pack("<I", sectors + 1)
    head += struct.pack("<108I", *[FREE] * 108)
    return head + workbook.ljust(sectors * 512, b"\x00") + directory + struct.pack("<128I", *table)


def xls(*cells: tuple[int, bytes], **more: Records) -> bytes:
    return compound(stream(cells, **more))  # type: ignore[arg-type]


NAMES = " ".join(
    f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{full}:1.0"'
    for n, full in (("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"), ("draw", "drawing"))
)
CALC = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
KIND = b"application/vnd.oasis.opendocument.spreadsheet"


def ods(rows: str, styles: str = "", before: str = "", **parts: bytes) -> bytes:
    """An .ods with one sheet S of these rows (XML); `parts` are further entries, with / written as __."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content {NAMES} {CALC}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>"
        f'<table:table table:name="S" table:style-name="ta1">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", KIND, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        for name, part in parts.items():
            archive.writestr(name.replace("__", "/"), part)
    return target.getvalue()


def row(*cells: str, again: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{again}">{"".join(cells)}</table:table-row>'


def cell(shown: str = "", kind: str = "", more: str = "", again: int = 1) -> str:
    sort = f'office:value-type="{kind}"' if kind else ""
    words = f"<text:p>{shown}</text:p>" if shown else ""
    return f'<table:table-cell {sort} {more} table:number-columns-repeated="{again}">{words}</table:table-cell>'
