"""An office's own .docx: its head, foot, margins and headings on our papers, and nothing else of it, whatever it holds."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from scorecards import scorecard

from pipeline import publish
from pipeline.office import letterhead
from pipeline.office.document import Cell, Paper, Row
from pipeline.settings import Settings

WHERE = "reports/2567/2567-Q2"
REFUSED = letterhead.Refused
HEADER_RELS = "word/_rels/header1.xml.rels"
EXTERNAL = '<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="file:///x/y.png" TargetMode="External"/>'


def own(left: float = 30, foot: str = "ถนนพระรามที่ 6", heading: bool = True) -> bytes:
    """A letterhead as an office would make it in Word."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin, section.top_margin = Mm(left), Mm(20), Mm(40)
    section.header.paragraphs[0].text = "ตราสำนักงาน"
    if foot:
        section.footer.paragraphs[0].text = foot
    look = document.styles["Heading 1"].element.rPr
    document.styles["Heading 1"].font.size = Pt(25)
    look.remove(look.find(qn("w:szCs")))  # as programs leave it that know Latin only
    if not heading:
        document.styles.element.remove(document.styles["Heading 2"].element)
    document.add_paragraph("ข้อความของเอกสารเดิม")
    document.add_paragraph("ลิงก์").part.relate_to("https://example.test/", "http://x/hyperlink", is_external=True)
    whole = io.BytesIO()
    document.save(whole)
    return whole.getvalue()


def changed(data: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {n: package.read(n) for n in package.namelist()}
    change(parts)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as out:
        for name, part in parts.items():
            out.writestr(name, part)
    return whole.getvalue()


def paper(path: Path, data: bytes, landscape: bool = False) -> Paper:
    card = scorecard(1, 1)
    made = Paper("ชื่อ", "หน่วยงาน · ไตรมาส 2", card.as_of, landscape, data)
    made.heading("หัวข้อที่หนึ่ง", 1)
    made.heading("หัวข้อที่สอง", 2)
    made.table([100.0, 65.0], [Row([Cell("ก"), Cell("ข")])])
    made.save(str(path))
    return made


def test_a_paper_has_the_head_foot_margins_and_headings_of_the_office(tmp_path: Path) -> None:
    made = paper(tmp_path / "a.docx", own())
    found = docx.Document(str(tmp_path / "a.docx"))
    section = found.sections[0]
    assert [p.text for p in section.header.paragraphs] == ["ตราสำนักงาน", "หน่วยงาน · ไตรมาส 2"]
    assert section.footer.paragraphs[0].text == "ถนนพระรามที่ 6" and "หน้า" in section.footer.paragraphs[1].text
    assert round(section.left_margin / Mm(1)) == 30 and round(made.width_mm) == 160
    grid = [int(c.get(qn("w:w"))) for c in found.tables[0]._tbl.tblGrid]
    assert abs(sum(grid) / 56.6929 - 160) < 0.1
    assert found.styles["Heading 1"].font.size == Pt(25)
    look = found.styles["Heading 1"].element.rPr
    assert look.find(qn("w:szCs")).get(qn("w:val")) == "50"  # Thai as large as Latin
    assert "ข้อความของเอกสารเดิม" not in "".join(p.text for p in found.paragraphs)
    with zipfile.ZipFile(tmp_path / "a.docx") as package:
        every = b"".join(package.read(n) for n in package.namelist())
    assert b"example.test" not in every and b'TargetMode="External"' not in every
    assert b"OPSBOOK" not in every


def test_the_same_letterhead_gives_the_same_bytes_also_across(tmp_path: Path) -> None:
    for landscape in (False, True):
        for name in ("a", "b"):
            paper(tmp_path / f"{name}.docx", own(), landscape)
        assert (tmp_path / "a.docx").read_bytes() == (tmp_path / "b.docx").read_bytes()
    assert docx.Document(str(tmp_path / "a.docx")).sections[0].page_width > Mm(296)


def test_what_a_letterhead_lacks_is_ours(tmp_path: Path) -> None:
    paper(tmp_path / "a.docx", own(foot="", heading=False))
    found = docx.Document(str(tmp_path / "a.docx"))
    assert "หน้า" in found.sections[0].footer.paragraphs[0].text
    assert [p.style.name for p in found.paragraphs if p.text.startswith("หัวข้อ")] == ["Heading 1", "Heading 2"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "nothing"),
        (b"PK\x03\x04 half", "zip"),
        (own()[:-200], "zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"WordDocument".decode().encode("utf-16-le"), "Word"),
        (changed(own(), lambda p: p.update({"word/vbaProject.bin": b"x"})), "macros"),
        (changed(own(), lambda p: p.update({"word/embeddings/a.bin": b"x"})), "macros"),
        (changed(own(), lambda p: p.pop("word/document.xml")), "not a Word document"),
        (changed(own(), lambda p: p.update({"word/styles.xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"})), "entities"),
        (changed(own(), lambda p: p.update({HEADER_RELS: f"<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>{EXTERNAL}</Relationships>".encode()})), "links"),
        (changed(own(), lambda p: p.update({"word/document.xml": b"<w/>"})), "cannot be read"),
        (own(left=100), "room"),
    ],
)  # fmt: skip
def test_a_strange_file_is_refused_with_one_line(data: bytes, why: str) -> None:
    with pytest.raises(REFUSED, match=why) as told:
        letterhead.checked(data)
    assert told.value.text.th and told.value.text.en


def test_a_sound_letterhead_passes() -> None:
    letterhead.checked(own())


def test_a_publication_uses_it_says_so_and_is_made_anew_when_it_changes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(tmp_path, *(tmp_path / n for n in ("inbox", "outbox", "var")), database="")
    settings.writing.mkdir(parents=True)
    card = scorecard(2, 2)

    def issue() -> list[str]:
        return publish.publication(settings, replace(card), [], "cd" * 32)

    def told() -> dict[str, str]:
        found = json.loads((settings.outbox / WHERE / "manifest.json").read_text(encoding="utf-8"))
        return dict(found["letterhead"])

    issue()
    plain = (settings.outbox / WHERE / "executive.docx").read_bytes()
    (tmp_path / letterhead.FILE).write_bytes(own())
    assert not publish.complete(settings, 2567, "2567-Q2")
    written = {Path(p).name for p in issue()}
    assert "executive.docx" in written and "master.xlsx" not in written
    for name in ("executive.docx", "cards/01000.docx", "lists/01000.docx"):
        assert "ตราสำนักงาน" in docx.Document(str(settings.outbox / WHERE / name)).sections[0].header.paragraphs[0].text
    assert told()["sha256"] and not told()["refused"] and publish.complete(settings, 2567, "2567-Q2")
    (tmp_path / letterhead.FILE).write_bytes(b"PK\x03\x04 half")
    issue()
    assert (settings.outbox / WHERE / "executive.docx").read_bytes() == plain
    assert told()["refused"] and "letterhead.docx is not used" in caplog.text
