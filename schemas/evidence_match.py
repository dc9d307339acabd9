"""Evidence cells x files that arrived -> which file proves which figure. Pure: the order of arrival never matters.

Nothing here is remembered: what stands in the ledger at a moment is matched anew, so a form that comes after its
evidence, a corrected cell or a rebuilt ledger all lead to the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from schemas.evidence import (
    Address,
    Codes,
    addresses,
    heads,
    key,
    lines,
    map_year,
    names,
    parts,
    spellings,
    stem,
    suffix_of,
    unit_of_name,
)
from schemas.periods import end_of, first_day


@dataclass(frozen=True)
class Arrival:
    """One file of sound content: where it lay (`folder`, "" for the inbox itself), its name, the day it came."""

    number: int
    folder: str
    name: str
    kind: str
    received_at: str
    day: date
    sha256: str


@dataclass(frozen=True)
class Cell:
    """The evidence cell of one standing row, as typed."""

    unit: str
    indicator: str
    period: str
    text: str


@dataclass(frozen=True)
class Line:
    """One file name of one figure. `arrival` is the file that counts, None while it is missing; `doubt`: two different files
    fit and none is taken; `typed`: named in the form, not only by its own name."""

    unit: str
    indicator: str
    period: str
    name: str
    arrival: Arrival | None = None
    doubt: bool = False
    typed: bool = True


@dataclass(frozen=True)
class Places:
    """What a plan and the ledger say about places: codes of units and indicators, units by the folder that is theirs, and
    the units whose forms came in a folder (a sub-folder, a zip, a mail); folders by their keys."""

    codes: Codes
    own: Mapping[str, str]
    homes: Mapping[str, frozenset[str]]


@dataclass
class Matched:
    """Lines by figure; per arrival the lines it fits, its unit where that is certain, and what it is a map of."""

    lines: list[Line] = field(default_factory=list)
    fits: dict[int, list[int]] = field(default_factory=dict)
    units: dict[int, str] = field(default_factory=dict)
    maps: dict[int, tuple[str, int]] = field(default_factory=dict)
    doubtful: set[int] = field(default_factory=set)  # fits the names of several units, or says two things itself

    def nowhere(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Files that prove nothing so far: neither they nor their bytes under another name; the newest of the same bytes."""
        used = {a.sha256 for a in arrivals if self.fits.get(a.number) or a.number in self.maps}
        newest = {a.sha256: a for a in arrivals if a.sha256 not in used}
        return list(newest.values())


def match(
    year: int,
    cells: Sequence[Cell],
    arrivals: Sequence[Arrival],
    places: Places,
    before: frozenset[tuple[str, str]] = frozenset(),
) -> Matched:
    """The evidence of a fiscal year. `arrivals` in order of arrival; `before`: (unit, key) that the last quarter of the year
    before names too, so that last year's file of that name is not taken for this year's."""
    there = {key(a.name) for a in arrivals}
    found = Matched(lines=[Line(c.unit, c.indicator, c.period, n) for c in cells for n in names(c.text, there)])
    index = _Index(found.lines)
    said = {a.number: [x for x in addresses(a.name, places.codes, a.day) if _in_year(x.period, year)] for a in arrivals}
    for arrival in arrivals:
        _place(found, arrival, said[arrival.number], places, index, year)
    found.fits = {
        a.number: [n for n in found.fits.get(a.number, []) if not _of_last_year(a, found.lines[n], year, before)]
        for a in arrivals
    }
    fitting: dict[int, list[Arrival]] = {}
    for arrival in arrivals:
        for n in found.fits[arrival.number]:
            fitting.setdefault(n, []).append(arrival)
    found.lines = [_chosen(line, fitting.get(n, [])) for n, line in enumerate(found.lines)]
    return found


def _in_year(period: str, year: int) -> bool:
    return period.startswith(f"{year}-")


class _Index:
    """Lines by unit and key, and by key without ending; and by the figure they are of."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.full: dict[tuple[str, str], list[int]] = {}
        self.bare: dict[tuple[str, str], list[int]] = {}
        self.figure: dict[tuple[str, str, str], list[int]] = {}
        for n, line in enumerate(lines):
            self.figure.setdefault((line.unit, line.indicator, line.period), []).append(n)
            for spelled in spellings(line.name):
                self.full.setdefault((line.unit, spelled), []).append(n)
                if not suffix_of(spelled):
                    self.bare.setdefault((line.unit, spelled), []).append(n)
                elif stem(spelled) != spelled:
                    self.full.setdefault((line.unit, f"{stem(spelled)}\0"), []).append(n)

    def of(self, unit: str, name: str) -> list[int]:
        """Lines of a unit that mean a file of this name: the same name, else the same without the ending one of them lacks."""
        spelled = key(name)
        exact = self.full.get((unit, spelled), [])
        if exact:
            return list(dict.fromkeys(exact))
        wanted = (unit, stem(spelled)) if suffix_of(spelled) else (unit, f"{spelled}\0")
        table = self.bare if suffix_of(spelled) else self.full
        return list(dict.fromkeys(table.get(wanted, [])))


def _place(found: Matched, arrival: Arrival, said: Sequence[Address], places: Places, index: _Index, year: int) -> None:
    """Write down what one file fits."""
    top = key(arrival.folder.partition("/")[0])
    owner = places.own.get(top) if arrival.folder else None
    readings = {(x.unit, x.indicator, x.period) for x in said}
    named = {x.unit for x in said} if said else {u for u in (unit_of_name(arrival.name, places.codes),) if u}
    certain = {u for u in (owner, *named) if u}
    if len(certain) > 1 or len(readings) > 1:
        found.doubtful.add(arrival.number)
        return
    unit = next(iter(certain), None)
    if unit is not None:
        found.units[arrival.number] = unit
        if arrival.kind == "pdf" and not said and map_year(arrival.name, arrival.day) == year:
            found.maps[arrival.number] = (unit, year)
    fitting = index.of(unit, arrival.name) if unit else _beside(found, arrival, places, index)
    if not fitting and said:
        fitting = [_by_name(found, said[0], arrival, index)]
    found.fits[arrival.number] = fitting


def _beside(found: Matched, arrival: Arrival, places: Places, index: _Index) -> list[int]:
    """Lines of the one unit whose form lies beside the file, or in a folder around it, and names it."""
    folder = arrival.folder
    while True:
        naming = {u: hits for u in sorted(places.homes.get(key(folder), ())) if (hits := index.of(u, arrival.name))}
        if len(naming) > 1:
            found.doubtful.add(arrival.number)
            return []
        if naming:
            [(unit, hits)] = naming.items()
            found.units[arrival.number] = unit
            return hits
        if not folder:
            return []
        folder = folder.rpartition("/")[0]


def _by_name(found: Matched, said: Address, arrival: Arrival, index: _Index) -> int:
    """The line that a file named UNIT.INDICATOR.PERIOD.* means: the one typed name that follows it or stands alone, else a
    line of its own."""
    own = index.figure.setdefault((said.unit, said.indicator, said.period), [])
    typed = [n for n in own if found.lines[n].typed]
    rest = [
        n for n in typed if said.rest in spellings(found.lines[n].name) or said.rest == stem(key(found.lines[n].name))
    ]
    if rest and not _only_suffix(said.rest):
        return rest[0]
    if len(typed) == 1 and _only_suffix(said.rest):
        return typed[0]
    same = [n for n in own if not found.lines[n].typed and key(found.lines[n].name) == key(arrival.name)]
    if same:
        return same[0]
    found.lines.append(Line(said.unit, said.indicator, said.period, arrival.name, typed=False))
    own.append(len(found.lines) - 1)
    return own[-1]


def _only_suffix(rest: str) -> bool:
    return not rest or f".{rest}" == suffix_of(f"x.{rest}")


def _of_last_year(arrival: Arrival, line: Line, year: int, before: frozenset[tuple[str, str]]) -> bool:
    """Whether the file came before the year, or in its first quarter as evidence of the last quarter before it."""
    if not line.typed:
        return False
    early = arrival.day <= end_of(f"{year}-Q1") and (line.unit, key(line.name)) in before
    return arrival.day < first_day(year) or early


def _chosen(line: Line, fitting: Sequence[Arrival]) -> Line:
    """The line with the file that counts: same name rather than same name without ending; the newest that came before the
    next quarter had ended, since quarters use the same names; of different files that came at one moment, none."""
    exact = [a for a in fitting if key(a.name) in spellings(line.name)] or list(fitting)
    if not exact:
        return line
    if len({key(a.name) for a in exact}) > 1 and not _addressed(line, exact):
        return replace(line, doubt=True)
    limit = end_of(_next_quarter(line.period))
    timely = [a for a in exact if a.day <= limit]
    newest = timely[-1] if timely else exact[0]
    same_moment = [a for a in exact if a.received_at == newest.received_at]
    inside = [a for a in same_moment if key(line.indicator) in map(key, a.folder.split("/"))]
    pool = inside or same_moment
    if len({a.sha256 for a in pool}) > 1 and len({a.folder for a in pool}) > 1:
        return replace(line, doubt=True)
    return replace(line, arrival=pool[-1])


def _addressed(line: Line, fitting: Sequence[Arrival]) -> bool:
    """Files that say themselves where they belong replace each other whatever they are called."""
    head = key(f"{line.unit}.{line.indicator}.")
    return all(key(a.name).startswith(head) for a in fitting)


def _next_quarter(period: str) -> str:
    year, q = int(period[:4]), int(period[-1])
    return f"{year}-Q{q + 1}" if q < 4 else f"{year + 1}-Q1"


def beside_a_form(arrival: Arrival, places: Places) -> bool:
    """Whether a unit's form lies in the sub-folder of a file, or in one around it; the inbox itself is nobody's."""
    steps = arrival.folder.split("/") if arrival.folder else []
    return any(places.homes.get(key("/".join(steps[:n]))) for n in range(1, len(steps) + 1))


class Near:
    """Recorded names by what a typed name may mean: which few of all files a unit's cells can concern."""

    def __init__(self, recorded: Iterable[tuple[int, str]]) -> None:
        self.named: dict[str, list[int]] = {}
        self.begun: dict[str, list[int]] = {}
        for number, name in recorded:
            spelled = key(name)
            for each in {spelled, stem(spelled)}:
                self.named.setdefault(each, []).append(number)
            for head, _ in heads(spelled):
                self.begun.setdefault(head, []).append(number)

    def to(self, cells: Sequence[Cell]) -> set[int]:
        """Numbers of the files that `match` could give to one of these cells, and perhaps a few more."""
        typed = {name for c in cells for line in lines(c.text) for name in (line, *parts(line))}
        wanted = {each for name in typed for s in spellings(name) for each in (s, stem(s))}
        units = {key(c.unit) for c in cells}
        return {n for w in wanted for n in self.named.get(w, ())} | {n for u in units for n in self.begun.get(u, ())}
