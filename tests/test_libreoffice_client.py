"""The client that other tests trust: it must notice what it is there to notice."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import xlsxwriter
from libreoffice import (
    NEEDS_LIBREOFFICE,
    LibreOfficeError,
    convert,
    disagreements,
    fill,
    invalid,
    recalculate,
    run,
    to_pdf,
)
from openpyxl import load_workbook

pytestmark = [*NEEDS_LIBREOFFICE, pytest.mark.long]
SHEET, HIDDEN = "แบบฟอร์ม", "ตัวตน"


@pytest.fixture
def form(tmp_path: Path) -> Path:
    """C: text cells, D: number cells, both unlocked; E: formulas; A: locked; a drop-down in D8; a hidden sheet."""
    path = tmp_path / "แบบฟอร์ม.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, hidden = book.add_worksheet(SHEET), book.add_worksheet(HIDDEN)
        hidden.hide()
        text, number = book.add_format({"num_format": "@", "locked": False}), book.add_format({"locked": False})
        for row in range(10):
            sheet.write_blank(row, 2, None, text)
            sheet.write_blank(row, 3, None, number)
        sheet.write("A1", "ล็อก")
        sheet.data_validation("C1:C10", {"validate": "custom", "value": "=LEN(C1)<6"})
        sheet.data_validation("D8", {"validate": "list", "source": ["ได้", "ยังไม่ได้"]})
        sheet.conditional_format(
            "C1:C10", {"type": "formula", "criteria": "=LEN(C1)>5", "format": book.add_format({"bg_color": "#FFC7CE"})}
        )
        sheet.write_formula("E1", "=1+1", None, 2)
        sheet.write_formula("E2", '="ก"&C1', None, "ก")
        sheet.write_formula("E3", "=SUM(D1:D10)", None, 0)
        hidden.write_formula("A1", f"={SHEET}!E3*2", None, 0)
        sheet.protect()
    return path


def test_what_is_typed_into_a_text_cell_stays_as_typed(form: Path, tmp_path: Path) -> None:
    typed = ["1/2", "5%", "๑๒๓", "=1+1", "007", "1,234.50", "'8", " 9 ", "-"]
    out = tmp_path / "filled.xlsx"
    [cells] = run(fill(form, out, [[SHEET, f"C{row}", text] for row, text in enumerate(typed, 1)]))

    assert [(cell.type, cell.value) for cell in cells] == [("text", text) for text in typed]
    saved = load_workbook(out)[SHEET]
    assert [saved[f"C{row}"].value for row in range(1, 10)] == typed


def test_a_number_cell_turns_a_fraction_into_a_date_of_the_locale(form: Path, tmp_path: Path) -> None:
    job = fill(form, tmp_path / "filled.xlsx", [[SHEET, "D1", "1/2"], [SHEET, "D2", "5%"], [SHEET, "D3", "=2*3"]])
    [english], [thai] = run(job, locale="en-US"), run(job, locale="th-TH")

    assert [(cell.type, cell.value) for cell in english[1:]] == [("number", 0.05), ("formula", "=2*3")]
    assert english[0].type == thai[0].type == "number"
    assert thai[0].value - english[0].value == 30  # 1 February against 2 January


def test_a_locked_cell_refuses_and_stays_as_it_was(form: Path, tmp_path: Path) -> None:
    [cells] = run(fill(form, tmp_path / "filled.xlsx", [[SHEET, "A1", "x"], [SHEET, "C1", "x"], [SHEET, "B1", "7"]]))

    assert [cell.refused for cell in cells] == [True, False, True]
    assert [cell.value for cell in cells] == ["ล็อก", "x", ""]


def test_a_hidden_sheet_cannot_be_typed_on(form: Path, tmp_path: Path) -> None:
    with pytest.raises(LibreOfficeError, match="hidden sheet"):
        run(fill(form, tmp_path / "filled.xlsx", [[HIDDEN, "A1", "x"]]))


def test_invalid_cells_are_found_after_typing(form: Path, tmp_path: Path) -> None:
    out = tmp_path / "filled.xlsx"
    entries = [[SHEET, "C1", "12345"], [SHEET, "C2", "123456"], [SHEET, "D8", "อื่น"]]
    before, _, after = run(invalid(form), fill(form, out, entries), invalid(out))

    assert before == {SHEET: [], HIDDEN: []}
    assert after == {SHEET: ["C2", "D8"], HIDDEN: []}


def test_formulas_follow_what_is_typed(form: Path, tmp_path: Path) -> None:
    out = tmp_path / "filled.xlsx"
    untouched, _, formulas = run(
        recalculate(form), fill(form, out, [[SHEET, "C1", "ข"], [SHEET, "D1", "1.5"]]), recalculate(out)
    )
    assert disagreements(untouched) == disagreements(formulas) == []
    assert formulas[SHEET]["E2"].after.value == "กข"
    assert formulas[HIDDEN]["A1"].after.value == 3


def test_a_wrong_stored_value_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "wrong.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        stored = [
            ("=1+1", 999),
            ("=1/0", 5),
            ('="ก"', "ข"),
            ("=0.1+0.2", 0.3),
            ('=""', ""),
            ('=NUMBERVALUE("1,5",".",",")', 15),
        ]
        for row, (formula, value) in enumerate(stored):
            sheet.write_formula(row, 0, formula, None, value)
    with_functions = {"use_future_functions": True}
    other = tmp_path / "many.xlsx"
    with xlsxwriter.Workbook(other, with_functions) as book:
        sheet = book.add_worksheet("S")
        for row in range(5000):
            sheet.write_formula(row, 27, f'=NUMBERVALUE("{row}")', None, row if row != 4321 else 1)
    wrong, many = run(recalculate(path), recalculate(other))

    assert [line.split()[0] for line in disagreements(wrong)] == ["S!A1", "S!A2", "S!A3", "S!A6"]
    assert wrong["S"]["A1"].before.value == 999 and wrong["S"]["A1"].after.value == 2
    assert (wrong["S"]["A2"].after.type, wrong["S"]["A2"].after.value) == ("error", "#DIV/0!")
    assert len(many["S"]) == 5000
    assert disagreements(many) == ['S!AB4322 =NUMBERVALUE("4321"): stored 1.0, computed 4321.0']


def test_prints_and_converts(form: Path, tmp_path: Path) -> None:
    pdf, old, written = tmp_path / "pdf", tmp_path / "old.xls", tmp_path / "old.xlsx"
    results = run(to_pdf(form, pdf), convert(form, old, "MS Excel 97"), convert(old, written, "Calc MS Excel 2007 XML"))

    assert results == [pdf / "แบบฟอร์ม.pdf", old, written]
    assert results[0].read_bytes().startswith(b"%PDF-")
    assert load_workbook(written)[SHEET]["A1"].value == "ล็อก"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LibreOfficeError, match=r"recalculate .*nothing\.xlsx: FileNotFoundError"):
        run(recalculate(tmp_path / "nothing.xlsx"))


def test_waiting_is_bounded_and_nothing_stays_behind(
    form: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    started = time.monotonic()
    with pytest.raises(LibreOfficeError, match=r"not done after 0\.3 s"):
        run(recalculate(form), seconds=0.3)
    assert time.monotonic() - started < 20
    assert not list(tmp_path.glob("opsbook-libreoffice-*"))


@pytest.mark.parametrize(("no_skip", "outcome"), [("0", "1 skipped"), ("1", "1 failed")])
def test_without_libreoffice_a_test_skips_or_fails_with_what_to_install(
    tmp_path: Path, no_skip: str, outcome: str
) -> None:
    """On a machine without it: skipped with a line that says what to install; failed under OPSBOOK_NO_SKIP=1."""
    here = Path(__file__).parent
    (tmp_path / "test_it.py").write_text(
        "from libreoffice import needs_libreoffice, recalculate, run\n"
        "@needs_libreoffice\ndef test_it():\n    run(recalculate('x'))\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = libreoffice\n")
    environment = os.environ | {"PATH": str(tmp_path), "PYTHONPATH": str(here), "OPSBOOK_NO_SKIP": no_skip}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-ra", "-p", "no:cacheprovider", str(tmp_path)],
        capture_output=True, text=True, cwd=tmp_path, env=environment,
    )  # fmt: skip
    assert outcome in done.stdout and "apt-get install libreoffice-calc" in done.stdout
