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
from openpyxl import load_workbook
from openpyxl.cell.cell import MergedCell
from proofs import pdf
from staff import CONFIRMED, DRAFT, SHEETS, Place, fill, plan_book, result, small_plan

from pipeline import run
from pipeline.evidence.state import evidence_state
from pipeline.ledger import book
from pipeline.opening import open_office

# What a unit may do in a quarter. A further fate is one line here and one in each table of the calculator.
# by sheet, by command: confirmed, changed afterwards, refused, unlocked (by the plan workbook, by a command), taken.
FATES = ("wrong", "right", "corrected", "late", "missing", "by sheet", "signed", "draft", "by command", "partial")
UNLOCKED = ("by sheet", "by command")
CODES = ("สนย.1", "กพร.9", "ปศ.1", "ศท.4", "P1", "อปท.1")
ENDS = {1: date(2023, 12, 31), 2: date(2024, 3, 31), 3: date(2024, 6, 30), 4: date(2024, 9, 30)}
BAD = "9x"
CHANGED, REASON = "สนย.1", "รวมข้อมูลคลาดเคลื่อน"
SIGNED, ROLE = "นำส่งข้อมูล", "ผู้อนุมัติ"
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


def changed(unit: int, quarter: int) -> str:
    """What the unit says of CHANGED once it found its figure wrong."""
    return str(int(value(CHANGED, unit, quarter)) - 1)


def memo(unit: int, quarter: int) -> str:
    return f"กค 0201/{100 * quarter + unit}"


def due(quarter: int) -> list[str]:
    return [c for c in CODES if c != "ปศ.1" or quarter in (2, 4)]


# -- the play ---------------------------------------------------------------------------------------------------------


@dataclass
class Unit:
    """One unit and its own workbook, which it fills on through the year."""

    number: int
    code: str
    results: dict[Any, str] = field(default_factory=dict)
    signs: list[int] = field(default_factory=list)

    def fill_in(self, quarter: int, how: str) -> None:
        if how == "signed":
            self.signs.append(quarter)
        for code in due(quarter)[:2] if how == "partial" else due(quarter):
            typed = BAD if how == "wrong" and code == CHANGED else value(code, self.number, quarter)
            if how in UNLOCKED and code == CHANGED:
                typed = changed(self.number, quarter)
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
        self.content, self.plans, self.unlocks = content, 0, list[dict[str, str]]()
        self.send_plan()
        self.receive(date(2023, 10, 1))

    def send_plan(self) -> None:
        """The central plan workbook with every unlock that was ever given on its sheet."""
        self.plans += 1
        book_file = plan_book(self.folder / "plan.xlsx", {**self.content, "unlocks": self.unlocks})
        self.place.send(book_file, f"plan_{self.plans}.xlsx")

    def receive(self, day: date) -> dict[str, str]:
        answer = self.place.call("receive", "--json", now=f"{day}T10:00:00").json
        return {f["name"]: f["state"] for f in answer["files"]}

    def send(self, unit: Unit, form: str, entries: Any) -> bytes:
        """The unit's form with all that it has filled in and signed so far -> its bytes."""
        source = self.place.template(unit.code, form)
        path = fill(source, self.folder / "next.xlsx", entries)
        if unit.signs and form == "quarterly_result":
            sign(path, unit.signs)
        self.send_again(unit, path.read_bytes())
        return path.read_bytes()

    def send_again(self, unit: Unit, data: bytes) -> str:
        self.sent += 1
        name = f"ผล_{unit.code}_{self.sent}.xlsx"
        self.place.send(data, name)
        return name

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
        days = {
            5: ("right", "corrected", "draft", "partial", "wrong", "signed", *UNLOCKED),
            8: ("corrected", "signed"),
            19: ("late",),
        }
        for after, moving in days.items():
            for unit in self.units:
                how = fates[unit.number]
                if how in moving:
                    first = (
                        {"corrected": "wrong"}.get(how, "right") if how in (*UNLOCKED, "signed", "corrected") else how
                    )
                    unit.fill_in(quarter, first if after == 5 else how)
                    self.send(unit, "quarterly_result", unit.results)
            self._prove(quarter, "with the form" if after == 5 else "")
            self.receive(ENDS[quarter] + timedelta(days=after))
        self._unlocked(quarter, {u.number: fates[u.number] for u in self.units if fates[u.number] in UNLOCKED})
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

    def _unlocked(self, quarter: int, ways: dict[int, str]) -> None:
        """Units find their confirmed figure wrong: refused row by row, unlocked each in its way, the same file taken."""
        day, files = ENDS[quarter] + timedelta(days=20), {}
        for number in ways:
            unit = self.units[number]
            unit.fill_in(quarter, ways[number])
            files[number] = self.send(unit, "quarterly_result", unit.results)
        self._refused(ways, quarter, day)
        for number, way in ways.items():
            given = {"form": "ผลรายไตรมาส", "period": f"2567-Q{quarter}", "indicator": CHANGED}
            given |= {"memo": memo(number, quarter), "reason": REASON, "until": f"{day + timedelta(days=1)}"}
            if way == "by sheet":
                self.unlocks.append({"unit": self.units[number].code, **given})
            else:
                words = [w for k, v in {**given, "form": "quarterly_result"}.items() for w in (f"--{k}", v)]
                assert self.place.call("unlock", self.units[number].code, *words, now=f"{day}T12:00:00").code == 0
                self.sent += 1
        if "by sheet" in ways.values():
            self.send_plan()
            self.receive(day)
        names = {self.send_again(self.units[n], data): n for n, data in files.items()}
        taken = self.receive(day + timedelta(days=1))
        assert {n: taken[n] for n in names} == {
            n: "returned" if broken(u, quarter) else "accepted" for n, u in names.items()
        }

    def _refused(self, ways: dict[int, str], quarter: int, day: date) -> None:
        answer = self.place.call("receive", "--json", now=f"{day}T09:00:00").json
        found = {f["unit"]: f for f in answer["files"]}
        for number in ways:
            file = found[self.units[number].code]
            locked = [f for f in file["findings"] if f["rule"] == "E_LOCKED"]
            assert [f["value"] for f in locked] == [changed(number, quarter)] and file["state"] != "accepted", file

    def _prove(self, quarter: int, when: str) -> None:
        """The evidence whose time has come, into the units' own folders."""
        for unit in self.units:
            if named(unit.number, quarter) and proof(unit.number, quarter) == when:
                self.sent += 1
                data = pdf(f"{unit.code} {quarter}")
                self.place.send(data, f"{unit.code}/หลักฐาน {quarter}.pdf")


def sign(path: Path, quarters: list[int]) -> None:
    """Sign the sheets of these quarters at their head, in the first cells right of the two labels."""
    book_file = load_workbook(path)
    for quarter in quarters:
        sheet = book_file[SHEETS[f"q{quarter}"]]
        for row, said in ((2, SIGNED), (3, ROLE)):
            label = next(c for c in sheet[row] if "นำส่ง" in str(c.value))
            typed = next(c for c in sheet[row][label.column :] if not isinstance(c, MergedCell))
            typed.value = said
    book_file.save(path)


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
              "draft": "received", "partial": "partial", "wrong": "returned", "signed": "signed_off",
              "by sheet": "confirmed", "by command": "confirmed"}  # fmt: skip
    found = {}
    for unit in range(count):
        code = f"{unit:02d}001"
        came = 0 if unit % 3 == 2 else 6
        found[code, "2567"] = {
            "state": "missing" if not came else "received", "rows_due": 6, "rows_in": came, "rows_held": 0,
            "rows_confirmed": 0, "rows_signed": 0, "rows_changed": 0,
            "rows_on_time": came if unit % 3 == 0 else 0, "late": not came,
            "days": (LAST_LOOK - date(2023, 10, 16)).days if not came else 0, "deadline": "2023-10-16",
        }  # fmt: skip
        for quarter in (1, 2, 3, 4):
            how, n = fate(unit, quarter), len(due(quarter))
            rows = {"missing": 0, "partial": 2, "wrong": n - 1}.get(how, n)
            found[code, f"2567-Q{quarter}"] = {
                "state": states[how], "rows_due": n, "rows_in": rows, "rows_held": int(how == "wrong"),
                "rows_confirmed": 0 if how == "draft" else rows, "rows_on_time": 0 if how == "late" else rows,
                "rows_signed": rows if how == "signed" else 0, "rows_changed": int(how in UNLOCKED),
                "late": owed(unit, quarter), "deadline": deadline(quarter).isoformat(),
                "days": (LAST_LOOK - deadline(quarter)).days if owed(unit, quarter) else 0,
            }  # fmt: skip
    return found


def broken(unit: int, quarter: int) -> bool:
    """Whether the unit's workbook still holds a wrong cell of this or an earlier quarter."""
    return any(fate(unit, q) == "wrong" for q in range(1, quarter + 1))


def expected_changes(count: int) -> list[tuple[str, ...]]:
    """(unit, period, indicator, old, new, memo, reason, channel) of every figure changed under an unlock."""
    return sorted(
        (f"{n:02d}001", f"2567-Q{q}", CHANGED, value(CHANGED, n, q), changed(n, q), memo(n, q), REASON, "folder")
        for n in range(count) for q in (1, 2, 3, 4) if fate(n, q) in UNLOCKED
    )  # fmt: skip


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
        sent = {"corrected": (bad + 1, bad), "signed": (bad, bad)}.get(how, (bad,))
        for wrong in sent:
            files, returned, errors = files + 1, returned + (wrong > 0), errors + wrong
        if how in UNLOCKED:
            files, returned, errors = files + 1, returned + (bad > 0), errors + bad  # taken at last
            if bad or any(fate(unit, q) == "draft" for q in range(1, quarter)):
                # refused for its one locked row; a file that also holds a wrong cell, or a draft sent again, is judged
                files, returned, errors = files + 1, returned + 1, errors + bad + 1
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
    if code == CHANGED and fate(unit, 4) in UNLOCKED:
        latest = Fraction(changed(unit, 4))
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
    assert told["balance"]["unexplained"] == 0 and told["balance"]["in"] == ministry.sent + ministry.plans


def check_unlocks(ministry: Ministry) -> None:
    """Every change under an unlock is told old, new, by whom and by which memo: in `status`, the register, the report."""
    count, place = len(ministry.units), ministry.place
    told = place.call("status", "--json", now=f"{LAST_LOOK}T12:00:00").json
    keys = ("unit", "row_period", "indicator", "old", "new", "memo", "reason", "channel")
    expected = expected_changes(count)
    assert sorted(tuple(line[k] for k in keys) for line in told["changes"]) == expected
    ways = {"by sheet": "plan", "by command": "command"}
    given = {(u["unit"], u["period"]): (u["source"], u["memo"], u["in_force"]) for u in told["unlocks"]}
    assert given == {
        (f"{n:02d}001", f"2567-Q{q}"): (ways[fate(n, q)], memo(n, q), False)
        for n in range(count) for q in (1, 2, 3, 4) if fate(n, q) in UNLOCKED
    }  # fmt: skip
    register = load_workbook(place.outbox("register.xlsx"))
    assert register["ปลดล็อก"].max_row == register["แก้หลังยืนยัน"].max_row == 1 + len(expected)
    report = load_workbook(place.outbox("reports/2567/2567-Q4/executive.xlsx"))["สิ่งที่เปลี่ยนไป"]
    lines = [[str(c.value) for c in row if c.value is not None] for row in report.iter_rows()]
    for _, _, code, old, new, by, why, _ in expected:
        (line,) = [row for row in lines if any(f"{by}: {why}" in t for t in row)]
        assert code in " ".join(line) and old in line and new in line and "โดยไฟล์ ยังไม่ลงนาม" in " ".join(line), line


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
    counted["confirmed"] += sum(d["state"] == "signed_off" for d in own)
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


@pytest.mark.long
def test_a_year_of_three_units_ends_as_reckoned_apart(new_office: Place, tmp_path: Path) -> None:
    ministry = played(new_office, 3, tmp_path)
    check(ministry)
    check_unlocks(ministry)
    check_evidence(ministry)
    check_scores(ministry)


@pytest.mark.long
def test_a_year_of_a_ministry_of_fifteen_units_ends_as_reckoned_apart(new_office: Place, tmp_path: Path) -> None:
    ministry = played(new_office, 15, tmp_path)
    assert {fate(u.number, q) for u in ministry.units for q in (1, 2, 3, 4)} == set(FATES)
    check(ministry)
    check_unlocks(ministry)
    check_evidence(ministry)
    check_scores(ministry)
