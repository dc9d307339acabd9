"""Word papers and unit cards: the source's layout, Thai that renders, links that lead somewhere, the advice and changes."""

from __future__ import annotations

import csv
import dataclasses
import functools
import re
import shutil
import subprocess
import zipfile
from datetime import datetime
from pathlib import Path

import docx
import numpy as np
import openpyxl
import pandas as pd
import pytest
from libreoffice import needs_libreoffice, run, to_pdf
from lxml import etree
from python_calamine import CalamineWorkbook
from scorecards import HOSTILE, scorecard

from pipeline.office.book import FONT, safe
from pipeline.office.document import Bar, Cell, Paper, Row
from pipeline.report import executive, history, kpi_card, kpi_list, kpi_list_book, paper, unit_card
from pipeline.report.pages import changes, contents
from pipeline.restated import listed
from schemas.thai import skeleton

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
CASES = {
    "ministry": {}, "first quarter": {"quarter": 1}, "year end, three parents": {"quarter": 4, "parents": 3}, "hostile": {"hostile": True},
    "silent": {"silent": True}, "hundred units": {"units": 100, "parents": 12, "indicators": 4},
}  # fmt: skip
PAPERS = {"cards": kpi_card, "list": kpi_list}
BOOKS = {"card": unit_card, "list": kpi_list_book}


@functools.cache
def card(case: str):
    return scorecard(**CASES[case])


@pytest.fixture(scope="session")
def papers(tmp_path_factory):
    """The papers of a case's first unit and the report to the executives, drawn once: name -> path."""
    done = {}

    def of(case: str) -> dict[str, Path]:
        if case not in done:
            folder = tmp_path_factory.mktemp("papers")
            for name, module in {**PAPERS, **{f"{n}-book": m for n, m in BOOKS.items()}}.items():
                _, part = next(iter(module.parts(card(case))))
                module.draw(part, str(folder / f"{name}{Path(module.PATTERN).suffix}"))
            paper.draw(card(case), paper.tables(card(case)), str(folder / "executive.docx"))
            done[case] = {p.stem if p.suffix == ".docx" else p.name: p for p in folder.iterdir()}
        return done[case]

    return of


def texts(path: Path) -> str:
    document = docx.Document(str(path))
    cells = [c.text for t in document.tables for r in t.rows for c in r.cells]
    return "\n".join([p.text for p in document.paragraphs] + cells)


def body(path: Path) -> etree._Element:
    with zipfile.ZipFile(path) as package:
        return etree.fromstring(package.read("word/document.xml"))


# -- every document ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", ["cards", "list", "executive"])
def test_documents_are_sound_and_thai_in_every_run(case, name, papers):
    path = papers(case)[name]
    tree = body(path)
    for run_ in tree.iter(f"{W}r"):
        look = run_.find(f"{W}rPr")
        if run_.find(f"{W}t") is not None:
            size, wide = look.find(f"{W}sz"), look.find(f"{W}szCs")
            assert size.get(f"{W}val") == wide.get(f"{W}val") and look.find(f"{W}lang").get(f"{W}bidi") == "th-TH"
            assert (look.find(f"{W}b") is None) == (look.find(f"{W}bCs") is None)
    with zipfile.ZipFile(path) as package:
        styles = etree.fromstring(package.read("word/styles.xml"))
        fonts = [f.get(f"{W}cs") for f in styles.iter(f"{W}rFonts")]
        assert fonts and set(fonts) == {FONT}
        assert {i.date_time for i in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for part in package.namelist():
            if part.endswith((".xml", ".rels")):
                etree.fromstring(package.read(part))
                assert b'TargetMode="External"' not in package.read(part)
        assert b"python-docx" not in package.read("docProps/core.xml") and not [
            n for n in package.namelist() if "thumb" in n
        ]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", ["cards", "list", "executive"])
def test_links_lead_to_bookmarks_and_tables_fit_between_the_margins(case, name, papers):
    tree = body(papers(case)[name])
    marks = [m.get(f"{W}name") for m in tree.iter(f"{W}bookmarkStart")]
    assert len(set(marks)) == len(marks)
    assert {h.get(f"{W}anchor") for h in tree.iter(f"{W}hyperlink")} <= set(marks)
    page, margin = tree.find(f".//{W}pgSz"), tree.find(f".//{W}pgMar")
    room = int(page.get(f"{W}w")) - int(margin.get(f"{W}left")) - int(margin.get(f"{W}right"))
    for table in tree.iter(f"{W}tbl"):
        grid = [int(c.get(f"{W}w")) for c in table.find(f"{W}tblGrid")]
        assert sum(grid) <= room + 60
        for row in table.iter(f"{W}tr"):
            spans = [
                int(
                    (c.find(f"{W}tcPr/{W}gridSpan").get(f"{W}val")) if c.find(f"{W}tcPr/{W}gridSpan") is not None else 1
                )
                for c in row.iter(f"{W}tc")
            ]
            widths = [int(c.find(f"{W}tcPr/{W}tcW").get(f"{W}w")) for c in row.iter(f"{W}tc")]
            assert sum(spans) == len(grid) and abs(sum(widths) - sum(grid)) <= 1


def test_a_table_row_breaks_over_pages_only_where_it_is_very_long(tmp_path):
    made = Paper("ก", "ข", datetime(2024, 1, 1))
    made.table([80, 80], [Row([Cell("สั้น"), Cell("ข")]), Row([Cell("ย" * 3000), Cell("ข")])])
    made.bars([Bar("ก", float("nan"), "grey", "-"), Bar("ข", 5, "green", "5"), Bar("ค", 9, "red", "9")], 5)
    made.save(str(tmp_path / "t.docx"))
    rows = list(body(tmp_path / "t.docx").iter(f"{W}tr"))
    assert [r.find(f"{W}trPr/{W}cantSplit") is not None for r in rows[:2]] == [True, False]
    fills = [[c.find(f"{W}tcPr/{W}shd") is not None for c in r.iter(f"{W}tc")] for r in rows[2:]]
    assert fills == [[False, False, False], [False, True, False], [False, True, False]]


@pytest.mark.parametrize("name", ["cards", "list", "executive"])
def test_hostile_texts_stay_texts(name, papers):
    text = texts(papers("hostile")[name])
    assert safe(HOSTILE[0]) in text and "<b>&amp;" in text if name != "list" else "=1+1" in text


# -- the KPI card -----------------------------------------------------------------------------------------------------

SOURCE_ORDER = [
    "ตัวชี้วัด", "รหัสตัวชี้วัด", "แผนปฏิบัติราชการของ", "ประเด็นยุทธศาสตร์ของหน่วยงาน", "มิติการประเมินผล", "เป้าประสงค์", "น้ำหนัก (ร้อยละ)", "คำอธิบาย",
    "เกณฑ์การให้คะแนน", "เงื่อนไข (ถ้ามี)", "หน่วยวัด", "เป้าหมายปีปัจจุบัน", "ข้อมูลพื้นฐานย้อนหลัง 1 ปี (ถ้ามี)", "ข้อมูลพื้นฐานย้อนหลัง 2 ปี (ถ้ามี)",
    "ข้อมูลพื้นฐานย้อนหลัง 3 ปี (ถ้ามี)", "แหล่งข้อมูล/วิธีการจัดเก็บข้อมูล", "ผู้รับผิดชอบตัวชี้วัด", "ผู้สนับสนุน", "รายงานผลการดำเนินงาน", "ผลการดำเนินงาน",
    "รายละเอียดการดำเนินงาน", "คะแนนตัวชี้วัด", "คะแนนถ่วงน้ำหนัก", "ไฟล์เอกสาร/หลักฐาน",
]  # fmt: skip

BEGINS = ("แผนปฏิบัติราชการของ", "เกณฑ์การให้คะแนน")  # these labels go on: the office's name, the scoring mode


def test_a_card_has_the_fields_of_the_ministrys_card_in_its_order(papers):
    document = docx.Document(str(papers("ministry")["cards"]))
    assert len(document.tables) == 12
    for table in document.tables:
        labels = [row.cells[0].text for row in table.rows]
        places = [
            next(n for n, label in enumerate(labels) if label == want or (want in BEGINS and label.startswith(want)))
            for want in SOURCE_ORDER
        ]
        assert places == sorted(places)
        assert [c.text for c in table.rows[labels.index("รายงานผลการดำเนินงาน")].cells][1:] == [
            f"ไตรมาสที่ {q}" for q in (1, 2, 3, 4)
        ]


def test_a_card_names_programme_and_evidence_where_the_plan_does(papers):
    told = [[row.cells[0].text for row in t.rows] for t in docx.Document(str(papers("ministry")["cards"])).tables]
    assert sum("แผนงาน" in labels for labels in told) == 6
    assert all("หลักฐานที่ต้องแนบ" in labels and "กิจกรรม" not in labels for labels in told)


def test_a_card_tells_each_quarter_and_says_draft_until_confirmed(papers):
    document = docx.Document(str(papers("ministry")["cards"]))
    mine = next(iter(kpi_card.parts(card("ministry"))))[1]
    for table, row in zip(document.tables, mine.rows.to_dict("records"), strict=True):
        lines = {r.cells[0].text: [c.text for c in r.cells][1:] for r in table.rows}
        assert lines["คะแนนตัวชี้วัด"][2:] == ["", ""], "quarters to come stay empty"
        if row["score"] == row["score"]:
            assert (
                lines["คะแนนตัวชี้วัด"][1] == f"{row['score']:.4f}"
                and lines["คะแนนถ่วงน้ำหนัก"][1] == f"{row['weighted']:.4f}"
            )
        if row["details"]:
            assert lines["รายละเอียดการดำเนินงาน"][1].startswith("(ร่าง)") == (row["state"] == "draft")
        draft = mine.definitions[row["indicator"]]["state"] == "draft"
        assert lines["ตัวชี้วัด"][0].startswith("(ร่าง)") == draft


def test_why_there_is_no_figure_is_said_not_left_blank(papers):
    text = texts(papers("silent")["cards"])
    assert "ไม่มีข้อมูล" in text


# -- the KPI list -----------------------------------------------------------------------------------------------------


def test_the_list_has_its_title_15_columns_and_dimension_rows(papers):
    mine = next(iter(kpi_list.parts(card("ministry"))))[1]
    assert kpi_list.title(mine) == "ตัวชี้วัดและเป้าหมายตามแผนยุทธศาสตร์ของกองนโยบายและแผนปฏิบัติราชการ ประจำปีงบประมาณ พ.ศ. 2567"
    assert len(kpi_list.columns(mine)) == 15
    (table,) = docx.Document(str(papers("ministry")["list"])).tables
    assert [c.text for c in table.rows[1].cells][5:13] == ["2564", "2565", "2566", "1", "2", "3", "4", "5"]
    bands = [r.cells[0].text for r in table.rows if len({c.text for c in r.cells}) == 1 and r.cells[0].text]
    assert bands == [f"มิติที่ {n} ประสิทธิผล" for n in (1, 2, 3, 4)] and len(table.rows) == 2 + 4 + 12
    drafts = [r.cells[2].text.startswith("(ร่าง) ") for r in table.rows[2:] if r.cells[2].text not in bands]
    assert sum(drafts) == 3


def test_the_list_as_a_workbook_has_real_numbers_and_the_same_texts(papers):
    sheet = openpyxl.load_workbook(papers("ministry")["list-book.xlsx"]).worksheets[0]
    head, targets = sheet["A1"].value, [c.value for c in sheet["E"][4:]]
    assert head.startswith("ตัวชี้วัดและเป้าหมายตามแผนยุทธศาสตร์ของ")
    assert sum(isinstance(t, int | float) for t in targets) == 12
    assert sheet.print_title_rows == "$3:$4"
    names = {c.value for c in sheet["C"] if c.value}
    (table,) = docx.Document(str(papers("ministry")["list"])).tables
    assert {r.cells[2].text for r in table.rows[2:] if len({c.text for c in r.cells}) > 1} <= names


def test_the_list_does_not_change_with_what_is_reported():
    first, later = (next(iter(kpi_list.parts(scorecard(seed=s))))[1] for s in (1, 2))
    assert first.rows.equals(later.rows) and first.as_of == later.as_of


# -- the unit card ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_a_unit_card_opens_and_its_rows_are_high_enough(case, papers):
    path = papers(case)["card-book.xlsx"]
    CalamineWorkbook.from_path(str(path))
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows() if sheet.sheet_state == "visible" else ():
            size = max((c.font.sz for c in row if c.value is not None), default=0)
            assert not size or (sheet.row_dimensions[row[0].row].height or 0) >= 1.75 * size


def test_what_to_do_names_each_waiting_indicator_once_per_reason():
    _, part = next(iter(unit_card.parts(card("year end, three parents"))))
    found, rows = unit_card.to_do(part), part.rows
    for kind, expected in {
        "held": rows["reported"] == "held", "blank": rows["reported"] == "blank", "behind": rows["status"] == "behind",
        "draft": (rows["state"] == "draft") & rows["reported"].isin(["reported", "cannot"]),
        "evidence": (rows["reported"] == "reported") & (rows["evidence"] == ""),
    }.items():  # fmt: skip
        assert found.loc[found["kind"] == kind, "indicator"].tolist() == rows.loc[expected, "indicator"].tolist()


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2024-04-15", "กำหนดส่งไตรมาส 2/2567: 15 เมษายน 2567"),
        ("2024-04-16", "กำหนดส่งไตรมาส 3/2567: 15 กรกฎาคม 2567"),
        ("2024-12-01", "พ้นกำหนดส่งของทุกไตรมาสในปีนี้แล้ว"),
    ],
)
def test_the_next_date_is_the_next_deadline(now, words):
    assert unit_card.next_date(dataclasses.replace(card("ministry"), as_of=datetime.fromisoformat(now))) == words


def test_rank_and_score_of_the_card_are_those_of_the_report(papers):
    code, part = next(iter(unit_card.parts(card("ministry"))))
    shown = {
        v
        for row in CalamineWorkbook.from_path(str(papers("ministry")["card-book.xlsx"]))
        .get_sheet_by_index(0)
        .to_python()
        for v in row
    }
    unit = card("ministry").units.set_index("unit").loc[code]
    assert unit["headline"] in shown and f"{int(unit['rank'])}" in shown and part.office["units"] == 15


def test_what_is_not_applicable_is_said_everywhere_with_the_weight_it_handed_on(tmp_path):
    ours = scorecard(2, 4)
    rows = ours.rows.copy()
    first = rows.index[rows["unit"] == "01000"]
    rows.loc[first[0], ["reported", "light", "status", "weight_used"]] = ["not_applicable", "grey", "", 0.0]
    rows.loc[first[0], ["score", "result", "weighted"]] = np.nan
    rows.loc[first[1], "weight_used"] = 16.66
    quarters = ours.quarters.copy()
    quarters.loc[(quarters["unit"] == "01000") & (quarters["indicator"] == "ตช.1"), ["reported", "result", "score"]] = [
        "not_applicable",
        np.nan,
        np.nan,
    ]
    card_ = dataclasses.replace(ours, rows=rows, quarters=quarters)
    kpi_card.draw(next(iter(kpi_card.parts(card_)))[1], str(tmp_path / "c.docx"))
    assert "ไม่เกี่ยวข้อง (N/A)" in texts(tmp_path / "c.docx") and f"{kpi_card.WEIGHT_USED.th} 16.66" in texts(
        tmp_path / "c.docx"
    )
    unit_card.draw(next(iter(unit_card.parts(card_)))[1], str(tmp_path / "u.xlsx"))
    executive.draw(card_, executive.tables(card_), str(tmp_path / "e.xlsx"))
    for name, sheet, words in (
        ("u.xlsx", unit_card.SHEET, "ไม่เกี่ยวข้อง (N/A)"),
        ("e.xlsx", contents.HEATMAP, "N/A = ไม่เกี่ยวข้อง (N/A)"),
    ):
        shown = CalamineWorkbook.from_path(str(tmp_path / name)).get_sheet_by_name(sheet).to_python()
        assert any(words in str(v) for row in shown for v in row), name


# -- what changed -----------------------------------------------------------------------------------------------------


def sample() -> pd.DataFrame:
    with open(Path(__file__).parent / "data" / "pmqa_category7_sample.csv", encoding="utf-8-sig") as handle:
        rows = list(csv.DictReader(handle))
    return pd.DataFrame([
        {"unit": "U", "indicator": f"{r['section']}/{r['item']}", "target": float(r["target"]), "baseline3": float(r["r2562"]), "baseline2": float(r["r2563"]),
         "baseline1": float(r["r2564"]), "direction": "higher", "target_scale": "raw", "scoring": "percent_of_target", "parent": ""}
        for r in rows
    ])  # fmt: skip


def test_raise_the_target_is_advised_exactly_where_the_assessor_did():
    assert history.raise_target(sample())["indicator"].tolist() == ["7.1/3.1"]


@pytest.mark.parametrize(
    ("direction", "target", "past", "advised"),
    [
        ("higher", 80, (81, 90, 100), True), ("higher", 80, (80, 90, 100), False), ("higher", 80, (np.nan, 90, 100), False), ("lower", 10, (9, 8, 7), True),
        ("lower", 10, (10, 8, 7), False), ("lower", 10, (11, 12, 13), False), ("middle", 10, (11, 12, 13), False), ("higher", np.nan, (1, 2, 3), False),
    ],
)  # fmt: skip
def test_the_advice_follows_the_direction_and_asks_for_three_years(direction, target, past, advised):
    rows = (
        sample()
        .head(1)
        .assign(direction=direction, target=float(target), baseline3=past[0], baseline2=past[1], baseline1=past[2])
    )
    assert bool(len(history.raise_target(rows))) == advised


def test_remedies_of_last_quarter_are_followed_up():
    found = history.remedies(card("ministry"))
    ours = card("ministry")
    before = ours.quarters[(ours.quarters["period"] == "2567-Q1") & (ours.quarters["status"] == "behind")]
    assert len(found) == len(before) > 0 and set(found["became"]) <= {"still", "better", "unknown"}
    assert found["remedy_before"].ne("").all()
    assert not len(history.remedies(card("first quarter")))
    assert (found.loc[found["reported"] != "reported", "result"].isna()).all()  # never what an earlier quarter left


def test_what_was_behind_and_is_not_reported_now_has_no_result_of_now():
    ours = card("ministry")
    first = history.remedies(ours).iloc[0]
    here = (ours.rows["unit"] == first["unit"]) & (ours.rows["indicator"] == first["indicator"])
    rows = ours.rows.assign(
        reported=ours.rows["reported"].where(~here, "cannot"),
        status=ours.rows["status"].where(~here, ""),
        result=ours.rows["result"].where(~here, 17.1),
    )
    (now,) = history.remedies(dataclasses.replace(ours, rows=rows)).query("became == 'unknown'").to_dict("records")
    assert now["result"] != now["result"]


def test_lights_that_changed_are_listed_with_both_colours():
    found = history.lights(card("ministry"))
    assert (
        len(found)
        and (found["light"] != found["light_before"]).all()
        and "grey" not in {*found["light"], *found["light_before"]}
    )


@pytest.mark.parametrize("case", CASES)
def test_the_page_of_changes_shows_every_list_or_says_why_it_is_empty(case, tmp_path):
    frames = executive.tables(card(case))
    executive.draw(card(case), frames, str(tmp_path / "e.xlsx"))
    rows = CalamineWorkbook.from_path(str(tmp_path / "e.xlsx")).get_sheet_by_name(contents.CHANGES).to_python()
    text = "\n".join(str(v) for row in rows for v in row)
    assert all(s.title.th in text for s in changes.SECTIONS)
    if case == "first quarter":
        assert text.count("ไตรมาสแรกของปี") == 3
    for restatement in history.restated(card(case)).head(50).to_dict("records"):
        assert safe(restatement["new_file"]) in text


# -- restated figures -------------------------------------------------------------------------------------------------


def figures(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "unit": "U",
                "indicator": i,
                "value": v,
                "file": f,
                "received_at": "t",
                "state": "draft",
                "memo": f"memo {f}",
            }
            for i, v, f in rows
        ]
    )


def test_restated_is_what_differs_as_a_number_from_the_closing_picture():
    then = figures(("A", "88", "a"), ("B", "88", "a"), ("C", "", "a"), ("D", "1", "a"))
    now = figures(("A", "88.0", "b"), ("B", "91", "b"), ("C", "5", "b"), ("E", "7", "b"))
    found = listed({"2567-Q1": ("2024-01-15", then)}, {"2567-Q1": now})
    assert found[["indicator", "old", "new", "old_file", "new_file"]].values.tolist() == [
        ["B", "88", "91", "a", "b"], ["C", "", "5", "a", "b"], ["D", "1", "", "a", ""]
    ]  # fmt: skip
    assert len(listed({}, {})) == 0 and len(listed({"2567-Q1": ("d", then)}, {"2567-Q1": then})) == 0


# -- with a real program ----------------------------------------------------------------------------------------------


@needs_libreoffice
def test_every_paper_opens_and_prints_whole_names(papers, tmp_path):
    if not shutil.which("pdftotext"):
        pytest.skip("needs pdftotext: apt-get install poppler-utils")
    made = papers("ministry")
    pdfs = run(
        *(to_pdf(p, tmp_path / str(n)) for n, p in enumerate(made.values()) if not (tmp_path / str(n)).mkdir()),
        seconds=300,
    )
    names = card("ministry").rows.loc[card("ministry").rows["unit"] == "01000", "indicator_name"]
    for path, pdf in zip(made.values(), pdfs, strict=True):
        text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True).stdout.decode()
        assert "###" not in text
        if path.stem != "executive":
            letters = re.sub(r"\s", "", skeleton(text))
            assert all(skeleton(n)[:12] in letters for n in names)
