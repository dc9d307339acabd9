"""What an office decides about rules on sheets of its plan workbook: severity, trial, waivers that end by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline import begin, edition, judge
from pipeline import receive as receiving
from pipeline.demo import scenarios
from pipeline.model import Outcome
from pipeline.opening import open_office
from pipeline.template import write_plan

pytestmark = pytest.mark.long

ROLE = "ผู้อำนวยการกองแผนงาน"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A filled monthly plan whose first quarter total is missing on one row."""
    root = tmp_path_factory.mktemp("policy")
    begin.make_demo(root, "ministry", 1, 0, 1, False, None, lambda *_: None)
    book = openpyxl.load_workbook(root / "inbox" / "monthly_plan_03001.xlsx")
    book["แผนรายเดือน"]["G9"], book["แผนรายเดือน"]["J9"] = "1", None
    path = root / "wrong.xlsx"
    book.save(path)
    return path


def judged(tmp_path: Path, filled: Path, now: str, **sheets: list[Mapping[str, str]]) -> Outcome:
    """The judgement of the wrong form by an office with these rows on its plan's sheets."""
    begin.make_office(tmp_path)
    office = open_office(tmp_path, datetime.fromisoformat(now))
    content = {**scenarios.plan("ministry", 1, 2567), **sheets}
    plan = tmp_path / "inbox" / "plan.xlsx"
    write_plan(content, str(plan), datetime(2023, 10, 1, tzinfo=UTC), 2567)
    accepted = receiving.receive(office, sleep=lambda _s: None)
    assert [o.result.state for o in accepted] == ["accepted"], [
        f.message.en for o in accepted for f in o.result.findings
    ]
    return judge.check(office, [filled])[0]


def finding(outcome: Outcome, rule: str) -> Any:
    return next(f for f in outcome.result.findings if f.rule == rule)


def waiver(**changes: str) -> dict[str, str]:
    row = {
        "unit": "03001",
        "indicator": "*",
        "rule": "E_QTOTAL",
        "reason": "ใช้ตัวเลขจากระบบเดิม",
        "approved_by": ROLE,
        "until": "30/9/2567",
    }
    return {**row, **changes}


BEFORE, AFTER = "2024-09-30T12:00+07:00", "2024-10-01T00:30+07:00"


def test_without_a_policy_the_row_is_held(tmp_path: Path, filled: Path) -> None:
    outcome = judged(tmp_path, filled, BEFORE)
    assert outcome.result.state == "returned" and finding(outcome, "E_QTOTAL").severity == "error"


def test_a_rule_made_milder_takes_the_row_and_still_says_it(tmp_path: Path, filled: Path) -> None:
    outcome = judged(tmp_path, filled, BEFORE, rules=[{"code": "E_QTOTAL", "severity": "โปรดตรวจ"}])
    assert outcome.result.state == "accepted" and finding(outcome, "E_QTOTAL").severity == "warning"


def test_a_rule_on_trial_is_only_told(tmp_path: Path, filled: Path) -> None:
    outcome = judged(tmp_path, filled, BEFORE, rules=[{"code": "E_QTOTAL", "trial": "ใช่"}])
    assert outcome.result.state == "accepted" and finding(outcome, "E_QTOTAL").severity == "info"


def test_a_waiver_takes_the_row_and_is_kept_with_it(tmp_path: Path, filled: Path) -> None:
    outcome = judged(tmp_path, filled, BEFORE, waivers=[waiver()])
    told = finding(outcome, "E_QTOTAL")
    assert outcome.result.state == "accepted" and told.severity == "info"
    assert "ใช้ตัวเลขจากระบบเดิม" in told.message.th and ROLE in told.message.th
    kept = [p.entries["waived"] for p in outcome.result.postings if "waived" in p.entries]
    assert len(kept) == 1 and ROLE in kept[0]


@pytest.mark.parametrize(
    ("now", "changes"),
    [(AFTER, {}), (BEFORE, {"unit": "03002"}), (BEFORE, {"indicator": "สนย.1"}), (BEFORE, {"rule": "E_GTOTAL"})],
    ids=["over", "another unit", "another indicator", "another rule"],
)
def test_a_waiver_covers_nothing_else(tmp_path: Path, filled: Path, now: str, changes: dict[str, str]) -> None:
    content = scenarios.plan("ministry", 2, 2567)
    sheets = {k: content[k] for k in ("units", "assignments", "indicators")}
    outcome = judged(tmp_path, filled, now, waivers=[waiver(**changes)], **sheets)
    assert outcome.result.state == "returned"


def test_the_waiver_is_printed_beside_the_figure_in_master(tmp_path: Path, filled: Path) -> None:
    judged(tmp_path, filled, BEFORE, waivers=[waiver()])
    office = open_office(tmp_path, datetime.fromisoformat(BEFORE))
    (tmp_path / "inbox" / "again.xlsx").write_bytes(filled.read_bytes())
    receiving.receive(office, sleep=lambda _s: None)
    published = edition.publish(office, "2567-Q3")
    (master,) = [f for f in published[0].files if f.endswith("/master.xlsx")]
    sheet = openpyxl.load_workbook(tmp_path / "outbox" / master)["ข้อมูล"]
    texts = [str(c.value) for row in sheet.iter_rows(min_row=2) for c in row if c.value]
    assert sum("ใช้ตัวเลขจากระบบเดิม" in t for t in texts) == 1


@pytest.mark.parametrize(
    ("sheet", "row", "rule"),
    [
        ("rules", {"code": "E_NOSUCH"}, "E_PLAN_REF"),
        ("waivers", waiver(rule="E_NOSUCH"), "E_PLAN_REF"),
        ("waivers", waiver(until="เร็ว ๆ นี้"), "E_PLAN_DATE"),
        ("waivers", waiver(reason=""), "E_REQUIRED"),
    ],
)
def test_a_wrong_policy_returns_the_plan(tmp_path: Path, sheet: str, row: dict[str, str], rule: str) -> None:
    begin.make_office(tmp_path)
    content = {**scenarios.plan("ministry", 1, 2567), sheet: [row]}
    path = tmp_path / "plan.xlsx"
    write_plan(content, str(path), datetime(2023, 10, 1, tzinfo=UTC), 2567)
    outcome = judge.check(open_office(tmp_path), [path])[0]
    assert outcome.result.state == "returned" and [
        f.rule for f in outcome.result.findings if f.severity == "error"
    ] == [rule]
