"""A JSON job on stdin -> LibreOffice, driven through UNO as a user would drive it -> a JSON result on stdout.

Run by the interpreter that has LibreOffice's Python bridge (`import uno`), which is seldom the one of the tests; so
this file needs nothing but the standard library (Python >= 3.10), and only `tests/libreoffice.py` calls it.

Job:    {"soffice": path, "seconds": 120, "locale": "en-US", "operations": [{"do": "fill", ...}, ...]}
Result: {"results": [...]}, one per operation, or {"error": "..."} with what had been done until then.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.table.CellContentType import EMPTY, FORMULA, TEXT, VALUE

FORMULA_CELLS = 16  # com.sun.star.sheet.CellFlags.FORMULA
ERROR_RESULT = 4  # com.sun.star.sheet.FormulaResult.ERROR
XLSX = "Calc MS Excel 2007 XML"
PDF_FILTERS = {
    "com.sun.star.sheet.SpreadsheetDocument": "calc_pdf_Export",
    "com.sun.star.text.WebDocument": "writer_web_pdf_Export",
    "com.sun.star.text.TextDocument": "writer_pdf_Export",
}
LOCALE_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale"><value>{}</value></prop></item>
</oor:items>
"""


# ------------------------------------------------------------------------------------------- the office itself


class Office:
    """A LibreOffice of our own: own profile, own pipe, gone after `with`, whatever happened inside."""

    def __init__(self, soffice, deadline, locale):
        self.deadline = deadline
        self.profile = tempfile.mkdtemp(prefix="opsbook-libreoffice-")
        (Path(self.profile) / "user").mkdir()
        (Path(self.profile) / "user" / "registrymodifications.xcu").write_text(LOCALE_SETTINGS.format(locale))
        pipe = "opsbook-" + uuid.uuid4().hex
        self.process = subprocess.Popen(
            [
                soffice,
                "-env:UserInstallation=" + Path(self.profile).as_uri(),
                "--headless",
                "--invisible",
                "--norestore",
                "--nologo",
                "--nodefault",
                "--nofirststartwizard",
                "--accept=pipe,name=" + pipe + ";urp;",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.address = "uno:pipe,name=" + pipe + ";urp;StarOffice.ComponentContext"
        self.ended = threading.Event()
        threading.Thread(target=self._watch, args=(os.getppid(),), daemon=True).start()

    def __enter__(self):
        try:
            return self.connected()
        except BaseException:
            self.__exit__()
            raise

    def connected(self):
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        while True:
            try:
                self.context = resolver.resolve(self.address)
                break
            except Exception as not_yet:
                if self.process.poll() is not None:
                    raise RuntimeError(f"soffice ended at once, with code {self.process.returncode}") from not_yet
                if time.monotonic() > self.deadline:
                    raise TimeoutError("soffice did not open its pipe in time") from not_yet
                time.sleep(0.05)
        self.desktop = self.make("com.sun.star.frame.Desktop")
        self.dispatcher = self.make("com.sun.star.frame.DispatchHelper")
        return self

    def __exit__(self, *_):
        with contextlib.suppress(Exception):
            self.desktop.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.ended.set()
        self._kill()
        shutil.rmtree(self.profile, ignore_errors=True)

    def make(self, service):
        return self.context.ServiceManager.createInstanceWithContext(service, self.context)

    def dispatch(self, document, command, **arguments):
        """What a menu entry or a key press calls."""
        frame = document.CurrentController.Frame
        self.dispatcher.executeDispatch(frame, ".uno:" + command, "", 0, properties(**arguments))

    def _watch(self, parent):
        """A call into LibreOffice cannot be interrupted; but it fails when LibreOffice is ended from here."""
        while not self.ended.wait(0.25):
            if time.monotonic() > self.deadline or os.getppid() != parent:
                self._kill()
                return

    def _kill(self):
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)


def properties(**values):
    return tuple(PropertyValue(name, 0, value, 0) for name, value in values.items())


@contextlib.contextmanager
def opened(office, path):
    """The document as a user sees it: never asks, follows no links, runs no macros.

    Not `Hidden`: a hidden document has no current view, and LibreOffice then ignores CalculateHard without a word.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(path)
    url = Path(path).resolve().as_uri()
    document = office.desktop.loadComponentFromURL(url, "_blank", 0, properties(MacroExecutionMode=0, UpdateDocMode=0))
    if document is None:
        raise ValueError("LibreOffice cannot read " + path)
    try:
        yield document
    finally:
        with contextlib.suppress(Exception):
            document.close(True)


def save(document, path, filter_name):
    path = Path(path).resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    document.storeToURL(path.as_uri(), properties(FilterName=filter_name, Overwrite=True))
    return str(path)


# ------------------------------------------------------------------------------------------------- operations


def fill(office, path, out, entries):
    """Types each text where it belongs and tells what the cell then held: LibreOffice has the last word.

    A locked cell stays as it was (`refused`). A validation rule does not fire, as on pasting: see `invalid`.
    """
    with opened(office, path) as document:
        taken = [typed(office, document, *entry) for entry in entries]
        save(document, out, XLSX)
    return taken


def typed(office, document, sheet_name, address, text):
    sheet = document.Sheets.getByName(sheet_name)
    if not sheet.IsVisible:
        raise ValueError(f"nobody can type on the hidden sheet {sheet_name}")
    cell = sheet.getCellRangeByName(address)
    before = content(cell)
    document.CurrentController.setActiveSheet(sheet)
    office.dispatch(document, "GoToCell", ToPoint=address)
    if reached(document, cell):  # not so where the protection forbids even to select a locked cell
        office.dispatch(document, "EnterString", StringName=text)
    after = content(cell)
    refused = after == before and text not in (after["value"], after["shown"])
    return {"sheet": sheet_name, "cell": address, "typed": text, "refused": refused, **after}


def reached(document, cell):
    place, wanted = document.CurrentSelection.RangeAddress, cell.RangeAddress
    return (place.Sheet, place.StartColumn, place.StartRow) == (wanted.Sheet, wanted.StartColumn, wanted.StartRow)


def content(cell):
    kind = cell.Type
    if kind == EMPTY:
        return {"type": "empty", "value": "", "shown": ""}
    if kind == VALUE:
        return {"type": "number", "value": cell.Value, "shown": cell.String}
    if kind == TEXT:
        return {"type": "text", "value": cell.String, "shown": cell.String}
    if kind == FORMULA:
        return {"type": "formula", "value": cell.Formula, "shown": cell.String}
    raise ValueError(kind)


def recalculate(office, path):
    """{sheet: {cell: {"formula", "before", "after"}}} of every formula cell: as stored in the file, and as computed."""
    with opened(office, path) as document:
        before = formula_results(document)
        office.dispatch(document, "CalculateHard")
        after = formula_results(document)
    return {
        sheet: {
            cell: {"formula": formula, "before": result, "after": after[sheet][cell][1]}
            for cell, (formula, result) in cells.items()
        }
        for sheet, cells in before.items()
    }


def formula_results(document):
    """Read by ranges, as one call per cell would take minutes on a large workbook."""
    return {sheet.Name: dict(results_of(sheet)) for sheet in document.Sheets}


def results_of(sheet):
    for place in sheet.queryContentCells(FORMULA_CELLS).RangeAddresses:
        cells = sheet.getCellRangeByPosition(place.StartColumn, place.StartRow, place.EndColumn, place.EndRow)
        errors = set()
        for bad in cells.queryFormulaCells(ERROR_RESULT).RangeAddresses:
            rows, columns = range(bad.StartRow, bad.EndRow + 1), range(bad.StartColumn, bad.EndColumn + 1)
            errors.update((row, column) for row in rows for column in columns)
        rows = zip(cells.FormulaArray, cells.DataArray, strict=True)
        for row, (formulas, values) in enumerate(rows, place.StartRow):
            for column, (formula, value) in enumerate(zip(formulas, values, strict=True), place.StartColumn):
                if (row, column) in errors:
                    result = {"type": "error", "value": sheet.getCellByPosition(column, row).String}
                else:
                    result = {"type": "text" if isinstance(value, str) else "number", "value": value}
                yield a1(row, column), (formula, result)


def a1(row, column):
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def invalid(office, path):
    """{sheet: [cells]} that break the validation rule on them, as Tools > Detective > Mark Invalid Data shows them."""
    with opened(office, path) as document:
        return {sheet.Name: invalid_cells(sheet) for sheet in document.Sheets}


def invalid_cells(sheet):
    if not sheet.showInvalid():
        return []
    cells = []
    for shape in sheet.DrawPage:
        place = getattr(shape, "Anchor", None)
        if place is not None and hasattr(place, "CellAddress"):
            cells.append(a1(place.CellAddress.Row, place.CellAddress.Column))
    return cells


def to_pdf(office, path, out):
    """Every sheet or page, as the print set-up of the file says."""
    with opened(office, path) as document:
        for service, filter_name in PDF_FILTERS.items():
            if document.supportsService(service):
                return save(document, out, filter_name)
    raise ValueError("neither a spreadsheet nor a text: " + path)


def convert(office, path, out, filter_name):
    with opened(office, path) as document:
        return save(document, out, filter_name)


OPERATIONS = {f.__name__: f for f in (fill, recalculate, invalid, to_pdf, convert)}


def work_off(job):
    results, operations = [], job["operations"]
    deadline = time.monotonic() + job["seconds"]
    try:
        with Office(job["soffice"], deadline, job["locale"]) as office:
            for operation in operations:
                arguments = dict(operation)
                results.append(OPERATIONS[arguments.pop("do")](office, **arguments))
    except Exception as trouble:
        late = time.monotonic() > deadline
        words = f"not done after {job['seconds']} s" if late else f"{type(trouble).__name__}: {trouble}"
        at = operations[len(results)] if len(results) < len(operations) else {}
        return {"results": results, "error": f"{at.get('do', '')} {at.get('path', '')}: {words}"}
    return {"results": results}


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    json.dump(work_off(json.loads(sys.stdin.buffer.read().decode("utf-8"))), sys.stdout)
