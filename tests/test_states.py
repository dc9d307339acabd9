"""Every pair of where a row stands and what a file says: allowed or forbidden, with its message. Written by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from readings import NOTHING, YEAR, plan_of, reading, standing_of, submission
from sqlalchemy import insert
from staff import CAN, CANNOT, CONFIRMED, DRAFT, small_plan

from pipeline import begin, judge
from pipeline.ledger import book, decisions
from pipeline.ledger.tables import PLAN
from pipeline.model import HeadCell, Reading, Submission, ValidationResult
from pipeline.opening import Office, open_office
from pipeline.validate.units import validate
from schemas.plan import Plan
from schemas.rules_index import rules
from schemas.states import EVENTS, SITUATIONS, STATES, TABLE, printed, situation, step

WITHDRAW, SIGN = "ถอนร่าง", "นำส่งข้อมูล"
NOW = datetime.fromisoformat("2024-04-20T09:00+07:00")
CENTRE = "กองนโยบายและแผน"
LOCKED_WORDS = f"ยืนยัน/นำส่งข้อมูลแล้ว ไม่สามารถแก้ไขได้ โปรดติดต่อ {CENTRE}"  # the sources' own words

# where the row stands | what the file says | state after ("" = nothing is written) | what is told
LINES = """
nothing    | unchanged |            |
nothing    | draft     | draft      |
nothing    | confirm   | confirmed  |
nothing    | unproven  | draft      | Q_PROOF
nothing    | blank     |            |
nothing    | withdraw  | withdrawn  | I_WITHDRAWN
nothing    | sign_off  |            | E_SIGN_OFF
draft      | unchanged | draft      |
draft      | draft     | draft      |
draft      | confirm   | confirmed  |
draft      | unproven  | draft      | Q_PROOF
draft      | blank     | withdrawn  | Q_RETRACT
draft      | withdraw  | withdrawn  | I_WITHDRAWN
draft      | sign_off  |            | E_SIGN_OFF
withdrawn  | unchanged |            |
withdrawn  | draft     | draft      |
withdrawn  | confirm   | confirmed  |
withdrawn  | unproven  | draft      | Q_PROOF
withdrawn  | blank     |            |
withdrawn  | withdraw  |            |
withdrawn  | sign_off  |            | E_SIGN_OFF
confirmed  | unchanged |            |
confirmed  | draft     |            | E_LOCKED
confirmed  | confirm   |            | E_LOCKED
confirmed  | unproven  |            | E_LOCKED
confirmed  | blank     |            | E_LOCKED
confirmed  | withdraw  |            | E_LOCKED
confirmed  | sign_off  | signed_off |
signed_off | unchanged |            |
signed_off | draft     |            | E_LOCKED
signed_off | confirm   |            | E_LOCKED
signed_off | unproven  |            | E_LOCKED
signed_off | blank     |            | E_LOCKED
signed_off | withdraw  |            | E_LOCKED
signed_off | sign_off  |            |
unlocked   | unchanged |            |
unlocked   | draft     |            | E_UNLOCKED_DRAFT
unlocked   | confirm   | confirmed  | I_UNLOCKED
unlocked   | unproven  |            | E_UNLOCKED_DRAFT
unlocked   | blank     | withdrawn  | I_UNLOCKED Q_RETRACT
unlocked   | withdraw  | withdrawn  | I_UNLOCKED I_WITHDRAWN
unlocked   | sign_off  | signed_off |
closed     | unchanged |            |
closed     | draft     |            | E_CLOSED
closed     | confirm   |            | E_CLOSED
closed     | unproven  |            | E_CLOSED
closed     | blank     |            |
closed     | withdraw  |            | E_CLOSED
closed     | sign_off  |            | E_CLOSED
sealed     | unchanged |            |
sealed     | draft     |            | E_LOCKED
sealed     | confirm   |            | E_LOCKED
sealed     | unproven  |            | E_LOCKED
sealed     | blank     |            | E_LOCKED
sealed     | withdraw  |            | E_LOCKED
sealed     | sign_off  |            | E_CLOSED
"""
PAIRS = [tuple(part.strip() for part in line.split("|")) for line in LINES.strip().splitlines()]


def test_every_pair_has_its_line() -> None:
    assert [(w, e) for w, e, *_ in PAIRS] == [(w, e) for w in SITUATIONS for e in sorted(EVENTS, key=_order)]
    assert all(r in rules() for *_, told in PAIRS for r in told.split())


def _order(event: str) -> int:
    return ["unchanged", "draft", "confirm", "unproven", "blank", "withdraw", "sign_off"].index(event)


@pytest.mark.parametrize(("where", "event", "after", "told"), PAIRS, ids=[f"{w}-{e}" for w, e, *_ in PAIRS])
def test_the_table_says_so(where: str, event: str, after: str, told: str) -> None:
    done = step(where, event)
    assert (done.next, sorted(done.rules)) == (after, told.split())
    assert done.allowed == ("E_" not in told) and not (done.next and not done.allowed)
    assert set(TABLE[where]) == set(EVENTS) and after in ("", *STATES)


@pytest.mark.parametrize(
    ("state", "closed", "unlocked", "where"),
    [
        ("nothing", False, False, "nothing"), ("draft", False, True, "draft"), ("withdrawn", True, True, "withdrawn"),
        ("nothing", True, False, "closed"), ("draft", True, False, "closed"), ("draft", True, True, "draft"),
        ("confirmed", False, False, "confirmed"), ("signed_off", False, False, "signed_off"),
        ("confirmed", True, False, "sealed"), ("signed_off", True, False, "sealed"),
        ("confirmed", False, True, "unlocked"), ("signed_off", True, True, "unlocked"),
    ],
)  # fmt: skip
def test_where_a_row_stands(state: str, closed: bool, unlocked: bool, where: str) -> None:
    assert situation(state, closed, unlocked) == where


def test_a_state_is_printed_with_its_proof() -> None:
    assert printed("confirmed").both == "ยืนยันโดยไฟล์ ยังไม่ลงนาม / confirmed by file, unsigned"
    assert printed("signed_off", "folder", "approver").th == "นำส่งข้อมูลแล้วโดยผู้อนุมัติ ทางโฟลเดอร์ของหน่วยงาน"
    assert printed("draft").th == "ร่าง" and printed("").th == "" == printed("nothing").th


# -- every pair again, through the judgement of real rows: each pair is a unit with one indicator ----------------------

UNITS = {f"U{n:02}": (w, e) for n, (w, e, *_) in enumerate(PAIRS)}
KPI = "สนย.1"
ROW = {"reportable": CAN, "value": "90", "details": "ดำเนินการแล้ว", "plan_status": "เป็นไปตามแผน"}


def unlock(unit: str, form: str = "quarterly_result", period: str = f"{YEAR}-Q1") -> dict[str, str]:
    row = {"unit": unit, "form": form, "period": period, "indicator": "*", "memo": "กค 9", "reason": "คลาดเคลื่อน"}
    return {**row, "until": "2024-04-20"}


def office_of(codes: Sequence[str], signing: str = "channel", **more: Any) -> Plan:
    content = small_plan()
    content["settings"] = [*content["settings"], {"key": "signing", "value": signing}]
    content["settings"] = [{**s, "value": "draft"} if s["key"] == "plan_state" else s for s in content["settings"]]
    content["units"] = [{"code": u, "name": f"หน่วย {u}"} for u in codes]
    content["indicators"] = [i for i in content["indicators"] if i["code"] == KPI]
    content["assignments"] = [{"indicator": KPI, "unit": "*"}]
    return plan_of({**content, **more})


def sheet_of(where: str) -> str:
    return "q2" if where in ("closed", "sealed") else "q1"


def head(sheet: str, sign: str = SIGN, role: str = "ผู้อนุมัติ") -> dict[tuple[str, str], HeadCell]:
    name = {"plan": "แผนรายเดือน"}.get(sheet, f"ไตรมาส {sheet[1]}")
    return {(sheet, "sign_off"): HeadCell(sign, name, "G2"), (sheet, "signed_by"): HeadCell(role, name, "G3")}


def file_of(
    plan: Plan, unit: str, sheet: str, row: Mapping[str, str], proven: bool = True, signed: bool = False
) -> Reading:
    form = "monthly_plan" if sheet == "plan" else "quarterly_result"
    made = reading(plan, unit, form, {(sheet, KPI): row})
    name = f"{unit}/ไฟล์.xlsx" if proven else "ไฟล์.xlsx"
    return replace(made, submission=replace(made.submission, name=name), head=head(sheet) if signed else {})


def setup_of(plan: Plan, unit: str, where: str) -> list[Reading]:
    """The files that bring a unit's row to where it stands."""
    sheet = sheet_of(where)
    draft = file_of(plan, unit, sheet, {**ROW, "state": DRAFT})
    confirmed = file_of(plan, unit, sheet, {**ROW, "state": CONFIRMED}, signed=where == "signed_off")
    withdrawn = file_of(plan, unit, sheet, {**ROW, "state": WITHDRAW})
    return {"nothing": [], "draft": [draft], "withdrawn": [draft, withdrawn], "closed": [draft]}.get(where, [confirmed])


def said_by(plan: Plan, unit: str, where: str, event: str) -> Reading:
    """The file that says the event."""
    sheet, locked = sheet_of(where), where in ("confirmed", "signed_off", "unlocked", "sealed")
    same = {} if where in ("nothing", "withdrawn") else {**ROW, "state": CONFIRMED if locked else DRAFT}
    rows: dict[str, dict[str, str]] = {
        "unchanged": same,
        "draft": {**ROW, "value": "91", "state": DRAFT},
        "confirm": {**ROW, "value": "91", "state": CONFIRMED},
        "unproven": {**ROW, "value": "91", "state": CONFIRMED},
        "blank": {},
        "withdraw": {**ROW, "state": WITHDRAW},
        "sign_off": same,
    }
    return file_of(plan, unit, sheet, rows[event], event != "unproven", event == "sign_off")


@pytest.fixture(scope="module")
def judged() -> Mapping[str, ValidationResult]:
    """Unit -> the judgement of its pair; the calendar closes Q2 and unlocks begin only after the first files."""
    plan = office_of(list(UNITS))
    done: list[ValidationResult] = []
    files = {u: setup_of(plan, u, where) for u, (where, _) in UNITS.items()}
    for turn in (0, 1):
        batch = [f[turn] for f in files.values() if len(f) > turn]
        done += validate(batch, plan, standing_of(done) if done else NOTHING, NOW)
    closed = {"period": f"{YEAR}-Q2", "form": "quarterly_result", "closed": "yes"}
    opened = [unlock(u) for u, (where, _) in UNITS.items() if where == "unlocked"]
    plan = office_of(list(UNITS), calendar=[closed], unlocks=opened)
    results = validate([said_by(plan, u, *pair) for u, pair in UNITS.items()], plan, standing_of(done), NOW)
    return dict(zip(UNITS, results, strict=True))


@pytest.mark.parametrize(("unit", "after", "told"), [(u, *p[2:]) for u, p in zip(UNITS, PAIRS, strict=True)], ids=map("-".join, UNITS.values()))  # fmt: skip
def test_a_file_is_judged_so(judged: Mapping[str, ValidationResult], unit: str, after: str, told: str) -> None:
    where, event = UNITS[unit]
    result = judged[unit]
    if (where, event) == ("draft", "sign_off"):
        after = "draft"  # the file's own row, a draft sent again, is taken; the sign-off is not
    if event == "sign_off" and told == "E_CLOSED":
        told = "E_SIGN_OFF"  # the sheet's one finding, which says that the period is closed
        assert any("งวดปิดแล้ว" in f.message.th for f in result.findings)
    assert [p.state for p in result.postings] == ([after] if after else [])
    ours = {f.rule for f in result.findings} & {r for *_, t in PAIRS for r in t.split()}
    assert ours == set(told.split())
    assert all(f.message.th == LOCKED_WORDS for f in result.findings if f.rule == "E_LOCKED")
    refused = not result.postings and bool(ours & {"E_LOCKED", "E_CLOSED", "E_UNLOCKED_DRAFT"})
    assert (result.state == "refused") == refused
    assert all(p.blank == (p.state == "withdrawn") for p in result.postings)


def test_what_is_signed_says_by_whom_and_keeps_when_its_figures_came(judged: Mapping[str, ValidationResult]) -> None:
    at = next(u for u, pair in UNITS.items() if pair == ("confirmed", "sign_off"))
    (posting,) = judged[at].postings
    assert posting.entries["signed_by"] == "approver" and posting.entries["proof"] == "folder"
    assert [f.value for f in posting.facts] == ["90"]


# -- cannot report yet, the monthly plan, folders ----------------------------------------------------------------------


def one(plan: Plan, file: Reading, before: Sequence[ValidationResult] = ()) -> ValidationResult:
    return validate([file], plan, standing_of(before) if before else NOTHING, NOW)[0]


def test_cannot_report_yet_is_confirmed_and_locked_like_a_figure() -> None:
    plan = office_of(["A"])
    first = one(plan, file_of(plan, "A", "q1", {"reportable": CANNOT, "state": CONFIRMED}))
    assert [p.state for p in first.postings] == ["confirmed"]
    later = one(plan, file_of(plan, "A", "q1", {**ROW, "state": CONFIRMED}), [first])
    assert later.state == "refused" and [f.rule for f in later.findings] == ["E_LOCKED"]


def test_a_ratio_with_other_numbers_is_a_change() -> None:
    plan = office_of(["A"])
    first = one(plan, file_of(plan, "A", "q1", {**ROW, "value": "45/50", "state": CONFIRMED}))
    assert (
        one(plan, file_of(plan, "A", "q1", {**ROW, "value": "90/100", "state": CONFIRMED}), [first]).state == "refused"
    )


MONTHS = {"m10": "10", "m11": "10", "m12": "10", "q1": "30", "total": "30"}
PLAN_LINES = [  # signed before, under an unlock, total typed, signed now -> state of the row, rules
    (False, False, "30", False, "draft", ""),
    (False, False, "30", True, "signed_off", ""),
    (True, False, "30", True, "", ""),
    (True, False, "40", False, "", "E_LOCKED"),
    (True, False, "40", True, "", "E_LOCKED E_SIGN_OFF"),
    (True, True, "40", False, "", "E_UNLOCKED_DRAFT"),
    (True, True, "40", True, "signed_off", "I_UNLOCKED"),
]


@pytest.mark.parametrize(("before", "opened", "total", "signed", "after", "told"), PLAN_LINES)
def test_a_monthly_plan_is_signed_as_a_whole(
    before: bool, opened: bool, total: str, signed: bool, after: str, told: str
) -> None:
    plan = office_of(["A"], unlocks=[unlock("A", "monthly_plan", str(YEAR))] if opened else [])
    first = [one(plan, file_of(plan, "A", "plan", MONTHS, signed=True))] if before else []
    found = one(plan, file_of(plan, "A", "plan", {**MONTHS, "total": total}, signed=signed), first)
    assert [p.state for p in found.postings] == ([after] if after else [])
    assert {f.rule for f in found.findings} & {"E_LOCKED", "E_SIGN_OFF", "E_UNLOCKED_DRAFT", "I_UNLOCKED"} == set(
        told.split()
    )


def test_a_plan_that_is_not_clean_is_not_signed_and_not_locked() -> None:
    plan = office_of(["A"])
    found = one(plan, file_of(plan, "A", "plan", {k: v for k, v in MONTHS.items() if k != "q1"}, signed=True))
    assert {"E_QTOTAL", "E_SIGN_OFF"} <= {f.rule for f in found.findings} and not found.postings
    assert (
        one(plan, replace(file_of(plan, "A", "plan", MONTHS), head=head("plan", role=""))).postings[0].state == "draft"
    )


def test_a_word_that_is_not_in_the_list_signs_nothing() -> None:
    plan = office_of(["A"])
    file = replace(file_of(plan, "A", "q1", {**ROW, "state": CONFIRMED}), head=head("q1", sign="ส่งแล้วครับ"))
    found = one(plan, file)
    assert [p.state for p in found.postings] == ["confirmed"] and "W_SIGN" in {f.rule for f in found.findings}


@pytest.mark.parametrize(
    ("channel", "name", "sender", "proof", "asked"),
    [
        ("folder", "A/ไฟล์.xlsx", "", "folder", False), ("folder", "ไฟล์.xlsx", "", None, False),
        ("folder", "B/ไฟล์.xlsx", "", None, True), ("folder", "มกราคม/ไฟล์.xlsx", "", None, False),
        ("mail", "A/ไฟล์.xlsx", "x@else.example", None, False),
        ("mail", "ไฟล์.xlsx", "Plan <PLAN@unit.example>", "sender", False),
    ],
)  # fmt: skip
def test_proof_comes_from_the_folder_or_the_sender(
    channel: str, name: str, sender: str, proof: str | None, asked: bool
) -> None:
    units = [{"code": "A", "name": "ก", "senders": "x; plan@unit.example"}, {"code": "B", "name": "ข"}]
    plan = office_of([], units=units)
    file = file_of(plan, "A", "q1", {**ROW, "state": CONFIRMED})
    found = one(plan, replace(file, submission=replace(file.submission, channel=channel, name=name, sender=sender)))
    (posting,) = found.postings
    assert (posting.state, posting.entries.get("proof")) == (("confirmed", proof) if proof else ("draft", None))
    told = [f.message.both + f.advice.both for f in found.findings if f.rule == "Q_FOLDER"]
    assert bool(told) == asked and not any(" B " in text or text.endswith("B") for text in told)


# -- a confirmed Q1 cannot be changed by any file, except through an unlock --------------------------------------------

FREE, SHUT = ("F1", "F2"), ("L1", "L2", "L3", "L4")
_FIRST = {**ROW, "state": CONFIRMED}
_ROWS = st.one_of(
    st.just({}),
    st.just({"reportable": CANNOT, "state": CONFIRMED}),
    st.builds(
        lambda value, state, details: {**ROW, "value": value, "state": state, "details": details},
        st.sampled_from(["90", "90.0", "91", "45/50", "1,000", "xx"]),
        st.sampled_from([DRAFT, CONFIRMED, CONFIRMED, WITHDRAW, ""]),
        st.sampled_from(["ดำเนินการแล้ว", "แก้ไขถ้อยคำ"]),
    ),
)
_FILES = st.lists(
    st.tuples(
        st.sampled_from([*FREE, *SHUT]),
        _ROWS,
        st.booleans(),
        st.sampled_from(["ไฟล์.xlsx", "L1/ไฟล์.xlsx", "F1/แก้.xlsx", "แบบใหม่.xlsm"]),
        st.sampled_from([("folder", ""), ("mail", "plan@unit.example"), ("mail", "stranger@else.example")]),
    ),
    min_size=6,
    max_size=24,
)


class Ledgered:
    """An office whose files are read already: only judging and the ledger are at work."""

    def __init__(self, office: Office, patch: pytest.MonkeyPatch) -> None:
        self.office, self.readings = office, dict[int, Reading]()
        self.plan = office_of([*FREE, *SHUT], "file", unlocks=[unlock(u) for u in FREE])
        patch.setattr(judge, "reading_of", lambda submission, _answer: self.readings[submission.number])
        patch.setattr(judge.store, "decide", lambda *_: None)
        patch.setattr(judge.Batch, "_reply", lambda *_: "")

    def begin(self) -> None:
        with self.office.engine.begin() as connection:
            decisions.empty(connection)
            connection.execute(insert(PLAN).values(**book.plan_row(self.plan, submission(1))))
        self.readings.clear()
        self.judge([file_of(self.plan, u, "q1", _FIRST) for u in (*FREE, *SHUT)])

    def judge(self, files: Sequence[Reading]) -> None:
        first = 2 + len(self.readings)
        batch = [self._arrival(first + n, f) for n, f in enumerate(files)]
        self.readings |= {s.number: replace(f, submission=s) for s, f in zip(batch, files, strict=True)}
        with self.office.engine.begin() as connection:
            rows = [{**vars(s), "claim": f"{s.number}", "received_at": s.received_at.isoformat()} for s in batch]
            decisions.add_arrivals(connection, rows)
        judge.Batch(self.office, _NoReader()).judge(batch)  # type: ignore[arg-type]

    def _arrival(self, number: int, file: Reading) -> Submission:
        return replace(file.submission, number=number, sha256=f"{number:064x}", received_at=NOW)

    def figures(self) -> dict[str, tuple[str, str]]:
        with self.office.engine.connect() as connection:
            postings = book.standing_postings(connection, YEAR)
            facts = book.facts_of(connection, postings, YEAR)
        own = facts[facts["period"] == f"{YEAR}-Q1"]
        return {f["unit"]: (f["value"], f["numerator"]) for f in own.to_dict("records")}


class _NoReader:
    def read(self, paths: Sequence[str]) -> Iterator[None]:
        return iter([None] * len(paths))


@pytest.fixture(scope="module")
def ledgered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledgered]:
    root: Path = tmp_path_factory.mktemp("office")
    begin.make_office(root)
    with pytest.MonkeyPatch.context() as patch:
        yield Ledgered(open_office(root, NOW), patch)


def expected(files: Sequence[Mapping[str, str]]) -> tuple[str, str] | None:
    """What must stand at the end for a unit under an unlock, file by file; None where nothing may."""
    figures = {"90": ("90", ""), "90.0": ("90", ""), "91": ("91", ""), "45/50": ("90", "45"), "1,000": ("1000", "")}
    stands, locked, known = ("90", ""), True, True
    for row in files:
        said = row.get("state", "")
        if not row or said == WITHDRAW:
            stands, locked, known = ("", ""), False, False
        elif row.get("value") == "xx" or (said != CONFIRMED and locked):
            continue
        else:
            stands, locked, known = figures.get(row.get("value", ""), ("", "")), said == CONFIRMED, True
    return stands if known and stands[0] else None


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(_FILES)
def test_a_confirmed_figure_changes_only_through_an_unlock(ledgered: Ledgered, files: list[Any]) -> None:
    ledgered.begin()
    made = []
    for unit, row, signed, name, (channel, sender) in files:
        file = file_of(ledgered.plan, unit, "q1", row, signed=signed)
        made.append(replace(file, submission=replace(file.submission, name=name, channel=channel, sender=sender)))
    ledgered.judge(made)
    found = ledgered.figures()
    assert {u: found.get(u) for u in SHUT} == dict.fromkeys(SHUT, ("90", ""))
    for unit in FREE:
        assert found.get(unit) == expected([row for u, row, *_ in files if u == unit])
