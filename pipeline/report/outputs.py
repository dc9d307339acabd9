"""The folder -> the files of a publication: every module here that draws one FILE, or many by a PATTERN."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from types import ModuleType
from typing import Any, Protocol

import pandas as pd

import pipeline.report
from pipeline.model import Scorecard
from pipeline.report.digest import digest
from pipeline.report.share import Parts


class Output(Protocol):
    """A module that is one file: its name, the frames behind it (pure), and the drawing of them."""

    FILE: str

    def tables(self, card: Scorecard) -> dict[str, pd.DataFrame]:
        """The frames behind the output; pure."""

    def draw(self, card: Scorecard, tables: dict[str, pd.DataFrame], path: str) -> None:
        """Write the file at `path`."""


class Series(Protocol):
    """A module that is many files: `PATTERN` holds `{}` for the key of each; a part holds all that a file shows.

    Keys are codes of units, or file names where the module has `NAMES = True`."""

    PATTERN: str

    def parts(self, card: Scorecard) -> Parts:
        """The part of each file; pure."""

    def draw(self, part: Any, path: str) -> None:
        """Write one file at `path`."""


@dataclass(frozen=True)
class Piece:
    """One file of a publication: its path in outbox, what it is made from (a hash, when asked for), and how it is drawn.

    A `paper` is about one unit or parent, whose code is `key`: there are as many as the office has, so they are made for
    the headline period.
    """

    path: str
    basis: Callable[[], str]
    draw: Callable[[str], None]
    key: str = ""
    paper: bool = False


def _modules() -> list[ModuleType]:
    names = sorted(m.name for m in pkgutil.iter_modules(pipeline.report.__path__))
    return [importlib.import_module(f"pipeline.report.{name}") for name in names if name != "outputs"]


def outputs() -> list[Output]:
    """Every output that is one file, by file name."""
    found: list[Any] = [m for m in _modules() if hasattr(m, "FILE") and hasattr(m, "draw")]
    return sorted(found, key=lambda m: str(m.FILE))


def series() -> list[Series]:
    """Every output that is many files, by pattern."""
    found: list[Any] = [m for m in _modules() if hasattr(m, "PATTERN") and hasattr(m, "draw")]
    return sorted(found, key=lambda m: str(m.PATTERN))


def pieces(card: Scorecard, name: Callable[[str], str]) -> Iterator[Piece]:
    """Every file of a publication, those that people open first in front. `name`: code of a unit -> its name in a path.

    A module's files lie in outbox/reports, or in the folder its `ROOM` says ("data").
    """
    where = f"{card.fiscal_year}/{card.period}"
    whole = cache(lambda: digest(card))
    for one in outputs():
        room = getattr(one, "ROOM", "reports")
        yield Piece(f"{room}/{where}/{one.FILE}", whole, partial(_draw_whole, one, card))
    for alike in _by_parts():
        parts = alike[0].parts(card)
        made = _Newest(parts)
        for key in parts.keys:
            for many in alike:
                room, plain = getattr(many, "ROOM", "reports"), getattr(many, "NAMES", False)
                path = f"{room}/{where}/{many.PATTERN.format(key if plain else name(key))}"
                yield Piece(path, partial(made.basis, key), partial(made.draw, key, many), key, paper=not plain)


class _Newest:
    """The part asked for last and its hash: files made from the same are asked for one after the other."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._part = lru_cache(maxsize=1)(parts.of)
        self.basis = lru_cache(maxsize=1)(lambda key: digest(self._part(key)))

    def draw(self, key: str, many: Series, path: str) -> None:
        """Draw the file of a key in one series."""
        many.draw(self._part(key), path)


def _by_parts() -> list[list[Series]]:
    """The series, those together that are made from the same parts, which are then cut and hashed once."""
    found: dict[Callable[..., Any], list[Series]] = {}
    for many in series():
        found.setdefault(many.parts, []).append(many)
    return list(found.values())


def _draw_whole(one: Output, card: Scorecard, path: str) -> None:
    one.draw(card, one.tables(card), path)
