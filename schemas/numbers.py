"""The grammar of a numeric cell: text as typed -> empty, no data, number, ratio, or the code of the rule it breaks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

# Blanks of every width and marks that show nothing.
_UNSEEN = "\u00a0\u00ad\u2007\u2009\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u202f\u2060\u2066\u2067\u2068\u2069\ufeff"
_STRIP = " \t\r\n" + _UNSEEN
_ALLOWED = re.compile(r"[0-9,./-]+")
_NUMBER = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|-?\.[0-9]+")
_LOOKALIKE = str.maketrans(
    {
        **{0x0E50 + n: str(n) for n in range(10)},
        **{0xFF10 + n: str(n) for n in range(10)},
        0x2212: "-",
        0x2013: "-",
        0x2014: "-",
        0xFF0D: "-",
        0xFF0E: ".",
        0xFF0C: ",",
        0xFF0F: "/",
        ord("O"): "0",
        ord("o"): "0",
        ord("l"): "1",
        ord("+"): None,
        ord(" "): None,
        ord("'"): None,
        ord("_"): None,
        **dict.fromkeys(map(ord, _UNSEEN)),
    }
)
_LOOKALIKE_BUT_BLANKS = {k: v for k, v in _LOOKALIKE.items() if k != ord(" ")}
_WIDE = "\u00a0\u0085\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
_BLANKS = dict.fromkeys(map(ord, _WIDE), " ")
MAX_LENGTH = 40


@dataclass(frozen=True)
class Number:
    """What a cell says. `status` is empty, nodata, number, ratio or the code of a broken rule.

    `value` is exact: the number, or numerator / denominator of a ratio (not yet times 100). `decimals` counts the
    digits typed after the point, which is how precisely a total was meant.
    """

    status: str
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    decimals: int = 0

    @property
    def given(self) -> bool:
        """A figure was given: neither empty nor "-" nor broken. Zero is given."""
        return self.value is not None


EMPTY, NODATA = Number("empty"), Number("nodata")


def strip(text: str) -> str:
    """`text` without outer blanks and invisible characters, which carry no meaning in a figure."""
    return text.strip(_STRIP)


@lru_cache(maxsize=65536)
def parse(text: str, kind: str = "text") -> Number:
    """Judge one cell. `kind` is how the workbook stored it: text, number, percent, date, bool, error, formula_empty.

    Never raises; never gives a value to a text outside the grammar:
    number = [-] digits, thousands groups of three with commas, one decimal point; ratio = number "/" number;
    "-" alone is no data. A stored number is judged by its shortest decimal text.
    """
    if kind == "date":
        return Number("E_DATE")
    if kind == "bool":
        return Number("E_TYPE")
    if kind == "formula_empty":
        return Number("E_FORMULA")
    text = strip(text)
    if not text:
        return EMPTY
    if kind == "error":
        return Number("E_CHAR")
    if text == "-":
        return NODATA
    if len(text) > MAX_LENGTH or not _ALLOWED.fullmatch(text):
        return Number("E_CHAR")
    return _ratio(text) if "/" in text else _number(text)


def _number(text: str) -> Number:
    if not _NUMBER.fullmatch(text):
        return Number("E_FORM")
    decimals = len(text.partition(".")[2])
    return Number("number", Decimal(text.replace(",", "").rstrip(".")), decimals=decimals)


def _ratio(text: str) -> Number:
    over, _, under = text.partition("/")
    numerator, denominator = _number(strip(over)), _number(strip(under))
    if numerator.value is None or denominator.value is None or denominator.value == 0:
        return Number("E_FORM")
    return Number("ratio", numerator.value / denominator.value, numerator.value, denominator.value)


# Words that make a figure another one: "12 ล้านบาท" is not 12.
_TIMES = re.compile(r"[0-9\u0e50-\u0e59]\s*(?:สิบ|ร้อย(?!ละ)|พัน|หมื่น|แสน|ล้าน|โหล|ครึ่ง)")
_GROUPS = re.compile(r"-? ?[0-9]{1,3}(?: [0-9]{3})*(?:\.[0-9]+)?(?: ?/ ?[0-9]{1,3}(?: [0-9]{3})*(?:\.[0-9]+)?)?")
_NONE = {"ไม่มี", "ไม่มีข้อมูล", "ยังไม่มี", "ยังไม่มีข้อมูล", "na", "none", "null", "nil", "–", "—"}


def suggest(text: str) -> str | None:
    """A right value to offer for a text that breaks the grammar, where the meaning is plain; else None.

    "๘๕" -> "85", "12 คน" -> "12", "12%" -> "12", "(5)" -> "-5", "1O" -> "10", "ไม่มี" -> "-". Offered, never applied unasked.
    """
    candidate = strip(text.translate(_BLANKS))
    if _TIMES.search(candidate):
        return None
    if re.sub(r"[\s./-]", "", candidate).casefold() in _NONE:
        return "-"
    if re.fullmatch(r"\(.*\)", candidate):
        candidate = "-" + candidate[1:-1]
    candidate = re.sub(
        r"[%\u0e3f]|บาท|คน|ร้อยละ|เปอร์เซ็นต์|[\u0e01-\u0e2e\u0e40-\u0e44][\u0e01-\u0e4e. ]*$", "", candidate
    )
    blanks = strip(candidate).translate(_LOOKALIKE_BUT_BLANKS)
    if " " in blanks and not _GROUPS.fullmatch(blanks):
        return None  # "12 5" is two figures or one, nobody knows
    candidate = candidate.translate(_LOOKALIKE)
    if candidate != strip(text) and candidate != "-" and parse(candidate).given:
        return candidate
    return None


def plain(value: Decimal) -> str:
    """The shortest exact decimal text of a value, without exponent: Decimal("1E+2") -> "100"."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


@lru_cache(maxsize=65536)
def judge(text: str, kind: str, percent_unit: bool, ratio_allowed: bool) -> Number:
    """One cell read for an indicator: the value in the indicator's unit, or the code of the broken rule.

    a/b is a ratio where the indicator allows one (x100 where the unit of measure is ร้อยละ) and E_RATIO elsewhere.
    A percent-formatted number (0.85 shown as 85%) counts as 85 for ร้อยละ and is E_PERCENT elsewhere.
    """
    number = parse(text, kind)
    if number.status == "ratio" and not ratio_allowed:
        return Number("E_RATIO")
    if kind == "percent" and number.given and not percent_unit:
        return Number("E_PERCENT")
    if number.value is not None and percent_unit and (number.status == "ratio" or kind == "percent"):
        return Number(number.status, number.value * 100, number.numerator, number.denominator, decimals=2)
    return number
