"""The plan, a unit and values by field key -> the Copy of a form, ready to draw: templates and marked copies alike."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pipeline.model import Finding, Place
from pipeline.office.copies import Copy, Fix
from pipeline.office.layout import FIRST_ROW, MARKS, SIGN_CELL, SIGN_ROW
from pipeline.office.reader import address
from schemas.forms.central_plan import SETTINGS
from schemas.language import Form, Text
from schemas.periods import name_of, thai_date
from schemas.plan import Plan, owned_values
from schemas.rows import PERCENT_UNIT
from schemas.rules.files import UNSURE

FORMER = Text("ค่าเดิม", "was")
_FORMER = 8  # former values listed in one line of the first sheet
_PROPOSED = 6  # proposals listed there

Values = Mapping[tuple[str, str], Mapping[str, Any]]


def unit_copy(
    form: Form, plan: Plan, unit: str, values: Values, as_of: datetime, locked: Iterable[tuple[str, str]] = ()
) -> Copy:
    """The unit's workbook of a form. `values[(sheet key, indicator)]` = typed values by field key; `locked` the same keys."""
    indicators = plan.assigned(unit)
    fixed = set(locked)
    rows: dict[str, list[dict[str, Any]]] = {}
    shut: set[tuple[str, int]] = set()
    for sheet in form.sheets(plan.fiscal_year):
        rows[sheet.key] = []
        for n, indicator in enumerate(indicators):
            key = (sheet.key, indicator["code"])
            rows[sheet.key].append({**values.get(key, {}), **owned_values(indicator)})
            if key in fixed:
                shut.add((sheet.key, n))
    return Copy(
        form,
        plan.fiscal_year,
        form.title,
        _head(form, plan, unit),
        _identity(form, plan, unit),
        rows,
        as_of,
        shut,
        ways={i["code"]: i["over_time"] for i in indicators},
        ratios={i["code"] for i in indicators if i["unit_of_measure"] == PERCENT_UNIT or i["over_time"] == "ratio"},
    )


def _head(form: Form, plan: Plan, unit: str) -> tuple[tuple[str, str], ...]:
    row = plan.units[unit]
    lines = [
        ("หน่วยงาน", f"[{unit}] {row['name']}"),
        ("ปีงบประมาณ", f"{plan.fiscal_year} (แผนฉบับที่ {plan.revision})"),
        ("สำนักงาน", plan.settings["office_name"] or "-"),
    ]
    if plan.settings["stage"]:
        lines.append(("ขั้นของแผน", plan.settings["stage"]))
    for sheet in form.sheets(plan.fiscal_year):
        period = f"{plan.fiscal_year}-{sheet.period}" if sheet.period else str(plan.fiscal_year)
        lines.append(
            (
                f"กำหนดส่ง {name_of(period).th}" if sheet.period else "กำหนดส่ง",
                thai_date(plan.deadline(period, form.name)),
            )
        )
    return (*lines, ("ติดต่อ", plan.settings["centre_contact"]))


def _identity(form: Form, plan: Plan, unit: str) -> dict[str, str]:
    return {
        "opsbook": "form",
        "form": form.name,
        "version": str(form.version),
        "unit": unit,
        "fiscal_year": str(plan.fiscal_year),
        "plan_revision": str(plan.revision),
        "stage": plan.settings["stage"],
    }


def plan_copy(
    form: Form, content: Mapping[str, Sequence[Mapping[str, Any]]], as_of: datetime, fiscal_year: int = 0
) -> Copy:
    """The central plan workbook with these rows (choices as codes or labels); settings always stand there in full."""
    given = {r.get("key", ""): r.get("value", "") for r in content.get("settings", [])}
    settings = [
        {"key": k, "value": given.pop(k, default), "meaning": text.both} for k, (default, text) in SETTINGS.items()
    ]
    settings += [{"key": k, "value": v, "meaning": ""} for k, v in given.items()]
    rows: dict[str, list[dict[str, Any]]] = {}
    for sheet in form.sheets(fiscal_year):
        source = settings if sheet.key == "settings" else content.get(sheet.key, [])
        rows[sheet.key] = [{k: _shown(sheet, k, v) for k, v in row.items()} for row in source]
    head = (("ส่งไฟล์นี้", "บันทึกลงโฟลเดอร์ inbox"), ("ผู้ใช้", "เจ้าหน้าที่แผนของส่วนกลาง"))
    return Copy(
        form,
        fiscal_year,
        form.title,
        head,
        {"opsbook": "form", "form": form.name, "version": str(form.version)},
        rows,
        as_of,
        example=True,
    )


def _shown(sheet: Any, key: str, value: Any) -> Any:
    field = next((f for f in sheet.fields if f.key == key), None)
    return field.choice_label(value) if field and field.choices and isinstance(value, str) else value


def marked(copy: Copy, findings: Sequence[Finding], rows: Mapping[tuple[str, str], int], returned: str) -> Copy:
    """The same copy with its first sheet "what to fix" and the blamed cells coloured and noted.

    In unit forms rows stand in the plan's order, so a place's sheet key, indicator and field give its cell; in the plan
    workbook `rows[(sheet key, address)]` gives the position. `returned` is the sha256 of the file this answers.
    """
    sheets = {s.key: s for s in copy.form.sheets(copy.fiscal_year)}
    order = {(k, str(r.get("indicator", ""))): n for k, lines in copy.values.items() for n, r in enumerate(lines)}
    fixes: list[Fix] = []
    marks: dict[tuple[str, str], tuple[str, str]] = {}
    for f in findings:
        placed = [(p, c) for p in f.places if (c := _cell(copy, sheets, p, order, rows)) is not None]
        cells = [(p.sheet_key, c) for p, c in placed]
        for p, c in placed:
            marks[p.sheet_key, c] = _mark(marks.get((p.sheet_key, c)), f, p)
        named = sheets[cells[0][0]].name if cells else f.sheet
        fixes.append(_fix(f, named, placed))
    identity = {**copy.identity, "returned": returned}
    return replace(copy, fixes=fixes, marks=marks, identity=identity)


def _cell(
    copy: Copy, sheets: Mapping[str, Any], place: Place, order: Mapping[Any, int], rows: Mapping[Any, int]
) -> str | None:
    sheet = sheets.get(place.sheet_key)
    at = (
        order.get((place.sheet_key, place.indicator)) if copy.form.order else rows.get((place.sheet_key, place.address))
    )
    above = next((n for n, f in enumerate(sheet.head) if f.key == place.field), None) if sheet is not None else None
    if above is not None:
        return address(SIGN_ROW + above, SIGN_CELL[0])
    if sheet is None or at is None:
        return None
    column = next((n for n, f in enumerate(sheet.fields) if f.key == place.field), None)
    return None if column is None else address(FIRST_ROW + (1 if copy.example else 0) + at, column)


def _mark(known: tuple[str, str] | None, f: Finding, place: Place) -> tuple[str, str]:
    note = f"{f.message.th}\n{f.advice.th}"
    if f.rule in UNSURE and place.value:
        note = f"{FORMER.th}: {place.value}\n{note}"
    if known is None:
        return f.severity, note
    worse = min(known[0], f.severity, key=list(MARKS).index)
    return worse, f"{known[1]}\n\n{note}"


def _fix(f: Finding, sheet: str, placed: Sequence[tuple[Place, str]]) -> Fix:
    """A line of the first sheet; `placed` are the finding's places that stand in the copy, each with its cell there."""
    indicators = f.indicator.split(", ")
    shown = ", ".join(indicators[:4]) + (f" … (+{len(indicators) - 4})" if len(indicators) > 4 else "")
    periods = ", ".join(name_of(p).th for p in f.period.split(", ") if p)
    where = " · ".join(t for t in (shown, periods) if t)
    places = [[p.sheet_key, p.indicator, p.field, p.value, p.proposal] for p in f.places]
    former = [f"{c} {p.value}" for p, c in placed if f.rule in UNSURE and p.value]
    were = f"\n{FORMER.both}: {', '.join(former[:_FORMER])}{' …' if len(former) > _FORMER else ''}" if former else ""
    record = json.dumps({"rule": f.rule, "severity": f.severity, "places": places}, ensure_ascii=False)
    return Fix(
        f.rule,
        f.severity,
        sheet,
        tuple(c for p, c in placed if p.sheet_key == placed[0][0].sheet_key),
        where,
        f"{f.message.th}\n{f.message.en}{were}",
        f.advice.th,
        _proposed(f, placed),
        record,
    )


def _proposed(f: Finding, placed: Sequence[tuple[Place, str]]) -> str:
    """What is proposed, short enough for its column; where cells get different values, each beside its cell."""
    given = [(c, p.proposal) for p, c in placed if p.proposal]
    if len({value for _, value in given}) < 2:
        return _short(given[0][1] if given else f.proposal or "", 60)
    shown = "\n".join(f"{c}: {_short(value, 14)}" for c, value in given[:_PROPOSED])
    return shown + (f"\n… (+{len(given) - _PROPOSED})" if len(given) > _PROPOSED else "")


def _short(text: str, room: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= room else f"{line[: room - 1]}…"


def labels(form: Form, sheet_key: str, fiscal_year: int, entries: Mapping[str, str]) -> dict[str, str]:
    """Stored words of a row as the form shows them: choice codes become their Thai labels."""
    sheet = next(s for s in form.sheets(fiscal_year) if s.key == sheet_key)
    choices = {f.key: f for f in sheet.fields if f.choices}
    return {k: choices[k].choice_label(v) if k in choices else v for k, v in entries.items()}
