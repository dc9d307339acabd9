"""What people do to a workbook before they send it: rows, columns, sheets and headings. Read on, or ask, never guess."""

from __future__ import annotations

import copy
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment

from pipeline import begin, judge
from pipeline import receive as receiving
from pipeline.model import Outcome
from pipeline.opening import Office, open_office

M, Q = "แผนรายเดือน", "ไตรมาส 1"
KEYS, HEAD, FIRST = 6, 7, 8  # rows as Excel shows them


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, Path, Path]:
    """A small office whose plan is in force, and two filled forms that nobody sent yet."""
    root = tmp_path_factory.mktemp("shapes")
    begin.make_demo(root, "ministry", 2, 0, 1, False, None, lambda *_: None)
    opened = open_office(root)
    unit = "03001"
    return opened, root / "inbox" / f"monthly_plan_{unit}.xlsx", root / "inbox" / f"quarterly_result_{unit}.xlsx"


Change = Callable[[openpyxl.Workbook], None]


def judged(office: tuple[Office, Path, Path], tmp_path: Path, change: Change, form: str = "monthly") -> Outcome:
    """The judgement of a filled form after `change`."""
    opened, monthly, quarterly = office
    book = openpyxl.load_workbook(monthly if form == "monthly" else quarterly)
    change(book)
    path = tmp_path / "sent.xlsx"
    book.save(path)
    return judge.check(opened, [path])[0]


def figures(outcome: Outcome) -> dict[tuple[str, str, str], str]:
    return {(f.indicator, f.scenario, f.period): f.value for p in outcome.result.postings for f in p.facts}


def asked(outcome: Outcome) -> list[str]:
    return [f.rule for f in outcome.result.findings if f.severity != "info"]


def _without_keys(book: openpyxl.Workbook) -> None:
    for cell in book[M][KEYS]:
        cell.value = None


def _reversed(book: openpyxl.Workbook) -> None:
    sheet = book[M]
    rows = [[copy.copy(c.value) for c in r] for r in sheet.iter_rows(min_row=FIRST)]
    for at, row in enumerate(reversed(rows)):
        for column, value in enumerate(row, 1):
            sheet.cell(FIRST + at, column).value = value


def _as_numbers(book: openpyxl.Workbook) -> None:
    for row in book[M].iter_rows(min_row=FIRST, min_col=7):
        for cell in row:
            try:
                cell.value = float(str(cell.value).replace(",", ""))
                cell.number_format = "General"
            except ValueError:
                continue


def _invisible(book: openpyxl.Workbook) -> None:
    for row in book[M].iter_rows(min_row=FIRST, min_col=7):
        for cell in row:
            if isinstance(cell.value, str) and not cell.value.startswith("="):
                cell.value = f"\u200b {cell.value}\u00a0"


def _mangled_headings(book: openpyxl.Workbook) -> None:
    _without_keys(book)
    for cell in book[M][HEAD]:
        cell.value = str(cell.value or "").replace("ำ", " า").replace("่", "").replace("ี", "ี")


def _everything(book: openpyxl.Workbook) -> None:
    _without_keys(book)
    del book["_opsbook"]
    book[M].title = "Sheet1"
    book["Sheet1"].insert_rows(1, 2)
    book["Sheet1"].insert_cols(1)


def _headings_repeated(book: openpyxl.Workbook) -> None:
    book[M].insert_rows(14)
    for cell in book[M][HEAD]:
        book[M].cell(14, cell.column).value = cell.value


def _accounting(book: openpyxl.Workbook) -> None:
    _as_numbers(book)
    for row in book[M].iter_rows(min_row=FIRST, min_col=7):
        for cell in row:
            if isinstance(cell.value, float):
                cell.number_format = '_-* #,##0_-;-* #,##0_-;_-* "-"??_-;_-@_-'


def _other_words_for_months(book: openpyxl.Workbook) -> None:
    _without_keys(book)
    book[M]["G7"], book[M]["H7"], book[M]["I7"] = "ตุลาคม", "พ.ย. 66", "ธันวาคม 2566"


SILENT: dict[str, Change] = {
    "row above": lambda b: b[M].insert_rows(1),
    "row inside the head": lambda b: b[M].insert_rows(HEAD),
    "row between": lambda b: b[M].insert_rows(11),
    "column before": lambda b: b[M].insert_cols(1),
    "column between": lambda b: b[M].insert_cols(9),
    "rows and columns": lambda b: (b[M].insert_rows(FIRST), b[M].insert_rows(12), b[M].insert_cols(7), b[M].insert_cols(20)),
    "sheet renamed": lambda b: setattr(b[M], "title", "Sheet1"),
    "sheet moved": lambda b: b.move_sheet(M, -1),
    "rows sorted": _reversed,
    "rows and columns hidden": lambda b: (setattr(b[M].row_dimensions[9], "hidden", True), setattr(b[M].column_dimensions["H"], "hidden", True)),
    "key row emptied": _without_keys,
    "identity sheet deleted": lambda b: b.__delitem__("_opsbook"),
    "headings mangled": _mangled_headings,
    "months in other words": _other_words_for_months,
    "numbers instead of text": _as_numbers,
    "invisible characters": _invisible,
    "headings repeated": _headings_repeated,
    "sheet twice and the same": lambda b: b.copy_worksheet(b[M]),
    "accounting format": _accounting,
    "all at once": _everything,
}  # fmt: skip


@pytest.mark.parametrize("name", SILENT)
def test_the_figures_are_the_same_and_nothing_is_asked(office: Any, tmp_path: Path, name: str) -> None:
    clean = judged(office, tmp_path, lambda _b: None)
    changed = judged(office, tmp_path, SILENT[name])
    assert changed.result.state == "accepted"
    assert asked(changed) == asked(clean)
    assert figures(changed) == figures(clean) and len(figures(clean)) > 50


def _cell(address: str, value: Any, kind: str | None = None) -> Change:
    def change(book: openpyxl.Workbook) -> None:
        book[M][address] = value
        if kind == "e":
            book[M][address].data_type = "e"
        elif kind:
            book[M][address].number_format = kind

    return change


def _total_row(book: openpyxl.Workbook) -> None:
    row = book[M].max_row + 1
    book[M].cell(row, 1, "รวม")
    book[M].cell(row, 7, "999")


def _second_row(book: openpyxl.Workbook) -> None:
    row = book[M].max_row + 1
    for column in range(1, 44):
        book[M].cell(row, column, book[M].cell(9, column).value)


def _other_form_too(book: openpyxl.Workbook) -> None:
    sheet = book.create_sheet("ผล")
    for column, key in enumerate(
        ("indicator", "reportable", "value", "details", "plan_status", "problem", "remedy", "evidence", "state"), 1
    ):
        sheet.cell(1, column, key)
        sheet.cell(2, column, "x")


def _typed_over(book: openpyxl.Workbook) -> None:
    book[M]["K9"], book[M]["AC10"] = "55", "ผ่าน"


def _column_twice(book: openpyxl.Workbook) -> None:
    book[M].insert_cols(8)
    for row in range(KEYS, 20):
        book[M].cell(row, 8).value = book[M].cell(row, 7).value
    book[M]["H9"] = "1"


def _sheet_twice(book: openpyxl.Workbook) -> None:
    book.copy_worksheet(book[M])["G9"] = "1"


def _headings_exchanged(book: openpyxl.Workbook) -> None:
    book[M]["G7"], book[M]["H7"] = "พ.ย.", "ต.ค."


def _chart(book: openpyxl.Workbook) -> None:
    chart = BarChart()
    chart.add_data(Reference(book[M], min_col=7, min_row=8, max_row=12))
    book[M].add_chart(chart, "J25")


def _note(book: openpyxl.Workbook) -> None:
    book[M]["G9"].comment = Comment("ค่าประมาณการ", "ผู้กรอก")


TOLD: dict[str, tuple[Change, str, str, str]] = {
    # what was done: (change, state, rule, cell as Excel shows it or "")
    "column deleted": (lambda b: b[M].delete_cols(10), "returned", "E_COLUMN", "A7"),
    "row deleted": (lambda b: b[M].delete_rows(10), "returned", "E_MISSING_INDICATOR", ""),
    "row doubled": (_second_row, "returned", "E_DOUBLE_INDICATOR", "A20"),
    "total row added": (_total_row, "accepted", "W_EXTRA_ROW", "A20"),
    "months merged": (lambda b: b[M].merge_cells("G9:I9"), "returned", "E_MERGED", "G9"),
    "rows merged": (lambda b: b[M].merge_cells("J9:J10"), "returned", "E_MERGED", "J9"),
    "target and month merged": (lambda b: b[M].merge_cells("F9:G9"), "returned", "E_MERGED", "G9"),
    "total merged with ours": (lambda b: b[M].merge_cells("J9:K9"), "accepted", "W_MERGED", "J9"),
    "ours typed over": (_typed_over, "accepted", "W_OUR_FORMULA", "K9"),
    "column twice": (_column_twice, "returned", "E_TWO_COLUMNS", "G9"),
    "sheet twice": (_sheet_twice, "returned", "E_TWO_SHEETS", "G9"),
    "headings exchanged": (_headings_exchanged, "returned", "E_HEADING", ""),
    "year changed in the head": (_cell("B3", "2566 (แผนฉบับที่ 1)"), "returned", "E_YEAR", ""),
    "footnote": (_cell("A22", "หมายเหตุ: ข้อมูลเบื้องต้น"), "accepted", "W_EXTRA_ROW", "A22"),
    "thousands hidden": (_cell("J9", 3000, "#,##0,"), "returned", "Q_SHOWN", "J9"),
    "chart": (_chart, "accepted", "I_PICTURE", "J25"),
    "note of somebody's own": (_note, "accepted", "I_PICTURE", "G9"),
    "text beside": (_cell("AZ9", "ดูหมายเหตุ"), "accepted", "W_OUTSIDE", "AZ9"),
    "owner's cell changed": (_cell("F9", "99"), "returned", "E_OWNER", "F9"),
    "error value": (_cell("J9", "#REF!", "e"), "returned", "E_CHAR", "J9"),
    "formula without value": (_cell("J9", "=1+1"), "returned", "E_FORMULA", "J9"),
    "percent format": (_cell("J9", 0.85, "0%"), "returned", "E_PERCENT", "J9"),
    "true and false": (_cell("J9", True), "returned", "E_TYPE", "J9"),
    "two forms": (_other_form_too, "returned", "E_TWO_FORMS", ""),
    "unknown unit": (lambda b: b["_opsbook"].__setitem__("B4", "99999"), "returned", "E_UNIT", ""),
    "head of another unit": (_cell("B2", "[03002] หน่วยงานอื่น"), "returned", "E_UNIT", ""),
    "other year in the identity": (lambda b: b["_opsbook"].__setitem__("B5", "2568"), "returned", "E_YEAR", ""),
    "other version": (lambda b: b["_opsbook"].__setitem__("B3", "9"), "returned", "E_VERSION", ""),
    "unknown indicator": (_cell("A9", "ไม่มีรหัสนี้"), "returned", "E_UNKNOWN_INDICATOR", "A9"),
}


@pytest.mark.parametrize("name", TOLD)
def test_what_is_not_certain_is_told_once_with_its_cell(office: Any, tmp_path: Path, name: str) -> None:
    change, state, rule, cell = TOLD[name]
    clean = judged(office, tmp_path, lambda _b: None)
    outcome = judged(office, tmp_path, change)
    found = [f for f in outcome.result.findings if f.rule == rule]
    assert outcome.result.state == state
    assert len(found) == 1 and (not cell or found[0].cells[0] == cell)
    known = figures(clean)
    assert all(known[k] == v for k, v in figures(outcome).items()), "a figure that is taken is the right one"


def test_a_deleted_column_holds_every_row_of_its_sheet(office: Any, tmp_path: Path) -> None:
    outcome = judged(office, tmp_path, lambda b: b[M].delete_cols(10))
    assert outcome.result.postings == () and len(outcome.result.held) == 12


def test_renamed_quarter_sheets_are_told_apart_by_their_titles(office: Any, tmp_path: Path) -> None:
    def rename(book: openpyxl.Workbook) -> None:
        for quarter in (1, 2, 3, 4):
            book[f"ไตรมาส {quarter}"].title = f"S{5 - quarter}"

    clean = judged(office, tmp_path, lambda _b: None, "quarterly")
    assert figures(judged(office, tmp_path, rename, "quarterly")) == figures(clean)


def test_a_missing_quarter_sheet_is_one_message_and_the_others_count(office: Any, tmp_path: Path) -> None:
    outcome = judged(office, tmp_path, lambda b: b.__delitem__("ไตรมาส 3"), "quarterly")
    assert asked(outcome) == ["E_TABLE"]
    assert {p.period for p in outcome.result.postings} == {"2567-Q1", "2567-Q2", "2567-Q4"}


def test_another_sheet_is_named_as_left_out(office: Any, tmp_path: Path) -> None:
    def add(book: openpyxl.Workbook) -> None:
        book.create_sheet("บันทึก")["A1"] = "โน้ต"

    outcome = judged(office, tmp_path, add)
    assert outcome.result.state == "accepted"
    assert [f.value for f in outcome.result.findings if f.rule == "I_LEFT_OUT"] == ["บันทึก"]


@pytest.mark.long
@pytest.mark.parametrize("kind", ["row", "column"])
def test_one_row_or_column_inserted_anywhere_costs_at_most_one_message(office: Any, tmp_path: Path, kind: str) -> None:
    opened, monthly, _ = office
    clean = judged(office, tmp_path, lambda _b: None)
    paths = []
    for at in range(1, 24 if kind == "row" else 46):
        book = openpyxl.load_workbook(monthly)
        (book[M].insert_rows if kind == "row" else book[M].insert_cols)(at)
        paths.append(tmp_path / f"{kind}{at}.xlsx")
        book.save(paths[-1])
    for outcome in judge.check(opened, paths):
        assert len(asked(outcome)) <= len(asked(clean)) + 1, outcome.submission.name
        assert figures(outcome) == figures(clean), outcome.submission.name


def test_values_pasted_over_our_formulas_are_one_line_and_drawn_anew(office: Any, tmp_path: Path) -> None:
    opened, monthly, _ = office
    known = openpyxl.load_workbook(monthly, data_only=True)[M]
    ours = [
        c.column_letter for c in openpyxl.load_workbook(monthly)[M][KEYS] if str(c.value).endswith(("_calc", "check"))
    ]

    def paste(book: openpyxl.Workbook) -> None:
        for row in book[M].iter_rows(min_row=FIRST):
            for cell in row:
                cell.value = known[cell.coordinate].value
        book[M]["G9"] = "๓"

    book = openpyxl.load_workbook(monthly)
    paste(book)
    book.save(tmp_path / "sent.xlsx")
    outcome = judge.check(opened, [tmp_path / "sent.xlsx"], tmp_path)[0]
    [told] = [f for f in outcome.result.findings if f.rule == "W_OUR_FORMULA"]
    assert {c.rstrip("0123456789") for c in told.cells} == set(ours) and len(told.cells) > 12
    again = openpyxl.load_workbook(tmp_path / "sent.marked.xlsx")[M]
    assert all(str(again[f"{column}9"].value).startswith("=") for column in ours)


def test_what_follows_from_merged_cells_is_not_said_as_well(office: Any, tmp_path: Path) -> None:
    clean = asked(judged(office, tmp_path, lambda _b: None))
    assert asked(judged(office, tmp_path, lambda b: b[M].merge_cells("G9:I9"))) == [*clean, "E_MERGED"]


def test_what_is_hidden_under_merged_cells_is_not_read(office: Any, tmp_path: Path) -> None:
    """A script may leave values there that nobody who opens the file can see."""

    def merge(book: openpyxl.Workbook) -> None:
        sheet = book[Q]
        column = {c.value: c.column for c in sheet[KEYS]}["details"]
        sheet.cell(9, column).value, sheet.cell(10, column).value = "เห็น", "ไม่เห็น"
        sheet.merged_cells.add(f"{sheet.cell(9, column).coordinate}:{sheet.cell(10, column).coordinate}")

    outcome = judged(office, tmp_path, merge, "quarterly")
    words = [p.entries.get("details") for p in outcome.result.postings if p.period == "2567-Q1"]
    assert "เห็น" in words and "ไม่เห็น" not in words
    assert "W_MERGED" in asked(outcome)


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (1234567, "#,##0,", "1,235"), (1234567, '0.0,,"M"', "1.2"), (3, ";;;", ""), (0.4, "0", "0"), (5, '0"000"', "5000"),
        (5000, '[>=1000]0.0,"K";0', "5.0"), (5, '[>=1000]0.0,"K";0', None), (85, '0" %"', None), (12.345, "0.00", None),
        (1234.5, '_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-', None), (0, '_-* #,##0_-;-* #,##0_-;_-* "-"??_-', None), (5, '0" คน"', None),
    ],
)  # fmt: skip
def test_a_figure_that_looks_like_another_is_asked_about(
    office: Any, tmp_path: Path, value: float, number_format: str, shown: str | None
) -> None:
    outcome = judged(office, tmp_path, _cell("J12", value, number_format))
    assert figures(outcome)["สนย.3", "plan", "2567-Q1"] == str(value)
    told = [f for f in outcome.result.findings if f.rule == "Q_SHOWN"]
    assert bool(told) == (shown is not None)
    if shown is not None:
        assert not {"Q_SUM", "Q_TARGET"} & set(asked(outcome)), "one cause, one question"
        assert told[0].cells == ("J12",) and f"“{shown}” แต่อ่านเป็น {value}" in told[0].message.th


@pytest.mark.parametrize("form", ["monthly", "quarterly"])
def test_a_clean_form_breaks_no_rule_at_all(office: Any, tmp_path: Path, form: str) -> None:
    outcome = judge.check(office[0], [office[1] if form == "monthly" else office[2]])[0]
    found = [f.rule for f in outcome.result.findings if f.rule != "I_EVIDENCE_DUE"]  # its files may still follow
    assert (outcome.result.state, found) == ("accepted", [])


def repacked(source: Path, target: Path, **changes: bytes | Callable[[bytes], bytes]) -> Path:
    """The workbook with parts (/ written as __) replaced, added or changed."""
    with zipfile.ZipFile(source) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    for name, change in changes.items():
        at = name.replace("__", "/")
        parts[at] = change if isinstance(change, bytes) else change(parts[at])
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return target


def test_a_pasted_formula_is_read_told_and_goes_back_as_its_value(office: Any, tmp_path: Path) -> None:
    def paste(part: bytes) -> bytes:
        """A shared formula, an array formula and a text formula, each with its stored value."""
        for at, new in {
            "J8": b'<c r="J8"><f t="shared" ref="J8:J9" si="0">50+4</f><v>54</v></c>',
            "J12": b'<c r="J12"><f t="array" ref="J12">SUM(1,2)</f><v>3</v></c>',
            "J13": b'<c r="J13" t="str"><f>"2"&amp;"6"</f><v>26</v></c>',
            "J14": b'<c r="J14" t="inlineStr"><is><r><t>\xe0\xb9\x93</t></r><r><t>0</t></r><rPh sb="0" eb="1"><t>9</t></rPh></is></c>',
        }.items():
            part, found = re.subn(rb'<c r="%s"[^>]*?(?:/>|>.*?</c>)' % at.encode(), lambda _m, new=new: new, part)  # type: ignore[misc]
            assert found == 1
        return part

    changes: Any = {"xl__worksheets__sheet2.xml": paste}
    outcome = judge.check(office[0], [repacked(office[1], tmp_path / "sent.xlsx", **changes)], tmp_path)[0]
    [told] = [f for f in outcome.result.findings if f.rule == "W_FORMULA"]
    assert set(told.cells) == {"J8", "J12", "J13"}
    assert figures(outcome)["สนย.1", "plan", "2567-Q1"] == "54" and figures(outcome)["สนย.3", "plan", "2567-Q1"] == "3"
    [wrong] = [f for f in outcome.result.findings if f.rule == "E_CHAR"]
    assert (wrong.cells, wrong.value) == (("J14",), "๓0"), "rich text is read whole, its reading aid is not"
    again = openpyxl.load_workbook(tmp_path / "sent.marked.xlsx")[M]
    assert [again[c].value for c in ("J8", "J12", "J13")] == ["54", "3", "26"]


def test_macros_are_told_and_the_figures_read(office: Any, tmp_path: Path) -> None:
    changes: Any = {"xl__vbaProject.bin": b"\x00"}
    outcome = judge.check(office[0], [repacked(office[1], tmp_path / "sent.xlsm", **changes)])[0]
    assert (outcome.result.state, asked(outcome)) == ("accepted", ["W_MACRO"])


STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": b"http://purl.oclc.org/ooxml/officeDocument/relationships",
}


def test_a_strict_workbook_and_one_of_1904_are_read_like_any_other(office: Any, tmp_path: Path) -> None:
    def strict(part: bytes) -> bytes:
        for old, new in STRICT.items():
            part = part.replace(old, new)
        return part

    with zipfile.ZipFile(office[1]) as archive:
        names = [n.replace("/", "__") for n in archive.namelist() if n.endswith((".xml", ".rels"))]
    changes: Any = dict.fromkeys(names, strict)
    since: Any = {"xl__workbook.xml": lambda part: part.replace(b"<workbookPr ", b'<workbookPr date1904="1" ')}
    clean, *others = judge.check(
        office[0],
        [
            office[1],
            repacked(office[1], tmp_path / "a.xlsx", **changes),
            repacked(office[1], tmp_path / "b.xlsx", **since),
        ],
    )
    assert [figures(o) for o in others] == [figures(clean)] * 2
    assert [o.result.findings for o in others] == [(), ()]


def test_an_accepted_proposal_is_applied_and_a_change_nobody_asked_for_is_named(office: Any, tmp_path: Path) -> None:
    shutil.copytree(office[0].settings.root, tmp_path / "office")
    opened = open_office(tmp_path / "office")
    inbox = opened.settings.inbox
    book = openpyxl.load_workbook(office[1])
    book[M]["J12"] = "๑๒"
    book.save(inbox / office[1].name)
    [first] = [o for o in receiving.receive(opened) if o.submission.name == office[1].name]
    book = openpyxl.load_workbook(opened.settings.outbox / first.answer)
    fixes = book["สิ่งที่ต้องแก้"]
    fixes.cell(next(r for r in range(5, 20) if fixes.cell(r, 7).value == "12"), 8).value = "✓"
    book[M]["J8"] = "55"
    book.save(inbox / "again.xlsx")
    [second] = receiving.receive(opened)
    told = {f.rule: f for f in second.result.findings}
    assert second.result.state == "accepted"
    assert told["I_APPLIED"].cells == ("J12",) and told["I_CHANGED"].cells == ("J8",)
    assert figures(second)["สนย.3", "plan", "2567-Q1"] == "12"


TWO_MEANINGS: dict[str, tuple[Change, tuple[str, ...]]] = {
    "months merged": (lambda b: b[M].merge_cells("G9:I9"), ("G9", "H9", "I9")),
    "column twice": (_column_twice, ("G9",)),
    "sheet twice": (_sheet_twice, ("G9",)),
    "headings exchanged": (_headings_exchanged, ("G9", "H9")),
}


@pytest.mark.parametrize("name", TWO_MEANINGS)
def test_a_copy_sent_back_unread_counts_no_value_that_nobody_chose(office: Any, tmp_path: Path, name: str) -> None:
    opened, monthly, _ = office
    change, cells = TWO_MEANINGS[name]
    book = openpyxl.load_workbook(monthly)
    former = str(book[M]["G9"].value)
    change(book)
    book.save(tmp_path / "sent.xlsx")
    [first] = judge.check(opened, [tmp_path / "sent.xlsx"], tmp_path / "one")
    [second] = judge.check(opened, [Path(first.answer)], tmp_path / "two")
    [third] = judge.check(opened, [Path(second.answer)], tmp_path / "three")
    known = figures(judge.check(opened, [monthly])[0])
    for outcome in (first, second, third):
        held = set(known) - set(figures(outcome))
        assert outcome.result.state == "returned" and held and figures(outcome).items() <= known.items()
    assert cells[0] in {c for f in second.result.findings if f.rule == "E_CHOOSE" for c in f.cells}
    copy = openpyxl.load_workbook(second.answer)
    assert [copy[M][c].value for c in cells] == [None] * len(cells)
    assert former in copy[M]["G9"].comment.text and any(
        former in str(c.value) and "ค่าเดิม" in str(c.value) for row in copy["สิ่งที่ต้องแก้"].iter_rows() for c in row
    )
    original = openpyxl.load_workbook(monthly)[M]
    for row in copy[M].iter_rows(min_row=FIRST):
        for cell in row:
            if cell.column_letter in "GHI" and cell.value is None:
                cell.value = original[cell.coordinate].value
    copy.save(tmp_path / "chosen.xlsx")
    [last] = judge.check(opened, [tmp_path / "chosen.xlsx"])
    assert last.result.state == "accepted" and figures(last) == known


def test_the_answer_to_an_unread_copy_says_that_nothing_was_fixed(office: Any, tmp_path: Path) -> None:
    shutil.copytree(office[0].settings.root, tmp_path / "office")
    opened = open_office(tmp_path / "office")
    book = openpyxl.load_workbook(office[1])
    _sheet_twice(book)
    book.save(opened.settings.inbox / office[1].name)
    [first] = [o for o in receiving.receive(opened) if o.submission.name == office[1].name]
    shutil.copy(opened.settings.outbox / first.answer, opened.settings.inbox / "again.xlsx")
    [second] = receiving.receive(opened)
    assert second.result.state == "returned" and "แก้แล้ว 0 จาก 1 ช่อง เหลือ G9" in second.result.reason.th
    assert [f.rule for f in second.result.findings if f.severity == "error"] == ["E_CHOOSE"]


def test_what_is_typed_where_only_we_write_is_told_and_does_not_travel_back(office: Any, tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        column = {c.value: c.column_letter for c in book[Q][KEYS]}
        book[Q][f"{column['planned']}9"] = "55"
        book[Q][f"{column['value']}10"] = "๓ คน"

    outcome = judged(office, tmp_path, change, "quarterly")
    [told] = [f for f in outcome.result.findings if f.rule == "W_OUR_FORMULA"]
    assert told.value == "55" and [p.field for p in told.places] == ["planned"]
    [again] = judge.check(office[0], [tmp_path / "sent.xlsx"], tmp_path / "marked")
    assert openpyxl.load_workbook(again.answer)[Q][told.cells[0]].value is None


def test_a_mistake_of_the_program_is_said_to_be_ours(
    office: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.read.read", lambda *_: 1 / 0)
    outcome = judged(office, tmp_path, lambda _b: None)
    assert outcome.result.state == "quarantined" and asked(outcome) == ["I_PROGRAM"]


def test_a_quarter_sheet_copied_from_another_is_asked_about_and_not_taken_for_its_name(
    office: Any, tmp_path: Path
) -> None:
    """Excel's “move or copy” keeps the title of the quarter that was copied."""

    def copied(book: openpyxl.Workbook) -> None:
        del book["ไตรมาส 2"]
        book.copy_worksheet(book[Q]).title = "ไตรมาส 2"

    outcome = judged(office, tmp_path, copied, "quarterly")
    [told] = [f for f in outcome.result.findings if f.rule == "E_TITLE"]
    assert (told.sheet, told.cells[0]) == ("ไตรมาส 2", "A1") and "ไตรมาสที่ 1/2567" in told.message.th
    assert {p.period for p in outcome.result.postings} == {"2567-Q1", "2567-Q3", "2567-Q4"}


def test_an_error_that_a_formula_gives_is_one_line(office: Any, tmp_path: Path) -> None:
    def paste(part: bytes) -> bytes:
        new = b'<c r="J12" t="str"><f>1/0</f><v>#DIV/0!</v></c>'
        return re.sub(rb'<c r="J12"[^>]*?(?:/>|>.*?</c>)', new, part)

    changes: Any = {"xl__worksheets__sheet2.xml": paste}
    outcome = judge.check(office[0], [repacked(office[1], tmp_path / "sent.xlsx", **changes)])[0]
    assert [f.rule for f in outcome.result.findings if "J12" in f.cells] == ["E_CHAR"]


def _codes_sorted_alone(book: openpyxl.Workbook) -> None:
    cells = [book[M].cell(row, 1) for row in range(FIRST, FIRST + 12)]
    for cell, code in zip(cells, [c.value for c in reversed(cells)], strict=True):
        cell.value = code


def test_codes_sorted_without_their_rows_are_one_message_and_count_for_nothing(office: Any, tmp_path: Path) -> None:
    outcome = judged(office, tmp_path, _codes_sorted_alone)
    assert asked(outcome) == ["E_MIXED"] and outcome.result.postings == ()
    [told] = [f for f in outcome.result.findings if f.rule == "E_MIXED"]
    assert {"B8", "B19", "J8"} <= set(told.cells)
    [again] = judge.check(office[0], [tmp_path / "sent.xlsx"], tmp_path / "marked")
    assert openpyxl.load_workbook(again.answer)[M]["J8"].value is None, "an unread copy must not count"


def test_headings_in_one_language_or_without_full_stops_are_found(office: Any, tmp_path: Path) -> None:
    def english(book: openpyxl.Workbook) -> None:
        for cell in book[M][HEAD]:
            cell.value = str(cell.value or "").split("\n")[-1]

    def bare(book: openpyxl.Workbook) -> None:
        _without_keys(book)
        for cell in book[M][HEAD]:
            cell.value = str(cell.value or "").split("\n")[0].replace(".", "")

    clean = figures(judged(office, tmp_path, lambda _b: None))
    for change in (english, bare):
        outcome = judged(office, tmp_path, change)
        assert (outcome.result.state, figures(outcome)) == ("accepted", clean)


@pytest.mark.parametrize(
    ("typed", "rules"), [("๒๕๖๖", ["E_YEAR"]), ("พ.ศ. 2566", ["E_YEAR"]), (2566, ["E_YEAR"]), ("๒๕๖๗", [])]
)
def test_another_year_in_the_head_is_seen_however_it_is_written(
    office: Any, tmp_path: Path, typed: Any, rules: list[str]
) -> None:
    assert asked(judged(office, tmp_path, _cell("B3", typed))) == rules
