"""outbox/data: scores, units and trend as CSV, JSON and XML, with schema, data dictionary and Frictionless data package.

No person fields (responsible, supporter, telephone) and no file names, which strangers choose and which may name people;
the hash and the cell lead back to the source. In CSV a text that begins with = + - @ tab or CR has ' in front,
because spreadsheet programs would run it as a formula; JSON and XML keep it as it is.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd

from pipeline.model import Scorecard
from pipeline.office.book import safe
from pipeline.report import order, share
from pipeline.report.dictionary import KEYS, TABLES, TITLES, Type, Variable
from pipeline.report.words import period

PATTERN, NAMES, ROOM = "{}", True, "data"
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_NAMESPACE = "urn:opsbook:scores:1"
_XSD_TYPES: dict[Type, str] = {
    "string": "xs:string", "number": "xs:decimal", "integer": "xs:integer", "boolean": "xs:boolean", "datetime": "xs:dateTime",
}  # fmt: skip


@dataclass(frozen=True)
class DataPart:
    """What one file of the data set is made from: its name, the tables it holds, and what all of it is about."""

    name: str
    tables: dict[str, pd.DataFrame]
    title: str
    period: str
    as_of: str


def parts(card: Scorecard) -> share.Parts:
    """Each file of the data set with the tables it needs. Pure."""
    tables = frames(card)
    title = f"{card.office_name} {period(card).both}"

    def of(name: str) -> DataPart:
        needed = [t for t in TABLES if name in (f"{t}.csv", f"{t}.json", f"{t}.xml")]
        return DataPart(name, {t: tables[t] for t in needed}, title, card.period, card.as_of.isoformat())

    return share.Parts(list(_WRITERS), of)


def frames(card: Scorecard) -> dict[str, pd.DataFrame]:
    """The tables of the data set by name, columns as the dictionary lists them, rows in the order of every output."""
    rows = order.by_unit(card.rows).assign(period=card.period)
    office = pd.DataFrame([{**card.office, "unit": "", "unit_name": card.office_name}])
    kinds = (("office", office), ("parent", order.by_unit(card.parents)), ("unit", order.by_unit(card.units)))
    texts = [v.name for v in TABLES["units"] if v.type == "string"]
    totals = pd.concat(
        [frame.reindex(columns=[v.name for v in TABLES["units"]]).astype(object).assign(kind=kind) for kind, frame in kinds if len(frame)],
        ignore_index=True,
    ).assign(period=card.period)  # fmt: skip
    totals[texts] = totals[texts].where(totals[texts].notna(), "")
    trend = card.trend.sort_values(["unit", "period"], kind="stable", ignore_index=True)
    found = {"scores": rows, "units": totals, "trend": trend}
    return {name: frame[[v.name for v in TABLES[name]]] for name, frame in found.items()}


def draw(part: DataPart, path: str) -> None:
    """Write one file of the data set."""
    Path(path).write_bytes(_WRITERS[part.name](part).encode("utf-8"))


# -- figures and texts ------------------------------------------------------------------------------------------------


def plain(value: Any, kind: Type) -> str | float | int | bool | None:
    """A cell as JSON knows it; None where there is no value. Whole numbers have no decimal point."""
    if value is None or value != value or (kind != "string" and value == ""):
        return None
    if kind == "boolean":
        return bool(value)
    if kind == "integer":
        return int(value)
    if kind == "number":
        return int(value) if float(value).is_integer() and abs(value) < 1e15 else float(value)
    return safe(str(value))


def shown(value: Any, kind: Type) -> str:
    """The same as text: decimals without exponent, true and false in small letters, nothing for nothing."""
    found = plain(value, kind)
    if found is None:
        return ""
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, float):
        return f"{found:.10f}".rstrip("0").rstrip(".")
    return str(found)


def neutral(text: str) -> str:
    """`text` as a CSV may carry it: ' in front of what a spreadsheet program would run as a formula."""
    return f"'{text}" if text.startswith(_RISKY) else text


def _lines(frame: pd.DataFrame, variables: tuple[Variable, ...]) -> Iterator[list[str]]:
    columns = [[shown(v, var.type) for v in frame[var.name].tolist()] for var in variables]
    columns = [
        [neutral(t) for t in cells] if var.type == "string" else cells
        for var, cells in zip(variables, columns, strict=True)
    ]
    return (list(line) for line in zip(*columns, strict=True))


# -- the files --------------------------------------------------------------------------------------------------------


def _csv(part: DataPart) -> str:
    ((name, frame),) = part.tables.items()
    variables = TABLES[name]
    return _csv_text([v.name for v in variables], _lines(frame, variables))


def _csv_text(head: list[str], lines: Iterator[list[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(lines)
    return "\ufeff" + out.getvalue()


def _dictionary(part: DataPart) -> str:
    head = ["table", "column", "type", "title_th", "title_en", "meaning_th", "meaning_en", "allowed"]
    lines = (
        [
            table,
            v.name,
            v.type,
            v.title.th,
            v.title.en,
            neutral(v.meaning.th),
            neutral(v.meaning.en),
            " | ".join(v.allowed),
        ]
        for table, variables in TABLES.items()
        for v in variables
    )
    return _csv_text(head, lines)


def _json(part: DataPart) -> str:
    ((name, frame),) = part.tables.items()
    variables = TABLES[name]
    columns = [[plain(v, var.type) for v in frame[var.name].tolist()] for var in variables]
    names = [v.name for v in variables]
    rows = [json.dumps(dict(zip(names, line, strict=True)), ensure_ascii=False) for line in zip(*columns, strict=True)]
    head = json.dumps(
        {"title": part.title, "period": part.period, "as_of": part.as_of, "table": name}, ensure_ascii=False
    )
    return f'{head[:-1]}, "rows": [\n' + ",\n".join(rows) + "\n]}\n"


def _xml(part: DataPart) -> str:
    ((name, frame),) = part.tables.items()
    variables = TABLES[name]
    columns = [[shown(v, var.type) for v in frame[var.name].tolist()] for var in variables]
    head = f'xmlns="{_NAMESPACE}" period="{part.period}" asOf="{part.as_of}" title={_quoted(part.title)}'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<{name} {head}>"]
    for line in zip(*columns, strict=True):
        cells = "".join(
            f"<{v.name}>{escape(_one_line_end(text))}</{v.name}>"
            for v, text in zip(variables, line, strict=True)
            if text
        )
        lines.append(f"<row>{cells}</row>")
    return "\n".join([*lines, f"</{name}>", ""])


def _one_line_end(text: str) -> str:
    """XML readers turn CR into LF anyway; so it is done here, and the same everywhere."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _quoted(text: str) -> str:
    return '"' + escape(safe(text), {'"': "&quot;"}) + '"'


def _xsd(_part: DataPart) -> str:
    cells = []
    for v in TABLES["scores"]:
        note = f"<xs:annotation><xs:documentation>{escape(v.title.both)}</xs:documentation></xs:annotation>"
        if v.allowed:
            values = "".join(f'<xs:enumeration value="{a}"/>' for a in v.allowed)
            kind = f'<xs:simpleType><xs:restriction base="xs:string">{values}</xs:restriction></xs:simpleType>'
            cells.append(f'<xs:element name="{v.name}" minOccurs="0">{note}{kind}</xs:element>')
        else:
            cells.append(f'<xs:element name="{v.name}" type="{_XSD_TYPES[v.type]}" minOccurs="0">{note}</xs:element>')
    sequence = "\n".join(cells)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{_NAMESPACE}" xmlns="{_NAMESPACE}" elementFormDefault="qualified">
<xs:element name="scores"><xs:complexType><xs:sequence>
<xs:element name="row" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>
{sequence}
</xs:sequence></xs:complexType></xs:element>
</xs:sequence>
<xs:attribute name="period" type="xs:string" use="required"/>
<xs:attribute name="asOf" type="xs:dateTime" use="required"/>
<xs:attribute name="title" type="xs:string" use="required"/>
</xs:complexType></xs:element>
</xs:schema>
"""


def _package(part: DataPart) -> str:
    resources = [
        {
            "name": table,
            "path": f"{table}.csv",
            "title": TITLES[table].both,
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "profile": "tabular-data-resource",
            "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "header": True},
            "schema": {
                "fields": [_field(v) for v in variables],
                "missingValues": [""],
                "primaryKey": KEYS[table],
            },
        }
        for table, variables in TABLES.items()
    ]
    content = {
        "profile": "tabular-data-package",
        "name": f"opsbook-{part.period.lower()}",
        "title": part.title,
        "description": (
            "ไม่มีชื่อบุคคล ชื่อไฟล์ และหมายเลขโทรศัพท์ ข้อความที่ขึ้นต้นด้วย = + - @ แท็บ หรือ CR มี ' นำหน้าใน CSV เพื่อไม่ให้โปรแกรมตารางคำนวณถือเป็นสูตร / "
            "No names of persons, file names or telephone numbers. In CSV a text that begins with = + - @ tab or CR has ' in front, "
            "so that no spreadsheet program runs it; JSON and XML have it as typed. Codes are text: keep leading zeros."
        ),
        "created": part.as_of,
        "resources": resources,
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _field(v: Variable) -> dict[str, Any]:
    found: dict[str, Any] = {"name": v.name, "type": v.type, "title": v.title.both, "description": v.meaning.both}
    if v.type == "datetime":
        found["format"] = "any"
    if v.allowed:
        found["constraints"] = {"enum": list(v.allowed)}
    return found


_WRITERS = {
    "scores.csv": _csv,
    "units.csv": _csv,
    "trend.csv": _csv,
    "dictionary.csv": _dictionary,
    "scores.json": _json,
    "scores.xml": _xml,
    "scores.xsd": _xsd,
    "datapackage.json": _package,
}
