"""A number format and a value -> whether Excel shows something else in substance: scaled, hidden, rounded away."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

# Formats of Excel that need no definition in the file and show digits.
BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    37: "#,##0;(#,##0)",
    38: "#,##0;[Red](#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;[Red](#,##0.00)",
    # days and times, which every program spells its own way
    **dict.fromkeys((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)), "d/m/yyyy"),
    # of a Thai Excel, never spelled out in its files (ECMA-376 part 1, 18.8.30)
    59: "t0",
    60: "t0.00",
    61: "t#,##0",
    62: "t#,##0.00",
    67: "t0%",
    68: "t0.00%",
    69: "t# ?/?",
    70: "t# ??/??",
    **{71: "d/m/bbbb", 72: "d-mmm-bb", 73: "d-mmm", 74: "mmm-bb", 75: "h:mm", 76: "h:mm:ss", 77: "d/m/bbbb h:mm"},
    **{78: "mm:ss", 79: "[h]:mm:ss", 80: "mm:ss", 81: "d/m/bb"},
}
_FAR = 1.5  # shown and stored differ in substance from this ratio on; honest rounding never does
_THAI = {0x0E50 + n: str(n) for n in range(10)}
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.')
_BRACKET = re.compile(r"\[[^\]]*\]")
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?[0-9.]+)\]")
_TESTS = {
    "<": float.__lt__,
    "<=": float.__le__,
    ">": float.__gt__,
    ">=": float.__ge__,
    "=": float.__eq__,
    "<>": float.__ne__,
}


@lru_cache(maxsize=4096)
def is_percent(code: str, value: float) -> bool:
    """Whether `value` is shown times a hundred; a % in quotes or behind a backslash is only a letter."""
    return "%" in _bare(_section(code, value))


@lru_cache(maxsize=4096)
def is_date(code: str, value: float) -> bool:
    """Whether `value` is shown as a day or a time, in the letters of a file or of a Thai screen."""
    bare = _bare(_section(code, value)).casefold()
    return "general" not in bare and not re.search("[0#?]", bare) and bool(re.search("[ymdhsbeวดปชนท]", bare))


def _bare(section: str) -> str:
    """A section of a format without quoted letters, padding, colours and conditions."""
    return _LITERAL.sub("", _BRACKET.sub("", section))


def day_of(value: float) -> date:
    """The day of a serial number, as workbooks count since 1900."""
    return date(1899, 12, 30) + timedelta(days=min(max(int(value), 0), 2_900_000))


def as_typed(value: float) -> str:
    """The decimal text of a stored number with the fifteen digits that Excel keeps: 0.30000000000000004 is 0.3."""
    text = format(Decimal(f"{value or 0.0:.15g}"), "f")
    return text[:-2] if text.endswith(".0") else text


def is_plain(code: str) -> bool:
    """Whether the format shows every number as it is: General and Text."""
    return code.strip().casefold() in ("", "general", "@", "standard")


@lru_cache(maxsize=4096)
def shown(code: str, value: float) -> str | None:
    """What Excel shows for `value` where that is another figure ("1,235" for 1234567 under #,##0,), else None.

    "" where it shows no figure at all. Percent, scientific, fraction and date formats are not judged here.
    """
    if is_plain(code):
        return None
    section = _section(code, value)
    bare = _bare(section)
    if "general" in bare.casefold() or re.search(r"[%eE/@ymdhsYMDHS]", bare):
        return None
    if value == 0:
        return _zero(section, bare)
    digits = re.search(r"[0#?][0#?, ]*(?:\.[0#?]*)?(,*)", bare)
    if digits is None:
        return _literal(section)
    whole, _, decimals = digits[0].partition(".")
    scale = len(whole) - len(whole.rstrip(",")) + len(decimals) - len(decimals.rstrip(","))
    places = len(decimals.rstrip(","))
    seen = round(abs(value) / 1000**scale, min(places, 15))
    words = _BRACKET.sub("", section)
    glued = re.search(r'"[^"]*[0-9][^"]*"|\\[0-9]|[1-9]', words)  # 0"000" shows 5 as 5000
    times = _TIMES.search(_literal(section)) and not scale  # 0" ล้าน" shows 5 as five million
    minus = _minus(code, section, value)
    near = seen and 1 / _FAR < seen / abs(value) < _FAR
    if not glued and not times and near and minus == (value < 0):
        return None
    return ("-" if minus else "") + f"{seen:,.{min(places, 15)}f}" + (_literal(section) if glued or times else "")


_TIMES = re.compile(r"พัน|หมื่น|แสน|ล้าน|ร้อย(?!ละ)|โหล|\b(?:[KkMm]|thousand|million)\b")


def _zero(section: str, bare: str) -> str | None:
    """What is seen of a zero where that is no 0 and no dash: often nothing at all."""
    literal = _literal(section)
    return None if "0" in bare or "-" in bare + literal else literal


def _minus(code: str, section: str, value: float) -> bool:
    """Whether a figure looks negative: by a sign, parentheses or red of its section, or the sign that Excel adds."""
    words = re.sub(r"[_*].", "", _BRACKET.sub("", section))
    signed = re.match(r"[^0-9#?]*(?:[-(]|ลบ)", words) or re.search(r"-[^0-9#?]*$", words)
    own = value < 0 and len(_split(code)) > 1
    red = own and re.search(r"\[(?:red|แดง|color)", section, re.IGNORECASE)
    return bool(signed or red) or (value < 0 and not own)


def _literal(section: str) -> str:
    return "".join(quoted or escaped for quoted, escaped in re.findall(r'"([^"]*)"|\\(.)', section)).strip()


def _section(code: str, value: float) -> str:
    """The section of the format that Excel takes for the value."""
    sections = _split(code)
    conditions = [(n, m) for n, s in enumerate(sections) if (m := _CONDITION.search(s))]
    for n, match in conditions:
        if _TESTS[match[1]](float(value), float(match[2])):
            return sections[n]
    if conditions:
        return next((s for s in sections if not _CONDITION.search(s)), "General")
    if value == 0 and len(sections) > 2:
        return sections[2]
    return sections[1] if value < 0 and len(sections) > 1 else sections[0]


def _split(code: str) -> list[str]:
    sections, quoted, escaped = [""], False, False
    for letter in code:
        if letter == ";" and not quoted and not escaped:
            sections.append("")
            continue
        quoted ^= letter == '"' and not escaped
        escaped = letter == "\\" and not escaped and not quoted
        sections[-1] += letter
    return sections


def seen_otherwise(text: str, value: float) -> str | None:
    """`text` where what a program shows for a number is another figure in substance, else None."""
    bare = text.translate(_THAI).strip()
    if not any(c.isdigit() for c in bare):
        return None if value == 0 and "-" in bare else text
    found = re.fullmatch(r"[^0-9]*?(-|\()?\s*([0-9][0-9,]*(?:\.[0-9]+)?)([^0-9]*)", bare)
    if found is None or value == 0 or re.search(r"[eE/]", bare):
        return None
    if _TIMES.search(found[3]):
        return text
    ratio = float(found[2].replace(",", "")) / abs(value)
    return None if 1 / _FAR < ratio < _FAR else text


def seen_as_percent(text: str, value: float) -> bool:
    """Whether a program shows a number times a hundred with a %, whatever it calls the format."""
    found = re.fullmatch(r"[-(]?([0-9][0-9,]*(?:\.[0-9]+)?) ?%\)?", text.translate(_THAI).strip())
    return found is not None and abs(float(found[1].replace(",", "")) - 100 * abs(value)) <= 0.51
