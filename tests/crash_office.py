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

from pipeline import begin
from pipeline.ledger import book
from pipeline.opening import open_office
from pipeline.template import write_plan

NOW = "2024-01-10T09:00:00"


def build(root: Path, units: int, then: float = 1_700_000_000) -> Path:
    """An office whose inbox holds 2 forms a unit (one in five wrong) and a dozen more files, in a fixed order: among them
    evidence, a mail that carries the last unit's result and a zip with its plan, and an encrypted zip."""
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
    code = plan.assigned(unit)[0]["code"]
    (inbox / unit).mkdir()
    (inbox / unit / "แผนที่ยุทธศาสตร์ 2567.pdf").write_bytes(pdf())
    (inbox / f"{unit}.{code}.2567-Q1.png").write_bytes(png())
    (inbox / "แปลกปลอม.pdf").write_bytes(exe())
    _post(inbox)
    for n, path in enumerate(sorted(p for p in inbox.rglob("*") if p.is_file() and p.name != "README.md")):
        os.utime(path, (then + n, then + n))
    return root


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
