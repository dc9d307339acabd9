"""The words every output uses for the codes of a scorecard, Thai and English, and how a date and a period are said."""

from __future__ import annotations

import math
from datetime import datetime

import pandas as pd

from pipeline.model import Scorecard
from pipeline.office.styles import shortened
from pipeline.office.tables import words
from schemas.forms.central_plan import (
    DIRECTIONS,
    LEVELS,
    OVER_TIME,
    OVER_UNITS,
    SCORINGS,
    SETTINGS,
    TARGET_SCALES,
    TYPES,
)
from schemas.language import Choice, Text
from schemas.periods import name_of, thai_date
from schemas.states import STATES

REPORTED = {
    "reported": Text("รายงานแล้ว", "reported"),
    "cannot": Text("ยังไม่สามารถรายงานผลได้", "cannot report yet"),
    "blank": Text("ไม่มีข้อมูล", "nothing received"),
    "held": Text("รอแก้ไข", "waiting for correction"),
    "not_due": Text("ยังไม่ถึงรอบ", "not due yet"),
    "not_applicable": Text("ไม่เกี่ยวข้อง (N/A)", "not applicable"),
}
# What a narrow cell shows where there is no score.
REPORTED_SHORT = {
    "reported": Text("ไม่ให้คะแนน", "not scored"),
    "cannot": Text("รอผล", "later"),
    "blank": Text("ไม่มี", "none"),
    "held": Text("รอแก้", "fix"),
    "not_due": Text("ไม่ถึงรอบ", "not due"),
    "not_applicable": Text("N/A", "N/A"),
}
STATUS = {
    "": Text("", ""),
    "on": Text("เป็นไปตามแผน", "on plan"),
    "ahead": Text("เร็วกว่าแผน", "ahead of plan"),
    "behind": Text("ล่าช้ากว่าแผน", "behind plan"),
}
STATE = {"": Text("", ""), **{code: STATES[code] for code in ("draft", "confirmed", "signed_off")}}
LATE = {True: Text("ล่าช้า", "late"), False: Text("", "")}
TREND = Text("คะแนนรายไตรมาส (ความครอบคลุม)", "Score by quarter (coverage)")
SCORE_AXIS = Text("คะแนน (เต็ม 5)", "Score of 5")
LIGHT_MEANING = {
    "green": Text("ตั้งแต่ {green} คะแนน", "{green} and above"),
    "yellow": Text("{yellow} ถึงต่ำกว่า {green}", "{yellow} to under {green}"),
    "red": Text("ต่ำกว่า {yellow}", "under {yellow}"),
    "grey": Text("ยังไม่มีคะแนน", "no score yet"),
}


def thai(words: dict[str, Text]) -> dict[str, str]:
    """Codes to Thai words."""
    return {code: text.th for code, text in words.items()}


def choices(found: tuple[Choice, ...]) -> dict[str, str]:
    """Codes of a drop-down to Thai words."""
    return {c.code: c.text.th for c in found}


# Columns of the scorecard that hold codes, with the words people read instead.
LABELS = {
    "type": choices(TYPES),
    "direction": choices(DIRECTIONS),
    "scoring": choices(SCORINGS),
    "over_time": choices(OVER_TIME),
    "over_units": choices(OVER_UNITS),
    "target_scale": choices(TARGET_SCALES),
    "levels": choices(LEVELS),
    "declared": thai(STATUS),
    "computed": thai(STATUS),
    "status": thai(STATUS),
    "reported": thai(REPORTED),
    "state": thai(STATE),
}


def said(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of a scorecard with words for their codes; a state says how it was confirmed and by whom."""
    return words(rows, LABELS).assign(state=rows["state_text"])


def setting(card: Scorecard, key: str) -> str:
    """A setting of the plan workbook, or its default."""
    return card.settings.get(key) or SETTINGS[key][0]


def light_meaning(card: Scorecard, light: str) -> Text:
    """From which score a light stands, by the office's settings."""
    limits = {
        "green": f"{float(setting(card, 'green_from')):.2f}",
        "yellow": f"{float(setting(card, 'yellow_from')):.2f}",
    }
    return LIGHT_MEANING[light].filled(**limits)


def light_limit(card: Scorecard, light: str) -> str:
    """The same in the least room: "≥ 4.00", "3.00-4.00", "< 3.00", ยังไม่มีคะแนน."""
    green, yellow = (f"{float(setting(card, key)):.2f}" for key in ("green_from", "yellow_from"))
    return {"green": f"≥ {green}", "yellow": f"≥ {yellow}", "red": f"< {yellow}", "grey": LIGHT_MEANING["grey"].th}[
        light
    ]


def as_of(card: Scorecard) -> str:
    """The moment a report describes, in words: ข้อมูล ณ วันที่ 15 เมษายน 2567 เวลา 09.00 น."""
    return f"ข้อมูล ณ วันที่ {thai_date(card.as_of.date())} เวลา {clock(card.as_of)}"


def clock(moment: datetime) -> str:
    """A time of day as Thai papers write it: 09.00 น."""
    return f"{moment:%H.%M} น."


def day(moment: str) -> str:
    """The day of an ISO time in words, "" for none: 20 กุมภาพันธ์ 2567."""
    return thai_date(datetime.fromisoformat(moment).date()) if moment else ""


def period(card: Scorecard) -> Text:
    """The period of a report as people say it."""
    return name_of(card.period)


def quarter_label(when: str, coverage: float) -> str:
    """A quarter under its bar, with the share reported: "ไตรมาส 2/2567 (87%)"; without it where there is none yet."""
    name = name_of(when).th
    return name if coverage != coverage else f"{name} ({math.floor(coverage + 0.5)}%)"


def footer(card: Scorecard, letters: int = 46) -> str:
    """What stands at the foot of every printed page, before the page number; the office's name in so many letters."""
    return f"{shortened(card.office_name, letters)}  ·  {period(card).th}  ·  {as_of(card)}"


def figure(value: float | None, places: int = 4) -> str:
    """A figure as papers show it: thousands always, decimals only where there are some, "-" where there is none."""
    if value is None or value != value:
        return "-"
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def fixed(value: float | None, places: int = 4) -> str:
    """A score with all its decimals, "-" where there is none."""
    return "-" if value is None or value != value else f"{value:,.{places}f}"


DRAFT = Text("(ร่าง)", "(draft)")


def drafted(text: str, confirmed: bool) -> str:
    """ "(ร่าง)" before what is not confirmed."""
    return text if confirmed or not text else f"{DRAFT.th} {text}"


RAISE = Text(
    "ควรยกเป้าหมายให้สูงขึ้น เพราะทำได้ดีกว่าเป้าหมายแล้วทั้งสามปีที่ผ่านมา",
    "Raise the target: each of the last three years was already better",
)
RAISE_RULE = Text(
    "แนะนำเฉพาะเมื่อผลย้อนหลังครบสามปีและดีกว่าเป้าหมายทุกปี ตามทิศทางของตัวชี้วัด",
    "Given only where all three baseline years are known and each beats the target, by the indicator's direction",
)
BECAME = {
    "still": Text("ยังล่าช้า", "still behind"),
    "better": Text("เป็นไปตามแผนแล้ว", "on plan now"),
    "unknown": Text("งวดนี้ยังไม่มีผล", "no result yet"),
}
