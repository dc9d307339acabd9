"""Formulas of a unit form that check while the officer types, each with the value it has for what stands there now.

The template can check: allowed characters, thousands groups, one decimal point, missing totals, missing words. It
cannot stop a paste (conditional formats still colour it) and knows nothing of other files; the receiver judges all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import numpy as np

from schemas.numbers import parse, strip

CHARACTERS = '=AND(LEN({c})<=40,SUMPRODUCT(--ISERROR(FIND(MID({c}&REPT("0",40),ROW($1:$40),1),"0123456789,./-")))=0)'
CHARACTERS_WRONG = '=AND(TRIM({c})<>"",OR(LEN({c})>40,SUMPRODUCT(--ISERROR(FIND(MID(TRIM({c})&REPT("0",40),ROW($1:$40),1),"0123456789,./-")))>0))'


def missing_total(parts: Sequence[str], total: str) -> str:
    """Conditional format: a part is given and the total is blank (cells relative to the first row)."""
    given = "+".join(f'AND(TRIM({p})<>"",TRIM({p})<>"-")' for p in parts)
    return f'=AND(({given})>0,OR(TRIM({total})="",TRIM({total})="-"))'


def twin(cell: str, ratio: bool) -> str:
    """Formula giving the figure in `cell`: a number, "" where none is given, "RATIO", or "ERR" where it cannot be read."""
    bare = f"TRIM({cell})"
    whole = f'LEFT({bare},FIND(".",{bare}&".")-1)'
    digits = f'SUBSTITUTE({bare},",","")'
    allowed = f'SUMPRODUCT(--ISERROR(FIND(MID({bare}&REPT("0",40),ROW($1:$40),1),"0123456789,.-")))=0'
    one_sign = f'ISERROR(FIND("-",{bare},2))'
    one_point = f'LEN({bare})-LEN(SUBSTITUTE({bare},".",""))<=1'
    groups = f'OR({whole}=SUBSTITUTE({whole},",",""),{whole}=TEXT(IFERROR(_xlfn.NUMBERVALUE(SUBSTITUTE({whole},",",""),"."),0),"#,##0"))'
    no_comma_after = f'ISERROR(FIND(",",{bare},FIND(".",{bare}&".")))'
    has_digit = f"SUMPRODUCT(--ISNUMBER(FIND({{0,1,2,3,4,5,6,7,8,9}},{bare})))>0"
    number = f'IF(AND(LEN({bare})<=40,{allowed},{one_sign},{one_point},{groups},{no_comma_after},{has_digit}),_xlfn.NUMBERVALUE({digits},"."),"ERR")'
    slash = '"RATIO"' if ratio else '"ERR"'
    return (
        f'=IF(ISNUMBER({cell}),{cell},IF(OR({bare}="",{bare}="-"),"",IF(ISNUMBER(FIND("/",{bare})),{slash},{number})))'
    )


def twin_value(typed: object, ratio: bool) -> float | str:
    """What `twin` computes for a typed value; a date is a number to a formula."""
    if isinstance(typed, date):
        since = datetime(1899, 12, 30)
        moment = typed.replace(tzinfo=None) if isinstance(typed, datetime) else datetime(*typed.timetuple()[:3])
        return (moment - since) / timedelta(days=1)
    if isinstance(typed, (int, float)) and not isinstance(typed, bool):
        return float(typed)
    text = " ".join(str(typed).split(" ")).strip(" ")
    if text in ("", "-"):
        return ""
    if "/" in text:
        return "RATIO" if ratio else "ERR"
    number = parse(text)
    if number.value is None or strip(text) != text:
        return "ERR"
    whole = text.partition(".")[0]
    if "," in whole and whole != f"{int(whole.replace(',', '')):,}":
        return "ERR"
    return float(number.value)


def total(cells: Sequence[str], way: str) -> str:
    """Formula of the computed column beside a total: `cells` are the twins of its parts."""
    listed = ",".join(cells)
    wrong = "+".join(f'({c}="ERR")' for c in cells)
    ratio = "+".join(f'({c}="RATIO")' for c in cells)
    last = '""'
    for cell in cells:
        last = f"IF(ISNUMBER({cell}),{cell},{last})"
    compute = {"last": last, "max": f"MAX({listed})", "mean": f"ROUND(AVERAGE({listed}),10)"}.get(
        way, f"ROUND(SUM({listed}),10)"
    )
    if way in ("none", "ratio"):
        compute = '""'
    return f'=IF({wrong}>0,"?",IF({ratio}>0,"",IF(COUNT({listed})=0,"",{compute})))'


def total_value(values: Sequence[float | str], way: str) -> float | str:
    """What `total` computes."""
    if "ERR" in values:
        return "?"
    numbers = [v for v in values if isinstance(v, float)]
    if "RATIO" in values or not numbers or way in ("none", "ratio"):
        return ""
    if way == "last":
        return numbers[-1]
    if way == "max":
        return max(numbers)
    return round(float(np.mean(numbers)), 10) if way == "mean" else round(sum(numbers), 10)


BROKEN_TH, COMPLETE_TH = "มีค่าที่อ่านเป็นตัวเลขไม่ได้", "ครบ"


def plan_check(twins: Mapping[str, str], totals: Mapping[str, Sequence[str]]) -> str:
    """Formula of the live check column of the monthly plan: the first thing missing, in Thai."""
    rest = f'IF({"+".join(f"({t}<>{_Q})" for t in twins.values())}>0,"{COMPLETE_TH}","")'
    for key in reversed(list(totals)):
        given = "+".join(f"({twins[p]}<>{_Q})" for p in totals[key])
        rest = f'IF(AND(({given})>0,{twins[key]}=""),"{missing_th(key)}",{rest})'
    wrong = "+".join(f'({t}="ERR")' for t in twins.values())
    return f'=IF({wrong}>0,"{BROKEN_TH}",{rest})'


_Q = '""'


def missing_th(key: str) -> str:
    """Thai words for a missing total."""
    return "ขาดยอดรวมทั้งสิ้น" if key == "total" else f"ขาดผลรวมไตรมาส {key[1]}"


def plan_check_value(twins: Mapping[str, float | str], totals: Mapping[str, Sequence[str]]) -> str:
    """What `plan_check` computes."""
    if "ERR" in twins.values():
        return BROKEN_TH
    for key, parts in totals.items():
        if any(twins[p] != "" for p in parts) and twins[key] == "":
            return missing_th(key)
    return COMPLETE_TH if any(v != "" for v in twins.values()) else ""


_RESULT_STEPS = (
    ("เลือกการรายงานผลก่อน", "ขาดผลการดำเนินงาน", "ขาดรายละเอียด", "ขาดสาเหตุ/แนวทางแก้ไข", "มีผลทั้งที่ยังรายงานไม่ได้"),
)


def result_check(at: Mapping[str, str], can: str, behind: str) -> str:
    """Formula of the live check column of the quarterly result; `at` gives the cell of each field of the row."""
    start, value, details, explain, both = _RESULT_STEPS[0]
    words = "&".join(at[k] for k in ("value", "details", "problem", "remedy", "evidence"))
    needs = f'IF(AND({at["plan_status"]}="{behind}",OR(TRIM({at["problem"]})="",TRIM({at["remedy"]})="")),"{explain}","{COMPLETE_TH}")'
    reported = f'IF(OR(TRIM({at["value"]})="",TRIM({at["value"]})="-"),"{value}",IF(TRIM({at["details"]})="","{details}",{needs}))'
    other = f'IF(TRIM({at["value"]})<>"","{both}","{COMPLETE_TH}")'
    return f'=IF(TRIM({at["reportable"]})="",IF({words}="","","{start}"),IF({at["reportable"]}="{can}",{reported},{other}))'


def result_check_value(row: Mapping[str, object], can: str, behind: str) -> str:
    """What `result_check` computes."""
    start, value, details, explain, both = _RESULT_STEPS[0]
    text = {
        k: str(row.get(k, "") if row.get(k) is not None else "").strip(" ")
        for k in ("reportable", "value", "details", "plan_status", "problem", "remedy", "evidence")
    }
    if not text["reportable"]:
        return start if any(text[k] for k in ("value", "details", "problem", "remedy", "evidence")) else ""
    if text["reportable"].casefold() != can.casefold():
        return both if text["value"] else COMPLETE_TH
    if text["value"] in ("", "-"):
        return value
    if not text["details"]:
        return details
    return explain if text["plan_status"] == behind and not (text["problem"] and text["remedy"]) else COMPLETE_TH
