"""Synthetic scorecards that look like real ones: ties at 100 %, zeros, "cannot", blanks, held rows, late and behind."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from pipeline.model import Scorecard
from schemas.frames import PlanRow, QuarterRow, RestatedRow, RollupRow, ScoreRow, TotalRow, TrendRow
from schemas.states import printed

INDICATORS = [
    ("ระดับความสำเร็จในการจัดทำแผนปฏิบัติการรายปี", "ร้อยละ", 100.0, "interpolate", (88, 91, 94, 97, 100)),
    ("ระดับความสำเร็จของการปรับปรุงการติดตามประเมินผลตัวชี้วัดตามมาตรการปรับปรุงประสิทธิภาพ", "ระดับ", 5.0, "level", (1, 2, 3, 4, 5)),
    ("ร้อยละความสำเร็จของการเพิ่มประสิทธิภาพการดำเนินงาน", "ร้อยละ", 100.0, "interpolate", (80, 85, 90, 95, 100)),
    ("ร้อยละความสำเร็จของการพัฒนาเสริมสร้างคุณภาพบุคลากร", "ร้อยละ", 100.0, "interpolate", (80, 85, 90, 95, 100)),
    ("ร้อยละความผาสุก ความพึงพอใจ และแรงจูงใจของบุคลากร", "ร้อยละ", 80.0, "interpolate", (60, 65, 70, 75, 80)),
    (
        "ร้อยละเฉลี่ยถ่วงน้ำหนักของความผิดพลาดที่ระบบเทคโนโลยีสารสนเทศฯ ไม่สามารถปฏิบัติงานได้อย่างต่อเนื่อง",
        "ร้อยละ",
        2.0,
        "interpolate",
        (10, 8, 6, 4, 2),
    ),
    ("ระดับความสำเร็จในการให้บริการถาม-ตอบในสื่อ Social Media", "ระดับ", 5.0, "level", (1, 2, 3, 4, 5)),
    ("จำนวนชุดข้อมูลเปิดของฐานข้อมูลกลางกระทรวงการคลัง", "ชุดข้อมูล", 20.0, "interpolate", (12, 14, 16, 18, 20)),
    ("ร้อยละของบุคลากรที่ได้รับการตรวจสุขภาพประจำปี", "ร้อยละ", 90.0, "interpolate", (70, 75, 80, 85, 90)),
    ("ระดับความสำเร็จของมาตรการประหยัดพลังงาน", "ระดับ", 5.0, "level", (1, 2, 3, 4, 5)),
    ("ค่าใช้จ่ายโครงการฝึกอบรม", "บาท", 30000.0, "interpolate", (168850, 120000, 80000, 50000, 30000)),
    (
        "คะแนนผลการประเมินคุณธรรมและความโปร่งใสในการดำเนินงานของหน่วยงานภาครัฐ (ITA)",
        "คะแนน",
        85.0,
        "percent_of_target",
        ("",) * 5,
    ),
]
OFFICES = [
    ("กองนโยบายและแผนปฏิบัติราชการ", "กนผ."),
    ("กองการเจ้าหน้าที่", "กจท."),
    ("กองคลัง", "กค."),
    ("ศูนย์เทคโนโลยีสารสนเทศและการสื่อสาร", "ศทส."),
    ("สำนักงานเลขานุการกรม", "สลก."),
    ("กลุ่มตรวจสอบภายในระดับกระทรวง", "กตภ."),
    ("สำนักกฎหมาย", "สกม."),
    ("สำนักตรวจราชการกระทรวง", "สตร."),
    ("กลุ่มพัฒนาระบบบริหาร", "กพร."),
    ("ศูนย์ปฏิบัติการต่อต้านการทุจริต", "ศปท."),
    ("สำนักการประชาสัมพันธ์และสื่อสารองค์กร", "สปส."),
    ("สถาบันพัฒนาบุคลากรด้านการคลังและเศรษฐกิจ", "สพค."),
    ("กองบริหารทรัพย์สินและพัสดุ", "กทพ."),
    ("สำนักความร่วมมือระหว่างประเทศ", "สรป."),
    ("กองบริหารการพัสดุภาครัฐกลาง", "กบก."),
]
PROBLEM = (
    "การจัดซื้อจัดจ้างล่าช้ากว่าแผนเนื่องจากมีผู้ยื่นข้อเสนอไม่ครบถ้วนตามประกาศ ต้องประกาศเชิญชวนใหม่ถึงสองครั้ง "
    "ประกอบกับบุคลากรที่รับผิดชอบหลักโอนย้ายไปปฏิบัติราชการที่หน่วยงานอื่น ทำให้ขั้นตอนการตรวจรับงานงวดที่ 1 ไม่แล้วเสร็จในไตรมาส"
)
REMEDY = (
    "เร่งรัดการลงนามสัญญาภายในเดือนถัดไป แต่งตั้งคณะทำงานติดตามรายสัปดาห์ และขอสนับสนุนบุคลากรชั่วคราวจากส่วนกลาง "
    "เพื่อให้ผลการดำเนินงานกลับมาเป็นไปตามแผนภายในไตรมาสหน้า"
)
HOSTILE = [
    "=1+1",
    "+SUM(A1:A9)",
    "-2+3",
    "@cmd",
    "\tแท็บ",
    "ควบคุม\x07\x0bใน",
    "http://example.test/a",
    '=HYPERLINK("http://example.test")',
    "<b>&amp;",
    "ก" * 300,
]
BANGKOK = ZoneInfo("Asia/Bangkok")


def scorecard(
    units: int = 15,
    indicators: int = 12,
    quarter: int = 2,
    parents: int = 1,
    seed: int = 1,
    hostile: bool = False,
    silent: bool = False,
) -> Scorecard:
    """A scorecard of FY 2567 at `quarter`; `silent`: nobody has reported; same arguments, same frames."""
    chance = random.Random(seed)
    people = _units(units, parents)
    records = [_row(chance, unit, n, quarter, silent) for unit in people for n in range(indicators)]
    rows = pd.DataFrame(records)
    rows["state_text"] = [printed(s).th for s in rows["state"]]
    if hostile:
        _poison(rows, people)
    rows = _typed(rows, ScoreRow)
    totals = [_total(chance, unit, rows[rows["unit"] == unit["unit"]], 1) for unit in people]
    frame = _ranked(pd.DataFrame(totals))
    above = _parents(chance, people, rows, frame) if parents > 1 else frame.iloc[:0]
    office = _total(chance, {k: "" for k in people[0]}, rows, units)
    office["last_year"] = office["headline"] - 0.2134
    office["units_reporting"] = int((frame["reported"] > 0).sum())
    period = f"2567-Q{quarter}"
    return Scorecard(
        2567,
        period,
        datetime(2024, 3 * quarter - 2, 15, 9, 0, tzinfo=BANGKOK),
        "สำนักงานปลัดกระทรวงตัวอย่าง",
        3,
        rows,
        _typed(frame, TotalRow),
        _typed(above, TotalRow),
        _typed(_trend(chance, frame, above, office, quarter), TrendRow),
        office,
        {"ranking_coverage": "50"},
        pd.DataFrame(),
        _typed(_quarters(rows, quarter), QuarterRow),
        _typed(_restated(rows, quarter, silent), RestatedRow),
        {i: _definition(i, n) for n, i in enumerate(dict.fromkeys(rows["indicator"]))},
        {f"2567-Q{q}": day for q, day in enumerate(("2024-01-15", "2024-04-15", "2024-07-15", "2024-10-15"), 1)},
        plans=_typed(_plans(rows), PlanRow),
        rollups=_typed(_rollups(rows), RollupRow),
    )


def _plans(rows: pd.DataFrame) -> pd.DataFrame:
    """Each unit's plan as entered; one indicator in five has none yet."""
    target = rows["target"].where(rows.index % 5 != 3)
    quarters = {f"q{q}": (target * q / 4).round(2) for q in (1, 2, 3, 4)}
    return rows[["unit", "indicator"]].assign(total=target, **quarters)


def _rollups(rows: pd.DataFrame) -> pd.DataFrame:
    """Each indicator over all units and over those of each parent."""
    found = []
    for group, part in [("", rows), *((str(k), p) for k, p in rows.groupby("parent"))]:
        for n, (code, mine) in enumerate(part.groupby("indicator", sort=False)):
            one = mine.iloc[0]
            way = ("mean", "sum", "ratio", "none")[n % 4]
            result = {"mean": mine["result"].mean(), "sum": mine["result"].sum(min_count=1)}.get(way, np.nan)
            lights = {c: int((mine["light"] == c).sum()) for c in ("green", "yellow", "red", "grey")}
            who = one[["indicator_name", "unit_of_measure", "direction", "target"]].to_dict()
            counts = {"units": len(mine), "reported": int(mine["result"].notna().sum())}
            found.append(
                {"group": group, "indicator": code, **who, "over_units": way, **counts, **lights, "result": result,
                 "low": mine["result"].min(), "high": mine["result"].max(),
                 "behind": int((mine["status"] == "behind").sum())}
            )  # fmt: skip
    return pd.DataFrame(found)


def _quarters(rows: pd.DataFrame, quarter: int) -> pd.DataFrame:
    """The rows at each quarter up to this one: earlier ones a little lower, one in three of them behind plan."""
    parts = []
    for q in range(1, quarter + 1):
        part = rows.assign(period=f"2567-Q{q}")
        if q < quarter:
            lower = (rows["score"] - 0.4 * (quarter - q)).clip(1, 5).round(4)
            behind = rows["score"].notna() & (rows.index % 3 == 0)
            lights = np.where(lower >= 4, "green", np.where(lower >= 3, "yellow", np.where(lower >= 1, "red", "grey")))
            part = part.assign(
                score=lower,
                light=lights,
                result=rows["result"] * 0.9,
                status=np.where(behind, "behind", rows["status"].where(rows["status"] != "behind", "on")),
                problem=np.where(behind, PROBLEM, ""),
                remedy=np.where(behind, REMEDY, ""),
            )
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _restated(rows: pd.DataFrame, quarter: int, silent: bool) -> pd.DataFrame:
    """Three figures of the first quarter that changed later, from the second quarter on."""
    some = rows[rows["result"].notna()].head(3) if quarter > 1 and not silent else rows.head(0)
    return pd.DataFrame(
        {
            "unit": some["unit"],
            "indicator": some["indicator"],
            "period": "2567-Q1",
            "closed": "2024-01-15",
            "old": "88",
            "new": "91.5",
            "old_file": some["file"],
            "new_file": some["file"].map(lambda name: f"แก้ไข_{name}"),
            "received_at": "2024-02-20T10:30:00+07:00",
            "state": "confirmed",
            "who": "ผู้อนุมัติ · ทางโฟลเดอร์ของหน่วยงาน",
            "memo": "ที่ กค 0201/123",
            "reason": "ตัวเลขเดิมคลาดเคลื่อน",
            "score_old": 3.2,
            "score_new": 3.65,
            "headline_old": 3.1234,
            "headline_new": 3.25,
            "rank_old": 5.0,
            "rank_new": 3.0,
        }
    )


def _definition(code: str, n: int) -> dict[str, str]:
    """What the plan says of an indicator; every fourth is still a draft."""
    words = {f"c{k}_text": f"ดำเนินการขั้นที่ {k} แล้วเสร็จ พร้อมหลักฐานประกอบ" for k in range(1, 6)} if n % 3 == 1 else {}
    return {
        "code": code,
        "state": "draft" if n % 4 == 0 else "confirmed",
        "topic_name": "การเพิ่มประสิทธิภาพการดำเนินงาน",
        "issue_name": "ยกระดับและพัฒนาระบบราชการภายในหน่วยงาน",
        "dimension_name": "มิติด้านประสิทธิภาพของการปฏิบัติราชการ",
        "goal_name": "การบริหารจัดการมีคุณภาพและเป็นที่ยอมรับ",
        "description": PROBLEM,
        "condition": "-",
        "unit_of_measure": "ร้อยละ",
        "source": "รายงานผลการดำเนินงานรายไตรมาสของหน่วยงาน",
        "responsible": "ผู้อำนวยการกองนโยบายและแผน",
        "supporter": "หัวหน้ากลุ่มติดตามประเมินผล",
        "programme": "แผนงานพื้นฐานด้านการพัฒนาระบบราชการ" if n % 2 else "",
        "activity": "-",
        "evidence": "สรุปผลการดำเนินงานพร้อมหลักฐานประกอบ",
        **words,
    }


def _typed(frame: pd.DataFrame, model: Any) -> pd.DataFrame:
    """`frame` with the columns and types the model asks for, checked by it."""
    schema = model.to_schema()
    frame = frame.reindex(columns=list(schema.columns))
    for name, column in schema.columns.items():
        frame[name] = frame[name].astype(str(column.dtype))
    return schema.validate(frame)


def _units(count: int, parents: int) -> list[dict[str, str]]:
    people = []
    for n in range(count):
        name, short = OFFICES[n % len(OFFICES)]
        p = n * parents // count + 1
        if count > len(OFFICES):
            name, short = f"องค์การบริหารส่วนตำบลตัวอย่างที่ {n + 1}", f"อบต.{n + 1}"
        people.append(
            {
                "unit": f"{1000 + n:05d}",
                "unit_name": name,
                "unit_short": short,
                "unit_type": "กอง" if count <= 15 else "อบต.",
                "parent": f"00{p:03d}",
                "parent_name": f"อำเภอตัวอย่างที่ {p}" if parents > 1 else "สำนักงานปลัดกระทรวงตัวอย่าง",
            }
        )
    return people


def _row(chance: random.Random, unit: dict[str, str], n: int, quarter: int, silent: bool) -> dict[str, Any]:
    name, measure, target, scoring, criteria = INDICATORS[n % len(INDICATORS)]
    reported = (
        "blank" if silent else chance.choices(["reported", "cannot", "blank", "held", "not_due"], [84, 6, 4, 4, 2])[0]
    )
    share = chance.choices([1.0, 0.0, 1.1, chance.uniform(0.8, 1)], [50, 4, 10, 36])[0]
    score = round(max(1.0, min(5.0, 1 + (share - 0.8) * 20)), 4) if share else 1.0
    has = reported == "reported"
    behind = has and share < 0.9
    weight = 100 / len(INDICATORS) if n else 100 - 11 * round(100 / 12, 2)
    scored = has and scoring != "percent_of_target"
    light = "grey" if not has else "green" if score >= 4 else "yellow" if score >= 3 else "red"
    received = datetime(2024, 1, 2, 8, 30, tzinfo=BANGKOK) + timedelta(minutes=chance.randrange(20000))
    return {
        **unit,
        "indicator": f"ตช.{n + 1}",
        "indicator_name": name if n < 12 else f"{name} ({n + 1})",
        "unit_of_measure": measure,
        "type": "quantity",
        "dimension": f"D{n % 4 + 1}",
        "dimension_name": f"มิติที่ {n % 4 + 1} ประสิทธิผล",
        "goal": "G1",
        "goal_name": "การบริหารจัดการมีคุณภาพและเป็นที่ยอมรับ",
        "weight": round(weight, 2),
        "weight_used": round(weight, 2),
        "levels": "",
        "target": target,
        "target_scale": "level" if measure == "ระดับ" else "raw",
        "direction": "lower" if n in (5, 10) else "higher",
        "scoring": scoring,
        "over_time": "last",
        **{f"c{k + 1}": str(criteria[k]) for k in range(5)},
        "baseline3": target * 0.9,
        "baseline2": np.nan,
        "baseline1": target * 0.95,
        "plan": round(target * quarter / 4, 2),
        "value": round(target * share, 2) if has else np.nan,
        "result": round(target * share, 2) if has else np.nan,
        "achievement_percent": round(share * 100, 2) if has else np.nan,
        "score": score if scored else np.nan,
        "score_percent": round(score * 20, 2) if scored else np.nan,
        "weighted": round(score * weight / 100, 4) if scored else np.nan,
        "points": (300.0 if share == 1 else 500.0 if share > 1 else 200.0) if has and not scored else np.nan,
        "last_year_plan": round(target * quarter / 4, 2) if n % 2 else np.nan,
        "last_year_result": round(target * 0.9, 2) if n % 2 else np.nan,
        "last_year_score": 3.5 if n % 2 and scored else np.nan,
        "previous_score": np.nan if quarter == 1 else min(5.0, round(score * 0.95 + 0.05, 4)),
        "light": light,
        "declared": "behind" if behind else "on" if has else "",
        "computed": "behind" if behind else "ahead" if has and share > 1 else "on" if has else "",
        "status": "behind" if behind else "ahead" if has and share > 1 else "on" if has else "",
        "reported": reported,
        "state": chance.choice(["draft", "confirmed"]) if reported in ("reported", "cannot", "held") else "",
        "late": has and chance.random() < 0.1,
        "details": "ดำเนินการแล้วเสร็จตามแผนที่กำหนดไว้ทุกขั้นตอน" if has else "",
        "problem": PROBLEM if behind else "",
        "remedy": REMEDY if behind else "",
        "evidence": "รายงานผล.pdf" if has else "",
        "notes": "",
        "file": f"ผลไตรมาส_{unit['unit']}.xlsx" if reported not in ("blank", "not_due") else "",
        "sha256": f"{n:064x}",
        "sheet": f"ไตรมาส {quarter}" if reported not in ("blank", "not_due") else "",
        "cell": f"H{6 + n}" if reported not in ("blank", "not_due") else "",
        "received_at": received.isoformat() if reported not in ("blank", "not_due") else "",
        "submission": n + 1 if has else 0,
    }


def _poison(rows: pd.DataFrame, people: list[dict[str, str]]) -> None:
    """Put hostile texts where strangers' texts can stand: names, details, problems, file names."""
    for k, column in enumerate(("details", "problem", "remedy", "evidence", "file", "indicator_name")):
        rows[column] = [HOSTILE[(n + k) % len(HOSTILE)] for n in range(len(rows))]
    rows["status"] = "behind"
    for n, unit in enumerate(people):
        unit["unit_name"] = HOSTILE[n % len(HOSTILE)]
    rows["unit_name"] = rows["unit"].map({u["unit"]: u["unit_name"] for u in people})


def _total(chance: random.Random, who: dict[str, str], rows: pd.DataFrame, units: int) -> dict[str, Any]:
    has = rows[rows["score"].notna()]
    headline = float(round((has["weight"] * has["score"]).sum() / has["weight"].sum(), 4)) if len(has) else np.nan
    light = "grey" if headline != headline else "green" if headline >= 4 else "yellow" if headline >= 3 else "red"
    given = rows["reported"] == "reported"
    return {
        **who,
        "units": units,
        "units_reporting": int(given.any()),
        "indicators": len(rows),
        "reported": int(given.sum()),
        "confirmed": int((rows["state"] == "confirmed").sum()),
        "held": int((rows["reported"] == "held").sum()),
        "behind": int((rows["status"] == "behind").sum()),
        **{k: int((rows["light"] == k).sum()) for k in ("green", "yellow", "red", "grey")},
        "coverage": float(round(rows.loc[given, "weight"].sum() / rows["weight"].sum() * 100, 2)),
        "score_reported": headline,
        "score_all": float(round((has["weight"] * has["score"]).sum() / rows["weight"].sum(), 4)),
        "headline": headline,
        "headline_percent": headline * 20,
        "previous": headline * 0.97,
        "light": light,
        "rank": np.nan,
        "late": int(rows["late"].sum()),
    }


def _ranked(totals: pd.DataFrame) -> pd.DataFrame:
    able = totals["headline"].where(totals["coverage"] >= 50)
    return totals.assign(rank=able.rank(method="min", ascending=False))


def _parents(
    chance: random.Random, people: list[dict[str, str]], rows: pd.DataFrame, units: pd.DataFrame
) -> pd.DataFrame:
    found = []
    for code, part in rows.groupby("parent"):
        name = str(part["parent_name"].iloc[0])
        mine = units[units["parent"] == code]
        who = {
            "unit": str(code),
            "unit_name": name,
            "unit_short": name.replace("อำเภอตัวอย่างที่", "อ."),
            "unit_type": "อำเภอ",
            "parent": "",
            "parent_name": "",
        }
        found.append({**_total(chance, who, part, len(mine)), "units_reporting": int((mine["reported"] > 0).sum())})
    return _ranked(pd.DataFrame(found))


def _trend(
    chance: random.Random, units: pd.DataFrame, parents: pd.DataFrame, office: dict[str, Any], quarter: int
) -> pd.DataFrame:
    everyone = [("", office["headline"], office["coverage"])]
    for frame in (units, parents):
        everyone += list(zip(frame["unit"], frame["headline"], frame["coverage"], strict=True))
    return pd.DataFrame(
        [
            {
                "unit": unit,
                "period": f"2567-Q{q}",
                "headline": round(min(5.0, max(1.0, score - 0.15 * (quarter - q))), 4) if score == score else np.nan,
                "coverage": max(0.0, cover - 3 * (quarter - q)),
            }
            for unit, score, cover in everyone
            for q in range(1, quarter + 1)
        ]
    )
