"""Questions to an office, which change nothing: who owes what, where a figure came from, what a rule would do or says."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from pipeline.commands.call import CALL, AsJson, clear_errors, in_thai, opened, say
from pipeline.commands.printing import STATES, which
from pipeline.commands.progress import progress_bar


def status(as_json: AsJson = False) -> None:
    """Who owes what, what arrived, what is returned, late or missing."""
    with clear_errors():
        from pipeline.register.status import as_json as told
        from pipeline.register.status import gather

        found = gather(opened())
        table = told(found)
    if as_json:
        print(json.dumps(table, ensure_ascii=False, indent=1))
        return
    _print_status(table)


def _print_status(table: dict[str, Any]) -> None:
    """Files and their balance, how everybody stands with how many units behind it, and a line per debt."""
    from schemas.answers import title_of
    from schemas.periods import name_of

    at = 0 if in_thai() else 1
    print(" · ".join(f"{STATES[k][at]} {n}" for k, n in table["files"].items()))
    sums = table["balance"]
    say(
        f"ไฟล์เข้า {sums['in']} = มีผลแล้ว {sums['final']} + รอ {sums['waiting']} + ไม่มีคำอธิบาย {sums['unexplained']}",
        f"files in {sums['in']} = final {sums['final']} + waiting {sums['waiting']} + unexplained {sums['unexplained']}",
    )
    for line in table["levels"]:
        if not line["level"]:
            shares = {k: _percent(line[k]) for k in ("completeness", "timeliness", "correctness")}
            say(
                f"ปี {line['fiscal_year']} ({line['units']:,} หน่วยงาน): ครบถ้วน {shares['completeness']} · "
                f"ตรงเวลา {shares['timeliness']} · ถูกต้อง {shares['correctness']} · ค้างเกินกำหนด {line['late']:,}",
                f"FY {line['fiscal_year']} ({line['units']:,} units): complete {shares['completeness']} · "
                f"on time {shares['timeliness']} · correct {shares['correctness']} · overdue {line['late']:,}",
            )
    for owed in table["owed"]:
        words = owed["words_th" if in_thai() else "words_en"]
        late = (f" (เกินกำหนด {owed['days']} วัน)", f" ({owed['days']} days overdue)")[at] if owed["late"] else ""
        form, period = title_of(owed["form"]), name_of(owed["period"])
        report = f"{form.th} {period.th}" if in_thai() else f"{form.en} {period.en}"
        print(f"  {owed['unit']} {owed['name']}: {report}: {words}{late}")


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}%"


def trace(
    unit: str,
    indicator: str,
    period: str,
    as_json: AsJson = False,
) -> None:
    """Where a figure came from: printed figure, score, aggregation, findings, file, sheet and cell."""
    with clear_errors():
        from pipeline.trace import trace as walk

        steps = walk(opened(), unit, indicator, period)
    if as_json:
        print(
            json.dumps(
                {"unit": unit, "indicator": indicator, "period": period, "steps": steps}, ensure_ascii=False, indent=1
            )
        )
        return
    for step in steps:
        print(f"{step['step']:<12} {step['th' if in_thai() else 'en']}")


def rehearse(
    rule: Annotated[str, typer.Argument(help="A rule's code, or all.")],
    as_json: AsJson = False,
) -> None:
    """Run a rule as it is now over all stored originals: which it would have returned or asked about. Stores nothing."""
    with clear_errors(), progress_bar() as progress:
        from pipeline.rehearse import rehearse as run_again

        found = run_again(opened(), rule, progress)
    if as_json:
        print(json.dumps(found.as_json(CALL.lang or "th"), ensure_ascii=False, indent=1))
        return
    words = {"returned": ("จะส่งกลับ", "returned"), "asked": ("จะถาม", "asked"), "told": ("จะแจ้ง", "told")}
    at = 0 if in_thai() else 1
    for file in found.files:
        print(f"  {words[file.would][at]}: {file.submission.number} {file.submission.name}")
        for f in file.findings:
            print(
                f"    {f.rule} {f.sheet} {', '.join(f.cells)}: {f.message.pick('th' if in_thai() else 'en')}{which(f)}"
            )
    listed = " · ".join(f"{w[at]} {found.count(k)}" for k, w in words.items())
    say(f"{found.rule}: ดู {found.looked_at} ไฟล์: {listed}", f"{found.rule}: {found.looked_at} files: {listed}")


def explain(code: str) -> None:
    """Print one rule of the catalogue: what it says, what to do, an example of a right value."""
    with clear_errors():
        from pipeline.model import OfficeError
        from schemas.rules_index import rules

        rule = rules().get(code.upper())
        if rule is None:
            raise OfficeError(f"ไม่มีกฎ {code}", f"there is no rule {code}")
        for line in (
            f"{rule.code} ({rule.severity})",
            rule.text.th,
            rule.text.en,
            rule.advice.th,
            rule.advice.en,
            f"ตัวอย่าง / example: {rule.example}",
        ):
            print(line)
