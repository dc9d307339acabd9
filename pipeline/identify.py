"""Raw sheets -> what the workbook says it is: form, version, unit, fiscal year, plan revision."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.model import Identity, RawSheet
from schemas.forms_index import forms
from schemas.numbers import strip
from schemas.thai import ascii_digits, skeleton

MAGIC = "opsbook"
_YEAR = r"(?<![0-9])(25[0-9]{2})(?![0-9])(?:.*?ฉบับที่ ([0-9]+))?"
_HEAD = tuple((row, column) for row in range(9) for column in range(3))  # where the head lines may stand


def identity_of(sheets: Sequence[RawSheet]) -> Identity:
    """The identity inside the file (its hidden sheet), completed from the visible head; fields are None where unknown."""
    hidden = next((_pairs(s) for s in sheets if _text(s, 0, 0) == MAGIC), {})
    visible = _visible(sheets)
    form = hidden.get("form") or _form_by_keys(sheets)
    year = _number(hidden.get("fiscal_year", "")) or visible.fiscal_year
    if any(y not in (None, year) for y in (_visible([s]).fiscal_year for s in sheets)):
        year = None  # the head says another year than the hidden sheet: ask, never guess
    return Identity(
        form=form if form in forms() else None,
        version=hidden.get("version"),
        unit=hidden.get("unit") or visible.unit,
        fiscal_year=year,
        plan_revision=_number(hidden.get("plan_revision", "")) or visible.plan_revision,
        returned=hidden.get("returned"),
    )


def visible_unit(sheets: Sequence[RawSheet]) -> str | None:
    """The unit code the heads of the form show, to be held against the identity; where several differ, one that
    differs from the hidden sheet's. None where the heads are gone."""
    hidden = next((_pairs(s) for s in sheets if _text(s, 0, 0) == MAGIC), {}).get("unit")
    shown = [u for s in sheets if (u := _visible([s]).unit)]
    return next((u for u in shown if u != hidden), shown[0] if shown else None)


def _text(sheet: RawSheet, row: int, column: int) -> str:
    cell = sheet.cells.get((row, column))
    return strip(cell.text) if cell else ""


def _pairs(sheet: RawSheet) -> dict[str, str]:
    return {strip(c.text): _text(sheet, row, 1) for (row, column), c in sheet.cells.items() if column == 0}


def _number(text: str) -> int | None:
    match = re.fullmatch(r"([0-9]+)(?:\.0)?", text)
    return int(match[1]) if match else None


def _visible(sheets: Sequence[RawSheet]) -> Identity:
    """The head lines of a form: “หน่วยงาน | [code] name” and “ปีงบประมาณ | 2567 (แผนฉบับที่ 1)”."""
    unit, year, revision = None, None, None
    for sheet in sheets:
        for row, column in _HEAD:
            cell = sheet.cells.get((row, column))
            if cell is None:
                continue
            label = skeleton(cell.text)
            value = next((t for t in (_text(sheet, row, column + n) for n in (1, 2, 3)) if t), "")
            if label == skeleton("หน่วยงาน") and (code := re.match(r"\[([^\]]+)\]", value)):
                unit = unit or code[1]
            if label == skeleton("ปีงบประมาณ") and (match := re.search(_YEAR, ascii_digits(value))):
                year, revision = year or int(match[1]), revision or (int(match[2]) if match[2] else None)
    return Identity(unit=unit, fiscal_year=year, plan_revision=revision)


def _form_by_keys(sheets: Sequence[RawSheet]) -> str | None:
    """The form whose headings are found, where the hidden sheet is gone: at least two thirds of a sheet's own columns."""
    words = [{skeleton(c.text) for (row, _), c in s.cells.items() if row < 30} for s in sheets]
    best: tuple[float, str | None] = (0.66, None)
    for form in forms().values():
        for sheet in form.sheets(2567):
            keys = [
                {skeleton(f.label.th), skeleton(f"{f.label.th}{f.label.en}"), skeleton(f.key)} for f in sheet.fields
            ]
            share = max((sum(bool(k & w) for k in keys) / len(keys) for w in words), default=0)
            if share > best[0]:
                best = (share, form.name)
    return best[1]
