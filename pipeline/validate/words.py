"""Details, problems and remedies -> which repeat the quarter before word for word."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from pipeline.validate.past import Past
from pipeline.validate.rows import Row, about
from schemas.language import Form, Text
from schemas.thai import clean

_WORDS = {"details": 20, "problem": 4, "remedy": 4}  # how long a text is before its repetition says something
_NOTHING = ("ไม่มี", "-", "ยังไม่มี")


@lru_cache(maxsize=8192)
def _told(text: str, least: int) -> str:
    """The text for comparing; "" where it says too little to be a repetition."""
    said = clean(text)
    return "" if len(said) < least or said.startswith(_NOTHING) else said


def same_words(rows: Sequence[Row], units: Sequence[str], past: Past, form: Form, fiscal_year: int) -> None:
    """Details, problem or remedy repeated from the quarter before, in this file or else in the ledger."""
    here = {(r.file, r.indicator["code"], r.quarter): r for r in rows}
    for row, unit in zip(rows, units, strict=True):
        quarter, code = int(row.quarter[1]), row.indicator["code"]
        if quarter == 1 or not any(row.row.text(k).strip() for k in _WORDS):
            continue
        earlier = here.get((row.file, code, f"Q{quarter - 1}"))
        before = {k: earlier.row.text(k) for k in _WORDS} if earlier else {}
        if not any(before.values()):
            before = _entries(past.postings.get((unit, form.name, code, f"{fiscal_year}-Q{quarter - 1}")))
        same = [
            k
            for k, least in _WORDS.items()
            if (told := _told(row.row.text(k), least)) and told == _told(before.get(k, ""), least)
        ]
        if same:
            labels = [next(f.label for s in form.sheets(fiscal_year) for f in s.inputs if f.key == k) for k in same]
            both = Text(" และ".join(t.th for t in labels), " and ".join(t.en for t in labels))
            row.findings.append(about("Q_SAME_TEXT", row, same, label=both.th, label_en=both.en))


def _entries(posting: Mapping[str, Any] | None) -> dict[str, str]:
    return json.loads(posting["entries"]) if posting is not None and not posting["blank"] else {}
