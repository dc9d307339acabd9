"""The name of a unit's folder, the same in inbox and outbox."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

UNSAFE = re.compile(r"[^A-Za-z0-9ก-๙._-]")


def unit_folder(code: str) -> str:
    """The unit's folder name: its code with everything but letters, digits and ._- replaced, unique per code."""
    safe = UNSAFE.sub("_", code)
    if safe == code and code.strip(".") and len(code) <= 60:
        return safe
    return f"{safe[:50].strip('.') or 'unit'}_{hashlib.sha256(code.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def unit_of(name: str, units: Iterable[str]) -> str | None:
    """The unit in whose folder a file of the inbox lay: "01002/ไฟล์.xlsx" -> "01002"; None where it lay in nobody's."""
    first, slash, _ = name.partition("/")
    return next((u for u in units if first in (unit_folder(u), u)), None) if slash else None
