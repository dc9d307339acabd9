"""The plan, a unit and values by field key -> the Copy of a form, ready to draw: templates and marked copies alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pipeline.model import Finding
from pipeline.office.forms import FIRST_ROW, MARKS, Copy, Fix
from pipeline.office.reader import address
from schemas.forms.central_plan import SETTINGS
from schemas.language import Form
from schemas.periods import name_of, thai_date
from schemas.plan import Plan, owned_values
from schemas.rows import PERCENT_UNIT

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


def marked(copy: Copy, findings: Sequence[Finding], where: Mapping[tuple[str, str, str], int]) -> Copy:
    """The same copy with its first sheet "what to fix" and the blamed cells coloured and noted.

    `where[(sheet key, indicator, address row)]` is not needed for unit forms: rows stand in the plan's order, so a
    finding's sheet key, indicator and field keys give its cell in the copy; for the plan workbook the row number read
    (`where`) gives the position.
    """
    sheets = {s.key: s for s in copy.form.sheets(copy.fiscal_year)}
    positions = {
        (key, str(row.get("indicator", ""))): n
        for key, rows in copy.values.items()
        for n, row in enumerate(rows)
        if copy.form.order
    }
    fixes: list[Fix] = []
    marks: dict[tuple[str, str], tuple[str, str]] = {}
    shift = FIRST_ROW + (1 if copy.example else 0)
    for f in findings:
        sheet = sheets.get(f.sheet_key)
        at = (
            positions.get((f.sheet_key, f.indicator))
            if copy.form.order
            else where.get((f.sheet_key, f.cells[0] if f.cells else "", ""))
        )
        cells: tuple[str, ...] = ()
        if sheet is not None and at is not None:
            columns = {g.key: n for n, g in enumerate(sheet.fields)}
            cells = tuple(address(shift + at, columns[k]) for k in f.fields if k in columns)
            note = f"{f.message.th}\n{f.advice.th}"
            for cell in cells:
                known = marks.get((sheet.key, cell))
                worse = known and list(MARKS).index(known[0]) <= list(MARKS).index(f.severity)
                marks[sheet.key, cell] = (
                    known[0] if known and worse else f.severity,
                    f"{known[1]}\n\n{note}" if known else note,
                )
        fixes.append(_fix(f, sheet.name if sheet else f.sheet, cells))
    return Copy(**{**copy.__dict__, "fixes": fixes, "marks": marks})


def _fix(f: Finding, sheet: str, cells: tuple[str, ...]) -> Fix:
    where = " · ".join(t for t in (f.indicator, name_of(f.period).th if f.period else "") if t)
    return Fix(
        f.rule, f.severity, sheet, cells, where, f"{f.message.th}\n{f.message.en}", f"{f.advice.th}", f.proposal or ""
    )


def labels(form: Form, sheet_key: str, fiscal_year: int, entries: Mapping[str, str]) -> dict[str, str]:
    """Stored words of a row as the form shows them: choice codes become their Thai labels."""
    sheet = next(s for s in form.sheets(fiscal_year) if s.key == sheet_key)
    choices = {f.key: f for f in sheet.fields if f.choices}
    return {k: choices[k].choice_label(v) if k in choices else v for k, v in entries.items()}
