"""A judgement -> a decision: the very rows it means for the ledger, as plain data; applied now, and again by a rebuild."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from pipeline.ledger.tables import EVIDENCE, FACT, FINDING, ISSUED, PLAN, POSTING, SUBMISSION, UNLOCK
from pipeline.model import Fact, Finding, Identity, Outcome, Place, Posting, Reading, Submission, ValidationResult
from schemas.language import Text

_ROWS = {"findings": FINDING, "postings": POSTING, "facts": FACT, "evidence": EVIDENCE, "unlocks": UNLOCK}
_ARRIVAL = ("number", "claim", "sha256", "received_at", "name", "channel", "sender", "path", "size")
# What envelopes say only of what came in a mail or archive, and those of older versions never.
FROM_CONTAINER = {"subject": "", "container": 0, "message_id": ""}


def decision(
    outcome: Outcome, decided_at: datetime, rules: str, plan: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Everything a rebuild needs to write this judgement into the ledger without judging again.

    `plan` is the row of the plan revision that the file brought, where it brought one.
    """
    result = outcome.result
    posted = result.state in ("accepted", "returned")
    return {
        "number": outcome.submission.number,
        "sha256": outcome.submission.sha256,
        "decided_at": decided_at.isoformat(),
        "final": result.state != "pending",
        "rules": rules,
        "submission": _state(outcome),
        "findings": _findings(outcome),
        "told": [_told(f) for f in result.findings],
        "held": [list(h) for h in result.held],
        "postings": _postings(outcome) if posted else [],
        "facts": _facts(outcome) if posted else [],
        "evidence": _evidence(outcome),
        "unlocks": [dict(result.unlock)] if posted and result.unlock else [],
        "plan": dict(plan) if plan else None,
    }


def apply(connection: Connection, decisions: Sequence[Mapping[str, Any]]) -> None:
    """Write decisions into the ledger, in place of what was there about these arrivals."""
    numbers = [d["number"] for d in decisions]
    for table in (*_ROWS.values(), PLAN):
        for start in range(0, len(numbers), 500):
            connection.execute(delete(table).where(table.c.submission.in_(numbers[start : start + 500])))
    for columns in dict.fromkeys(tuple(d["submission"]) for d in decisions):
        said = update(SUBMISSION).where(SUBMISSION.c.number == bindparam("own_number"))
        rows = [{**d["submission"], "own_number": d["number"]} for d in decisions if tuple(d["submission"]) == columns]
        connection.execute(said.values({c: bindparam(c) for c in columns}), rows)
    plans = [d["plan"] for d in decisions if d["plan"]]
    for table, rows in (
        *((t, [r for d in decisions for r in d.get(key, [])]) for key, t in _ROWS.items()),
        (PLAN, plans),
    ):
        if rows:
            connection.execute(insert(table), rows)


def outcome_of(submission: Submission, each: Mapping[str, Any]) -> Outcome:
    """What a decision says, whole enough to print it and to write its answer again."""
    row = each["submission"]
    identity = Identity(row["form"], None, row["unit"], row["fiscal_year"], row["plan_revision"])
    result = ValidationResult(
        Reading(submission, identity),
        row["state"],
        Text(row["reason_th"], row["reason_en"]),
        tuple(_finding_of(f, t) for f, t in zip(each["findings"], each["told"], strict=True)),
        tuple(_posting_of(p, each["facts"]) for p in each["postings"] if p["state"] != "held"),
        tuple((i, p) for i, p in each["held"]),
        previous=row["previous"],
    )
    return Outcome(submission, result, row["answer"], row["judged_revision"])


def _told(finding: Finding) -> dict[str, Any]:
    """What the ledger's row of a finding leaves out and its answer shows."""
    said = {k: v for k, v in asdict(finding).items() if k not in ("rule", "severity", "message", "sheet", "value")}
    return {**said, "places": [asdict(p) for p in finding.places]}


def _finding_of(row: Mapping[str, Any], told: Mapping[str, Any]) -> Finding:
    more = {**told, "places": tuple(Place(**p) for p in told["places"]), "advice": Text(**told["advice"])}
    message = Text(row["message_th"], row["message_en"])
    return Finding(row["rule"], row["severity"], message, row["sheet"], value=row["value"], **more)


def _posting_of(row: Mapping[str, Any], facts: Sequence[Mapping[str, Any]]) -> Posting:
    own = tuple(
        Fact(**{f.name: each[f.name] for f in fields(Fact)})
        for each in facts
        if (each["indicator"], each["row_period"]) == (row["indicator"], row["period"])
    )
    keys = ("unit", "form", "indicator", "period", "state", "sheet", "cell", "blank")
    return Posting(**{k: row[k] for k in keys}, entries=json.loads(row["entries"]), facts=own)


def add_arrivals(connection: Connection, arrivals: Iterable[Mapping[str, Any]]) -> None:
    """One row per claim, state "received"; a claim that is there already (a crash came between) is left alone."""
    each = {a["claim"]: a for a in reversed(list(arrivals))}
    claims, known = list(each), set[str]()
    for start in range(0, len(claims), 500):
        query = select(SUBMISSION.c.claim).where(SUBMISSION.c.claim.in_(claims[start : start + 500]))
        known |= set(connection.execute(query).scalars())
    new = [a for claim, a in reversed(each.items()) if claim not in known]
    rows = [arrival_row(a) for a in new]
    if rows:
        connection.execute(insert(SUBMISSION), rows)


def arrival_row(arrival: Mapping[str, Any]) -> dict[str, Any]:
    """What the ledger holds of an arrival that is not judged yet."""
    known = {k: arrival[k] for k in _ARRIVAL} | {k: arrival.get(k, none) for k, none in FROM_CONTAINER.items()}
    return {**known, "state": "received"}


def empty(connection: Connection) -> None:
    """Remove every row that a rebuild writes; what was published stays known."""
    for table in (*_ROWS.values(), PLAN, ISSUED, SUBMISSION):
        connection.execute(delete(table))


def differing(connection: Connection, each: Mapping[str, Any]) -> list[str]:
    """Tables in which the ledger does not say what a decision says; [] where they agree."""
    found = []
    row = connection.execute(select(SUBMISSION).where(SUBMISSION.c.number == each["number"])).mappings().first()
    if row is None or any(row[key] != value for key, value in each["submission"].items()):
        found.append(SUBMISSION.name)
    for key, table in _ROWS.items():
        if _as_set(connection, table, each["number"]) != {_as_text(r, table) for r in each.get(key, [])}:
            found.append(table.name)
    if each["plan"] and _as_set(connection, PLAN, each["number"]) != {_as_text(each["plan"], PLAN)}:
        found.append(PLAN.name)
    return found


def _as_set(connection: Connection, table: Any, number: int) -> set[str]:
    rows = connection.execute(select(table).where(table.c.submission == number)).mappings()
    return {_as_text(dict(r), table) for r in rows}


def _as_text(row: Mapping[str, Any], table: Any) -> str:
    return json.dumps([row.get(c.name) for c in table.columns], ensure_ascii=True)


def strays(connection: Connection) -> dict[str, int]:
    """Rows about arrivals the ledger does not know: table -> how many."""
    found = {}
    known = select(SUBMISSION.c.number)
    for table in (*_ROWS.values(), PLAN):
        rows = connection.execute(select(table.c.submission).where(table.c.submission.not_in(known))).all()
        if rows:
            found[table.name] = len(rows)
    return found


# -- rows of one judgement ---------------------------------------------------------------------------------------------
def _state(outcome: Outcome) -> dict[str, Any]:
    result, identity = outcome.result, outcome.result.reading.identity
    return {
        "state": result.state,
        "reason_th": result.reason.th,
        "reason_en": result.reason.en,
        "form": identity.form,
        "unit": identity.unit,
        "fiscal_year": identity.fiscal_year,
        "plan_revision": identity.plan_revision,
        "judged_revision": outcome.judged_revision,
        "answer": outcome.answer,
        "previous": result.previous,
        "rows_taken": sum(not p.blank for p in result.postings),
        "rows_held": len(result.held),
    }


def _findings(outcome: Outcome) -> list[dict[str, Any]]:
    return [
        {
            "submission": outcome.submission.number,
            "n": n,
            "rule": f.rule,
            "severity": f.severity,
            "sheet": f.sheet,
            "cells": json.dumps(f.cells),
            "value": f.value,
            "message_th": f.message.th,
            "message_en": f.message.en,
            "proposal": f.proposal,
            "indicator": f.indicator,
            "period": f.period,
        }
        for n, f in enumerate(outcome.result.findings)
    ]


def _postings(outcome: Outcome) -> list[dict[str, Any]]:
    identity = outcome.result.reading.identity
    common = {
        "submission": outcome.submission.number,
        "form": identity.form,
        "fiscal_year": identity.fiscal_year,
        "unit": identity.unit,
    }
    taken = [
        {
            **common,
            "indicator": p.indicator,
            "period": p.period,
            "state": p.state,
            "blank": p.blank,
            "entries": json.dumps(p.entries, ensure_ascii=False, sort_keys=True),
            "sheet": p.sheet,
            "cell": p.cell,
        }
        for p in outcome.result.postings
    ]
    keys = {(p["indicator"], p["period"]) for p in taken}
    held = [
        {
            **common,
            "indicator": i,
            "period": p,
            "state": "held",
            "blank": False,
            "entries": "{}",
            "sheet": "",
            "cell": "",
        }
        for i, p in dict.fromkeys(outcome.result.held)
        if (i, p) not in keys
    ]
    return taken + held


def _facts(outcome: Outcome) -> list[dict[str, Any]]:
    identity = outcome.result.reading.identity
    return [
        {
            "submission": outcome.submission.number,
            "indicator": f.indicator,
            "row_period": p.period,
            "scenario": f.scenario,
            "period": f.period,
            "form": identity.form,
            "fiscal_year": identity.fiscal_year,
            "unit": f.unit,
            "stage": f.stage,
            "value": f.value,
            "numerator": f.numerator,
            "denominator": f.denominator,
            "sheet": f.sheet,
            "cell": f.cell,
            "typed": f.typed,
        }
        for p in outcome.result.postings
        for f in p.facts
    ]


def _evidence(outcome: Outcome) -> list[dict[str, Any]]:
    """The document that an arrival is, whatever became of it: even a refused stranger may be named by a form later."""
    found = outcome.result.reading.document
    if found is None:
        return []
    folder, _, name = outcome.submission.name.rpartition("/")
    line = {"submission": outcome.submission.number, "folder": folder, "name": name}
    return [{**line, "kind": found.kind, "suffix": found.suffix}]
