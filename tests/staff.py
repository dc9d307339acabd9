"""What people do with an office: run a command, fill a form, send a file, look into the ledger; and a small office."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.template import write_plan

YEAR = 2567
NOW = "2024-01-10T09:00:00"  # in quarter 2 of fiscal year 2567, five days before the deadline of quarter 1
SHEETS = {"plan": "แผนรายเดือน", **{f"q{q}": f"ไตรมาส {q}" for q in (1, 2, 3, 4)}}
CAN, CANNOT = "สามารถรายงานผลได้", "ยังไม่สามารถรายงานผลได้"
DRAFT, CONFIRMED = "ร่าง", "ยืนยัน"
Entries = Mapping[tuple[str, str, str], Any]  # (sheet key, indicator, field key) -> what is typed


@dataclass(frozen=True)
class Answer:
    """What one command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Place:
    """An office in a folder, used through the command line."""

    root: Path

    def call(self, *words: str | Path, now: str = NOW) -> Answer:
        """One command of opsbook in this office, in this process; what it did not foresee raises here."""
        done = CliRunner().invoke(
            app, ["--office", str(self.root), "--now", now, *map(str, words)], catch_exceptions=False
        )
        return Answer(done.exit_code, done.stdout, done.stderr)

    def send(self, source: Path | bytes, name: str, age: float = 60) -> Path:
        """Drop a file into inbox/ under a name, as old as `age` seconds, so that it need not be waited for."""
        target = self.root / "inbox" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source if isinstance(source, bytes) else source.read_bytes())
        then = time.time() - age
        os.utime(target, (then, then))
        return target

    def receive(self, now: str = NOW) -> dict[str, Any]:
        """`receive --json`, with its files also by name under "by"."""
        answer = self.call("receive", "--json", now=now).json
        return {**answer, "by": {f["name"]: f for f in answer["files"]}}

    def take(self, source: Path | bytes, name: str, now: str = NOW) -> dict[str, Any]:
        """Send one file and take it in -> its line of `receive --json`."""
        self.send(source, name)
        return self.receive(now)["by"][name]

    def template(self, unit: str, form: str) -> Path:
        return self.root / "outbox" / "templates" / str(YEAR) / unit / f"{form}.xlsx"

    def outbox(self, path: str) -> Path:
        return self.root / "outbox" / path

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of the ledger, asked directly."""
        with sqlite3.connect(self.root / "var" / "ledger.sqlite") as connection:
            connection.row_factory = sqlite3.Row
            found = [dict(r) for r in connection.execute(query, values)]
        connection.close()
        return found

    def facts(self, unit: str, indicator: str, period: str, scenario: str = "actual") -> list[str]:
        """Every value the ledger ever took for a figure, oldest first."""
        query = "SELECT value FROM fact WHERE unit=? AND indicator=? AND period=? AND scenario=? ORDER BY submission"
        return [r["value"] for r in self.rows(query, unit, indicator, period, scenario)]

    def copy_to(self, folder: Path) -> Place:
        shutil.copytree(self.root, folder)
        return Place(folder)


# -- forms ------------------------------------------------------------------------------------------------------------


def keys_of(sheet: Worksheet) -> tuple[int, dict[str, int]]:
    """(row of the field keys, column by key) of a sheet of ours, both as openpyxl counts."""
    for row in range(1, 15):
        found = {str(c.value): c.column for c in sheet[row] if c.value}
        if "indicator" in found or "mark" in found:
            return row, found
    raise AssertionError(f"{sheet.title} has no key row")


def cell_of(book: Workbook, sheet_key: str, indicator: str, field: str) -> Any:
    """The cell of a field in an indicator's row, as openpyxl sees it."""
    sheet = book[SHEETS[sheet_key]]
    head, columns = keys_of(sheet)
    for row in range(head + 1, sheet.max_row + 1):
        if sheet.cell(row, columns["indicator"]).value == indicator:
            return sheet.cell(row, columns[field])
    raise AssertionError(f"{sheet.title} has no row of {indicator}")


def fill(source: Path, target: Path, entries: Entries) -> Path:
    """A copy of a form with these cells typed, by a script that knows openpyxl only."""
    book = load_workbook(source)
    for (sheet_key, indicator, field), typed in entries.items():
        cell = cell_of(book, sheet_key, indicator, field)
        cell.value = typed
        if isinstance(typed, str) and not typed.startswith("=="):
            cell.data_type = "s"
    book.save(target)
    return target


def address_of(source: Path, sheet_key: str, indicator: str, field: str) -> str:
    return cell_of(load_workbook(source), sheet_key, indicator, field).coordinate


def result(sheet: str, indicator: str, value: str | None = None, **more: str) -> dict[tuple[str, str, str], str]:
    """The cells of one result row: "can report" with value and details, or "cannot report yet"."""
    said = {"reportable": CANNOT} if value is None else {"reportable": CAN, "value": value, "details": "ดำเนินการแล้ว"}
    return {(sheet, indicator, field): typed for field, typed in {**said, **more}.items()}


# -- a small office ---------------------------------------------------------------------------------------------------

UNITS = ("01101", "01102", "01103")


def _indicator(code: str, name: str, **more: str) -> dict[str, str]:
    usual = {"unit_of_measure": "ร้อยละ", "type": "quantity", "direction": "higher", "cycle": "quarterly"}
    usual |= {
        "over_time": "last",
        "basis": "cumulative",
        "negatives": "no",
        "state": "confirmed",
        "target_scale": "raw",
    }
    return {"code": code, "name": name, **usual, **more}


def criteria(text: str) -> dict[str, str]:
    return {f"c{n}": t for n, t in enumerate(text.split(), 1)}


def small_plan() -> dict[str, list[dict[str, str]]]:
    """Three reporting units under two parents, six indicators of every kind; weights sum to 100."""
    settings = {"fiscal_year": str(YEAR), "office_name": "สำนักงานตัวอย่าง", "plan_state": "confirmed"}
    return {
        "settings": [{"key": k, "value": v} for k, v in settings.items()],
        "units": [
            {"code": "0100", "name": "สำนักงานปลัด", "short_name": "สป.", "type": "สำนักงานปลัด"},
            {"code": "0110", "name": "กลุ่มภารกิจหนึ่ง", "short_name": "กภ.1", "type": "กลุ่ม", "parent": "0100"},
            {"code": "01101", "name": "กองแผนงาน", "short_name": "กผ.", "type": "กอง", "parent": "0110"},
            {"code": "01102", "name": "กองคลัง", "short_name": "กค.", "type": "กอง", "parent": "0110"},
            {"code": "01103", "name": "กองกฎหมาย", "short_name": "กม.", "type": "กอง", "parent": "0100"},
        ],
        "plan": [
            {"kind": "issue", "code": "I1", "text": "ขับเคลื่อนแผน"},
            {"kind": "goal", "code": "G1", "text": "แผนบรรลุเป้าหมาย", "parent": "I1"},
            {"kind": "dimension", "code": "D1", "text": "มิติประสิทธิผล"},
        ],
        "indicators": [
            _indicator("สนย.1", "ระดับความสำเร็จในการจัดทำแผน", weight="40", target="100", goal="G1", dimension="D1",
                       scoring="interpolate", **criteria("88 91 94 97 100")),
            _indicator("กพร.9", "ระดับความสำเร็จของการปรับปรุง", unit_of_measure="ระดับ", weight="30", target="5",
                       target_scale="level", scoring="level"),
            _indicator("ปศ.1", "ร้อยละความสำเร็จของผลผลิต", weight="20", target="50", cycle="half-yearly",
                       scoring="band", **criteria("0 10-20 21-30 31-40 41-50")),
            _indicator("ศท.4", "จำนวนชุดข้อมูลเปิด", unit_of_measure="ชุดข้อมูล", weight="10", target="20",
                       over_time="sum", basis="period", scoring="interpolate", **criteria("12 14 16 18 20")),
            _indicator("P1", "คะแนนคุณธรรมและความโปร่งใส", unit_of_measure="คะแนน", target="85",
                       scoring="percent_of_target"),
            _indicator("อปท.1", "อปท. ผ่านเกณฑ์ ไม่น้อยกว่า", target="85", over_time="auto", scoring="none"),
        ],
        "assignments": [
            {"indicator": code, "unit": "*"} for code in ("สนย.1", "กพร.9", "ปศ.1", "ศท.4", "P1", "อปท.1")
        ],
        "calendar": [],
    }  # fmt: skip


def plan_book(path: Path, content: Mapping[str, Any] | None = None, empty: bool = False) -> Path:
    """A central plan workbook with this content (default: the small office's)."""
    write_plan({} if empty else content or small_plan(), str(path), datetime(2023, 10, 1, tzinfo=UTC), YEAR)
    return path
