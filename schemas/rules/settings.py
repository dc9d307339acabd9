"""Rules of the settings sheet of the central plan workbook: each setting is known, and its value can be meant."""

from __future__ import annotations

import re

import pandas as pd

from schemas.forms.central_plan import SETTINGS
from schemas.language import Text
from schemas.numbers import parse
from schemas.plan_rule import plan_rule

_WORDS_OF = {
    "headline": ("reported", "all"),
    "plan_state": ("draft", "confirmed"),
    "settled_by": ("received", "confirmed"),
    "unit_folders": ("yes", "no"),
    "sender_check": ("off", "query", "refuse"),
    "mail_drafts": ("yes", "no"),
    "signing": ("file", "channel"),
}


_NUMBERS = (
    "green_from",
    "yellow_from",
    "status_tolerance",
    "ranking_coverage",
    "late_penalty",
    "deadline_days",
    "evidence_days",
    "closes_days",
    "reminder_days",
    "unreported_at_year_end",
)


def _setting_value(key: str, value: str) -> bool:
    if key == "fiscal_year":
        return re.fullmatch(r"2[45][0-9]{2}", value) is not None
    if value == "":
        return True
    if key in _NUMBERS:
        number = parse(value)
        if number.status != "number" or number.value is None:
            return False
        return number.value in (0, 1) if key == "unreported_at_year_end" else number.value >= 0
    if key == "bands":
        part = r"\s*(<=|<|>=|>)\s*[0-9.]+\s*=\s*[0-9.]+\s*"
        return all(re.fullmatch(part, each) for each in value.split(";"))
    if key == "window_opens_day":
        return re.fullmatch(r"[1-9]|[12][0-9]|3[01]", value) is not None
    return key not in _WORDS_OF or value in _WORDS_OF[key]


def _settings_hold(rows: pd.DataFrame, _case: str) -> pd.Series:
    return pd.Series(
        [k not in SETTINGS or _setting_value(k, v.strip()) for k, v in zip(rows["key"], rows["value"], strict=True)],
        index=rows.index,
        dtype=bool,
    )


def _settings_known(rows: pd.DataFrame, _case: str) -> pd.Series:
    return rows["key"].isin(list(SETTINGS))


RULES = (
    plan_rule(
        "E_SETTING",
        "error",
        Text("ค่า “{value}” ใช้กับการตั้งค่านี้ไม่ได้", "“{value}” cannot be the value of this setting"),
        Text("อ่านคอลัมน์ “ความหมาย”", "See the meaning column"),
        "2567",
        ("settings.value",),
        _settings_hold,
    ),
    plan_rule(
        "W_SETTING",
        "warning",
        Text("ไม่รู้จักการตั้งค่า “{value}” ระบบไม่ใช้", "Setting “{value}” is unknown and not used"),
        Text("ตรวจการสะกด", "Check the spelling"),
        "fiscal_year",
        ("settings.key",),
        _settings_known,
    ),
)
