"""Workbooks saved as .xls or .ods: read as an .xlsx is, or held; never a wrong figure, never all the memory there is."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import old_book as old
import pytest
from libreoffice import convert, needs_libreoffice, run
from openpyxl import load_workbook
from staff import CAN, NOW, Place, address_of, fill, result

from pipeline.intake import likely_order
from pipeline.office.look import Unsafe
from pipeline.office.reader import Reader
from pipeline.office.sheets import read_workbook


def cells_of(data: bytes) -> dict[tuple[int, int], list[Any]]:
    [sheet] = read_workbook(data)["sheets"]
    return {(c[0], c[1]): c[2:] for c in sheet["cells"]}


# -- .xls --------------------------------------------------------------------------------------------------------------

NOTHING = b"\x00" * 8
ERROR = b"\x02\x00\x07\x00\x00\x00\xff\xff"
TEXT_FOLLOWS = b"\x00\x00\x00\x00\x00\x00\xff\xff"


def test_cells_of_an_xls_are_what_and_where_excel_shows_them() -> None:
    data = old.xls(
        old.number(3, 2, 12.5), old.text(1, 1, "ก"), old.wrong(2, 2, 23), old.merge(3, 3, 2, 4),
        old.formula(4, 2, struct.pack("<d", 7.0)), old.formula(5, 2, NOTHING), old.formula(6, 2, ERROR),
        old.formula(7, 2, TEXT_FOLLOWS), old.number(8, 2, 0.85, 1), old.number(9, 2, 1234567.0, 2), old.number(10, 2, 45323, 3),
        formats=["0.0%", "#,##0,", "d/m/yyyy"],
    )  # fmt: skip
    assert cells_of(data) == {
        (1, 1): ["ก", "text", False, None], (2, 2): ["#REF!", "error", False, None], (3, 2): ["12.5", "number", False, None],
        (4, 2): ["7", "number", True, None], (5, 2): ["", "formula_empty", False, None], (6, 2): ["#DIV/0!", "error", False, None],
        (7, 2): ["", "formula_empty", False, None], (8, 2): ["0.85", "percent", False, None],
        (9, 2): ["1234567", "number", False, "1,235"], (10, 2): ["2024-02-01", "date", False, None],
    }  # fmt: skip
    said = read_workbook(data)
    assert said["kind"] == "xls" and said["sheets"][0]["merges"] == ["C4:E4"]


def circle() -> bytes:
    """A container whose chain of sectors never ends."""
    data = bytearray(old.xls(old.number(0, 0, 1)))
    at = len(data) - 512
    data[at + 4 : at + 8] = struct.pack("<I", 0)
    return bytes(data)


def with_another(*outermost: int) -> bytes:
    """An .xls with two workbook streams as entries 2 and 3 of its directory; `outermost` of them stand in the root."""
    data = bytearray(old.compound(old.stream([old.number(0, 0, 1)]), "Filler", ["Second", "Third"]))
    directory = data.index("Root Entry".encode("utf-16-le"))
    own = data[directory + 128 : directory + 256]
    for n in (2, 3):
        at = directory + 128 * n
        data[at : at + 128] = own
        data[at : at + 66] = "Workbook".encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 18)
    links = (1, *outermost)
    for here, following in itertools.pairwise(links):
        struct.pack_into("<I", data, directory + 128 * here + 72, following)
    return bytes(data)


PASSWORD = old.xls(old.number(0, 0, 1), before=[(0x2F, b"\x01\x00" + bytes(52))])
HOSTILE_XLS: dict[str, tuple[bytes, str]] = {
    "password": (PASSWORD, "E_UNSAFE_PASSWORD"),
    "encrypted package": (old.compound(b"x", "EncryptedPackage"), "E_UNSAFE_PASSWORD"),
    "cut in half": (old.xls(old.text(0, 0, "ก" * 200))[:2000], "E_UNSAFE_BROKEN"),
    "records cut off": (old.compound(old.stream([old.number(0, 0, 1)])[:-8] + b"\x03\x02\xff\xff"), "E_UNSAFE_BROKEN"),
    "chain in a circle": (circle(), "E_UNSAFE_BROKEN"),
    "before Excel 97": (old.compound(b"x", "Book"), "E_NOT_OURS"),
    "a word document": (old.compound(b"x", "WordDocument"), "E_UNSAFE_NOT_XLSX"),
    "old macro sheet": (old.compound(old.stream([], sort=1)), "E_UNSAFE_CONTENT"),
    "huge extent": (old.xls((0x200, struct.pack("<IIHHH", 0, 65536, 0, 256, 0))), "E_NOT_OURS"),
    "huge extent, and a far cell": (
        old.xls((0x200, struct.pack("<IIHHH", 0, 65536, 0, 256, 0)), old.number(65535, 255, 1)),
        "E_UNSAFE_SIZE",
    ),
    "merge flood": (
        old.xls(*[(0xE5, struct.pack("<H", 51) + struct.pack("<HHHH", 1, 1, 2, 3) * 51)] * 100),
        "E_NOT_OURS",
    ),
    "under the older name": (old.compound(old.stream([old.number(0, 0, 1)]), "BOOK"), "E_NOT_OURS"),
    "two of its kind, neither within the other": (with_another(2, 3), "E_UNSAFE_BROKEN"),
    "the embedded one first": (with_another(3), "E_NOT_OURS"),
    "far cell": (old.xls(old.number(65535, 255, 1)), "E_UNSAFE_SIZE"),
    "more strings than bytes": (old.xls(before=[(0xFC, struct.pack("<II", 9, 2**31))]), "E_UNSAFE_SIZE"),
    "merged all over": (old.xls(old.merge(0, 65535, 0, 255)), "E_UNSAFE_SIZE"),
}


@pytest.mark.parametrize("name", HOSTILE_XLS)
def test_a_hostile_xls_is_named_and_not_read(name: str) -> None:
    data, code = HOSTILE_XLS[name]
    with pytest.raises(Unsafe) as caught:
        read_workbook(data)
    assert caught.value.code == code


def test_a_workbook_embedded_in_an_xls_is_not_taken_for_it() -> None:
    assert read_workbook(with_another(2))["sheets"][0]["cells"]
    with pytest.raises(Unsafe, match="E_NOT_OURS"):  # the value reader would open the embedded one
        read_workbook(with_another(3))


def test_macros_of_an_xls_are_seen_and_never_run() -> None:
    data = old.compound(old.stream([old.number(0, 0, 1)]), more=["_VBA_PROJECT_CUR"])
    try:
        assert read_workbook(data)["macros"] is True
    except Unsafe as unsafe:  # a project that is not there cannot be read; then the file is held
        assert unsafe.code == "E_UNSAFE_BROKEN"


# -- .ods --------------------------------------------------------------------------------------------------------------


def ods_cell(shown: str, kind: str, more: str = "") -> list[Any] | None:
    return cells_of(old.ods(old.row(old.cell(shown, kind, more)))).get((0, 0))


@pytest.mark.parametrize(
    ("shown", "kind", "more", "wanted"),
    [
        ("12.5", "float", 'office:value="12.5"', ["12.5", "number", False, None]),
        ("1E-7", "float", 'office:value="1E-7"', ["0.0000001", "number", False, None]),
        ("85%", "percentage", 'office:value="0.85"', ["0.85", "percent", False, None]),
        ("1,235", "float", 'office:value="1234567"', ["1234567", "number", False, "1,235"]),
        ("฿85.00", "currency", 'office:value="85"', ["85", "number", False, None]),
        ("1/2/67", "date", 'office:date-value="2024-02-01"', ["2024-02-01", "date", False, None]),
        ("1:30", "time", 'office:time-value="PT01H30M"', ["PT01H30M", "date", False, None]),
        ("TRUE", "boolean", 'office:boolean-value="true"', ["TRUE", "bool", False, None]),
        ("๘๕", "string", "", ["๘๕", "text", False, None]),
        ("7", "float", 'office:value="7" table:formula="of:=3+4"', ["7", "number", True, None]),
        ("", "", 'table:formula="of:=3+4"', ["", "formula_empty", False, None]),
        ("#REF!", "string", 'office:string-value="" calcext:value-type="error" table:formula="of:=1"', ["#REF!", "error", False, None]),
        ("Err:502", "float", 'office:value="0" table:formula="of:=1"', ["Err:502", "error", False, None]),
        ("x", "float", 'office:value="nan"', ["nan", "error", False, None]),
        ("", "", "", None),
    ],
)  # fmt: skip
def test_a_cell_of_an_ods_is_what_its_xml_says(shown: str, kind: str, more: str, wanted: list[Any] | None) -> None:
    assert ods_cell(shown, kind, more) == wanted


def test_repeats_and_merges_of_an_ods_stand_where_they_are_seen() -> None:
    rows = old.row(old.cell(again=3), again=2) + old.row(
        old.cell("a", "string", again=2), old.cell(), old.cell("b", "string")
    )
    rows += old.row(old.cell("c", "string", 'table:number-columns-spanned="2"'))
    said = read_workbook(old.ods(rows))["sheets"][0]
    assert [(c[0], c[1], c[2]) for c in said["cells"]] == [(2, 0, "a"), (2, 1, "a"), (2, 3, "b"), (3, 0, "c")]
    assert said["merges"] == ["A4:B4"]


def test_what_a_note_says_is_not_what_the_cell_says() -> None:
    words = '<office:annotation><text:p>99</text:p></office:annotation><text:p>8<text:s text:c="2"/><text:span>5</text:span></text:p>'
    assert cells_of(old.ods(old.row(f'<table:table-cell office:value-type="string">{words}</table:table-cell>'))) == {
        (0, 0): ["8  5", "text", False, None]
    }


def test_pictures_and_hidden_sheets_of_an_ods_are_seen() -> None:
    hidden = '<style:style style:name="ta1"><style:table-properties table:display="false"/></style:style>'
    picture = '<table:table-cell office:value-type="string"><draw:frame/><text:p>x</text:p></table:table-cell>'
    [sheet] = read_workbook(old.ods(old.row(old.cell(), picture), hidden))["sheets"]
    assert sheet["hidden"] and sheet["objects"] == [{"address": "B1"}]


MANIFEST = b'<m:manifest xmlns:m="x"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
FULL = old.row(old.cell("1", "float", 'office:value="1"', again=16384), again=1048576)
HOSTILE_ODS: dict[str, tuple[bytes, str]] = {
    "password": (old.ods("", **{"META-INF__manifest.xml": MANIFEST}), "E_UNSAFE_PASSWORD"),
    "newer password": (old.ods("", **{"encrypted-package": b"x"}), "E_UNSAFE_PASSWORD"),
    "entity bomb": (old.ods("", before=ENTITIES), "E_UNSAFE_CONTENT"),
    "every cell of the sheet": (old.ods(FULL), "E_UNSAFE_SIZE"),
    "a column of a million": (old.ods(old.row(old.cell("1", "string"), again=1048576)), "E_UNSAFE_SIZE"),
    "a long text many times": (old.ods(old.row(old.cell("x" * 30000, "string"), again=190_000)), "E_UNSAFE_SIZE"),
    "many rows of many cells": (old.ods(old.row(old.cell("1", "string", again=2000), again=90) * 20), "E_UNSAFE_SIZE"),
    "more repeats than a sheet may have": (old.ods(old.row(old.cell("1", "string", again=1000), again=150) * 2), "E_UNSAFE_SIZE"),
    "far cell": (old.ods(old.row(again=1048575) + old.row(old.cell("x", "string"))), "E_UNSAFE_SIZE"),
    "merged all over": (old.ods(old.row(old.cell("1", "string", 'table:number-columns-spanned="16384" table:number-rows-spanned="1048576"'))), "E_UNSAFE_SIZE"),
    "malformed": (old.ods("<table:table-row>"), "E_UNSAFE_BROKEN"),
    "a text document": (old.ods("").replace(b"spreadsheet", b"text\x00\x00\x00\x00\x00\x00\x00"), "E_UNSAFE_NOT_XLSX"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_ODS)
def test_a_hostile_ods_is_named_and_not_read(name: str) -> None:
    data, code = HOSTILE_ODS[name]
    with pytest.raises(Unsafe) as caught:
        read_workbook(data)
    assert caught.value.code in (code, "E_UNSAFE_BROKEN" if name == "a text document" else code)


def test_empty_cells_may_be_repeated_to_the_end_of_the_sheet() -> None:
    rows = old.row(old.cell("1", "string"), old.cell(again=16383)) + old.row(old.cell(again=16384), again=1048575)
    assert list(cells_of(old.ods(rows))) == [(0, 0)]


def test_bombs_cost_their_own_file_in_the_limited_child_and_no_other(tmp_path: Path) -> None:
    files = {n: d for n, (d, _) in {**HOSTILE_ODS, **HOSTILE_XLS}.items()}
    files["good"] = old.ods(old.row(old.cell("1", "string")))
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    with Reader(1) as reader:
        answers = dict(zip(files, reader.read([str(tmp_path / n) for n in files]), strict=True))
    assert all(isinstance(a, Unsafe) for n, a in answers.items() if n != "good")
    assert not isinstance(answers["good"], Unsafe | OSError) and answers["good"][0][0].kind == "ods"


# -- through LibreOffice and the whole receiver ------------------------------------------------------------------------

FILTERS = {"xls": "MS Excel 97", "ods": "calc8"}
Change = Callable[[Any], None]


def _value(value: Any, number_format: str = "General") -> Change:
    def change(cell: Any) -> None:
        cell.value, cell.number_format = value, number_format

    return change


def _error(cell: Any) -> None:
    cell.value, cell.data_type = "#REF!", "e"


# indicator -> (what stands in its value cell, rule that names the cell, value in the ledger or None where it is held)
DEFECTS: dict[str, tuple[Change, str, str | None]] = {
    "สนย.1": (_value(datetime(2024, 2, 1), "d/m/yyyy"), "E_DATE", None),
    "กพร.9": (_error, "E_CHAR", None),
    "ปศ.1": (_value("๘๕", "@"), "E_CHAR", None),
    "ศท.4": (_value(16000, "#,##0,"), "Q_SHOWN", "16000"),
    "P1": (_value("88", "@"), "", "88"),
    "อปท.1": (_value(0.85, "0%"), "W_PERCENT", "85"),
}


@pytest.mark.parametrize("form", ["central_plan", "monthly_plan", "quarterly_result"])
def test_another_kind_has_the_same_place_in_its_batch(tmp_path: Path, form: str) -> None:
    words = ("opsbook", "form", form)
    (tmp_path / "a.ods").write_bytes(old.ods(old.row(*(old.cell(w, "string") for w in words))))
    narrow = [(0x204, struct.pack("<HHHHB", 0, n, 0, len(w), 0) + w.encode()) for n, w in enumerate(words)]
    (tmp_path / "a.xls").write_bytes(old.xls(*narrow))
    found = [likely_order(tmp_path / n) for n in ("a.ods", "a.xls")]
    assert found == [["central_plan", "monthly_plan", "quarterly_result"].index(form)] * 2


@needs_libreoffice
@pytest.mark.long
def test_a_form_saved_by_libreoffice_in_another_kind_is_judged_like_the_xlsx(office: Place, tmp_path: Path) -> None:
    form = office.template("01101", "quarterly_result")
    clean, wrong = tmp_path / "clean.xlsx", tmp_path / "wrong.xlsx"
    fill(form, clean, {**result("q1", "สนย.1", "88"), **result("q1", "P1", "12.50"), **result("q1", "ศท.4", "1,250")})
    entries: dict[tuple[str, str, str], str] = {}
    for code in DEFECTS:
        entries |= {("q1", code, "reportable"): CAN, ("q1", code, "details"): "ดำเนินการแล้ว"}
    fill(form, wrong, entries)
    book = load_workbook(wrong)
    where = {code: address_of(form, "q1", code, "value") for code in DEFECTS}
    for code, (change, _, _) in DEFECTS.items():
        change(book["ไตรมาส 1"][where[code]])
    book.save(wrong)
    files = {f"{p.stem}.{k}": (p, tmp_path / f"{p.stem}.{k}", k) for p in (clean, wrong) for k in FILTERS}
    run(*(convert(source, target, FILTERS[kind]) for source, target, kind in files.values()))
    for kind in FILTERS:
        there = office.copy_to(tmp_path / kind)
        said = there.take(tmp_path / f"clean.{kind}", f"งาน.{kind}")
        assert (said["state"], said["rows_held"]) == ("accepted", 0)
        assert [f["rule"] for f in said["findings"] if f["severity"] != "query"] == ["I_OLD_KIND"]
        assert [there.facts("01101", c, "2567-Q1") for c in ("สนย.1", "P1", "ศท.4")] == [["88"], ["12.5"], ["1250"]]
        there = office.copy_to(tmp_path / f"{kind}-wrong")
        said = there.take(tmp_path / f"wrong.{kind}", f"งาน.{kind}")
        assert said["state"] == "returned" and said["answer"].endswith(".marked.xlsx")
        for code, (_, rule, value) in DEFECTS.items():
            assert there.facts("01101", code, "2567-Q1") == ([value] if value else []), (kind, code)
            if rule:
                assert [f for f in said["findings"] if f["rule"] == rule and where[code] in f["cells"]], (kind, code)
        assert there.take(there.outbox(said["answer"]), "กลับมา.xlsx", NOW)["unit"] == "01101"
