"""An office with a mixed inbox for the crash campaigns: a plan and its revision, good and wrong forms, twins, strangers."""

from __future__ import annotations

import copy
import os
import shutil
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import mails
import xlsxwriter
from proofs import exe, pdf, png
from staff import CONFIRMED, Place, fill, result

from pipeline import begin, commanded, intake
from pipeline.ledger import book
from pipeline.opening import open_office
from pipeline.template import write_plan

NOW = "2024-01-10T09:00:00"
ON_PLAN = "เป็นไปตามแผน"


def build(root: Path, units: int, then: float = 1_700_000_000) -> Path:
    """An office whose inbox holds 2 forms a unit (one in five wrong) and a dozen more files, in a fixed order: among them
    evidence, a mail that carries the last unit's result and a zip with its plan, an encrypted zip, and an unlock given by
    command: the first unit had confirmed its first quarter, and sends one figure of it anew."""
    begin.make_demo(root, "ministry", units, 0.2, 1, False, NOW, lambda *_: None)
    with (root / "opsbook.toml").open("a", encoding="utf-8") as settings:
        settings.write('pdf = "no"\n')  # crashes are of our program, and need not wait for another one
    inbox = root / "inbox"
    office = open_office(root)
    with closing(office.engine.connect()) as connection:
        plan = book.plan_of(connection, begin.DEMO_YEAR)
    assert plan is not None
    office.engine.dispose()
    content = copy.deepcopy(dict(plan.content))
    content["indicators"][0]["name"] += " (ฉบับปรับปรุง)"
    write_plan(content, str(inbox / "แผน 2.xlsx"), datetime(2023, 11, 1, tzinfo=UTC), begin.DEMO_YEAR)
    first = min(inbox.glob("monthly*.xlsx"))
    shutil.copy(first, inbox / "สำเนา (2).xlsx")
    (inbox / "เปล่า.xlsx").write_bytes(b"")
    (inbox / "note.xlsx").write_text("ไม่ใช่ไฟล์ Excel", encoding="utf-8")
    with xlsxwriter.Workbook(str(inbox / "ของคนอื่น.xlsx")) as workbook:
        workbook.add_worksheet().write_string(0, 0, "ของคนอื่น")
    unit = plan.reporting_units[0]
    code, other = (i["code"] for i in plan.assigned(unit)[:2])
    _confirm(root, unit, other)
    (inbox / unit).mkdir()
    (inbox / unit / "แผนที่ยุทธศาสตร์ 2567.pdf").write_bytes(pdf())
    (inbox / f"{unit}.{code}.2567-Q1.png").write_bytes(png())
    (inbox / "แปลกปลอม.pdf").write_bytes(exe())
    _post(inbox)
    _unlock(root, unit, other)
    for n, path in enumerate(sorted(p for p in inbox.rglob("*") if p.is_file() and p.name != "README.md")):
        os.utime(path, (then + n, then + n))
    return root


def _confirm(root: Path, unit: str, indicator: str) -> None:
    """The unit's first figure of the first quarter is confirmed already; a file that changes it waits in the inbox."""
    office, inbox, aside = Place(root), root / "inbox", root / "aside"
    shutil.copytree(inbox, aside)
    for path in inbox.glob("*.xlsx"):
        path.unlink()
    template = office.template(unit, "quarterly_result")
    first, second = (
        fill(template, root / f"{value}.xlsx", result("q1", indicator, value, plan_status=ON_PLAN, state=CONFIRMED))
        for value in ("3", "4")
    )
    taken = office.take(first, "ยืนยัน.xlsx", NOW)
    assert taken["state"] == "accepted", taken
    shutil.copytree(aside, inbox, dirs_exist_ok=True)
    shutil.rmtree(aside)
    first.unlink()
    second.rename(inbox / "แก้หลังยืนยัน.xlsx")


def _unlock(root: Path, unit: str, indicator: str) -> None:
    """The planning officer's command, handed in and not yet taken."""
    office = open_office(root, datetime(2024, 1, 10, 9, tzinfo=UTC))
    row = {"fiscal_year": begin.DEMO_YEAR, "unit": unit, "form": "quarterly_result", "indicator": indicator}
    said = {"period": f"{begin.DEMO_YEAR}-Q1", "memo": "กค 0201/9", "reason": "คลาดเคลื่อน", "until": "2024-02-15"}
    with closing(office.engine.connect()) as connection:
        number = book.last_number(connection) + 1
    data = commanded.document({**row, **said})
    intake.hand_in(office.settings, number, "unlock.json", data, office.clock.now(), commanded.CHANNEL)
    office.engine.dispose()


def _post(inbox: Path) -> None:
    """The last unit's forms come by mail, one of them in a zip within it."""
    forms = {form: max(inbox.glob(f"{form}*.xlsx")) for form in ("monthly_plan", "quarterly_result")}
    data = {form: path.read_bytes() for form, path in forms.items()}
    for path in forms.values():
        path.unlink()
    within = mails.zipped({"แผน.xlsx": data["monthly_plan"], "อ่าน.txt": b"note"})
    body = mails.multipart(
        mails.text(),
        mails.attached(data["quarterly_result"], mails.rfc2231(mails.THAI)),
        mails.attached(within, "; filename=plan.zip"),
        mails.attached(mails.encrypted_zip(b"x" * 500), "; filename=locked.zip"),
    )
    (inbox / "ส่งผล.eml").write_bytes(mails.mail(body))
    (inbox / "ทักทาย.eml").write_bytes(mails.mail(mails.text()))
    (inbox / "ล็อก.zip").write_bytes(mails.encrypted_zip(b"x" * 500))
