"""Judgements and their answers -> drafts in outbox/mail, ready to be sent by a double-click; older ones put away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline import reply
from pipeline.draft import Enclosure, compose
from pipeline.ledger import book
from pipeline.model import ValidationResult
from pipeline.opening import Office
from schemas.evidence import FORM
from schemas.plan import Plan

FOLDER = "mail"


def draft(
    office: Office,
    result: ValidationResult,
    plan: Plan | None,
    answer: str,
    earlier: Mapping[tuple[str, str], Sequence[int]],
) -> None:
    """Write the draft of one answer and move the drafts of older answers to the same unit and form (`earlier`: numbers of
    arrivals by unit and form) to done/.

    No draft where the office wants none, where there is nobody to send it to (a file of nobody that was not mailed, the
    centre's own plan), where evidence came as it should (its receipt says so), where the answer was given before (a duplicate), and for a mail whose parts are answered one by one.
    """
    submission, identity = result.reading.submission, result.reading.identity
    unit = identity.unit if plan is not None and identity.unit in plan.units else None
    wanted = plan is None or plan.settings["mail_drafts"] == "yes"
    unpacked = result.state == "accepted" and identity.form is None
    said = (
        identity.form == FORM and result.state == "accepted" and not any(f.severity == "query" for f in result.findings)
    )
    if not wanted or unpacked or said or result.state in ("pending", "duplicate") or not (unit or submission.sender):
        return
    form = identity.form or ""
    content = compose(result, plan, _enclosed(office, answer))
    reply.place(office.settings, _path(unit, form, submission.number), lambda p: _write(p, content))
    if unit and form != FORM and result.state in ("accepted", "returned", "refused"):
        _put_away(office, unit, form, [n for n in earlier.get((unit, form), ()) if n < submission.number])


def _path(unit: str | None, form: str, number: int) -> str:
    known = f"{reply.unit_folder(unit)}-{form}" if unit else "_unidentified"
    return f"{FOLDER}/{known}-{number}.eml"


def _enclosed(office: Office, answer: str) -> Enclosure | None:
    """The marked copy, where the answer is one."""
    path = office.settings.outbox / answer
    return Enclosure(path.name, path.read_bytes()) if answer.endswith(".xlsx") else None


def _write(path: str, content: bytes) -> None:
    Path(path).write_bytes(content)


def earlier_of(office: Office, results: Sequence[ValidationResult]) -> dict[tuple[str, str], list[int]]:
    """Numbers of all arrivals of the units and forms of some judgements: whose drafts may have to give way."""
    known = {(i.unit, i.form) for r in results if (i := r.reading.identity).unit and i.form and i.form != FORM}
    with office.engine.connect() as connection:
        return book.earlier_numbers(connection, sorted((u or "", f or "") for u, f in known))


def _put_away(office: Office, unit: str, form: str, earlier: Sequence[int]) -> None:
    for each in earlier:
        old = office.settings.outbox / _path(unit, form, each)
        if old.exists():
            reply.put_away(old)
