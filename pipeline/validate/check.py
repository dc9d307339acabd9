"""A frame and rules -> which rule fails in which case on which line, said by pandera; the rule says which cells it blames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pandas as pd
import pandera.pandas as pa

from schemas.frames import KINDS
from schemas.language import Rule

# Every frame of cells has these columns of text, typed by the schema itself.
TYPED: dict[str, tuple[str, ...]] = {"text": (), "kind": KINDS}


@dataclass(frozen=True)
class Failure:
    """`rule` fails in `case` on line `line` (position in the frame)."""

    rule: Rule
    case: str
    line: int


def failures(frame: pd.DataFrame, rules: Iterable[Rule]) -> list[Failure]:
    """Every broken rule of a frame in one pandera pass. A check that crashes is a bug and raises, it is never data.

    pandera blames whole rows for rules over several columns, so each rule is a check on the line number; the columns of
    text are typed by the same schema.
    """
    wanted = [(rule, case) for rule in rules if rule.check for case in rule.cases]
    if frame.empty or not wanted:
        return []
    frame = frame.reset_index(drop=True)
    crashed: list[Exception] = []
    checks = [
        pa.Check(_guarded(rule, case, frame, crashed), name=str(n), ignore_na=False)
        for n, (rule, case) in enumerate(wanted)
    ]
    columns: dict[str, pa.Column] = {"line": pa.Column(int, checks)}
    thin = pd.DataFrame({"line": range(len(frame))})
    for name, domain in TYPED.items() if "verdict" in frame else ():
        thin[name] = frame[name].to_numpy()
        columns[name] = pa.Column(str, pa.Check.isin(domain) if domain else None)
    try:
        pa.DataFrameSchema(columns).validate(thin, lazy=True)
    except pa.errors.SchemaErrors as errors:
        if crashed:
            raise crashed[0] from errors
        return _listed(errors.failure_cases, wanted)
    return []


def _guarded(rule: Rule, case: str, frame: pd.DataFrame, crashed: list[Exception]) -> Callable[[pd.Series], pd.Series]:
    def check(lines: pd.Series) -> pd.Series:
        assert rule.check is not None
        try:
            return pd.Series(rule.check(frame, case).to_numpy(dtype=bool), index=lines.index)
        except Exception as error:
            crashed.append(error)
            raise

    return check


def _listed(cases: pd.DataFrame, wanted: Sequence[tuple[Rule, str]]) -> list[Failure]:
    strange = cases[cases["column"] != "line"]
    if len(strange):
        raise TypeError(f"the frame is not of its schema: {strange.head(3).to_dict('records')}")
    # pandera's order changes with what else is in the frame; a file's findings must not
    found = sorted((int(check), int(line)) for check, line in zip(cases["check"], cases["failure_case"], strict=True))
    return [Failure(*wanted[check], line) for check, line in found]
