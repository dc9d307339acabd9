"""Every part of every workbook that leaves the house: nothing that Excel would refuse, repair, cut or follow outside."""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from lxml import etree
from scorecards import scorecard
from staff import Place
from workbook_parts import opens, problems

from pipeline import publish
from pipeline.office import styles
from pipeline.settings import Settings

KINDS = {
    r"reports/.*/executive\.xlsx", r"reports/.*/master\.xlsx", r"reports/.*/parents/.*", r"reports/.*/cards/.*",
    r"reports/.*/lists/.*", r"reports/.*/goals/.*", r"templates/.*/monthly_plan\.xlsx",
    r"templates/.*/quarterly_result\.xlsx", r"returned/.*\.marked\.xlsx", r"register\.xlsx", r"central_plan\.xlsx",
}  # fmt: skip


def workbooks(office: Place) -> dict[str, list[Path]]:
    """Every workbook an office wrote, by kind."""
    found: dict[str, list[Path]] = defaultdict(list)
    roots = (office.root / "outbox", office.root)
    for path in [*roots[0].rglob("*.xlsx"), office.root / "central_plan.xlsx"]:
        relative = path.relative_to(roots[0] if path.is_relative_to(roots[0]) else roots[1]).as_posix()
        kinds = [k for k in KINDS if re.fullmatch(k, relative)] or [f"other: {path.name}"]
        found[kinds[0]].append(path)
    return found


def test_every_workbook_of_a_year_is_sound_in_every_part(ministry_year: Any) -> None:
    found = workbooks(ministry_year[0])
    assert set(found) >= KINDS
    assert {str(p): wrong for paths in found.values() for p in paths if (wrong := problems(p))} == {}


def test_one_of_every_kind_opens_in_both_readers(ministry_year: Any) -> None:
    for paths in workbooks(ministry_year[0]).values():
        assert opens(max(paths, key=lambda p: p.stat().st_size))


@pytest.mark.long
def test_every_workbook_of_a_year_opens_in_both_readers(ministry_year: Any) -> None:
    for paths in workbooks(ministry_year[0]).values():
        for path in paths:
            assert opens(path)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication full of texts that would like to be formulas, links and markup."""
    root = tmp_path_factory.mktemp("hostile")
    settings = Settings(root, *(root / n for n in ("inbox", "outbox", "var")), database="")
    settings.writing.mkdir(parents=True)
    publish.publication(settings, scorecard(3, 6, 3, parents=3, hostile=True), [], "ab" * 32)
    return root / "outbox"


def test_hostile_texts_break_no_part(hostile: Path) -> None:
    found = list(hostile.rglob("*.xlsx"))
    assert len(found) == 2 + 3 + 3 * 3
    assert {str(p): wrong for p in found if (wrong := problems(p))} == {}
    for path in found:
        assert opens(path)


def test_the_linter_sees_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "bad.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_url(0, 0, "http://example.test/")
        sheet.write_url(1, 0, "external:master.xlsx#x!A1")
        sheet.write_formula(2, 0, "=1/0", None, "#DIV/0!")
        sheet.merge_range("C1:D2", "x")
        sheet.data_validation("E1", {"validate": "custom", "value": "=" + "+".join(["1"] * 100)})
        book.define_name("twice", "=Sheet1!$A$1")
    with zipfile.ZipFile(path) as package:
        parts = {n: package.read(n) for n in package.namelist()}
    sheet_part, book_part = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
    parts[sheet_part] = parts[sheet_part].replace(
        b'<mergeCells count="1">', b'<mergeCells count="2"><mergeCell ref="D2:E3"/>'
    )
    parts[sheet_part] = parts[sheet_part].replace(b"1+1+1", b"1" * 260, 1)
    name = re.search(rb"<definedName .*?</definedName>", parts[book_part])
    assert name
    parts[book_part] = parts[book_part].replace(name[0], name[0] * 2)
    parts["xl/macros.bin"] = b""
    with zipfile.ZipFile(path, "w") as package:
        for part, data in parts.items():
            package.writestr(part, data)
    told = "\n".join(problems(path))
    for word in ("outside the publication: http", "outside the publication: master", "error value", "overlaps", "validation of more than", "defined twice", "what is this"):  # fmt: skip
        assert word in told, word


# -- colours ----------------------------------------------------------------------------------------------------------

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def pairs(data: bytes) -> set[tuple[str, str]]:
    """(ink, paper) of every cell of a workbook that shows something, as #RRGGBB."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        root = etree.fromstring(package.read("xl/styles.xml"))
        sheets = [package.read(n) for n in package.namelist() if n.startswith("xl/worksheets/sheet")]
    inks = [f.find(f"{S}color") for f in root.find(f"{S}fonts")]
    papers = [f.find(f"{S}patternFill/{S}fgColor") for f in root.find(f"{S}fills")]

    def colour(element: Any, otherwise: str) -> str:
        rgb = element.get("rgb") if element is not None else None
        return f"#{rgb[-6:]}" if rgb else otherwise

    formats = list(root.find(f"{S}cellXfs"))
    used = {
        formats[int(n)] for sheet in sheets for n in re.findall(rb'<c r="[A-Z]+[0-9]+" s="([0-9]+)"[^>/]*><', sheet)
    }
    return {
        (colour(inks[int(x.get("fontId"))], "#000000"), colour(papers[int(x.get("fillId"))], styles.WHITE))
        for x in used
    }


def test_every_text_of_every_workbook_stands_out_from_its_cell(ministry_year: Any) -> None:
    seen: dict[tuple[str, str], str] = {}
    for kind, paths in workbooks(ministry_year[0]).items():
        for path in paths[:3]:
            seen |= dict.fromkeys(pairs(path.read_bytes()), kind)
    hidden = {p for p in seen if p[0] == p[1]}  # key rows for the machine: written in the paper's own colour
    poor = {p: k for p, k in seen.items() if p not in hidden and styles.contrast(*p) < 4.5}
    assert len(seen) > 15 and poor == {}


def test_a_light_is_never_colour_alone() -> None:
    assert len({light.sign for light in styles.LIGHTS.values()}) == len(styles.LIGHTS)
    assert len({light.word.th for light in styles.LIGHTS.values()}) == len(styles.LIGHTS)
    assert all(light.sign in light.label and light.word.th in light.label for light in styles.LIGHTS.values())
