"""The folder -> the outputs: every module here that names its FILE and can draw it. A new output is one new file."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Protocol

import pandas as pd

import pipeline.report
from pipeline.model import Scorecard


class Output(Protocol):
    """What a module of this folder offers to be an output: a file name, its tables, and the drawing of them."""

    FILE: str

    def tables(self, card: Scorecard) -> dict[str, pd.DataFrame]:
        """The frames behind the output; pure."""

    def draw(self, card: Scorecard, tables: dict[str, pd.DataFrame], path: str) -> None:
        """Write the file at `path`."""


def outputs() -> list[Output]:
    """Every output of the folder, by file name."""
    names = (m.name for m in pkgutil.iter_modules(pipeline.report.__path__))
    modules = [importlib.import_module(f"pipeline.report.{name}") for name in names if name != "outputs"]
    found: list[Output] = [m for m in modules if hasattr(m, "FILE") and hasattr(m, "draw")]
    return sorted(found, key=lambda m: m.FILE)
