"""Every workbook of a published office, in every program people have: it opens, and every formula has its cached value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from libreoffice import disagreements, needs_libreoffice, recalculate, run
from staff import Place
from workbook_parts import opens

from pipeline.report.outputs import outputs, series

AT_ONCE = 12  # workbooks a LibreOffice opens before a fresh one is started


@pytest.mark.long
@needs_libreoffice
def test_every_workbook_opens_everywhere_and_agrees_with_itself(ministry_year: tuple[Place, Any]) -> None:
    office = ministry_year[0]
    paths = sorted(p for p in office.outbox(".").rglob("*.xlsx") if ".writing" not in p.parts)
    wanted = {"register.xlsx", *(Path(m.FILE).name for m in outputs() if m.FILE.endswith(".xlsx"))}
    assert {p.name for p in paths} >= wanted
    below = {p.parent.name for p in paths}
    assert below >= {Path(m.PATTERN).parent.name for m in series() if m.PATTERN.endswith(".xlsx")}
    wrong, formulas = [], 0
    for first in range(0, len(paths), AT_ONCE):
        some = paths[first : first + AT_ONCE]
        for path, found in zip(some, run(*(recalculate(p) for p in some), seconds=400), strict=True):
            assert opens(path), path  # openpyxl and calamine
            wrong += [f"{path.name} {line}" for line in disagreements(found)]
            formulas += sum(map(len, found.values()))
    assert wrong == []
    assert formulas > 1000
