"""PDF and picture beside a publication: plain bytes, nothing of this machine, left out where they cannot be made."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from libreoffice import soffice
from scorecards import scorecard

from pipeline import publish
from pipeline.office import printing
from pipeline.settings import Settings, load

AS_OF = datetime(2024, 4, 15, 9, tzinfo=UTC)
WHERE = "reports/2567/2567-Q2"
REAL_VERSION = printing.version
LINK = b"/A<</Type/Action/S/URI/URI(file:///home/a/master.xlsx)>>"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(tmp_path, *(tmp_path / n for n in ("inbox", "outbox", "var")), database="")
    made.writing.mkdir(parents=True)
    return made


def issue(settings: Settings, headline: bool = True, **changes: Any) -> list[str]:
    card = replace(scorecard(2, 2), **changes)
    return publish.publication(settings, card, [], "cd" * 32, headline)


def found(settings: Settings) -> dict[str, str]:
    folder = settings.outbox / WHERE
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.glob("*.p*")}


def manifest(settings: Settings) -> Any:
    return json.loads((settings.outbox / WHERE / "manifest.json").read_text(encoding="utf-8"))


def pdf(moment: str = "20261121132519Z'", identity: str = "AB" * 16) -> bytes:
    text = f"%PDF-1.6 /CreationDate(D:{moment})>> /ID [ <{identity}>\n<{identity}> ]\n/DocChecksum /{identity}\n"
    return text.encode() + LINK


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A printer that only notes what it was asked for."""
    asked: list[str] = []

    def draw(self: Any, source: Path, target: str, as_of: datetime, first_page: bool = False) -> None:
        asked.append(source.name)
        Path(target).write_bytes(b"%PDF" + source.read_bytes()[:99])

    monkeypatch.setattr(printing, "version", lambda: "Office 1")
    monkeypatch.setattr(printing, "pdftoppm", lambda: "pdftoppm")
    monkeypatch.setattr(printing.Printer, "pdf", draw)
    monkeypatch.setattr(printing.Printer, "png", lambda self, source, target: Path(target).write_bytes(b"png"))
    return asked


def test_what_differs_between_printings_is_made_plain_without_moving_a_byte() -> None:
    one, other = pdf(), pdf("20270101000000Z'", "CD" * 16)
    plain = printing.plain(one, AS_OF)
    assert plain == printing.plain(other, AS_OF) and len(plain) == len(one)
    assert b"D:20240415090000Z" in plain and b"AB" * 16 not in plain and b"file:" not in plain
    assert plain.count(plain.split(b"/ID [ <")[1][:32]) == 3


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 packed", pdf().replace(b"Creation", b"C"), pdf() + b"file:///x"])
def test_a_pdf_that_cannot_be_made_plain_is_refused(data: bytes) -> None:
    with pytest.raises(printing.Unprintable):
        printing.plain(data, AS_OF)


def test_first_page_and_report_are_printed_once_and_again_when_they_change(settings: Settings, fake: list[str]) -> None:
    issue(settings)
    assert sorted(found(settings)) == ["executive.pdf", "first_page.pdf", "first_page.png"]
    assert fake == ["executive.xlsx", "executive.docx"] and manifest(settings)["printer"] == "Office 1"
    assert {Path(o["path"]).name for o in manifest(settings)["outputs"]} >= set(found(settings))
    assert issue(settings) == [] and len(fake) == 2
    issue(settings, office_name="สำนักงานอื่น")
    assert len(fake) == 4


def test_earlier_periods_are_not_printed_unless_they_were_before(settings: Settings, fake: list[str]) -> None:
    issue(settings, headline=False)
    assert not found(settings) and not fake
    issue(settings)
    issue(settings, headline=False, office_name="สำนักงานอื่น")
    assert len(fake) == 4 and len(found(settings)) == 3


def test_what_cannot_be_printed_is_left_out_and_the_old_sheet_with_it(
    settings: Settings, fake: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    issue(settings)

    def fails(*_: Any, **__: Any) -> None:
        raise printing.Unprintable("soffice took more than 120 s")

    monkeypatch.setattr(printing.Printer, "pdf", fails)
    issue(settings, office_name="สำนักงานอื่น")
    assert not found(settings) and "nothing more is printed" in caplog.text
    assert not [o for o in manifest(settings)["outputs"] if o["path"].endswith((".pdf", ".png"))]
    assert (settings.outbox / WHERE / "executive.xlsx").exists()


def test_the_machine_may_switch_it_off_or_ask_for_every_paper(settings: Settings, fake: list[str]) -> None:
    issue(replace(settings, pdf="no"))
    assert not fake and manifest(settings)["printer"] == ""
    issue(replace(settings, pdf="all"))
    papers = {p.relative_to(settings.outbox / WHERE).as_posix() for p in settings.outbox.rglob("*.pdf")}
    assert {"cards/01000.pdf", "lists/01001.pdf", "executive.pdf", "first_page.pdf"} <= papers


def test_an_unknown_word_in_the_settings_is_told(tmp_path: Path) -> None:
    from pipeline.model import OfficeError

    (tmp_path / "opsbook.toml").write_text('[office]\npdf = "yes"\n', encoding="utf-8")
    with pytest.raises(OfficeError, match="pdf = yes"):
        load(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="process groups")
def test_a_program_that_hangs_is_ended_with_its_children() -> None:
    child = "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); print(p.pid, flush=True); time.sleep(60)"
    with printing.Printer() as printer, pytest.raises(printing.Unprintable, match="took more than"):
        printer.run([sys.executable, "-c", child], 0.5)
    with printing.Printer() as printer, pytest.raises(printing.Unprintable, match="code 3"):
        printer.run([sys.executable, "-c", "raise SystemExit(3)"])


@pytest.mark.long
@pytest.mark.skipif(not (soffice() and printing.pdftoppm()), reason="needs LibreOffice and poppler")
def test_printed_twice_the_bytes_are_the_same_and_name_nothing_of_this_machine(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "version", REAL_VERSION)
    issue(settings)
    before = found(settings)
    assert sorted(before) == ["executive.pdf", "first_page.pdf", "first_page.png"]
    other = replace(settings, outbox=tmp_path / "elsewhere")
    other.writing.mkdir(parents=True)
    monkeypatch.setenv("TZ", "America/Lima")
    time.sleep(1.1)  # LibreOffice writes the second it printed in
    issue(other)
    assert found(other) == before
    for name in ("first_page.pdf", "executive.pdf"):
        data = (settings.outbox / WHERE / name).read_bytes()
        assert b"file:" not in data and str(tmp_path).encode() not in data
    told = subprocess.run(["pdfinfo", str(settings.outbox / WHERE / "first_page.pdf")], capture_output=True, text=True)
    assert "Pages:           1" in told.stdout and "2024" in told.stdout
    contents = subprocess.run(
        ["pdftotext", "-layout", "-l", "1", str(settings.outbox / WHERE / "executive.pdf"), "-"], capture_output=True
    ).stdout.decode()
    assert all(line.split()[-1].isdigit() for line in contents.splitlines() if line.lstrip()[:2] in ("2.", "3.", "7."))
