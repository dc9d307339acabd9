"""What a cell of the central plan workbook may say: a figure, a range of a criterion, a day."""

from __future__ import annotations

import re
from datetime import date

from schemas.numbers import parse

BAND = re.compile(r"\s*(-?[0-9.,]+)\s*(?:-|–|ถึง)\s*(-?[0-9.,]+)\s*")


def is_number(text: str) -> bool:
    """A plain figure, "-" or nothing: what number columns of the plan may hold."""
    return parse(text).status in ("empty", "nodata", "number")


def band_low(text: str) -> float | None:
    """Lower bound of a criterion: "10-20" -> 10, "88" -> 88; None where it is neither."""
    band = BAND.fullmatch(text)
    number = parse(band[1] if band else text)
    return float(number.value) if number.value is not None and number.status == "number" else None


def band_high(text: str) -> float | None:
    """Upper bound of a criterion: "10-20" -> 20, "88" -> 88; None where it is neither."""
    band = BAND.fullmatch(text)
    number = parse(band[2] if band else text)
    return float(number.value) if number.value is not None and number.status == "number" else None


def parse_day(text: str) -> date | None:
    """A day written 2024-01-15 or 15/1/2567; years from 2400 are B.E. None where it is no day."""
    iso, local = (
        re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ].*)?", text.strip()),
        re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", text.strip()),
    )
    if not iso and not local:
        return None
    match = iso or local
    assert match is not None
    y, m, d = (int(match[1]), int(match[2]), int(match[3])) if iso else (int(match[3]), int(match[2]), int(match[1]))
    try:
        return date(y - 543 if y >= 2400 else y, m, d)
    except ValueError:
        return None
