"""Evidence that is named, has not come and is overdue -> debts beside the forms a unit owes, for its reminder."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd

from pipeline.evidence.state import evidence_state
from pipeline.opening import Office
from schemas.language import Text
from schemas.periods import name_of
from schemas.plan import Plan

REPORT = Text("หลักฐานของ {indicator}\n{period}", "Evidence of {indicator}\n{period}")
SAID = Text("ยังไม่ได้รับไฟล์: {names}", "Files not received: {names}")
COLUMNS = ("unit", "fiscal_year", "late", "deadline", "kind", "report", "said")


def overdue(office: Office, plans: Iterable[Plan], today: date) -> pd.DataFrame:
    """One row per unit, period and files that are overdue, with the indicators that name them; the columns that letters ask for."""
    lines: list[dict[str, object]] = []
    with office.engine.connect() as connection:
        for plan in plans:
            named = evidence_state(connection, plan, office.settings.zone, today).named
            late = named[named["state"] == "overdue"]
            for (unit, period, day, names), indicators in _grouped(late).items():
                report = REPORT.th.format(indicator=", ".join(indicators), period=name_of(period).th)
                said = SAID.th.format(names=", ".join(names))
                values = (unit, plan.fiscal_year, True, day, "evidence", report, said)
                lines.append(dict(zip(COLUMNS, values, strict=True)))
    return pd.DataFrame(lines, columns=COLUMNS)


def _grouped(late: pd.DataFrame) -> dict[tuple[str, str, str, tuple[str, ...]], list[str]]:
    """(unit, period, deadline, names of files) -> the indicators that name just these: one file is asked for once."""
    found: dict[tuple[str, str, str, tuple[str, ...]], list[str]] = {}
    for (unit, indicator, period, day), files in late.groupby(["unit", "indicator", "period", "deadline"], sort=False):
        found.setdefault((unit, period, day, tuple(dict.fromkeys(files["name"]))), []).append(indicator)
    return found
