"""A file of ours -> a PDF and a picture of its first page, by LibreOffice and poppler where this machine has them.

LibreOffice is another program with moods of its own: it gets a profile folder that nobody else uses, so much time and
no more, and ends with its children. What it writes is made plain: no date of printing, no random number, and no link,
because a sheet sent through a chat leads nowhere and its links would name the folders of this machine.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import TracebackType

_SECONDS = 120
_DPI = 150
_ELSEWHERE = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
)
_FILTERS = {".xlsx": "calc_pdf_Export", ".docx": "writer_pdf_Export"}
_DATE = re.compile(rb"/(?:CreationDate|ModDate)\s*\(D:([0-9]{14}[^)]*)\)")
_IDS = re.compile(rb"/ID\s*\[\s*<([0-9A-Fa-f]{32})>\s*<([0-9A-Fa-f]{32})>\s*\]|/DocChecksum\s*/([0-9A-Fa-f]{32})")
_LINK = re.compile(rb"/A\s*<<\s*/Type\s*/Action\s*/S\s*/URI\s*/URI\s*\((?:[^()\\]|\\.)*\)\s*>>")
_PATH = re.compile(rb"file:/|/S\s*/(?:Launch|GoToR)")


class Unprintable(Exception):
    """The program that prints failed, took too long, or wrote what cannot be made plain; the text says which."""


@cache
def soffice() -> str:
    """Where LibreOffice is, "" where this machine has none."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((p for p in _ELSEWHERE if Path(p).is_file()), "")


@cache
def pdftoppm() -> str:
    """Where poppler's pdftoppm is, "" where this machine has none."""
    return shutil.which("pdftoppm") or ""


@cache
def version() -> str:
    """What prints, and which release of it, because its bytes depend on it; "" where nothing can be printed."""
    if not soffice():
        return ""
    with Printer() as printer:
        try:
            return printer.run([soffice(), "--version"], 30).strip()
        except Unprintable:
            return ""


class Printer:
    """`with Printer() as printer: printer.pdf(source, target, as_of)`; one profile folder for all that is printed."""

    def __enter__(self) -> Printer:
        self._folder = tempfile.TemporaryDirectory(prefix="opsbook-print-", ignore_cleanup_errors=True)
        self._home = Path(self._folder.name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    def pdf(self, source: Path, target: str, as_of: datetime, first_page: bool = False) -> None:
        """Print a .xlsx or .docx of ours; the same file and program give the same bytes. Raises Unprintable."""
        options = json.dumps({"PageRange": {"type": "string", "value": "1"}}) if first_page else ""
        kind = f"pdf:{_FILTERS[source.suffix]}" + (f":{options}" if options else "")
        copy = self._home / f"paper{source.suffix}"
        shutil.copyfile(source, copy)
        profile = f"-env:UserInstallation={(self._home / 'profile').as_uri()}"
        call = [soffice(), profile, "--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo"]
        self.run([*call, "--convert-to", kind, "--outdir", str(self._home), str(copy)])
        printed = copy.with_suffix(".pdf")
        try:
            data = printed.read_bytes()
        except OSError as error:
            raise Unprintable(f"no PDF of {source.name}") from error
        printed.unlink()
        Path(target).write_bytes(plain(data, as_of))

    def png(self, source: Path, target: str) -> None:
        """The first page of a PDF as a picture. Raises Unprintable."""
        stem = self._home / "page"
        self.run([pdftoppm(), "-r", str(_DPI), "-png", "-singlefile", "-f", "1", "-l", "1", str(source), str(stem)])
        try:
            shutil.copyfile(stem.with_suffix(".png"), target)
        except OSError as error:
            raise Unprintable(f"no picture of {source.name}") from error

    def run(self, call: list[str], seconds: float = _SECONDS) -> str:
        """What a program says; ended with its children when its time is over. Raises Unprintable."""
        home = str(self._home)
        env = {**os.environ, "HOME": home, "TMPDIR": home, "TZ": "UTC", "SAL_USE_VCLPLUGIN": "svp"}
        try:
            process = subprocess.Popen(
                call,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env=env, cwd=home, start_new_session=os.name == "posix",
            )  # fmt: skip
        except OSError as error:
            raise Unprintable(f"{call[0]}: {error}") from error
        try:
            said, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise Unprintable(f"{Path(call[0]).name} took more than {seconds:.0f} s") from error
        finally:
            _end(process)
        if process.returncode:
            raise Unprintable(f"{Path(call[0]).name} ended with code {process.returncode}")
        return said.decode("utf-8", "replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Nothing of it stays: its whole group on POSIX, its tree on Windows."""
    if os.name == "posix":
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
    process.wait()
    if process.stdout:
        process.stdout.close()


def plain(data: bytes, as_of: datetime) -> bytes:
    """A PDF without what differs from printing to printing, every piece replaced by one as long, so offsets stay true.

    Dates become `as_of`, the random identity becomes a hash of the rest, links to files are blanked. Raises Unprintable
    where date or identity is not found: then this release packs them away, and nothing can be promised.
    """
    moment = as_of.astimezone(UTC).strftime("%Y%m%d%H%M%SZ")

    def dated(match: re.Match[bytes]) -> bytes:
        room = len(match[1])
        return match[0].replace(match[1], moment.encode()[:room].ljust(room, b"'"))

    data, dates = _DATE.subn(dated, data)
    data = _LINK.sub(lambda m: b" " * len(m[0]), data)
    blank, ids = _identified(data, "0" * 32)
    if not dates or not ids or not data.startswith(b"%PDF-") or _PATH.search(data):
        raise Unprintable("a PDF of an unknown making")
    return _identified(data, hashlib.md5(blank, usedforsecurity=False).hexdigest().upper())[0]


def _identified(data: bytes, identity: str) -> tuple[bytes, int]:
    """`data` with its identities replaced, and how many there were."""

    def renamed(match: re.Match[bytes]) -> bytes:
        found = match[0]
        for old in {g for g in match.groups() if g}:
            found = found.replace(old, identity.encode())
        return found

    return _IDS.subn(renamed, data)
