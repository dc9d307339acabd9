"""The look before reading: what is not opened and why; and what of a sound workbook the value reader is silent about."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from datetime import datetime
from typing import Any

import pytest
from openpyxl import Workbook
from staff import Place

from pipeline.office.look import LIMITS, Unsafe, look
from pipeline.office.sheets import read_workbook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def sound(**cells: Any) -> bytes:
    book = Workbook()
    book.active.title = "S"
    for address, value in {"A1": "ก", **cells}.items():
        book.active[address] = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def repacked(
    data: bytes, change: dict[str, bytes | None] | None = None, extra: list[tuple[str, bytes]] | None = None
) -> bytes:
    """The archive with some parts replaced (None: left out) and others added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = (change or {}).get(name, old.read(name))
            if part is not None:
                new.writestr(name, part)
        for name, part in extra or []:
            new.writestr(name, part)
    return stream.getvalue()


def sheet_xml(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("xl/worksheets/sheet1.xml")


def with_sheet(old: bytes, new: bytes) -> bytes:
    data = sound(A2=7)
    xml = sheet_xml(data)
    assert old in xml
    return repacked(data, {"xl/worksheets/sheet1.xml": xml.replace(old, new, 1)})


def archive(*parts: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in parts:
            new.writestr(name, part)
    return stream.getvalue()


def encrypted_entry() -> bytes:
    data = bytearray(sound())
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(magic)
        data[place + at] |= 1
    return bytes(data)


def overlapping() -> bytes:
    """The second entry of the directory points at the first one's bytes."""
    data = bytearray(sound())
    first = data.find(b"PK\x01\x02")
    second = data.find(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    return bytes(data)


def bomb() -> bytes:
    return repacked(sound(), extra=[("xl/worksheets/sheet2.xml", b" " * (20 * 1024 * 1024))])


def lying_size() -> bytes:
    """Declares a small size for a part that unpacks to far more."""
    data = bytearray(bomb())
    at = data.find(b"xl/worksheets/sheet2.xml", data.find(b"PK\x01\x02")) - 46
    data[at + 24 : at + 28] = struct.pack("<I", 100)
    return bytes(data)


def flipped_bit() -> bytes:
    data = bytearray(sound())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as opened:
        info = opened.getinfo("xl/worksheets/sheet1.xml")
    data[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 0x10
    return bytes(data)


STRINGS = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount="4000000000"><si><t>a</t></si></sst>'
DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
REFUSED: dict[str, tuple[bytes, str, str]] = {
    "empty": (b"", "E_UNSAFE_EMPTY", ""),
    "text named xlsx": ("รหัส,ผล\nสนย.1,88\n".encode(), "E_UNSAFE_NOT_XLSX", "text"),
    "text in windows-874": ("รหัส,ผล\r\n".encode("cp874"), "E_UNSAFE_NOT_XLSX", "text"),
    "html saved as xls": (b"\r\n<html><table><tr><td>88</td></tr></table></html>", "E_UNSAFE_NOT_XLSX", "web page"),
    "html with doctype": (b"<!doctype HTML><html></html>", "E_UNSAFE_NOT_XLSX", "web page"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\x00", "E_UNSAFE_NOT_XLSX", "PDF"),
    "picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "E_UNSAFE_NOT_XLSX", "picture"),
    "plain zip": (archive(("readme.txt", b"hello")), "E_UNSAFE_NOT_XLSX", "zip"),
    "docx": (archive(("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>")), "E_UNSAFE_NOT_XLSX", "Word"),
    "pptx": (archive(("ppt/presentation.xml", b"<x/>"),), "E_UNSAFE_NOT_XLSX", "PowerPoint"),
    "xlsb": (archive(("xl/workbook.bin", b"\x00"),), "E_NOT_OURS", "xlsb"),
    "password": (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600), "E_UNSAFE_PASSWORD", ""),
    "password on an entry": (encrypted_entry(), "E_UNSAFE_PASSWORD", ""),
    "noise": (bytes(range(256)) * 8, "E_UNSAFE_BROKEN", ""),
    "first half only": (sound()[: len(sound()) // 2], "E_UNSAFE_BROKEN", ""),
    "last bytes missing": (sound()[:-10], "E_UNSAFE_BROKEN", ""),
    "flipped bit": (flipped_bit(), "E_UNSAFE_BROKEN", ""),
    "malformed xml": (with_sheet(b"</sheetData>", b"</sheetDat>"), "E_UNSAFE_BROKEN", ""),
    "no worksheets": (repacked(sound(), {"xl/worksheets/sheet1.xml": None}), "E_NOT_OURS", ""),
    "bomb": (bomb(), "E_UNSAFE_SIZE", ""),
    "far cell": (with_sheet(b'r="A2"', b'r="XFD1048576"'), "E_UNSAFE_SIZE", ""),
    "too many parts": (repacked(sound(), extra=[(f"x/{n}.xml", b"<x/>") for n in range(LIMITS.members)]), "E_UNSAFE_SIZE", ""),
    "too many sheets": (repacked(sound(), extra=[(f"xl/worksheets/s{n}.xml", b"<x/>") for n in range(LIMITS.sheets + 1)]), "E_UNSAFE_SIZE", ""),
    "merge flood": (with_sheet(b"</sheetData>", b"</sheetData><mergeCells>" + b'<mergeCell ref="A1:B2"/>' * (LIMITS.merges + 1) + b"</mergeCells>"), "E_NOT_OURS", ""),
    "string count lie": (repacked(sound(), {"xl/sharedStrings.xml": None}, [("xl/sharedStrings.xml", STRINGS)]), "E_UNSAFE_SIZE", ""),
    "doctype": (with_sheet(b"<worksheet", DOCTYPE + b"<worksheet"), "E_UNSAFE_CONTENT", ""),
    "doctype far behind": (with_sheet(b"<worksheet", b"<!--" + b" " * 9000 + b"-->" + DOCTYPE + b"<worksheet"), "E_UNSAFE_CONTENT", ""),
    "path traversal": (repacked(sound(), extra=[("../../evil.xml", b"<x/>")]), "E_UNSAFE_CONTENT", ""),
    "absolute path": (repacked(sound(), extra=[("/etc/x.xml", b"<x/>")]), "E_UNSAFE_CONTENT", ""),
    "drive letter": (repacked(sound(), extra=[("C:/x.xml", b"<x/>")]), "E_UNSAFE_CONTENT", ""),
    "one name in two cases": (repacked(sound(), extra=[("xl/Worksheets/SHEET1.xml", b"<x/>")]), "E_UNSAFE_CONTENT", ""),
    "overlapping parts": (overlapping(), "E_UNSAFE_CONTENT", ""),
    "old macro sheet": (repacked(sound(), extra=[("xl/macrosheets/sheet1.xml", b"<x/>")]), "E_UNSAFE_CONTENT", ""),
    "utf-16 xml": (repacked(sound(), {"xl/worksheets/sheet1.xml": sheet_xml(sound()).decode().encode("utf-16")}), "E_NOT_OURS", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_no_sound_workbook_is_not_opened(name: str) -> None:
    data, code, words = REFUSED[name]
    with pytest.raises(Unsafe) as caught:
        read_workbook(data)
    assert caught.value.code == code
    assert words in caught.value.en


def test_declared_sizes_are_not_believed() -> None:
    with pytest.raises(Unsafe) as caught:
        look(lying_size())
    assert caught.value.code in ("E_UNSAFE_SIZE", "E_UNSAFE_BROKEN")


def test_a_file_over_the_limit_is_not_even_unpacked() -> None:
    with pytest.raises(Unsafe) as caught:
        look(b"PK\x03\x04" + bytes(LIMITS.file_bytes))
    assert caught.value.code == "E_UNSAFE_SIZE"


def test_a_very_old_workbook_is_a_sound_stranger_and_named() -> None:
    with pytest.raises(Unsafe) as caught:
        read_workbook(OLE + bytes(500) + "Book".encode("utf-16-le") + bytes(500))
    assert caught.value.code == "E_NOT_OURS" and "xls" in caught.value.en


def test_a_sound_workbook_is_looked_at_and_read() -> None:
    data = sound(B2="ข")
    assert "xl/workbook.xml" in look(data)
    [sheet] = read_workbook(data)["sheets"]
    assert (sheet["name"], sheet["hidden"]) == ("S", False)
    assert [c[:4] for c in sheet["cells"]] == [[0, 0, "ก", "text"], [1, 1, "ข", "text"]]


def test_wide_but_honest_sheets_are_read() -> None:
    [sheet] = read_workbook(sound(DBF3=5))["sheets"]
    assert [2, 2761, "5", "number"] in [c[:4] for c in sheet["cells"]]


# -- what the cell is, not only what it shows -------------------------------------------------------------------------


def cells_of(data: bytes) -> dict[tuple[int, int], tuple[str, str, bool]]:
    [sheet] = read_workbook(data)["sheets"]
    return {(c[0], c[1]): (c[2], c[3], bool(c[4])) for c in sheet["cells"]}


def one_cell(value: Any, number_format: str | None = None) -> tuple[str, str, bool] | None:
    book = Workbook()
    book.active["B2"] = value
    if number_format:
        book.active["B2"].number_format = number_format
    stream = io.BytesIO()
    book.save(stream)
    return cells_of(stream.getvalue()).get((1, 1))


@pytest.mark.parametrize(
    ("value", "number_format", "text", "kind"),
    [
        ("N/A", None, "N/A", "text"), ("1e3", None, "1e3", "text"), ("๑๒", None, "๑๒", "text"), ("007", None, "007", "text"),
        (" 9 ", None, " 9 ", "text"), (12, None, "12", "number"), (12.5, None, "12.5", "number"), (0.1, None, "0.1", "number"),
        (1e-7, None, "0.0000001", "number"), (1e15, None, "1000000000000000", "number"), (-3, None, "-3", "number"),
        (0.85, "0%", "0.85", "percent"), (0.85, "0.00%", "0.85", "percent"), (85, '0.0" %"', "85", "number"), (True, None, "TRUE", "bool"),
        (datetime(2024, 2, 1), None, "2024-02-01", "date"), (45323, "d/m/yyyy", "2024-02-01", "date"),
    ],
)  # fmt: skip
def test_values_keep_what_they_were_stored_as(value: Any, number_format: str | None, text: str, kind: str) -> None:
    assert one_cell(value, number_format) == (text, kind, False)


@pytest.mark.parametrize("error", ["#REF!", "#DIV/0!", "#N/A", "#NAME?", "#VALUE!"])
def test_an_error_value_is_never_an_empty_cell(error: str) -> None:
    found = one_cell(error)  # openpyxl stores these as error cells
    assert found is not None and found[:2] == (error, "error")


def test_a_formula_without_a_stored_value_is_never_an_empty_cell() -> None:
    found = one_cell("=1+1")
    assert found is not None and found[:2] == ("", "formula_empty")


def test_a_formula_with_a_stored_value_is_read_and_marked_as_a_formula() -> None:
    data = with_sheet(b'<c r="A2" t="n"><v>7</v></c>', b'<c r="A2"><f>3+4</f><v>7</v></c>')
    assert cells_of(data)[1, 0] == ("7", "number", True)


def test_a_text_cell_that_names_no_text_is_empty() -> None:
    data = with_sheet(b'<c r="A2" t="n"><v>7</v></c>', b'<c r="A2" t="s"><v/></c>')
    assert set(cells_of(data)) == {(0, 0)}


def test_an_empty_part_without_an_end_is_sound() -> None:
    whole = with_sheet(b"<v>7</v>", b"<v>8</v>")
    data = repacked(whole, extra=[("docProps/thumbnail.wmf", b"")])
    assert cells_of(_without_end(data, "docProps/thumbnail.wmf"))[1, 0][0] == "8"


def _without_end(data: bytes, name: str) -> bytes:
    """The same archive, an empty part packed to no bytes at all, as one program does."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = archive.getinfo(name)
        assert info.compress_size == 2 and info.file_size == 0 and archive.start_dir
        at = info.header_offset + 30 + len(name)
        last = max(i.header_offset for i in archive.infolist()) == info.header_offset
    assert last
    directory = data.index(b"PK\x01\x02", at)
    cut = bytearray(data[:at] + data[at + 2 : directory] + data[directory:])
    for start, offset in ((info.header_offset, 18), (cut.rindex(b"PK\x01\x02"), 20)):
        cut[start + offset : start + offset + 4] = struct.pack("<I", 0)
    end = cut.rindex(b"PK\x05\x06")
    cut[end + 16 : end + 20] = struct.pack("<I", directory - 2)
    return bytes(cut)


def test_macros_are_seen() -> None:
    assert read_workbook(repacked(sound(), extra=[("xl/vbaProject.bin", b"\x00")]))["macros"] is True
    assert read_workbook(sound())["macros"] is False


# -- through the whole receiver ----------------------------------------------------------------------------------------


def test_every_refused_kind_ends_in_quarantine_with_its_reason_and_the_original_kept(new_office: Place) -> None:
    for n, (name, (data, _, _)) in enumerate(sorted(REFUSED.items())):
        new_office.send(data, f"{n:02d}-{name.replace(' ', '-')}.xlsx")
    new_office.send(sound(), "stranger.xlsx")
    answer = new_office.call("receive", "--json")
    assert answer.code == 1
    by = {f["name"]: f for f in answer.json["files"]}
    assert len([n for n in by if not by[n]["container"]]) == len(REFUSED) + 1
    for n, (name, (data, code, _)) in enumerate(sorted(REFUSED.items())):
        file = by[f"{n:02d}-{name.replace(' ', '-')}.xlsx"]
        opened = (
            ("accepted", ["I_UNPACKED"]) if name == "plain zip" else ("quarantined", [code])
        )  # a zip is taken apart
        assert (file["state"], [f["rule"] for f in file["findings"]]) == opened, name
        kept = new_office.root / "var" / "originals" / file["sha256"][:2] / file["sha256"] / "original"
        assert kept.read_bytes() == data
        assert zlib.crc32(new_office.outbox(file["answer"]).read_bytes())
    assert [f["rule"] for f in by["stranger.xlsx"]["findings"]] == ["E_NOT_OURS"]
    assert not [p for p in (new_office.root / "inbox").iterdir() if p.suffix == ".xlsx"]
