"""LibreOffice as a real client of our files: it fills forms through the keyboard parser, recalculates, prints.

    [typed, formulas] = run(fill(form, filled, [["แผน", "C7", "1/2"]]), recalculate(filled))

One `run` starts one LibreOffice (1-2 s), so put all operations of a test into one. Mark the test `@needs_libreoffice`:
where LibreOffice is missing it is skipped with a line that says what to install, or fails under OPSBOOK_NO_SKIP=1.
"""

import functools
import json
import math
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

DRIVER = Path(__file__).with_name("libreoffice_driver.py")
INSTALL = "needs LibreOffice and its Python bridge: apt-get install libreoffice-calc libreoffice-writer python3-uno"
Operation = dict[str, Any]


class LibreOfficeError(Exception):
    """LibreOffice is missing, took too long, or could not do what was asked."""


@dataclass(frozen=True)
class Typed:
    """What a cell held after a text was typed into it; `refused` where LibreOffice let nobody type (a locked cell)."""

    sheet: str
    cell: str
    typed: str
    refused: bool
    type: str  # empty | text | number | formula
    value: str | float
    shown: str


@dataclass(frozen=True)
class Result:
    type: str  # number | text | error
    value: str | float

    def same(self, other: "Result") -> bool:
        if self.type == other.type == "number":
            return math.isclose(float(self.value), float(other.value), rel_tol=1e-9, abs_tol=1e-9)
        return self == other


@dataclass(frozen=True)
class Formula:
    """A formula cell: `before` as stored in the file, `after` as LibreOffice computes it."""

    formula: str
    before: Result
    after: Result

    @property
    def agrees(self) -> bool:
        return self.before.same(self.after)


# ------------------------------------------------------------------------------------------------- operations


def fill(path: Path | str, out: Path | str, entries: Iterable[Sequence[str]]) -> Operation:
    """Type (sheet, "C7", text as typed) one after the other, save as xlsx at `out`. Result: list[Typed]."""
    return {"do": "fill", "path": str(path), "out": str(out), "entries": [list(entry) for entry in entries]}


def recalculate(path: Path | str) -> Operation:
    """Compute every formula anew, whatever the file says. Result: {sheet: {cell: Formula}}."""
    return {"do": "recalculate", "path": str(path)}


def invalid(path: Path | str) -> Operation:
    """Find the cells that break their own validation rule (typing through `fill` does not). Result: {sheet: [cell]}."""
    return {"do": "invalid", "path": str(path)}


def to_pdf(path: Path | str, out_dir: Path | str) -> Operation:
    """Print as the file's set-up says. Result: the Path of `out_dir`/NAME.pdf."""
    return {"do": "to_pdf", "path": str(path), "out": str(Path(out_dir) / (Path(path).stem + ".pdf"))}


def convert(path: Path | str, out: Path | str, filter_name: str) -> Operation:
    """Save under another of LibreOffice's filters ("calc8", "MS Excel 97", "MS Word 2007 XML"). Result: the Path."""
    return {"do": "convert", "path": str(path), "out": str(out), "filter_name": filter_name}


def run(*operations: Operation, seconds: float = 120, locale: str = "en-US") -> list[Any]:
    """The results, in order. `locale` decides how typing is read: 1/2 is 2 January in en-US, 1 February in th-TH."""
    if missing():
        raise LibreOfficeError(missing())
    job = {"soffice": soffice(), "seconds": seconds, "locale": locale, "operations": operations}
    try:
        done = subprocess.run(
            [bridge(), "-I", str(DRIVER)], input=json.dumps(job).encode(), capture_output=True, timeout=seconds + 30
        )
    except subprocess.TimeoutExpired as trouble:
        raise LibreOfficeError(f"LibreOffice did not end {seconds + 30} s after it was started") from trouble
    if done.returncode:
        raise LibreOfficeError(f"the driver ended with code {done.returncode}: {done.stderr.decode(errors='replace')}")
    answer = json.loads(done.stdout)
    if "error" in answer:
        raise LibreOfficeError(answer["error"])
    return [READ[op["do"]](result) for op, result in zip(operations, answer["results"], strict=True)]


def disagreements(formulas: dict[str, dict[str, Formula]]) -> list[str]:
    """One line for each formula whose stored value is not what LibreOffice computes: empty is what a test wants."""
    return [
        f"{sheet}!{cell} {f.formula}: stored {f.before.value!r}, computed {f.after.value!r}"
        for sheet, cells in formulas.items()
        for cell, f in cells.items()
        if not f.agrees
    ]


def _formulas(result: dict[str, dict[str, Any]]) -> dict[str, dict[str, Formula]]:
    return {
        sheet: {
            cell: Formula(found["formula"], Result(**found["before"]), Result(**found["after"]))
            for cell, found in cells.items()
        }
        for sheet, cells in result.items()
    }


READ: dict[str, Callable[[Any], Any]] = {
    "fill": lambda result: [Typed(**typed) for typed in result],
    "recalculate": _formulas,
    "invalid": lambda result: result,
    "to_pdf": Path,
    "convert": Path,
}


# ------------------------------------------------------------------------------------------- is it on this machine


@functools.cache
def soffice() -> str:
    """The program, or "" where there is none."""
    return shutil.which("soffice") or shutil.which("libreoffice") or ""


@functools.cache
def bridge() -> str:
    """A Python that has LibreOffice's bridge (`import uno`), or ""; OPSBOOK_UNO_PYTHON names one not guessed."""
    beside_soffice = str(Path(soffice()).resolve().with_name("python"))
    for python in (os.environ.get("OPSBOOK_UNO_PYTHON", ""), "/usr/bin/python3", "python3", beside_soffice):
        if (
            python
            and shutil.which(python)
            and subprocess.run([python, "-Ic", "import uno"], capture_output=True).returncode == 0
        ):
            return python
    return ""


def missing() -> str:
    """What to install before this machine can run the tests with LibreOffice; "" where all is there."""
    return "" if soffice() and bridge() else INSTALL


def available() -> bool:
    return not missing()


# For one test: @needs_libreoffice. For a whole module: pytestmark = NEEDS_LIBREOFFICE
# Under OPSBOOK_NO_SKIP=1 nothing is skipped: the test runs, and `run` fails with the line that says what to install.
NEEDS_LIBREOFFICE = [
    pytest.mark.libreoffice,
    pytest.mark.skipif(not available() and os.environ.get("OPSBOOK_NO_SKIP") != "1", reason=INSTALL),
]


def needs_libreoffice(test: Any) -> Any:
    for mark in NEEDS_LIBREOFFICE:
        test = mark(test)
    return test
