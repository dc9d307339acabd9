"""The ledger -> the register: every file's state, and who owes which form for which period."""

from __future__ import annotations

from typing import Any

from pipeline.ledger import book
from pipeline.run import Office
from pipeline.template import unit_forms
from schemas.periods import end_of

_WORDS = {
    "missing": ("ยังไม่ส่ง", "missing"),
    "returned": ("ส่งกลับให้แก้", "returned"),
    "received": ("รับแล้ว", "received"),
    "not due": ("ยังไม่ถึงกำหนด", "not due"),
}


def register(office: Office) -> dict[str, Any]:
    """{"files": count per state, "owed": one line per unit, form and period that is due and not in order}.

    A plan is due when the year has begun; a quarter is due once it has ended. Held rows count as returned.
    """
    with office.engine.connect() as connection:
        arrivals = book.submissions(connection)
        counts = {s: int((arrivals["state"] == s).sum()) for s in (*book.FINAL, "pending")}
        owed: list[dict[str, Any]] = []
        for year in book.plan_years(connection):
            plan = book.plan_of(connection, year)
            assert plan is not None
            newest = book.standing_postings(connection, year, held=True)
            state = (
                newest.assign(held=newest["state"] == "held")
                .groupby(["unit", "form", "period"])["held"]
                .any()
                .to_dict()
            )
            today = office.clock.now().date()
            for unit in plan.reporting_units:
                for form in unit_forms():
                    for period in _due(form.name, year, today):
                        held = state.get((unit, form.name, period))
                        what = "missing" if held is None else "returned" if held else "received"
                        if what != "received":
                            deadline = plan.deadline(period, form.name)
                            th, en = _WORDS[what]
                            owed.append(
                                {
                                    "unit": unit,
                                    "name": plan.units[unit]["name"],
                                    "form": form.name,
                                    "period": period,
                                    "state": what,
                                    "deadline": deadline.isoformat(),
                                    "late": today > deadline,
                                    "words_th": th,
                                    "words_en": en,
                                }
                            )
    return {"files": counts, "owed": owed}


def _due(form: str, year: int, today: Any) -> list[str]:
    if form == "monthly_plan":
        return [str(year)]
    return [p for q in (1, 2, 3, 4) if end_of(p := f"{year}-Q{q}") < today]
