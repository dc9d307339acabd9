"""A number format and a value -> whether Excel shows something else in substance: scaled, hidden, rounded away."""

from __future__ import annotations

import re
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


def is_percent(code: str) -> bool:
    """Whether the format multiplies by a hundred; a % in quotes or behind a backslash is only a letter."""
    return "%" in _LITERAL.sub("", _BRACKET.sub("", code))


def is_plain(code: str) -> bool:
    """Whether the format shows every number as it is: General and Text."""
    return code.strip().casefold() in ("", "general", "@", "standard")


@lru_cache(maxsize=4096)
def shown(code: str, value: float) -> str | None:
    """What Excel shows for `value` where that is another figure ("1,235" for 1234567 under #,##0,), else None.

    "" where it shows no figure at all. Percent, scientific, fraction and date formats are not judged here.
    """
    if is_plain(code) or value == 0:
        return None
    section = _section(code, value)
    bare = _LITERAL.sub("", _BRACKET.sub("", section))
    if "general" in bare.casefold() or re.search(r"[%eE/@ymdhsYMDHS]", bare):
        return None
    digits = re.search(r"[0#?][0#?, ]*(?:\.[0#?]*)?(,*)", bare)
    if digits is None:
        return _literal(section)
    whole, _, decimals = digits[0].partition(".")
    scale = len(whole) - len(whole.rstrip(",")) + len(decimals) - len(decimals.rstrip(","))
    places = len(decimals.rstrip(","))
    seen = round(abs(value) / 1000**scale, min(places, 15))
    glued = re.search(r'"[^"]*[0-9][^"]*"|\\[0-9]|[1-9]', _BRACKET.sub("", section))  # 0"000" shows 5 as 5000
    if not glued and seen and 1 / _FAR < seen / abs(value) < _FAR:
        return None
    return ("-" if value < 0 else "") + f"{seen:,.{min(places, 15)}f}" + (_literal(section) if glued else "")


def _literal(section: str) -> str:
    return "".join(re.findall(r'"([^"]*)"', section)).strip()


def _section(code: str, value: float) -> str:
    """The section of the format that Excel takes for the value."""
    sections = _split(code)
    conditions = [(n, m) for n, s in enumerate(sections) if (m := _CONDITION.search(s))]
    for n, match in conditions:
        if _TESTS[match[1]](value, float(match[2])):
            return sections[n]
    if conditions:
        return next((s for s in sections if not _CONDITION.search(s)), "General")
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
        return text if value else None
    found = re.fullmatch(r"[^0-9]*?(-|\()?\s*([0-9][0-9,]*(?:\.[0-9]+)?)([^0-9]*)", bare)
    if found is None or value == 0 or re.search(r"[eE/]", bare):
        return None
    ratio = float(found[2].replace(",", "")) / abs(value)
    return None if 1 / _FAR < ratio < _FAR else text
