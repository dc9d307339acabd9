"""Texts that would bite, typed in every text field of plan and forms: nothing we write turns them into anything but text.

An office with harmless texts and one with payloads take the same road; every part of every output of the second is held
against the first: no formula, link, relation, tag or mail header that the harmless office has not.
"""

from __future__ import annotations

import csv
import email
import email.policy
import io
import itertools
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from staff import Place, fill, plan_book, result, small_plan

from schemas.forms_index import forms

PAYLOADS = (
    "=1+1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    '=HYPERLINK("http://evil.test","x")',
    "=cmd|'/C calc'!A0",
    "http://evil.test/a",
    "mailto:a@evil.test",
    "file:///etc/passwd",
    "\\\\evil.test\\share",
    "internal:Sheet1!A1",
    "\t=1+1",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{=1+1}",
    "ก\x07_x0007_]]><x>&lt;",
    "ก\nBcc: x@evil.test",
    '=WEBSERVICE("http://evil.test")',
)
NOT_TEXT = {  # fields that the program reads as something else than free text
    "code", "parent", "unit", "indicator", "goal", "dimension", "topic", "issue", "kind", "key", "mark", "period", "form",
    "rule", "fiscal_year",
}  # fmt: skip
RELATIVE = re.compile(r"(?:\.\.[/\\])*[^:/\\]+(?:[/\\][^:/\\]+)*")  # Excel writes either stroke
KEPT_SETTINGS = ("office_name", "centre_contact")


def poisoned(content: Mapping[str, list[dict[str, str]]], texts: Iterator[str]) -> dict[str, list[dict[str, str]]]:
    """The plan with every free text replaced; what is chosen, numbered, dated or a code stays."""
    sheets = {s.key: s for s in forms()["central_plan"].sheets(2567)}
    out: dict[str, list[dict[str, str]]] = {}
    for key, rows in content.items():
        fields = {f.key: f for f in sheets[key].fields}
        free = [k for k, f in fields.items() if f.kind == "text" and k not in NOT_TEXT and not k.startswith("c")]
        out[key] = [dict(r) for r in rows]
        if key == "settings":
            out[key] += [{"key": k, "value": next(texts)} for k in KEPT_SETTINGS]
            out[key] = list({r["key"]: r for r in out[key]}.values())
            continue
        for row in out[key]:
            row.update({k: next(texts) for k in free if k not in ("unit_of_measure", "target", "weight", "senders")})
    return out


def office(root: Path, texts: Iterator[str], name: str) -> Place:
    """An office that took a plan and two forms with these texts everywhere, and published."""
    place = Place(root)
    assert place.call("init", root).code == 0
    plan = poisoned(small_plan(), texts)
    place.send(plan_book(root.parent / f"{root.name}-plan.xlsx", plan), "plan.xlsx")
    said = place.receive()["files"][0]
    assert said["state"] == "accepted", said["findings"]
    form = place.template("01101", "quarterly_result")
    codes = [i["code"] for i in plan["indicators"] if i["code"] not in ("ปศ.1",)]
    cells: dict[tuple[str, str, str], Any] = {}
    words = [f.key for f in forms()["quarterly_result"].sheets(2567)[0].inputs if f.kind == "text"]
    for code in codes:
        cells |= result("q1", code, "4")
        cells |= {("q1", code, k): next(texts).replace("\x07", "") for k in words}  # openpyxl refuses it
    place.send(fill(form, root.parent / f"{root.name}-good.xlsx", cells), f"{name}.xlsx")
    wrong = {**cells, ("q1", codes[0], "value"): "๘ คน", ("q1", codes[1], "value"): next(texts).replace("\x07", "")}
    wrong_form = place.template("01102", "quarterly_result")
    place.send(fill(wrong_form, root.parent / f"{root.name}-wrong.xlsx", wrong), f"{name} ผิด.xlsx")
    files = place.receive()["by"]
    assert sorted(f["state"] for f in files.values()) == ["accepted", "returned"], files
    assert place.call("publish", "--period", "2567-Q1").code == 0
    return place


# -- what an output could do ---------------------------------------------------------------------------------------------


def dangers(place: Place) -> Counter[str]:
    """Everything in outbox that is more than text, by kind; texts inside formulas do not count as our own words."""
    found: Counter[str] = Counter()
    for path in sorted((place.root / "outbox").rglob("*")):
        if path.is_file() and path.name != "README.md":
            found.update(_of_file(path.suffix, path.read_bytes()))
    return found


def _of_file(suffix: str, data: bytes) -> Iterator[str]:
    if suffix in (".xlsx", ".docx"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                if name.endswith((".xml", ".rels", ".vml")):
                    yield from _of_part(name, archive.read(name))
    elif suffix == ".html":
        yield from _tags(data.decode())
    elif suffix == ".csv":
        yield from (
            f"csv {c[:1]}" for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for c in row if _runs(c)
        )
    elif suffix == ".xml":
        yield from (f"xml {e.tag}" for e in etree.fromstring(data).iter() if not isinstance(e.tag, str))
    elif suffix == ".json":
        json.loads(data)
    elif suffix == ".eml":
        message = email.message_from_bytes(data, policy=email.policy.default)
        yield from (f"mail {k}" for k in message)
        for part in message.walk():
            if part.get_content_type() == "text/html":
                yield from _tags(part.get_content())


def _runs(cell: str) -> bool:
    return cell[:1] in tuple("=+@\t\r") or (cell[:1] == "-" and not re.fullmatch(r"-[0-9.,]*", cell))


def _of_part(name: str, data: bytes) -> Iterator[str]:
    root = etree.fromstring(data)
    for element in root.iter():
        tag = etree.QName(element).localname if isinstance(element.tag, str) else "?"
        text = element.text or ""
        if tag in ("f", "definedName", "formula", "formula1", "formula2"):
            yield f"formula {_shape(text)}"
        elif tag == "Relationship" and element.get("TargetMode") == "External":
            target = element.get("Target") or ""
            yield "relation to a file of ours" if RELATIVE.fullmatch(target) else f"relation {target}"
        elif tag in ("instrText", "hyperlink", "script", "object", "oleObject", "ddeLink", "attachedTemplate"):
            yield f"{tag} {_shape(text)}"


@cache
def _shape(text: str) -> str:
    """A formula without its figures, quoted words and names of sheets."""
    return re.sub(r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'!|[0-9]+", "?", text)


def _tags(text: str) -> Iterator[str]:
    found: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append(f"tag {tag} {sorted(k for k, _ in attrs)}")

    Tags().feed(text)
    yield from found


def new_kinds(clean: Counter[str], other: Counter[str]) -> list[str]:
    return sorted(k for k in other if k not in clean)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Counter[str]:
    """What an office with harmless texts writes."""
    words = (f"ข้อความ {n}" for n in itertools.count())
    return dangers(office(tmp_path_factory.mktemp("clean") / "office", words, "ไฟล์"))


@pytest.mark.long
@pytest.mark.parametrize("shift", range(len(PAYLOADS)))
def test_payloads_in_every_text_field_stay_text_in_every_output(
    clean: Counter[str], tmp_path: Path, shift: int
) -> None:
    texts = itertools.cycle([*PAYLOADS[shift:], *PAYLOADS[:shift]])
    place = office(tmp_path / "office", texts, "=1+1")
    found = dangers(place)
    assert len(clean) > 20, "the harmless office writes formulas of its own"
    assert new_kinds(clean, found) == []
    with zipfile.ZipFile(place.outbox("reports/2567/2567-Q1/master.xlsx")) as master:
        assert b"evil.test" in master.read("xl/sharedStrings.xml"), "the payloads reach the outputs"
