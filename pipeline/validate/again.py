"""A returned copy that came back -> what of it was put right, what is left, and what changed without being asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.model import Reading, ReadRow, ValidationResult
from pipeline.validate.findings import finding
from schemas.forms_index import forms
from schemas.language import Text
from schemas.numbers import strip
from schemas.thai import clean

_LISTED = 8
_Key = tuple[str, str, str]


def compared(result: ValidationResult, before: Sequence[ReadRow]) -> ValidationResult:
    """The judgement with "11 of 12 fixed, H14 is left, nothing else changed" in its reason.

    `before` are the rows of the file that was returned. Cells that changed without having been asked are named.
    """
    asked = {(p.sheet_key, clean(p.indicator), p.field) for p in result.reading.asked if p.field}
    if not asked:
        return result
    wrong = {
        (p.sheet_key, clean(p.indicator), p.field): p.address
        for f in result.findings
        if f.severity == "error"
        for p in f.places
    }
    left = [address for key, address in wrong.items() if key in asked]
    new = [address for key, address in wrong.items() if key not in asked]
    changed = _changed(result.reading, before, asked)
    reason = _reason(len(asked), left, new, changed)
    told = replace(result, reason=Text(f"{result.reason.th} · {reason.th}", f"{result.reason.en} · {reason.en}"))
    return (
        told.with_findings(finding("I_CHANGED", cells=tuple(changed[:_LISTED]), value=_list(changed)))
        if changed
        else told
    )


def _reason(asked: int, left: list[str], new: list[str], changed: list[str]) -> Text:
    th, en = f"แก้แล้ว {asked - len(left)} จาก {asked} ช่อง", f"{asked - len(left)} of {asked} cells fixed"
    if left:
        th, en = f"{th} เหลือ {_list(left)}", f"{en}, {_list(left)} left"
    if new:
        th, en = f"{th} พบเพิ่มที่ {_list(new)}", f"{en}, new at {_list(new)}"
    if changed:
        return Text(f"{th} มีช่องอื่นเปลี่ยน {len(changed)} ช่อง", f"{en}, {len(changed)} other cells changed")
    return Text(f"{th} ไม่มีช่องอื่นเปลี่ยน", f"{en}, nothing else changed")


def _list(addresses: list[str]) -> str:
    return ", ".join(addresses[:_LISTED]) + (f" … (+{len(addresses) - _LISTED})" if len(addresses) > _LISTED else "")


def _changed(reading: Reading, before: Sequence[ReadRow], asked: set[_Key]) -> list[str]:
    """Addresses (in the file that came back) of input cells that differ and were not asked about."""
    form = forms()[reading.identity.form or ""]
    inputs = {s.key: {f.key for f in s.inputs} for s in form.sheets(reading.identity.fiscal_year or 0)}
    old = {(r.sheet_key, clean(r.text("indicator")), k): strip(c.text) for r in before for k, c in r.cells.items()}
    changed = []
    for row in reading.rows:
        for key, cell in row.cells.items():
            place = (row.sheet_key, clean(row.text("indicator")), key)
            if key in inputs[row.sheet_key] and place not in asked and old.get(place, "") != strip(cell.text):
                changed.append(cell.address)
    return changed
