"""master.xlsx and executive.xlsx: whole, real numbers, one page, honest formulas, no way out but to each other."""

import dataclasses
import functools
import hashlib
import itertools
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from libreoffice import disagreements, fill, needs_libreoffice, recalculate, run, to_pdf
from python_calamine import CalamineWorkbook
from scorecards import HOSTILE, scorecard

from pipeline.office import charts, styles
from pipeline.office.book import safe
from pipeline.report import executive, master, order
from pipeline.report.master_columns import DATA
from pipeline.report.outputs import outputs, series
from pipeline.report.pages import changes, contents, parent
from pipeline.report.words import REPORTED, STATUS
from schemas.thai import skeleton

CASES = {
    "ministry": {},
    "first quarter": {"quarter": 1},
    "year end, three parents": {"quarter": 4, "parents": 3},
    "hundred units, twelve parents": {"units": 100, "parents": 12},
    "hostile": {"hostile": True},
    "silent": {"silent": True},
}
WIDE = pytest.param("hundred units, twelve parents", marks=pytest.mark.long)
EACH = [WIDE if "hundred" in case else case for case in CASES]
PERSONS = ("responsible", "supporter", "ผู้รับผิดชอบ", "ผู้สนับสนุน", "โทรศัพท์")


@functools.cache
def card(case: str):
    return scorecard(**CASES[case])


@pytest.fixture(scope="session")
def drawn(tmp_path_factory):
    """Both workbooks of a case, written once."""
    done = {}

    def of(case: str) -> Path:
        if case not in done:
            folder = tmp_path_factory.mktemp("reports")
            for output in outputs():
                output.draw(card(case), output.tables(card(case)), str(folder / output.FILE))
            done[case] = folder
        return done[case]

    return of


def workbooks():
    return [o for o in outputs() if o.FILE.endswith(".xlsx")]


def sheet_rows(path: Path, name: str) -> list[dict]:
    head, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(name).to_python()
    return [dict(zip(head, row, strict=True)) for row in rows]


def parts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name).decode() for name in book.namelist() if name.endswith((".xml", ".rels"))}


# ------------------------------------------------------------------------------------------------ outputs


def test_outputs_are_the_modules_of_the_folder_that_can_draw():
    assert [o.FILE for o in outputs()] == ["executive.docx", "executive.xlsx", "master.xlsx"]
    assert [o.PATTERN for o in series()] == [
        "cards/{}.docx",
        "cards/{}.xlsx",
        "goals/{}.docx",
        "goals/{}.xlsx",
        "lists/{}.docx",
        "lists/{}.xlsx",
        "parents/{}.xlsx",
        "{}",
    ]


@pytest.mark.parametrize("case", EACH)
def test_the_same_card_gives_the_same_bytes(case, drawn, tmp_path):
    for output in outputs():
        again = tmp_path / output.FILE
        fresh = scorecard(**CASES[case])
        output.draw(fresh, output.tables(fresh), str(again))
        assert (
            hashlib.sha256(again.read_bytes()).digest()
            == hashlib.sha256((drawn(case) / output.FILE).read_bytes()).digest()
        )


def test_the_order_of_incoming_rows_changes_nothing(drawn, tmp_path):
    ours = card("ministry")
    shuffled = dataclasses.replace(
        ours, rows=ours.rows.sample(frac=1, random_state=3), units=ours.units.sample(frac=1, random_state=4)
    )
    for output in outputs():
        output.draw(shuffled, output.tables(shuffled), str(tmp_path / output.FILE))
        assert (tmp_path / output.FILE).read_bytes() == (drawn("ministry") / output.FILE).read_bytes()


def test_drawing_leaves_the_card_as_it_was():
    ours = scorecard()
    before = ours.rows.copy()
    for output in outputs():
        output.tables(ours)
    assert ours.rows.equals(before)


@pytest.mark.parametrize("case", EACH)
def test_nothing_leads_outside_but_to_master_beside_it(case, drawn):
    for output in outputs():
        for name, text in parts(drawn(case) / output.FILE).items():
            for target in re.findall(r'Target="([^"]*)" TargetMode="External"', text):
                assert (output.FILE, target) == ("executive.xlsx", "master.xlsx"), name


@pytest.mark.parametrize("case", EACH)
def test_formulas_stand_only_behind_the_drop_down(case, drawn):
    formulas = {}
    for output in workbooks():
        book = openpyxl.load_workbook(drawn(case) / output.FILE)
        for sheet in book:
            count = sum(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
            if count:
                formulas[(output.FILE, sheet.title)] = count
    assert set(formulas) == {("executive.xlsx", contents.SELECTOR), ("executive.xlsx", contents.DATA)}
    assert formulas[("executive.xlsx", contents.SELECTOR)] > 100


def test_hostile_texts_stay_texts(drawn):
    rows = sheet_rows(drawn("hostile") / "master.xlsx", order.DATA_SHEET)
    seen = {row["รายละเอียดการดำเนินงาน"] for row in rows}
    assert {safe(text).strip() for text in HOSTILE} <= {text.strip() for text in seen}


@pytest.mark.parametrize("case", EACH)
def test_names_of_persons_never_appear(case, drawn):
    for output in outputs():
        text = "".join(parts(drawn(case) / output.FILE).values())
        assert not [word for word in PERSONS if word in text]


# ------------------------------------------------------------------------------------------------- master


@pytest.mark.parametrize("case", EACH)
def test_master_has_every_row_with_the_very_numbers(case, drawn):
    rows = sheet_rows(drawn(case) / "master.xlsx", order.DATA_SHEET)
    expected = order.by_unit(card(case).rows)
    assert len(rows) == len(expected) > 0
    for key, label in ((c.key, c.label.th) for c in DATA if c.kind in ("number", "score", "percent")):
        for row, value in zip(rows, expected[key], strict=True):
            assert row[label] == ("" if value != value else value), (key, row[label], value)
    assert [row["รหัสหน่วยงาน"] for row in rows] == expected["unit"].tolist()


def test_master_says_the_five_ways_of_reporting_and_the_status_in_thai(drawn):
    rows = sheet_rows(drawn("ministry") / "master.xlsx", order.DATA_SHEET)
    ours = order.by_unit(card("ministry").rows)
    assert [row["การรายงาน"] for row in rows] == [REPORTED[code].th for code in ours["reported"]]
    assert {row["การรายงาน"] for row in rows} == {t.th for code, t in REPORTED.items() if code != "not_applicable"}
    assert [row["สถานะเทียบแผน"] for row in rows] == [STATUS[code].th for code in ours["status"]]
    assert [row["สัญญาณไฟ"] for row in rows] == [styles.LIGHTS[code].label for code in ours["light"]]


def test_master_names_the_source_of_each_figure_and_a_real_date(drawn):
    book = openpyxl.load_workbook(drawn("ministry") / "master.xlsx")
    sheet = book[order.DATA_SHEET]
    head = [cell.value for cell in sheet[1]]
    ours = order.by_unit(card("ministry").rows)
    for n in (2, 30, 90, 181):
        found, wanted = dict(zip(head, (c.value for c in sheet[n]), strict=True)), ours.iloc[n - 2]
        assert (found["ไฟล์ที่มา"] or "", found["แผ่นงานที่มา"] or "", found["เซลล์ที่มา"] or "") == (
            wanted["file"],
            wanted["sheet"],
            wanted["cell"],
        )
        if wanted["received_at"]:
            assert found["วันที่ได้รับ"].isoformat() == wanted["received_at"][:19]


def test_master_can_be_filtered_and_printed(drawn):
    sheet = openpyxl.load_workbook(drawn("ministry") / "master.xlsx")[order.DATA_SHEET]
    assert sheet.auto_filter.ref == f"A1:{openpyxl.utils.get_column_letter(len(DATA))}181"
    assert sheet.freeze_panes == "C2" and sheet.print_title_rows == "$1:$1" and sheet.page_setup.paperSize == 9


def test_master_explains_every_column(drawn):
    frame = master.tables(card("ministry"))[master.NOTES_SHEET]
    assert {c.label.th for c in DATA} <= set(frame["th"])
    assert all(c.note.th and c.note.en for c in DATA)


def test_a_word_is_explained_for_each_sheet_where_it_means_something_else():
    frame = master.tables(card("year end, three parents"))[master.NOTES_SHEET]
    for sheet, columns in {order.DATA_SHEET: DATA, **master._PLAIN}.items():
        mine = frame[frame["sheet"].map(lambda names, sheet=sheet: sheet in names.split(", "))]
        assert dict(zip(mine["th"], mine["meaning_th"], strict=True)) == {c.label.th: c.note.th for c in columns}


@pytest.mark.parametrize("case", ["ministry", "year end, three parents", "hostile"])
def test_figures_of_a_column_stand_in_line_and_never_turn_into_signs(case, drawn):
    """LibreOffice forgets the indent of right-aligned cells; a figure too wide for its column prints as ####."""
    for output in workbooks():
        for sheet in openpyxl.load_workbook(drawn(case) / output.FILE):
            for cell in (c for row in sheet.iter_rows() for c in row if isinstance(c.value, int | float)):
                if cell.alignment.horizontal == "right":
                    assert not cell.alignment.indent and cell.alignment.shrink_to_fit, (sheet.title, cell.coordinate)
                    assert cell.number_format.endswith("_)"), (sheet.title, cell.coordinate)


@pytest.mark.parametrize("case", [c for c in EACH if c != "silent"])
def test_no_heading_stands_alone_at_the_foot_of_a_page_of_changes(case, drawn):
    sheet = openpyxl.load_workbook(drawn(case) / "executive.xlsx")[contents.CHANGES]
    starts = [b.id + 1 for b in sheet.row_breaks.brk]  # the first row of each page, as openpyxl counts
    heads = {row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).font.b and sheet.cell(row, 1).value}
    for start in starts:
        assert {start, start + 1} & heads, start  # a section (after its gap) or the heading of a table again
        assert not {start - 1, start - 2} & heads, start  # and two rows at least behind the last heading
    if sheet.page_setup.fitToHeight != 1:
        room = styles.page_height(True, styles.MARGINS) / styles.fit_scale(
            list(changes.WIDTHS), [1], True, styles.MARGINS
        )
        for first, last in zip([1, *starts], [*starts, sheet.max_row + 1], strict=True):
            assert sum(sheet.row_dimensions[n].height or 15 for n in range(first, last)) <= room


def test_pages_of_the_heat_map_beside_each_other_are_equally_full_and_cut_nothing(tmp_path):
    ours = scorecard(indicators=36)
    executive.draw(ours, executive.tables(ours), str(tmp_path / "executive.xlsx"))
    sheet = openpyxl.load_workbook(tmp_path / "executive.xlsx")[contents.HEATMAP]
    codes = ours.rows["indicator"].nunique()
    starts = [3, *(b.id for b in sheet.col_breaks.brk), 3 + codes]
    sizes = [b - a for a, b in itertools.pairwise(starts)]
    assert sheet.print_title_cols == "$A:$C" and len(sizes) > 1 and max(sizes) - min(sizes) < len(sizes)
    ends = {r.coord: r.max_col for r in sheet.merged_cells.ranges}
    assert all(sheet.cell(row, 1).value is None for row in (2, 4, 5))  # what would be cut on every page
    for coordinates, end in ends.items():
        assert end <= 3 or end <= starts[1], coordinates  # a merged text ends on the page where it begins
    assert not any(sheet.cell(row, 1).value for row in range(contents.HEAT_TOP + 1 + 15, sheet.max_row + 1))


def test_a_parent_without_units_of_its_own_lists_the_parents_below_it(tmp_path):
    ours = card("year end, three parents")
    top = ours.parents.iloc[[0]].assign(unit="TOP", unit_name="กระทรวง", unit_short="กท.", parent="")
    above = dataclasses.replace(ours, parents=pd.concat([top, ours.parents.assign(parent="TOP")], ignore_index=True))
    executive.draw(above, executive.tables(above), str(tmp_path / "executive.xlsx"))
    cells = CalamineWorkbook.from_path(str(tmp_path / "executive.xlsx")).get_sheet_by_name("กท.").to_python()
    texts = {str(v) for row in cells for v in row}
    assert set(ours.parents["unit_name"]) <= texts and parent.NONE.both not in texts


def test_master_splits_between_units_beyond_the_row_limit():
    rows = order.by_unit(card("ministry").rows)
    sheets = order.split(rows, limit=50)
    assert list(sheets) == ["ข้อมูล", "ข้อมูล 2", "ข้อมูล 3", "ข้อมูล 4"]
    assert [len(part) for part in sheets.values()] == [48, 48, 48, 36]
    places = order.places_in_master(card("ministry").rows, limit=50)
    assert places[("01004", "")] == "'ข้อมูล 2'!A2" and places[("01005", "ตช.2")] == "'ข้อมูล 2'!A15"


def test_codes_sort_as_people_sort_them():
    assert sorted(order.ranks(["ตช.10", "ตช.2", "ตช.1", "กพร.9"]).items(), key=lambda p: p[1]) == [
        ("กพร.9", 0),
        ("ตช.1", 1),
        ("ตช.2", 2),
        ("ตช.10", 3),
    ]


# ---------------------------------------------------------------------------------------------- executive


@pytest.mark.parametrize("case", EACH)
def test_every_link_into_master_ends_at_the_row_it_means(case, drawn):
    rows = sheet_rows(drawn(case) / "master.xlsx", order.DATA_SHEET)
    text = parts(drawn(case) / "executive.xlsx")["xl/worksheets/sheet2.xml"]
    places = [int(n) for n in re.findall(r'r:id="rId\d+" location="\'ข้อมูล\'!A(\d+)"', text)]
    units = order.by_unit(card(case).units)["unit"].tolist()
    assert [rows[n - 2]["รหัสหน่วยงาน"] for n in places] == units
    assert all(n == 2 or rows[n - 3]["รหัสหน่วยงาน"] != rows[n - 2]["รหัสหน่วยงาน"] for n in places)


def test_sheets_lead_to_each_other_and_back(drawn):
    book = openpyxl.load_workbook(drawn("year end, three parents") / "executive.xlsx")
    shown = [s for s in book if s.sheet_state == "visible"]
    assert [s.title for s in shown] == [
        contents.SUMMARY,
        contents.HEATMAP,
        contents.BEHIND,
        contents.CHANGES,
        contents.SELECTOR,
        contents.INDICATORS,
        "อ. 1",
        "อ. 2",
        "อ. 3",
    ]
    for sheet in shown:
        places = {cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink}
        if sheet.title == contents.SUMMARY:
            assert {f"'{s.title}'!A1" for s in shown[1:5]} <= places
        else:
            assert f"'{contents.SUMMARY}'!A1" in places
        for place in places:
            assert place.partition("!")[0].strip("'") in (*book.sheetnames, order.DATA_SHEET)


def page_size(sheet, last_row: int, last_column: int) -> tuple[list[float], list[float]]:
    spans = [(d.min, d.max, d.width) for d in sheet.column_dimensions.values()]
    widths = [next((w for a, b, w in spans if a <= c <= b), 8.43) - 5 / 7 for c in range(1, last_column + 1)]
    return widths, [sheet.row_dimensions[r].height or 15 for r in range(1, last_row + 1)]


@pytest.mark.parametrize("case", EACH)
def test_first_page_fits_one_sheet_of_paper_and_stays_readable(case, drawn):
    sheet = openpyxl.load_workbook(drawn(case) / "executive.xlsx").worksheets[0]
    assert sheet.page_setup.orientation == "landscape" and sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight or 1) == (1, 1)
    area = openpyxl.utils.range_boundaries(sheet.print_area.rpartition("!")[2])
    scale = styles.fit_scale(*page_size(sheet, area[3], area[2]), True, styles.MARGINS)
    sizes = [
        cell.font.sz
        for row in sheet.iter_rows(max_row=area[3], max_col=area[2])
        for cell in row
        if cell.value is not None
    ]
    assert scale >= 0.6 and min(sizes) * scale >= 8


@pytest.mark.parametrize("case", EACH)
def test_rows_are_high_enough_for_thai_marks(case, drawn):
    for output in workbooks():
        for sheet in openpyxl.load_workbook(drawn(case) / output.FILE):
            if sheet.sheet_state != "visible":
                continue
            for row in sheet.iter_rows():
                size = max((c.font.sz for c in row if c.value is not None), default=0)
                height = sheet.row_dimensions[row[0].row].height if row else None
                assert not size or (height or 0) >= 1.75 * size, (sheet.title, row[0].row, size, height)


def test_ties_share_a_rank_and_stand_at_one_end_only():
    units = card("ministry").units.copy()
    units["rank"] = [1.0] * 8 + [9.0] * 4 + [float("nan")] * 3
    top, bottom = executive.ends(units)
    assert top["rank"].tolist() == [1.0] * 5 and top["tied"].tolist() == [8] * 5
    assert bottom["rank"].tolist() == [9.0] * 4
    units["rank"] = 1.0
    assert len(executive.ends(units)[1]) == 0


def test_units_with_too_little_reported_are_in_neither_end():
    units = card("silent").units
    assert [len(end) for end in executive.ends(units)] == [0, 0]


def test_the_chart_takes_as_many_bars_as_it_can_label():
    found = executive.tables(card("hundred units, twelve parents"))["bars"]
    assert found["kind"].unique().tolist() == ["parent"] and len(found) == 12
    alone = executive.bars(card("hundred units, twelve parents").units, card("ministry").parents, 15)
    assert len(alone) == 15 and alone["of"].iloc[0] == 100
    assert alone["headline"].max() <= card("hundred units, twelve parents").units["headline"].nsmallest(15).max()


def test_names_under_bars_are_slanted_only_where_they_would_break():
    long, short = ["ปศอ.คลองสว่าง"] * 16, ["อบต.12"] * 16
    assert (
        charts.slanted(long) and not charts.slanted(long[:8]) and not charts.slanted(short) and not charts.slanted([])
    )


def test_heat_map_shows_each_score_and_a_word_for_each_gap(drawn):
    rows = (
        CalamineWorkbook.from_path(str(drawn("ministry") / "executive.xlsx"))
        .get_sheet_by_name(contents.HEATMAP)
        .to_python()
    )
    ours = order.by_unit(card("ministry").rows)
    cells = [value for row in rows[contents.HEAT_TOP : contents.HEAT_TOP + 15] for value in row[3:15]]
    for value, score, reported in zip(cells, ours["score"], ours["reported"], strict=True):
        assert value == score if score == score else value, (value, reported)
    assert {"รอผล", "ไม่มี", "รอแก้", "ไม่ถึงรอบ"} <= set(map(str, cells))


def test_behind_list_names_every_row_with_cause_and_remedy(drawn):
    rows = (
        CalamineWorkbook.from_path(str(drawn("ministry") / "executive.xlsx"))
        .get_sheet_by_name(contents.BEHIND)
        .to_python()[5:]
    )
    ours = card("ministry").rows
    behind = ours[ours["status"] == "behind"]
    assert len(rows) == len(behind) > 0
    assert {(r[1], r[2].split()[0]) for r in rows} == set(zip(behind["unit_name"], behind["indicator"], strict=True))
    assert all(r[6] and r[7] for r in rows)


@pytest.mark.parametrize("light", styles.LIGHTS)
def test_lights_have_a_word_and_enough_contrast(light):
    chosen = styles.LIGHTS[light]
    assert (
        styles.contrast(chosen.ink, chosen.fill) >= 4.5
        and chosen.word.th in chosen.label
        and chosen.sign in chosen.label
    )


@pytest.mark.parametrize(
    "ink, paper",
    [
        (styles.INK, styles.WHITE),
        (styles.MUTED, styles.WHITE),
        (styles.MUTED, styles.PALE),
        (styles.ACCENT, styles.WHITE),
        (styles.WHITE, styles.NAVY),
        (styles.NAVY, styles.INPUT),
        (styles.INK, styles.BAND),
    ],
)
def test_texts_have_enough_contrast(ink, paper):
    assert styles.contrast(ink, paper) >= 4.5


def test_sheet_names_are_legal_and_unique():
    names = order.sheet_names(["อำเภอ [1]/2", "อำเภอ 1 2", "x" * 40, "X" * 40, "", "สรุป"], ["สรุป"])
    assert len({n.casefold() for n in names}) == 6 and "สรุป" not in names
    assert all(0 < len(n) <= 31 and not re.search(r"[\[\]:*?/\\]", n) for n in names)


def test_shortening_never_parts_a_letter_from_its_marks():
    assert styles.shortened("ที่นั่งพัก", 3) == "ที่นั่…" and styles.shortened("ก", 3) == "ก"


# ------------------------------------------------------------------------------------- with a real program


@needs_libreoffice
@pytest.mark.long
def test_every_stored_value_is_what_libreoffice_computes(drawn):
    done = run(*(recalculate(drawn(case) / "executive.xlsx") for case in CASES), seconds=300)
    for case, formulas in zip(CASES, done, strict=True):
        assert sum(map(len, formulas.values())) > 100
        assert disagreements(formulas) == [], case


@needs_libreoffice
def test_the_drop_down_shows_another_unit(drawn, tmp_path):
    source, out = drawn("ministry") / "executive.xlsx", tmp_path / "other.xlsx"
    hidden = CalamineWorkbook.from_path(str(source)).get_sheet_by_name(contents.DATA).to_python()
    run(fill(source, out, [[contents.SELECTOR, "C5", hidden[4][0]]]))
    rows = CalamineWorkbook.from_path(str(out)).get_sheet_by_name(contents.SELECTOR).to_python(skip_empty_area=False)
    units = order.by_unit(card("ministry").units)
    mine = order.by_unit(card("ministry").rows).query("unit == @units.unit.iloc[3]")
    start = next(n for n, row in enumerate(rows) if str(row[0]).startswith("รหัส")) + 1
    shown = rows[start : start + len(mine)]
    assert [row[0] for row in shown] == mine["indicator"].tolist()
    assert [row[7] for row in shown] == ["" if v != v else v for v in mine["score"]]
    assert units["headline"].iloc[3] in [v for row in rows[:start] for v in row]


@needs_libreoffice
@pytest.mark.parametrize("case", ["ministry", WIDE, "silent"])
def test_printed_first_page_is_one_page_and_names_are_whole(case, drawn, tmp_path):
    if not shutil.which("pdftotext"):
        pytest.skip("needs pdftotext: apt-get install poppler-utils")
    (pdf,) = run(to_pdf(drawn(case) / "executive.xlsx", tmp_path), seconds=300)
    pages = (
        subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True)
        .stdout.decode()
        .split("\f")
    )
    # Letters only: marks above and below come out of a PDF in any order.
    letters = [skeleton(page) for page in pages]
    assert skeleton("สัญญาณไฟตัวชี้วัด") in letters[0] and skeleton("แผนที่ความร้อน: คะแนน") in letters[1]
    assert "###" not in "".join(pages)
    for name in card(case).units["unit_name"]:
        assert skeleton(name) in "".join(letters), name
