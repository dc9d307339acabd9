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

REPORT = Text("หลักฐาน ตัวชี้วัด {indicator}\n{period}", "Evidence of indicator {indicator}\n{period}")
SAID = Text("ยังไม่ได้รับไฟล์: {names}", "Files not received: {names}")
COLUMNS = ("unit", "fiscal_year", "late", "deadline", "kind", "report", "said")


def overdue(office: Office, plans: Iterable[Plan], today: date) -> pd.DataFrame:
    """One row per unit, indicator and period whose named files are overdue; the columns that letters ask for."""
    lines: list[dict[str, object]] = []
    with office.engine.connect() as connection:
        for plan in plans:
            named = evidence_state(connection, plan, office.settings.zone, today).named
            late = named[named["state"] == "overdue"]
            for (unit, indicator, period, day), files in late.groupby(
                ["unit", "indicator", "period", "deadline"], sort=False
            ):
                report = REPORT.th.format(indicator=indicator, period=name_of(str(period)).th)
                said = SAID.th.format(names=", ".join(dict.fromkeys(files["name"])))
                lines.append(
                    dict(zip(COLUMNS, (unit, plan.fiscal_year, True, day, "evidence", report, said), strict=True))
                )
    return pd.DataFrame(lines, columns=COLUMNS)
