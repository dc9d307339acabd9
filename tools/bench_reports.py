"""Seconds and peak memory of master.xlsx and executive.xlsx, beside xlsxwriter writing the same cells and nothing else.

`python tools/bench_reports.py [--units 7850] [--indicators 10] [--parents 76]`: each measured in a process of its own, on a made-up
scorecard. `--publication` instead publishes all of it, and then again after one unit has changed: how long until that unit's
card, papers and parent's master are there, and until the whole is. Seconds are of the processor, because the machine may
be doing other things too.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
KINDS = ("score frames", "master", "executive", "plain master", "plain executive")
PUBLICATION = ("everything", "unit's own", "unit to whole")


def made(units: int, indicators: int, parents: int) -> Any:
    """A scorecard of that size; a small one is made and repeated, which is all a writer can see."""
    from dataclasses import replace

    import pandas as pd
    from scorecards import scorecard

    small = scorecard(units=min(units, 400), indicators=indicators, quarter=3, parents=4)
    times = -(-units // len(small.units))
    if times == 1:
        return scorecard(units=units, indicators=indicators, quarter=3, parents=parents)

    def repeated(frame: pd.DataFrame, codes: bool = True) -> pd.DataFrame:
        parts = []
        for n in range(times):
            part = frame.copy()
            if codes:
                part["unit"] = [f"{u}-{n:02d}" if u else u for u in frame["unit"]]
            if "parent" in part:
                part["parent"] = [f"{p}-{n:02d}" if p else p for p in frame["parent"]]
            parts.append(part if n == 0 or not codes else part[part["unit"] != ""])
        return pd.concat(parts, ignore_index=True)

    frames = {
        name: repeated(getattr(small, name)) for name in ("rows", "units", "parents", "trend", "quarters", "plans")
    }
    kept = set(frames["units"]["unit"].head(units))
    rows = {
        n: f[f["unit"].isin(kept)].reset_index(drop=True) for n, f in frames.items() if n not in ("parents", "trend")
    }
    return replace(small, **{**frames, **rows})


def cells_of(path: Path) -> dict[str, list[tuple[int, int, Any]]]:
    """What stands in a workbook: sheet -> (row, column, value)."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    return {
        name: [
            (r, c, v)
            for r, row in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for c, v in enumerate(row)
            if v != ""
        ]
        for name in book.sheet_names
    }


def plain(cells: dict[str, list[tuple[int, int, Any]]], path: Path) -> None:
    """The same cells by xlsxwriter alone: one format for all, real types, nothing else."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"in_memory": True, "strings_to_urls": False})
    look = book.add_format({"font_name": "TH SarabunPSK"})
    for name, found in cells.items():
        sheet = book.add_worksheet(name)
        for r, c, v in found:
            if isinstance(v, str):
                sheet.write_string(r, c, v, look)
            elif isinstance(v, bool | int | float):
                sheet.write_number(r, c, v, look)
            else:
                sheet.write_datetime(r, c, v, look)
    book.close()


def measure(kind: str, units: int, indicators: int, parents: int, folder: Path) -> dict[str, Any]:
    """One kind of work in this process: seconds, peak MB (of the whole process), cells or files."""
    from pipeline.report import executive, master

    if kind.startswith("plain"):
        cells = cells_of(folder / f"{kind.split()[1]}.xlsx")
        begun = time.process_time()
        plain(cells, folder / "plain.xlsx")
        return {"seconds": time.process_time() - begun, "count": sum(map(len, cells.values()))}
    card = made(units, indicators, parents)
    begun = time.process_time()
    if kind in ("master", "executive"):
        module: Any = master if kind == "master" else executive
        module.draw(card, module.tables(card), str(folder / f"{kind}.xlsx"))
        return {"seconds": time.process_time() - begun, "count": len(card.rows)}
    return {"seconds": time.process_time() - begun, "count": len(card.rows)}


def publication(units: int, indicators: int, parents: int, folder: Path) -> Iterator[tuple[str, float, int]]:
    """(what, processor seconds, files): everything; after one unit changed its own files, and then all that changed."""
    from pipeline import publish
    from pipeline.settings import Settings

    settings = Settings(folder, *(folder / n for n in ("inbox", "outbox", "var")), database="", pdf="no")
    settings.writing.mkdir(parents=True)
    card = made(units, indicators, parents)
    begun = time.process_time()
    files = publish.publication(settings, card, [], "")
    yield PUBLICATION[0], time.process_time() - begun, len(files)
    changed, codes = after_one_file(card)
    placed: list[tuple[str, float]] = []
    real = publish.place

    def noted(where: Settings, relative: str, write: Any) -> str:
        path = real(where, relative, write)
        placed.append((path, time.process_time()))
        return path

    publish.place = noted
    begun = time.process_time()
    publish.publication(settings, changed, [], "")
    own = [moment for path, moment in placed if Path(path).stem in codes]
    yield PUBLICATION[1], max(own) - begun, len(own)
    yield PUBLICATION[2], time.process_time() - begun, len(placed)


def after_one_file(card: Any) -> tuple[Any, set[str]]:
    """The scorecard an hour after one unit in the middle reported another figure, and the codes of it and its parent."""
    from dataclasses import replace
    from datetime import timedelta

    later = card.as_of + timedelta(hours=1)
    unit = card.units["unit"].iloc[len(card.units) // 2]
    told = {"details": "ผลใหม่", "result": 12.0, "score": 2.5, "received_at": later.isoformat()}
    frames = {}
    for name in ("rows", "quarters"):
        frame = getattr(card, name).copy()
        for column, value in told.items():
            if column in frame:
                frame.loc[frame["unit"] == unit, column] = value
        frames[name] = frame
    parent = card.units.loc[card.units["unit"] == unit, "parent"].iloc[0]
    return replace(card, as_of=later, **frames), {unit, parent}


def main() -> None:
    """Print a table; with --kind, one measurement as JSON (what the processes of the table run)."""
    parser = argparse.ArgumentParser()
    for name, usual in (("units", 7850), ("indicators", 10), ("parents", 76)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--kind", choices=KINDS)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--publication", action="store_true")
    asked = parser.parse_args()
    size = (asked.units, asked.indicators, asked.parents)
    if asked.kind:  # one measurement, in a process of its own
        found = measure(asked.kind, *size, asked.folder)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({**found, "mb": peak}))
        return
    if asked.publication:
        with tempfile.TemporaryDirectory() as folder:
            for what, seconds, files in publication(*size, Path(folder)):
                print(f"{what:16} {seconds:8.1f} s {files:10,} files", flush=True)
        return
    with tempfile.TemporaryDirectory() as folder:
        for kind in KINDS:
            call = [sys.executable, __file__, "--kind", kind, "--folder", folder]
            call += [
                w for n, v in zip(("units", "indicators", "parents"), size, strict=True) for w in (f"--{n}", str(v))
            ]
            said = json.loads(subprocess.run(call, capture_output=True, check=True, text=True).stdout)
            print(f"{kind:16} {said['seconds']:8.1f} s {said['mb']:8.0f} MB {said['count']:10,}", flush=True)


if __name__ == "__main__":
    main()
