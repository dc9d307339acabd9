"""Four quarters of a ministry, played with --now: states, register, letters and scores against a table of the test's own.

Nothing of the product computes what is expected here: the calculator below knows only what each unit did and when.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from proofs import pdf
from staff import CONFIRMED, DRAFT, Place, fill, plan_book, result, small_plan

from pipeline import run
from pipeline.evidence.state import evidence_state
from pipeline.ledger import book
from pipeline.opening import open_office

# What a unit may do in a quarter. A further fate is one line here and one in each table of the calculator.
FATES = ("right", "corrected", "late", "missing", "draft", "partial", "wrong")
CODES = ("สนย.1", "กพร.9", "ปศ.1", "ศท.4", "P1", "อปท.1")
ENDS = {1: date(2023, 12, 31), 2: date(2024, 3, 31), 3: date(2024, 6, 30), 4: date(2024, 9, 30)}
BAD = "9x"
PROOFS = ("with the form", "after its deadline", "never")
LAST_LOOK = date(2024, 11, 20)


def fate(unit: int, quarter: int) -> str:
    return FATES[(3 * unit + quarter) % len(FATES)]


def deadline(quarter: int) -> date:
    return ENDS[quarter] + timedelta(days=15)


def proof(unit: int, quarter: int) -> str:
    """When the evidence comes that a unit's form of the quarter names."""
    return PROOFS[(unit + quarter) % len(PROOFS)]


def named(unit: int, quarter: int) -> bool:
    return fate(unit, quarter) != "missing"


def value(code: str, unit: int, quarter: int) -> str:
    n = unit + quarter
    figures = {
        "สนย.1": 85 + (3 * unit + 2 * quarter) % 16,
        "กพร.9": n % 6,
        "ปศ.1": (5, 15, 25, 35, 45)[n % 5],
        "ศท.4": 3 + n % 3,
        "P1": 80 + n,
        "อปท.1": 90 + n % 5,
    }
    return str(figures[code])


def due(quarter: int) -> list[str]:
    return [c for c in CODES if c != "ปศ.1" or quarter in (2, 4)]


# -- the play ---------------------------------------------------------------------------------------------------------


@dataclass
class Unit:
    """One unit and its own workbook, which it fills on through the year."""

    number: int
    code: str
    results: dict[Any, str] = field(default_factory=dict)

    def fill_in(self, quarter: int, how: str) -> None:
        for code in due(quarter)[:2] if how == "partial" else due(quarter):
            typed = BAD if how == "wrong" and code == "สนย.1" else value(code, self.number, quarter)
            state = DRAFT if how == "draft" else CONFIRMED
            self.results |= result(f"q{quarter}", code, typed, state=state, evidence=f"หลักฐาน {quarter}.pdf")


class Ministry:
    def __init__(self, place: Place, count: int, folder: Path) -> None:
        self.place, self.folder, self.sent = place, folder, 0
        self.units = [Unit(n, f"{n:02d}001") for n in range(count)]
        content = deepcopy(small_plan())
        parents = [u for u in content["units"] if u["code"] in ("0100", "0110")]
        own = [
            {"code": u.code, "name": f"กองที่ {u.number}", "parent": ("0100", "0110")[u.number % 2]} for u in self.units
        ]
        content["units"] = [*parents, *own]
        place.send(plan_book(folder / "plan.xlsx", content), "plan.xlsx")
        self.receive(date(2023, 10, 1))

    def receive(self, day: date) -> dict[str, str]:
        answer = self.place.call("receive", "--json", now=f"{day}T10:00:00").json
        return {f["name"]: f["state"] for f in answer["files"]}

    def send(self, unit: Unit, form: str, entries: Any) -> None:
        self.sent += 1
        source = self.place.template(unit.code, form)
        name = f"{form}_{unit.code}_{self.sent}.xlsx"
        self.place.send(fill(source, self.folder / "next.xlsx", entries), name)

    def play(self) -> None:
        """The plans, then the quarters; after each deadline letters and folders are brought up to date and looked at."""
        for day, rest in ((date(2023, 10, 10), 0), (date(2023, 11, 1), 1)):
            for unit in self.units:
                if unit.number % 3 == rest:
                    self.send(unit, "monthly_plan", {("plan", c, "total"): "5" for c in CODES})
            self.receive(day)
        for quarter in (1, 2, 3, 4):
            self._quarter(quarter)

    def _quarter(self, quarter: int) -> None:
        fates = {u.number: fate(u.number, quarter) for u in self.units}
        days = {5: ("right", "corrected", "draft", "partial", "wrong"), 8: ("corrected",), 19: ("late",)}
        for after, moving in days.items():
            for unit in self.units:
                how = fates[unit.number]
                if how in moving:
                    unit.fill_in(quarter, "wrong" if how == "corrected" and after == 5 else how)
                    self.send(unit, "quarterly_result", unit.results)
            self._prove(quarter, "with the form" if after == 5 else "")
            self.receive(ENDS[quarter] + timedelta(days=after))
        self._prove(quarter, "after its deadline")
        self.receive(ENDS[quarter] + timedelta(days=22))
        look = ENDS[quarter] + timedelta(days=25) if quarter < 4 else LAST_LOOK
        if quarter == 4:
            assert self.place.call("publish", "--period", "2567-Q4", now=f"{look}T10:00:00").code == 0
        office = open_office(self.place.root, datetime.fromisoformat(f"{look}T10:05:00+07:00"))
        assert run.follow_up(office)[1] is None
        folder = self.place.outbox(f"letters/2567/2567-Q{quarter}")
        there = {p.stem for p in folder.glob("*.docx")}
        so_far = range(1, quarter + 1)
        forms = {u.code for u in self.units if any(owed(u.number, q) for q in ("plan", *so_far))}
        assert there == forms | {u.code for u in self.units if any(unproved(u.number, q) for q in so_far)}
        handed = {p.parent.parent.name for p in self.place.outbox("units").glob(f"*/letters/2567-Q{quarter}.docx")}
        assert handed == there

    def _prove(self, quarter: int, when: str) -> None:
        """The evidence whose time has come, into the units' own folders."""
        for unit in self.units:
            if named(unit.number, quarter) and proof(unit.number, quarter) == when:
                self.sent += 1
                data = pdf(f"{unit.code} {quarter}")
                self.place.send(data, f"{unit.code}/หลักฐาน {quarter}.pdf")


# -- the calculator ---------------------------------------------------------------------------------------------------


def owed(unit: int, what: str | int) -> bool:
    if what == "plan":
        return unit % 3 == 2
    return fate(unit, int(what)) in ("missing", "partial", "wrong")


def unproved(unit: int, quarter: int) -> bool:
    return named(unit, quarter) and proof(unit, quarter) == "never"


def expected_evidence(count: int) -> dict[tuple[str, str], tuple[str, bool]]:
    """(unit, period) -> (what became of the evidence its rows name, came after its deadline) at the end."""
    said = {"with the form": ("received", False), "after its deadline": ("received", True), "never": ("overdue", False)}
    return {(f"{n:02d}001", f"2567-Q{q}"): said[proof(n, q)] for n in range(count) for q in (1, 2, 3, 4) if named(n, q)}


def expected_duties(count: int) -> dict[tuple[str, str], dict[str, Any]]:
    """(unit, period) -> what the register must say at the end."""
    states = {"right": "confirmed", "corrected": "confirmed", "late": "confirmed", "missing": "missing",
              "draft": "received", "partial": "partial", "wrong": "returned"}  # fmt: skip
    found = {}
    for unit in range(count):
        code = f"{unit:02d}001"
        came = 0 if unit % 3 == 2 else 6
        found[code, "2567"] = {
            "state": "missing" if not came else "received", "rows_due": 6, "rows_in": came, "rows_held": 0,
            "rows_confirmed": 0, "rows_on_time": came if unit % 3 == 0 else 0, "late": not came,
            "days": (LAST_LOOK - date(2023, 10, 16)).days if not came else 0, "deadline": "2023-10-16",
        }  # fmt: skip
        for quarter in (1, 2, 3, 4):
            how, n = fate(unit, quarter), len(due(quarter))
            rows = {"missing": 0, "partial": 2, "wrong": n - 1}.get(how, n)
            found[code, f"2567-Q{quarter}"] = {
                "state": states[how], "rows_due": n, "rows_in": rows, "rows_held": int(how == "wrong"),
                "rows_confirmed": 0 if how == "draft" else rows, "rows_on_time": 0 if how == "late" else rows,
                "late": owed(unit, quarter), "deadline": deadline(quarter).isoformat(),
                "days": (LAST_LOOK - deadline(quarter)).days if owed(unit, quarter) else 0,
            }  # fmt: skip
    return found


def expected_files(unit: int) -> tuple[int, int, int]:
    """(files judged, returned, corrections asked) of a unit: a wrong cell stays in its workbook until it is put right."""
    files = returned = errors = 0
    if unit % 3 != 2:
        files += 1
    bad = 0
    for quarter in (1, 2, 3, 4):
        how = fate(unit, quarter)
        if how == "missing":
            continue
        bad += how == "wrong"
        for wrong in (bad + 1, bad) if how == "corrected" else (bad,):
            files, returned, errors = files + 1, returned + (wrong > 0), errors + wrong
    return files, returned, errors


def expected_score(unit: int) -> Fraction | None:
    """The headline of the year: weights and scores of what was reported for quarter 4."""
    how = fate(unit, 4)
    reported = [] if how == "missing" else due(4)[:2] if how == "partial" else due(4)
    reported = [c for c in reported if not (how == "wrong" and c == "สนย.1")]
    weights = {"สนย.1": 40, "กพร.9": 30, "ปศ.1": 20, "ศท.4": 10}
    scored = [(weights[c], score_of(c, unit)) for c in reported if c in weights]
    return sum((w * s for w, s in scored), Fraction(0)) / sum(w for w, _ in scored) if scored else None


def score_of(code: str, unit: int) -> Fraction:
    def clipped(score: Fraction) -> Fraction:
        return max(Fraction(1), min(Fraction(5), score))

    latest = Fraction(value(code, unit, 4))
    if code == "สนย.1":
        return clipped(1 + (latest - 88) / 3)
    if code == "กพร.9":
        return clipped(latest)
    if code == "ปศ.1":
        return Fraction(sum(latest >= low for low in (0, 10, 21, 31, 41)))
    came = [q for q in (1, 2, 3, 4) if fate(unit, q) not in ("missing", "partial")]
    return clipped(1 + (sum(Fraction(value(code, unit, q)) for q in came) - 12) / 2)


# -- what must be equal -----------------------------------------------------------------------------------------------


def check(ministry: Ministry) -> None:
    count, place = len(ministry.units), ministry.place
    told = place.call("status", "--json", now=f"{LAST_LOOK}T12:00:00").json
    expected = expected_duties(count)
    found = {(d["unit"], d["period"]): d for d in told["duties"]}
    assert found.keys() == expected.keys()
    for key, line in expected.items():
        assert {k: found[key][k] for k in line} == line, key
    owing = {(o["unit"], o["period"]) for o in told["owed"]}
    assert owing == {k for k, line in expected.items() if line["state"] in ("missing", "partial", "returned")}
    for unit in told["units"]:
        assert_quality(unit, expected, [int(unit["unit"][:2])])
    members = {"": range(count), "0100": range(count), "0110": range(1, count, 2)}
    assert {line["level"] for line in told["levels"]} == set(members)
    for line in told["levels"]:
        assert line["units"] == len(members[line["level"]])
        assert_quality(line, expected, list(members[line["level"]]))
    assert sum(m["files"] for m in told["months"] if not m["level"]) == sum(expected_files(n)[0] for n in range(count))
    assert sum(m["reports"] for m in told["months"] if not m["level"]) == 5 * count
    assert told["balance"]["unexplained"] == 0 and told["balance"]["in"] == ministry.sent + 1


def assert_quality(line: dict[str, Any], expected: dict[tuple[str, str], dict[str, Any]], units: list[int]) -> None:
    own = [d for (code, _), d in expected.items() if int(code[:2]) in units]
    rows = sum(d["rows_due"] for d in own)
    files = [expected_files(n) for n in units]
    judged, returned, errors = (sum(f[n] for f in files) for n in range(3))
    assert (line["files"], line["returned"], line["errors"]) == (judged, returned, errors)
    assert line["completeness"] == pytest.approx(100 * sum(d["rows_in"] for d in own) / rows)
    assert line["timeliness"] == pytest.approx(100 * sum(d["rows_on_time"] for d in own) / rows)
    assert line["correctness"] == (pytest.approx(100 * (1 - returned / judged)) if judged else None)
    counted = {s: sum(d["state"] == s for d in own) for s in ("missing", "partial", "returned", "confirmed")}
    assert [line[k] for k in ("missing", "partial", "waiting", "confirmed")] == list(counted.values())
    assert (line["reports"], line["late"]) == (len(own), sum(d["late"] for d in own))


def check_evidence(ministry: Ministry) -> None:
    office = open_office(ministry.place.root)
    with office.engine.connect() as connection:
        plan = book.plan_of(connection, 2567)
        assert plan is not None
        lines = evidence_state(connection, plan, office.settings.zone, LAST_LOOK).named.to_dict("records")
    found: dict[tuple[str, str], set[tuple[str, bool]]] = {}
    for line in lines:
        found.setdefault((line["unit"], line["period"]), set()).add((line["state"], line["late"]))
    assert found == {key: {said} for key, said in expected_evidence(len(ministry.units)).items()}


def scores(place: Place) -> Iterator[tuple[str, str]]:
    with place.outbox("data/2567/2567-Q4/units.csv").open(encoding="utf-8-sig", newline="") as handle:
        for row in csv.DictReader(handle):
            yield row["unit"], row["headline"]


def check_scores(ministry: Ministry) -> None:
    printed = dict(scores(ministry.place))
    for unit in ministry.units:
        score = expected_score(unit.number)
        if score is None:
            assert printed[unit.code] == "", unit
        else:
            half_up = Fraction(int(score * 10000 + Fraction(1, 2)), 10000)
            assert Fraction(printed[unit.code]) == half_up, unit


def played(place: Place, count: int, folder: Path) -> Ministry:
    ministry = Ministry(place, count, folder)
    ministry.play()
    return ministry


def test_a_year_of_three_units_ends_as_reckoned_apart(new_office: Place, tmp_path: Path) -> None:
    ministry = played(new_office, 3, tmp_path)
    check(ministry)
    check_evidence(ministry)
    check_scores(ministry)


@pytest.mark.long
def test_a_year_of_a_ministry_of_fifteen_units_ends_as_reckoned_apart(new_office: Place, tmp_path: Path) -> None:
    ministry = played(new_office, 15, tmp_path)
    assert {fate(u.number, q) for u in ministry.units for q in (1, 2, 3, 4)} == set(FATES)
    check(ministry)
    check_evidence(ministry)
    check_scores(ministry)
