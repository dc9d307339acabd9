"""Unit, indicator and period -> the steps back from a printed figure to the file, sheet and cell it came from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd

from pipeline import edition
from pipeline.ledger import book
from pipeline.model import OfficeError
from pipeline.opening import Office
from pipeline.score.card import scorecard
from schemas.forms.central_plan import OVER_TIME, SCORINGS
from schemas.periods import is_period, name_of, short_thai_date
from schemas.rules.doubts import NAME_ANOTHER_UNIT


def trace(office: Office, unit: str, indicator: str, period: str) -> list[dict[str, Any]]:
    """Steps, newest first: printed figure, score, aggregation, findings, then per quarter file, sha256, sheet, cell, arrival.

    OfficeError where the unit, indicator or period is unknown.
    """
    if not is_period(period) or not (period[5:6] == "Q" or len(period) == 4):
        raise OfficeError(f"{period} ไม่ใช่ไตรมาสหรือปี", f"{period} is neither a quarter nor a year")
    quarter = period if "-Q" in period else f"{period}-Q4"
    year = int(period[:4])
    with office.engine.connect() as connection:
        plan = book.plan_of(connection, year)
        if plan is None or indicator not in {i["code"] for i in plan.assigned(unit)}:
            raise OfficeError(
                f"ไม่มีตัวชี้วัด {indicator} ของหน่วยงาน {unit} ในแผนปี {year}",
                f"unit {unit} has no indicator {indicator} in the plan of {year}",
            )
        wide = edition.consolidated(connection, plan, None, office)
        card = scorecard(wide, plan, quarter, office.clock.now())
        row = card.rows[(card.rows["unit"] == unit) & (card.rows["indicator"] == indicator)].iloc[0]
        standing = book.standing_postings(connection, year, units=[unit])
        facts = book.facts_of(connection, standing, year, units=[unit])
        facts = facts[facts["indicator"] == indicator]
        numbers = [int(n) for n in facts["submission"].unique()]
        findings = book.findings_of(connection, numbers)
    steps = [_printed(row, quarter), _scored(row), _aggregated(row)]
    steps += [_found(f) for f in findings[findings["indicator"] == indicator].to_dict("records")]
    upto = int(quarter[-1])
    wanted = [f"{year}-Q{q}" for q in range(1, upto + 1)]
    zone = office.settings.zone
    steps += [
        _source(f, datetime.fromisoformat(f["received_at"]).astimezone(zone))
        for f in facts.to_dict("records")
        if f["period"] in wanted or (f["period"] == str(year) and f["scenario"] == "plan")
    ]
    return steps


def _step(name: str, th: str, en: str, **more: Any) -> dict[str, Any]:
    return {"step": name, "th": th, "en": en, **more}


def _none(value: Any) -> Any:
    return None if pd.isna(value) else float(value)


def _printed(row: pd.Series, quarter: str) -> dict[str, Any]:
    shown = "-" if pd.isna(row["result"]) else f"{row['result']:.10g}"
    return _step(
        "printed",
        f"{row['unit_name']} · {row['indicator_name']} · {name_of(quarter).th}: ผล {shown} {row['unit_of_measure']}",
        f"{row['unit']} {row['indicator']} {quarter}: result {shown}",
        result=_none(row["result"]),
        plan=_none(row["plan"]),
        reported=row["reported"],
        state=row["state"],
    )


def _scored(row: pd.Series) -> dict[str, Any]:
    mode = next(c.text for c in SCORINGS if c.code == row["scoring"])
    criteria = [row[f"c{n}"] for n in range(1, 6)]
    shown = "-" if pd.isna(row["score"]) else f"{row['score']:.4f}"
    weighted = "-" if pd.isna(row["weighted"]) else f"{row['weighted']:.4f}"
    listed = " / ".join(c or "-" for c in criteria)
    return _step(
        "score",
        f"คะแนน {shown} ({mode.th} เกณฑ์ {listed}) น้ำหนัก {row['weight']:g} คะแนนถ่วงน้ำหนัก {weighted}",
        f"score {shown} ({mode.en}, criteria {listed}), weight {row['weight']:g}, weighted {weighted}",
        score=_none(row["score"]),
        score_percent=_none(row["score_percent"]),
        weighted=_none(row["weighted"]),
        mode=row["scoring"],
        criteria=criteria,
    )


def _aggregated(row: pd.Series) -> dict[str, Any]:
    way = next(c.text for c in OVER_TIME if c.code == row["over_time"])
    return _step("aggregation", f"รวมตามเวลา: {way.th}", f"aggregation over time: {way.en}", over_time=row["over_time"])


def _found(f: dict[str, Any]) -> dict[str, Any]:
    which = f" ({f['value']})" if f["rule"] in NAME_ANOTHER_UNIT else ""
    return _step(
        "finding",
        f"{f['rule']}: {f['message_th']}{which}",
        f"{f['rule']}: {f['message_en']}{which}",
        rule=f["rule"],
        severity=f["severity"],
        submission=int(f["submission"]),
    )


def _source(f: dict[str, Any], arrived: datetime) -> dict[str, Any]:
    scenario = {"plan": "แผน", "actual": "ผล", "estimate": "ประมาณการ"}[f["scenario"]]
    return _step(
        "source",
        f"{scenario} {name_of(f['period']).th} = {f['value']} (พิมพ์ว่า “{f['typed']}”) จาก {f['file']} แผ่นงาน {f['sheet']} เซลล์ {f['cell']} รับเมื่อ {short_thai_date(arrived.date())} {arrived:%H:%M}",
        f"{f['scenario']} {f['period']} = {f['value']} (typed “{f['typed']}”) from {f['file']}, sheet {f['sheet']}, cell {f['cell']}, received {arrived:%Y-%m-%d %H:%M}",
        scenario=f["scenario"],
        period=f["period"],
        value=f["value"],
        typed=f["typed"],
        numerator=f["numerator"],
        denominator=f["denominator"],
        file=f["file"],
        sha256=f["sha256"],
        sheet=f["sheet"],
        cell=f["cell"],
        received_at=f["received_at"],
        submission=int(f["submission"]),
    )
