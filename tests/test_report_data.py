"""outbox/data: the same rows in every format, nothing that runs as a formula, no persons, described column by column."""

from __future__ import annotations

import csv
import dataclasses
import functools
import json
from pathlib import Path

import pytest
from lxml import etree
from scorecards import HOSTILE, scorecard

from pipeline.office.book import safe
from pipeline.report import data, order
from pipeline.report.dictionary import TABLES
from schemas.frames import ScoreRow

CASES = {
    "ministry": {},
    "hostile": {"hostile": True},
    "silent": {"silent": True},
    "parents": {"parents": 3, "quarter": 4},
}


@functools.cache
def card(case: str):
    found = scorecard(**CASES[case])
    rows = found.rows.copy()
    rows.loc[0, "result"], rows.loc[1, "result"], rows.loc[2, "details"] = -3.5, 0.0, 'บรรทัดหนึ่ง\nบรรทัดสอง, "คำพูด"'
    return dataclasses.replace(found, rows=rows)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory):
    done: dict[str, Path] = {}

    def of(case: str) -> Path:
        if case not in done:
            folder = tmp_path_factory.mktemp("data")
            for name, part in data.parts(card(case)):
                data.draw(part, str(folder / name))
            done[case] = folder
        return done[case]

    return of


def rows_of(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.mark.parametrize("case", CASES)
def test_csv_opens_in_excel_as_utf_8_and_has_every_row(case, written):
    for name in ("scores", "units", "trend"):
        path = written(case) / f"{name}.csv"
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        assert list(rows_of(path)[0]) == [v.name for v in TABLES[name]]
    assert len(rows_of(written(case) / "scores.csv")) == len(card(case).rows)
    units = rows_of(written(case) / "units.csv")
    assert [r["kind"] for r in units].count("office") == 1
    assert len(units) == 1 + len(card(case).units) + len(card(case).parents)


@pytest.mark.parametrize("case", CASES)
def test_no_csv_cell_that_is_text_begins_like_a_formula(case, written):
    for name in ("scores", "units", "trend"):
        texts = {v.name for v in TABLES[name] if v.type == "string"}
        for row in rows_of(written(case) / f"{name}.csv"):
            assert not [c for c, v in row.items() if c in texts and v.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_negative_figures_stay_figures_and_blank_is_not_zero(written):
    rows = rows_of(written("ministry") / "scores.csv")
    ours = order.by_unit(card("ministry").rows)
    for found, value in zip(rows, ours["result"], strict=True):
        assert (float(found["result"]) == value) if value == value else found["result"] == ""
    assert {"-3.5", "0", ""} <= {r["result"] for r in rows}
    assert any(r["details"] == 'บรรทัดหนึ่ง\nบรรทัดสอง, "คำพูด"' for r in rows)


@pytest.mark.parametrize("case", CASES)
def test_csv_json_and_xml_say_the_same(case, written):
    folder = written(case)
    found = json.loads((folder / "scores.json").read_text(encoding="utf-8"))
    tree = etree.parse(str(folder / "scores.xml")).getroot()
    assert (found["period"], tree.get("period"), tree.get("asOf")) == (card(case).period,) * 2 + (found["as_of"],)
    for row, entry, element in zip(rows_of(folder / "scores.csv"), found["rows"], tree, strict=True):
        cells = {etree.QName(e).localname: e.text for e in element}
        for v in TABLES["scores"]:
            text = data.shown(entry[v.name], v.type)
            plain = text.replace("\r\n", "\n").replace("\r", "\n")
            assert cells.get(v.name, "") == plain and row[v.name] == (
                data.neutral(text) if v.type == "string" else text
            )


@pytest.mark.parametrize("case", CASES)
def test_xml_follows_its_schema(case, written):
    schema = etree.XMLSchema(etree.parse(str(written(case) / "scores.xsd")))
    schema.assertValid(etree.parse(str(written(case) / "scores.xml")))


def test_a_wrong_xml_does_not_follow_it(written):
    schema = etree.XMLSchema(etree.parse(str(written("ministry") / "scores.xsd")))
    tree = etree.parse(str(written("ministry") / "scores.xml"))
    tree.find(".//{*}light").text = "blue"
    assert not schema.validate(tree)


def test_the_package_describes_every_column_in_two_languages(written):
    package = json.loads((written("ministry") / "datapackage.json").read_text(encoding="utf-8"))
    assert [r["path"] for r in package["resources"]] == ["scores.csv", "units.csv", "trend.csv"]
    for resource in package["resources"]:
        fields = resource["schema"]["fields"]
        rows = rows_of(written("ministry") / resource["path"])
        assert [f["name"] for f in fields] == list(rows[0])
        for field in fields:
            assert field["title"] and field["description"]
            allowed = field.get("constraints", {}).get("enum")
            assert not allowed or {r[field["name"]] for r in rows} <= {*allowed, ""}
        keys = [tuple(r[k] for k in resource["schema"]["primaryKey"]) for r in rows]
        assert len(set(keys)) == len(keys)
    lines = rows_of(written("ministry") / "dictionary.csv")
    assert len(lines) == sum(map(len, TABLES.values())) and all(r["meaning_th"] and r["meaning_en"] for r in lines)


def test_persons_and_file_names_are_left_out(written):
    left_out = set(ScoreRow.to_schema().columns) - {v.name for v in TABLES["scores"]}
    assert left_out == {"unit_short", "evidence", "file"}
    for path in written("ministry").iterdir():
        text = path.read_text(encoding="utf-8")
        assert (
            "ผู้อำนวยการ" not in text
            and "ผลไตรมาส_" not in text
            and "responsible" not in text.replace("(responsible", "")
        )


def test_hostile_texts_come_out_whole_in_json(written):
    found = json.loads((written("hostile") / "scores.json").read_text(encoding="utf-8"))
    assert {safe(t) for t in HOSTILE} <= {r["details"] for r in found["rows"]}


@pytest.mark.parametrize(
    ("value", "text"),
    [(5.0, "5"), (0.1, "0.1"), (1e-7, "0.0000001"), (123456789.125, "123456789.125"), (float("nan"), ""), (-0.0, "0")],
)
def test_figures_are_written_without_exponent(value, text):
    assert data.shown(value, "number") == text
