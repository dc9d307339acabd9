"""One workbook in the many ways programs spell it: the value is the one Excel shows, or the file says that it is unsure."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter

from pipeline.office.look import Unsafe
from pipeline.office.sheets import read_workbook
from pipeline.office.shows import is_percent, seen_as_percent, seen_otherwise, shown
from schemas.numbers import suggest

SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
RELATIONS, STYLES = "xl/_rels/workbook.xml.rels", "xl/styles.xml"


def parts_of(
    cell: str = "<c r='B2'><v>39</v></c>", code: str = "General", number: int | None = None
) -> dict[str, bytes]:
    """A small workbook whose B2 is `cell`, and whose style 1 has this number format (or the built-in one of a number)."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "หัวข้อ")
        sheet.write_number(1, 1, 1, book.add_format({"num_format": code if number is None else "0.0000"}))
    with zipfile.ZipFile(out) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    parts[SHEET] = re.sub(rb'<c r="B2".*?</c>', lambda _m: cell.encode(), parts[SHEET])
    if number is not None:
        parts[STYLES] = re.sub(rb'numFmtId="164"(?= fontId| applyAl)', b'numFmtId="%d"' % number, parts[STYLES])
        assert b'numFmtId="%d"' % number in parts[STYLES]
    return parts


def cell_of(parts: dict[str, bytes], place: tuple[int, int] = (1, 1)) -> tuple[str, str, str | None]:
    """(text, kind, what is shown otherwise) of B2 in the first worksheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    sheet: dict[str, Any] = read_workbook(out.getvalue())["sheets"][0]
    [found] = [c for c in sheet["cells"] if tuple(c[:2]) == place]
    return found[2], found[3], found[5]


SPELLINGS = {
    "plain": '<c r="B2"><v>39</v></c>',
    "blanks": '<c r="B2"><v> 39 </v></c>',
    "exponent": '<c r="B2"><v>3.9E1</v></c>',
    "entity": '<c r="B2"><v>3&#57;</v></c>',
    "comment": '<c r="B2"><v>3<!-- x -->9</v></c>',
    "instruction": '<c r="B2"><v>3<?x y?>9</v></c>',
    "section": '<c r="B2"><v>3<![CDATA[9]]></v></c>',
    "section alone": '<c r="B2"><v><![CDATA[39]]></v></c>',
    "text with a section": '<c r="B2" t="str"><v>3<![CDATA[9]]></v></c>',
    "text with a comment": '<c r="B2" t="inlineStr"><is><t>3<!-- x -->9</t></is></c>',
    "runs": '<c r="B2" t="inlineStr"><is><r><t>3</t></r><r><t>9</t></r><rPh sb="0" eb="1"><t>1</t></rPh></is></c>',
    "no address": "<c/><c><v>39</v></c>",
    "a digit too exact": '<c r="B2"><v>39.000000000000007</v></c>',
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_figure_is_read_whole_however_it_is_spelled(name: str) -> None:
    assert cell_of(parts_of(SPELLINGS[name]))[0] == "39"


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="B2"><v>39</v></c><c r="B2"><v>40</v></c>', '<c r="B2"><v>39</v><v>40</v></c>',
        '<c r="B2"><v>39</v></c></row><row r="2"><c r="B2"><v>40</v></c>', '<c r="B2" t="s"><v>-1</v></c>',
    ],
)  # fmt: skip
def test_a_cell_that_stands_twice_is_never_read_as_one_of_both(cell: str) -> None:
    with pytest.raises(Unsafe) as refused:
        cell_of(parts_of(cell))
    assert refused.value.code == "E_UNSAFE_BROKEN" and ("B2" in refused.value.th or "-1" in cell)


@pytest.mark.parametrize(
    ("cell", "text", "kind"),
    [
        ('<c r="B2" t="e"><v>#SPILL!</v></c>', "#SPILL!", "error"), ('<c r="B2" t="e"><v>Err:508</v></c>', "Err:508", "error"),
        ('<c r="B2"><v>N/A</v></c>', "N/A", "text"), ('<c r="B2"><v>๓๙</v></c>', "๓๙", "text"), ('<c r="B2"><v>1,5</v></c>', "1,5", "text"),
        ('<c r="B2" t="d"><v>2024-02-01T00:00:00Z</v></c>', "2024-02-01T00:00:00Z", "date"),
        ('<c r="B2" t="str"><f>30+9</f></c>', "", "formula_empty"),
    ],
)  # fmt: skip
def test_one_odd_cell_costs_that_cell_and_not_the_file(cell: str, text: str, kind: str) -> None:
    parts = parts_of(cell)
    assert cell_of(parts)[:2] == (text, kind)
    assert cell_of(parts, (0, 0))[0] == "หัวข้อ"


def renamed(old: str, new: str, target: str | None = None) -> dict[str, bytes]:
    """The workbook of a percentage with a part under another name; `target` is how its relation says so."""
    parts = parts_of('<c r="B2" s="1"><v>0.39</v></c>', "0%")
    parts[new] = parts.pop(old)
    says = (target or f"/{new}").encode()
    told, count = re.subn(rb'(?<=Target=")(?:/xl/)?%s(?=")' % old.removeprefix("xl/").encode(), says, parts[RELATIONS])
    assert count == 1
    return {**parts, RELATIONS: told}


NAMES: dict[str, Callable[[], dict[str, bytes]]] = {
    "usual": lambda: renamed(STYLES, STYLES),
    "styles elsewhere": lambda: renamed(STYLES, "xl/styles1.xml"),
    "styles in capitals": lambda: renamed(STYLES, "xl/Styles.xml"),
    "strings elsewhere": lambda: renamed(STRINGS, "xl/text/sst.xml"),
    "relative": lambda: renamed(SHEET, SHEET, "./worksheets/sheet1.xml"),
    "by the parent": lambda: renamed(SHEET, SHEET, "../xl/worksheets/sheet1.xml"),
    "capitals": lambda: renamed(SHEET, "xl/worksheets/Sheet1.xml", "worksheets/sheet1.xml"),
    "escaped": lambda: renamed(SHEET, "xl/worksheets/sheet 1.xml", "worksheets/sheet%201.xml"),
    "another folder": lambda: renamed(SHEET, "xl/ws/a.xml"),
}


@pytest.mark.parametrize("name", NAMES)
def test_relations_say_which_part_is_which(name: str) -> None:
    assert cell_of(NAMES[name]()) == ("0.39", "percent", None)
    assert cell_of(NAMES[name](), (0, 0))[0] == "หัวข้อ"


def test_a_cell_without_a_style_has_the_first() -> None:
    parts = parts_of('<c r="B2"><v>0.39</v></c>')
    parts[STYLES] = re.sub(rb'(<cellXfs.*?)numFmtId="0"', rb'\1numFmtId="9"', parts[STYLES], count=1)
    assert cell_of(parts)[1] == "percent"


def formatted(value: str, code: str = "General", number: int | None = None) -> tuple[str, str, str | None]:
    return cell_of(parts_of(f'<c r="B2" s="1"><v>{value}</v></c>', code, number))


@pytest.mark.parametrize("number", [14, 22, 27, 45, 57, *range(71, 82)])
def test_days_of_every_built_in_kind_are_days(number: int) -> None:
    assert formatted("45323", number=number)[1] == "date"


@pytest.mark.parametrize(("number", "kind"), [(9, "percent"), (67, "percent"), (68, "percent"), (61, "number")])
def test_formats_of_a_thai_excel_need_no_definition(number: int, kind: str) -> None:
    assert formatted("0.39", number=number)[1] == kind


@pytest.mark.parametrize(
    ("value", "code", "kind", "seen"),
    [
        ("45323", "ว/ด/ปปปป", "date", None), ("45323", "[$-1010409]bbbb", "date", None), ("39", "Standard", "number", None),
        ("39", "[<1]0%;0", "number", None), ("0.39", "[<1]0%;0", "percent", None), ("39", "0;-0;0%", "number", None),
        ("39", '0" ล้าน"', "number", "39ล้าน"), ("39", '0" บาท"', "number", None),
        ("0", "#,###", "number", ""), ("0", "0;-0;;@", "number", ""), ("0", '0;-0;"-"', "number", None), ("0", "0", "number", None),
        ("0", r"0;\-0;\-", "number", None), ("39", "[>100]0,;0", "number", None),
        ("-39", "0;0", "number", "39"), ("-39", "0;[Red]0", "number", None), ("-39", "0;(0)", "number", None),
        ("39", "(0)", "number", "-39"), ("39", '_(* #,##0_);_(* (#,##0);_(* "-"_)', "number", None),
    ],
)  # fmt: skip
def test_what_a_format_makes_of_a_figure(value: str, code: str, kind: str, seen: str | None) -> None:
    assert formatted(value, code)[1:] == (kind, seen)


def test_zeros_that_a_sheet_does_not_show_are_blank_to_who_looks() -> None:
    parts = parts_of('<c r="B2"><v>0</v></c>')
    parts[SHEET] = parts[SHEET].replace(b"<sheetView ", b'<sheetView showZeros="0" ')
    assert cell_of(parts) == ("0", "number", "")


@pytest.mark.parametrize(
    ("typed", "offer"),
    [
        ("๑๒ ล้านบาท", None), ("5 พันบาท", None), ("50 ร้อย", None), ("5.5 แสน", None), ("ร้อยละ 50", "50"), ("5 คน", "5"),
        ("1 234 567", "1234567"), ("12 5", None), ("1 1/2", None), ("1 / 2", "1/2"), ("1\u00a0234", "1234"), ("- 5", "-5"), ("39\u3000", "39"),
    ],
)  # fmt: skip
def test_no_value_is_offered_for_what_may_be_a_thousand_times_as_much(typed: str, offer: str | None) -> None:
    assert suggest(typed) == offer


@pytest.mark.parametrize(
    ("text", "value", "percent", "seen"),
    [
        ("39%", 0.39, True, "39%"), ("39 %", 0.39, True, "39 %"), ("39%", 39, False, None), ("39 ล้าน", 39, False, "39 ล้าน"),
        ("39 คน", 39, False, None), ("", 0, False, ""), ("-", 0, False, None), ("-39", -39, False, None),
    ],
)  # fmt: skip
def test_what_an_open_document_draws_of_a_figure(text: str, value: float, percent: bool, seen: str | None) -> None:
    assert (seen_as_percent(text, value), seen_otherwise(text, value)) == (percent, seen)


def test_a_whole_number_of_an_old_workbook_meets_conditions_too() -> None:
    assert not is_percent("[<1]0%;0", 5) and shown("[<1]0%;0", 5) is None
