"""A publication in outbox -> beside it, where LibreOffice is installed: its first page as PDF and PNG, its report as PDF."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.office import printing
from pipeline.settings import Settings

LOG = logging.getLogger("opsbook")
FIRST_PAGE, REPORT = "executive.xlsx", "executive.docx"
PDF, PICTURE = "first_page.pdf", "first_page.png"
Put = Callable[[str, str, Callable[[str], None]], str]


def beside(settings: Settings, folder: str, listed: Sequence[Mapping[str, Any]], as_of: datetime, put: Put) -> str:
    """Print what is `listed` of the publication in `folder` of outbox -> what printed it, "" where nothing was.

    `put(path, basis, draw)` puts one file into outbox and says where it lies. The first trouble ends the printing with
    one line in the log: a sheet that cannot be printed is left out, never shown as it was before.
    """
    program = printing.version() if settings.pdf != "no" else ""
    if not program:
        return ""
    entries = {str(o["path"]): str(o["sha256"]) for o in listed}
    with printing.Printer() as printer:
        try:
            for source, target, first in _wanted(settings, folder, entries):
                draw = partial(_pdf, printer, settings.outbox / source, as_of, first)
                basis = _basis(entries[source], program, as_of.isoformat())
                path = put(target, basis, draw)
                if first and printing.pdftoppm():
                    picture = partial(printer.png, settings.outbox / path)
                    put(f"{folder}/{PICTURE}", _basis(basis, "png"), picture)
        except printing.Unprintable as error:
            LOG.warning("nothing more is printed beside %s: %s", folder, error)
    return program


def _wanted(settings: Settings, folder: str, entries: Mapping[str, str]) -> list[tuple[str, str, bool]]:
    """(source, target, its first page only) in the order of worth; every Word paper where the office wants `all`."""
    first, report = f"{folder}/{FIRST_PAGE}", f"{folder}/{REPORT}"
    found = [(first, f"{folder}/{PDF}", True), (report, _as_pdf(report), False)]
    if settings.pdf == "all":
        found += [(p, _as_pdf(p), False) for p in entries if p.endswith(".docx") and p != report]
    return [each for each in found if each[0] in entries]


def _as_pdf(path: str) -> str:
    return path.removesuffix(".docx") + ".pdf"


def _pdf(printer: printing.Printer, source: Path, as_of: datetime, first: bool, target: str) -> None:
    printer.pdf(source, target, as_of, first)


def _basis(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
