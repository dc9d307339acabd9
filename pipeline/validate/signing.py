"""A sheet that is signed off at its head -> every row of it signed off, or a finding that says what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from pipeline.model import Finding, HeadCell, Posting, Reading
from pipeline.validate.findings import finding
from pipeline.validate.past import Past
from pipeline.validate.posting import Ground, against_ledger, ground_of, has_state
from pipeline.validate.proof import proof_of
from pipeline.validate.rows import Row
from schemas.language import Form, Sheet, Text
from schemas.owned import SIGNED
from schemas.periods import due_quarters
from schemas.plan import Plan
from schemas.states import STATES

_LISTED = 8
_FIX, _MISSING = Text("ต้องแก้", "to correct"), Text("ไม่มีแถว", "no row")
_ROLE, _PROOF = Text("บทบาทผู้นำส่ง", "the role of who signs"), Text("หลักฐานผู้ส่ง", "proof of the sender")
_CLOSED = Text("งวดปิดแล้ว", "the period is closed")


def signs(reading: Reading, sheet: Sheet) -> bool:
    """Whether the head of the sheet says that the whole of it is signed off."""
    return _code(reading, sheet, "sign_off") == SIGNED


def _code(reading: Reading, sheet: Sheet, key: str) -> str:
    """The choice picked in a cell of the head, "" where it is none of the list or the form has no such cell."""
    cell = reading.head.get((sheet.key, key))
    field = next((f for f in sheet.head if f.key == key), None)
    return (field.choice_code(cell.text) or "") if cell and field and cell.text else ""


def sign(
    reading: Reading, form: Form, plan: Plan, rows: Sequence[Row], loose: Sequence[Finding], past: Past, day: date
) -> list[Finding]:
    """Sign off the sheets of one file whose heads ask for it: all rows of a sheet or none.

    A sheet is clean when each indicator that is due has a row which is confirmed and without error. Where it is not,
    E_SIGN_OFF lists what is left and confirmed rows stay confirmed; rows of a form without state cells stay drafts.
    """
    found: list[Finding] = []
    for sheet in form.sheets(plan.fiscal_year):
        cell = reading.head.get((sheet.key, "sign_off"))
        if cell is None or not cell.text:
            continue
        if not signs(reading, sheet):
            found.append(_at(cell, sheet, "W_SIGN", cell.text))
            continue
        mine = [r for r in rows if r.row.sheet_key == sheet.key]
        proof, role = proof_of(reading, plan), _code(reading, sheet, "signed_by")
        grounds = [ground_of(r.said, past, plan, form, day, proof) for r in mine if r.said is not None]
        left = _left(
            mine, grounds, [f for f in loose if f.severity == "error" and f.sheet in ("", cell.sheet, sheet.name)]
        )
        asked = (
            [] if _signed_before(mine, grounds) else [*([] if role else [_ROLE]), *([_PROOF] if proof is None else [])]
        )
        if left or asked:
            found.append(_at(cell, sheet, "E_SIGN_OFF", _listed([*left, *(t.th for t in asked)])))
            _back_to_draft(mine, grounds, sheet, past, plan, form)
            continue
        for row, ground in zip(mine, grounds, strict=True):
            row.posting = _signed(row, ground, role, proof or "") or row.posting
    return found


def _at(cell: HeadCell, sheet: Sheet, rule: str, value: str) -> Finding:
    key = "sign_off"
    return finding(rule, cell.sheet, (cell.address,), sheet_key=sheet.key, fields=(key,), value=value)


def _listed(left: Sequence[str]) -> str:
    more = f" … (+{len(left) - _LISTED})" if len(left) > _LISTED else ""
    return ", ".join(left[:_LISTED]) + more


def _state(row: Row, ground: Ground) -> str:
    """The state of a row after this file said its own."""
    return row.posting.state if row.posting is not None else ground.state


def _signed_before(rows: Sequence[Row], grounds: Sequence[Ground]) -> bool:
    """Whether the sheet was signed off already and this file changes nothing of it."""
    states = [_state(r, g) for r, g in zip(rows, grounds, strict=True)]
    return "confirmed" not in states and "signed_off" in states


def _left(rows: Sequence[Row], grounds: Sequence[Ground], loose: Sequence[Finding]) -> list[str]:
    """What keeps a sheet from being signed off, a few words each: "สนย.1 (ร่าง)"."""
    left = [f"{f.indicator} ({_MISSING.th})" if f.indicator else f.message.th for f in loose]
    for row, ground in zip(rows, grounds, strict=True):
        state = _state(row, ground)
        due = not row.quarter or int(row.quarter[1]) in due_quarters(row.indicator["cycle"])
        if row.held:
            left.append(f"{row.indicator['code']} ({_FIX.th})")
        elif not due and state in ("nothing", "withdrawn"):
            continue
        elif not (done := ground.step("sign_off", state)).allowed:
            why = _CLOSED if "E_CLOSED" in done.rules else STATES[state]
            left.append(f"{row.indicator['code']} ({why.th})")
    return left


def _signed(row: Row, ground: Ground, role: str, proof: str) -> Posting | None:
    """The row as signed off; one that stands confirmed already is written again with the time its figures came."""
    state = _state(row, ground)
    if ground.step("sign_off", state).next != "signed_off" or row.said is None or state == "signed_off":
        return None
    by = {k: v for k, v in (("signed_by", role), ("proof", proof)) if v}
    if row.posting is not None:
        return replace(row.posting, state="signed_off", entries={**row.posting.entries, **by})
    assert ground.standing is not None
    kept = {k: v for k, v in ground.words.items() if k in ("waived", "unlocked")}
    since = ground.words.get("since") or str(ground.standing.get("received_at", ""))
    words = {**row.said.entries, **kept, **by, **({"since": since} if since else {})}
    return replace(row.said, state="signed_off", entries=words)


def _back_to_draft(
    rows: Sequence[Row], grounds: Sequence[Ground], sheet: Sheet, past: Past, plan: Plan, form: Form
) -> None:
    """Rows of a form that confirms by its sign-off alone meet the ledger again as what they are without it."""
    if has_state(sheet):
        return
    for row, ground in zip(rows, grounds, strict=True):
        if row.said is not None and row.said.state == "confirmed":
            row.said, row.findings = replace(row.said, state="draft"), list(row.before)
            row.posting = against_ledger(row, row.said, ground, past, plan, form)
