"""opsbook.toml -> where the office lies on this machine: folders, database, zone, language."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.model import OfficeError

FILE = "opsbook.toml"
KEYS = ("inbox", "outbox", "var", "database", "language", "timezone", "pdf")
PDF = ("auto", "no", "all")
LANGUAGES = ("th", "en")


@dataclass(frozen=True)
class Settings:
    """The machine side of an office. What an officer decides stands in the central plan workbook, never here."""

    root: Path
    inbox: Path
    outbox: Path
    var: Path
    database: str
    language: str = "th"
    timezone: str = "Asia/Bangkok"
    pdf: str = "auto"

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def taking(self) -> Path:
        """Where files being taken lie: beside the inbox, on the same file system."""
        return self.inbox / ".taking"

    @property
    def writing(self) -> Path:
        """Where unfinished outputs lie: beside the outbox, on the same file system."""
        return self.outbox / ".writing"

    @property
    def originals(self) -> Path:
        """The store of originals, by sha256."""
        return self.var / "originals"


def find_office(start: Path) -> Path:
    """The folder with opsbook.toml at or above `start`; OfficeError where there is none."""
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            return folder
    raise OfficeError(
        f"ไม่พบ {FILE} ใน {start} หรือโฟลเดอร์เหนือขึ้นไป ใช้ --office หรือ opsbook init",
        f"no {FILE} in {start} or above it: use --office, or opsbook init",
    )


def load(root: Path) -> Settings:
    """The settings of the office in `root`, folders made where missing; OfficeError where the file is wrong."""
    path = root / FILE
    if not path.is_file():
        raise OfficeError(f"ไม่พบ {path}", f"{path} does not exist")
    try:
        office: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("office", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OfficeError(f"{path} อ่านไม่ได้: {error}", f"{path} cannot be read: {error}") from error
    unknown = sorted(set(office) - set(KEYS))
    if unknown:
        raise OfficeError(f"{path}: ไม่รู้จัก {', '.join(unknown)}", f"{path}: unknown key {', '.join(unknown)}")
    folders = {k: (root / str(office.get(k, k))).resolve() for k in ("inbox", "outbox", "var")}
    settings = Settings(
        root=root,
        **folders,
        database=str(office.get("database", f"sqlite:///{folders['var'] / 'ledger.sqlite'}")),
        language=str(office.get("language", "th")),
        timezone=str(office.get("timezone", "Asia/Bangkok")),
        pdf=str(office.get("pdf", "auto")),
    )
    for key, typed, known in (("pdf", settings.pdf, PDF), ("language", settings.language, LANGUAGES)):
        if typed not in known:
            raise OfficeError(f"{key} = {typed}: ใช้ {' '.join(known)}", f"{key} = {typed}: one of {' '.join(known)}")
    try:
        _ = settings.zone
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise OfficeError(f"ไม่รู้จักเขตเวลา {settings.timezone}", f"unknown time zone {settings.timezone}") from error
    try:
        for folder in (*folders.values(), settings.taking, settings.writing, settings.originals):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OfficeError(f"สร้างโฟลเดอร์ไม่ได้: {error}", f"a folder cannot be made: {error}") from error
    return settings


@dataclass(frozen=True)
class Clock:
    """The business clock of an office: the machine's, or what --now says."""

    zone: ZoneInfo
    fixed: datetime | None = None

    def now(self) -> datetime:
        """The present moment in the office's zone, to the second."""
        moment = self.fixed or datetime.now(UTC)
        return moment.astimezone(self.zone).replace(microsecond=0)


def parse_time(text: str, zone: ZoneInfo) -> datetime:
    """An ISO time; without offset in `zone`. OfficeError where it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise OfficeError(f"“{text}” ไม่ใช่เวลาแบบ ISO", f"“{text}” is not an ISO time") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
