"""Evidence files: which kinds there are, how their names are compared, and what a name like UNIT.INDICATOR.PERIOD.pdf says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from schemas.language import Text
from schemas.periods import fiscal_year, quarter
from schemas.thai import clean, skeleton

FORM = "evidence"
TITLE = Text("ไฟล์หลักฐาน", "Evidence file")
MAP = Text("แผนที่ยุทธศาสตร์", "Strategy map")


@dataclass(frozen=True)
class Kind:
    """One kind of evidence: what people call it, and the endings its files may have."""

    text: Text
    suffixes: tuple[str, ...]


KINDS: dict[str, Kind] = {
    "pdf": Kind(Text("PDF", "PDF"), (".pdf",)),
    "image": Kind(
        Text("รูปภาพ", "picture"), (".png", ".jpg", ".jpeg", ".jfif", ".gif", ".tif", ".tiff", ".webp", ".heic", ".heif")
    ),
    "word": Kind(Text("เอกสาร Word", "Word document"), (".docx", ".docm", ".doc", ".odt")),
    "slides": Kind(Text("งานนำเสนอ", "presentation"), (".pptx", ".pptm", ".ppsx", ".ppt", ".odp")),
    "workbook": Kind(Text("สมุดงาน", "workbook"), (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")),
    "text": Kind(Text("ไฟล์ข้อความ", "text file"), (".txt", ".csv")),
}
# Endings that Windows runs, opens in a browser or unpacks: never evidence, whatever lies inside.
REFUSED = frozenset(
    [
        ".exe",
        ".com",
        ".scr",
        ".pif",
        ".cpl",
        ".dll",
        ".msi",
        ".msp",
        ".bat",
        ".cmd",
        ".ps1",
        ".psm1",
        ".vbs",
        ".vbe",
        ".js",
        ".jse",
        ".wsf",
        ".wsh",
        ".hta",
        ".jar",
        ".reg",
        ".lnk",
        ".url",
        ".scf",
        ".inf",
        ".chm",
        ".htm",
        ".html",
        ".mht",
        ".mhtml",
        ".xhtml",
        ".svg",
        ".svgz",
        ".xml",
        ".iso",
        ".img",
        ".vhd",
        ".dmg",
        ".app",
        ".sh",
        ".py",
        ".rtf",
    ]
)
_KNOWN = {suffix: kind for kind, each in KINDS.items() for suffix in each.suffixes}
_SPLIT = re.compile(r"[\n\r;；]+")
_COMMA = re.compile(r"\s*[,，]\s*")
_BULLET = re.compile(r"^[\s\-–—•*·]+|[\s\"'“”‘’]+$|^[\"'“”‘’]+")
_NUMBERED = re.compile(r"^[0-9]{1,2}[.)]\s+")
_NO_FILE_NAME = re.compile(r"[\s_/\\:*?\"<>|]+")  # what no file system or mail program keeps counts as a blank
_PERIOD = re.compile(r"(?:(25[0-9]{2}|[67][0-9])[-. ]?)?q([1-4])(?:[. ]+|$)")
_YEAR = re.compile(r"(?<![0-9])(25[0-9]{2})(?![0-9])")
_MAP_WORDS = ("strategy map", "strategymap", "แผนที่ยุทธศาสตร์")
_DIGITS = {0x0E50 + n: str(n) for n in range(10)}


def suffix_of(name: str) -> str:
    """The ending of a file name in small letters where it is one that means something here, else ""."""
    _, dot, last = clean(name).rpartition(".")
    suffix = f".{last.casefold()}" if dot else ""
    return suffix if suffix in _KNOWN or suffix in REFUSED else ""


def kind_of_suffix(suffix: str) -> str:
    """The kind whose files end so, "" where none does."""
    return _KNOWN.get(suffix, "")


@lru_cache(maxsize=65536)
def key(name: str) -> str:
    """What two spellings of one file name share: NFC or NFD, order of Thai marks, letter case, Thai or Arabic digits, blanks
    or underscores; "1/2567" as it must be spelled in a file name. Nothing else: names that only look alike stay apart."""
    text = clean(name).casefold().translate(_DIGITS)
    return _NO_FILE_NAME.sub(" ", text).strip(" .")


@lru_cache(maxsize=65536)
def stem(key: str) -> str:
    """A key without its ending."""
    suffix = suffix_of(key)
    return key[: -len(suffix)].rstrip() if suffix else key


def lines(cell: str) -> list[str]:
    """The lines of an evidence cell without bullets and quotes: a line may hold several names with commas between them."""
    found = (_BULLET.sub("", _BULLET.sub("", part)).strip() for part in _SPLIT.split(cell))
    return [part for part in found if any(c.isalnum() for c in part)]


def parts(line: str) -> list[str]:
    """The names of one line."""
    found = (_BULLET.sub("", part).strip() for part in _COMMA.split(line))
    return [part for part in found if any(c.isalnum() for c in part)]


def names(cell: str, known: Iterable[str] = ()) -> list[str]:
    """The file names typed in an evidence cell, in order, each once. `known`: keys of files that are there, so that a comma
    inside the name of one of them does not cut it in two."""
    there = set(known)
    found = [name for line in lines(cell) for name in ([line] if key(line) in there else parts(line))]
    once: dict[str, str] = {}
    for name in found:
        once.setdefault(key(name), name)
    return list(once.values())


def spellings(name: str) -> tuple[str, ...]:
    """The keys under which a typed name is looked for: as typed, without a list number before it, without folders."""
    plain = _NUMBERED.sub("", name)
    last = re.split(r"[/\\]", plain)[-1]
    return tuple(dict.fromkeys(k for k in (key(name), key(plain), key(last)) if k))


# -- names that say where they belong ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Address:
    """What a file name says: unit, indicator, period; `rest` is the key of what follows."""

    unit: str
    indicator: str
    period: str
    rest: str


Codes = Mapping[str, tuple[str, Mapping[str, str]]]  # key of a unit -> (its code, its indicators by key)


def codes_of(indicators: Mapping[str, Iterable[str]]) -> Codes:
    """Units and their indicators as file names are held against them."""
    return {key(unit): (unit, {key(code): code for code in own}) for unit, own in indicators.items()}


def addresses(name: str, codes: Codes, received: date) -> list[Address]:
    """Every way in which a file name reads as UNIT.INDICATOR.PERIOD.*; more than one means that nobody should guess.

    Codes may hold dots and blanks themselves. "Q4" without a year is the newest quarter 4 that had begun when the file
    came.
    """
    text = key(name)
    found = []
    for unit, rest in heads(text):
        code, own = codes.get(unit, ("", {}))
        for indicator, more in heads(rest) if code else ():
            if indicator in own and (match := _PERIOD.match(more)):
                period = _period(match[1], int(match[2]), received)
                found.append(Address(code, own[indicator], period, more[match.end() :].strip(" .")))
    return found


def heads(text: str) -> list[tuple[str, str]]:
    """(what stands before a dot, what stands after it), for every dot."""
    return [(text[:n].strip(), text[n + 1 :].strip()) for n, c in enumerate(text) if c == "."]


def _period(year: str | None, q: int, received: date) -> str:
    if year:
        return f"{year if len(year) == 4 else f'25{year}'}-Q{q}"
    now = fiscal_year(received)
    return f"{now if q <= quarter(received) else now - 1}-Q{q}"


def map_year(name: str, received: date) -> int | None:
    """The fiscal year of a strategy map, by its name, else by the day it came; None where the name says nothing of a map."""
    text = key(name)
    if not any(word in text or skeleton(word) in skeleton(text) for word in _MAP_WORDS):
        return None
    said = _YEAR.search(text)
    return int(said[1]) if said else fiscal_year(received)


def unit_of_name(name: str, codes: Codes) -> str | None:
    """The unit whose code a file name begins with, as in UNIT.strategy_map.2567.pdf; the longest code where several do."""
    fitting = [unit for unit, _ in heads(key(name)) if unit in codes]
    return codes[fitting[-1]][0] if fitting else None
