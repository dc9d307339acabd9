"""executive.docx: the quarterly report to the executives: results, problems and obstacles, remedies, what changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from pipeline.model import Scorecard
from pipeline.office import styles
from pipeline.office.document import SMALL, TABLE, Bar, Cell, Paper, Row
from pipeline.report import history, order
from pipeline.report.pages import behind
from pipeline.report.words import (
    BECAME,
    RAISE,
    RAISE_RULE,
    as_of,
    day,
    figure,
    fixed,
    light_meaning,
    period,
)
from schemas.language import Text
from schemas.periods import name_of

FILE = "executive.docx"
TITLE = Text("รายงานสรุปผลการดำเนินงานเสนอผู้บริหาร", "Quarterly report to the executives")
TABLE_WORD, CHART_WORD = Text("ตารางที่", "Table"), Text("แผนภูมิที่", "Chart")
SECTIONS = {
    "results": Text("ผลการดำเนินงานโดยสรุป", "Results"),
    "units": Text("คะแนนรายหน่วยงาน", "Scores by unit"),
    "problems": Text("ปัญหา อุปสรรค และแนวทางแก้ไข", "Problems, obstacles and remedies"),
    "remedies": Text("ผลของแนวทางแก้ไขที่เสนอไว้ไตรมาสก่อน", "What became of last quarter's remedies"),
    "changes": Text("สิ่งที่เปลี่ยนไปจากไตรมาสก่อน", "What changed since last quarter"),
    "restated": Text(
        "ตัวเลขที่ปรับแก้หลังพ้นกำหนดส่งของงวด หรือหลังปลดล็อก", "Figures restated after their quarter closed, or under an unlock"
    ),
    "advice": Text("ตัวชี้วัดที่ควรทบทวนเป้าหมาย", "Targets to review"),
}
NO_SCORE = Text("ยังไม่มีคะแนนรวมในงวดนี้", "No score yet in this period")
MOST = {"units": 30, "behind": 30, "rows": 20}  # beyond that nobody reads; the workbooks have them all
_HEAD = Cell(bold=True, fill=styles.NAVY, ink=styles.WHITE, size=SMALL, align="center")
_LETTERS = 320


def tables(card: Scorecard) -> dict[str, pd.DataFrame]:
    """The frames behind the sections. Pure."""
    return {
        "behind": behind.listed(order.by_unit(card.rows)),
        "remedies": history.remedies(card),
        "moves": history.moves(card),
        "lights": history.lights(card),
        "restated": history.restated(card),
        "arrived": history.arrived_late(card),
        "advice": history.raise_target(card.rows),
    }


def draw(card: Scorecard, tables: dict[str, pd.DataFrame], path: str) -> None:
    """Write the document; the same card gives the same bytes."""
    heading = f"{card.office_name}  ·  {period(card).th}"
    paper = Paper(f"{TITLE.th} {period(card).th}", heading, card.as_of, letterhead=card.letterhead)
    paper.line(card.office_name, size=20, bold=True, ink=styles.NAVY, align="center", after=0)
    paper.line(TITLE.th, size=22, bold=True, ink=styles.NAVY, align="center", after=0)
    paper.line(period(card).th, size=18, bold=True, align="center", after=0)
    paper.line(as_of(card), size=TABLE, ink=styles.MUTED, align="center", after=10)
    paper.contents([(f"{n}. {text.th}", key) for n, (key, text) in enumerate(SECTIONS.items(), 1)])
    drawers = (_results, _units, _problems, _remedies, _changes, _restated, _advice)
    for n, ((key, text), section) in enumerate(zip(SECTIONS.items(), drawers, strict=True), 1):
        paper.heading(f"{n}. {text.th}", 1, anchor=key)
        section(paper, card, tables)
    paper.save(path)


# -- 1 and 2: results -------------------------------------------------------------------------------------------------


def _results(paper: Paper, card: Scorecard, _tables: dict[str, pd.DataFrame]) -> None:
    total = card.office
    light = styles.LIGHTS[str(total["light"])].label
    before = total.get("previous")
    score = (
        f"คะแนนรวม {fixed(total['headline'])} จาก 5 ({light})"
        if total["headline"] == total["headline"]
        else NO_SCORE.th
    )
    known = before is not None and before == before and total["headline"] == total["headline"]
    change = f" {_change(total['headline'] - before)} จากไตรมาสก่อน" if known else ""
    paper.line(
        f"{score}{change} รายงานแล้ว {total['reported']:,} จาก {total['indicators']:,} ตัวชี้วัด "
        f"คิดเป็นความครอบคลุมร้อยละ {total['coverage']:.2f} ของน้ำหนัก ล่าช้ากว่าแผน {total['behind']:,} ตัวชี้วัด รอแก้ไข {total['held']:,}"
    )
    then, moved = history.last_year(card)
    if then == then:
        now = f" ปีนี้ {_change(moved)}" if moved == moved else ""
        paper.line(f"คะแนนรวมในไตรมาสเดียวกันของปีก่อน {fixed(then)}{now}")
    lines = [
        ("คะแนนรวมเฉพาะที่รายงาน", fixed(total["score_reported"])),
        ("คะแนนรวมทุกตัวชี้วัด", fixed(total["score_all"])),
        ("หน่วยงานที่รายงาน", f"{total['units_reporting']:,} จาก {total['units']:,}"),
        ("ตัวชี้วัดที่ยืนยันแล้ว", f"{total['confirmed']:,} จาก {total['indicators']:,}"),
        ("แถวที่ส่งหลังกำหนด", f"{total['late']:,}"),
    ]
    lines += [(f"สัญญาณไฟ {s.label} ({light_meaning(card, k).th})", f"{total[k]:,}") for k, s in styles.LIGHTS.items()]
    fills = [""] * 5 + [s.fill for s in styles.LIGHTS.values()]
    paper.caption(TABLE_WORD, "ภาพรวมของงวด")
    rows = [Row([Cell(a, fill=f), Cell(b, align="right", fill=f)]) for (a, b), f in zip(lines, fills, strict=True)]
    paper.table((115, 50), rows)
    trend = card.trend[card.trend["unit"] == ""]
    paper.caption(CHART_WORD, "คะแนนรวมรายไตรมาส (เต็ม 5)")
    paper.bars([_bar(name_of(t.period).th, t.headline, card) for t in trend.itertuples()], 5)


def _bar(label: str, score: float, card: Scorecard) -> Bar:
    light = _light(card, score)
    return Bar(label, score, light, f"{fixed(score, 2)}  {styles.LIGHTS[light].label}")


def _light(card: Scorecard, score: float) -> str:
    green, yellow = (float(card.settings.get(k) or d) for k, d in (("green_from", 4), ("yellow_from", 3)))
    return "grey" if score != score else "green" if score >= green else "yellow" if score >= yellow else "red"


def _units(paper: Paper, card: Scorecard, _tables: dict[str, pd.DataFrame]) -> None:
    many = len(card.units) > MOST["units"] and len(card.parents) > 1
    frame, who = (card.parents, "ต้นสังกัด") if many else (card.units, "หน่วยงาน")
    ranked = frame.sort_values("headline", ascending=False, kind="stable", na_position="last")
    scored = ranked[ranked["headline"].notna()]
    # Of very many the best are all alike; as on the first page of the workbook, the lowest are what is asked about.
    shown = scored.tail(MOST["units"]) if len(ranked) > MOST["units"] else ranked
    lowest = f" {len(shown):,} แห่งที่คะแนนต่ำสุด จาก {len(ranked):,} แห่ง" if len(shown) < len(ranked) else ""
    paper.caption(CHART_WORD, f"คะแนนราย{who} (เต็ม 5){lowest}")
    paper.bars([Bar(u.unit_name, u.headline, u.light, f"{fixed(u.headline, 2)}  {styles.LIGHTS[u.light].label}") for u in shown.itertuples()], 5, 72)  # fmt: skip


def _of(shown: int, every: int) -> str:
    return f" แสดง {shown:,} จาก {every:,}" if shown < every else ""


def _change(value: float) -> str:
    return f"{'▲ +' if value > 0 else '▼ ' if value < 0 else ''}{value:.2f}" if round(value, 2) else "เท่าเดิม"


# -- 3 and 4: problems and remedies -----------------------------------------------------------------------------------


def _problems(paper: Paper, card: Scorecard, tables: dict[str, pd.DataFrame]) -> None:
    found = tables["behind"]
    if not len(found):
        paper.line("ไม่มีตัวชี้วัดที่ล่าช้ากว่าแผนในงวดนี้")
        return
    shown = found.head(MOST["behind"])
    paper.line(
        f"ล่าช้ากว่าแผน {len(found):,} ตัวชี้วัด จาก {found['unit'].nunique():,} หน่วยงาน เรียงจากสัญญาณไฟต่ำสุดและน้ำหนักมากที่สุด",
        keep=True,
    )
    paper.caption(TABLE_WORD, f"ปัญหา อุปสรรค และแนวทางแก้ไข{_of(len(shown), len(found))}")
    lines = [
        (
            f"{r.unit_name}\n{r.indicator} {r.indicator_name}",
            f"{figure(r.plan)} / {figure(r.result)}",
            r.problem,
            r.remedy,
        )
        for r in shown.itertuples()
    ]
    _grid(paper, (66, 21, 39, 39), ("หน่วยงานและตัวชี้วัด", "แผน / ผล", "สาเหตุ ปัญหาและอุปสรรค", "แนวทางแก้ไข"), lines, (1,))


def _remedies(paper: Paper, card: Scorecard, tables: dict[str, pd.DataFrame]) -> None:
    found = tables["remedies"]
    if not history.previous(card):
        paper.line("งวดนี้เป็นไตรมาสแรกของปี จึงยังไม่มีแนวทางแก้ไขของไตรมาสก่อนให้ติดตาม")
        return
    if not len(found):
        paper.line("ไตรมาสก่อนไม่มีตัวชี้วัดที่ล่าช้ากว่าแผน")
        return
    counts = {k: int((found["became"] == k).sum()) for k in BECAME}
    paper.line(
        " · ".join(f"{BECAME[k].th} {n:,}" for k, n in counts.items()) + f" จาก {len(found):,} ตัวชี้วัดที่ล่าช้าในไตรมาสก่อน",
        keep=True,
    )
    shown = found.head(MOST["rows"])
    paper.caption(TABLE_WORD, f"ผลของแนวทางแก้ไข{_of(len(shown), len(found))}")
    lines = [
        (f"{r.unit_name}\n{r.indicator} {r.indicator_name}", r.remedy_before, f"{figure(r.result_before)} → {figure(r.result)}", BECAME[r.became].th)
        for r in shown.itertuples()
    ]  # fmt: skip
    _grid(paper, (70, 45, 24, 26), ("หน่วยงานและตัวชี้วัด", "แนวทางแก้ไขที่เสนอไว้", "ผล", "ขณะนี้"), lines, (2, 3))


# -- 5 to 7: changes, restated, advice --------------------------------------------------------------------------------


def _changes(paper: Paper, card: Scorecard, tables: dict[str, pd.DataFrame]) -> None:
    if not history.previous(card):
        paper.line("งวดนี้เป็นไตรมาสแรกของปี การเปรียบเทียบจะเริ่มตั้งแต่ไตรมาสที่ 2")
        return
    moves, lights = tables["moves"], tables["lights"]
    up, down = int((moves["change"] > 0).sum()), int((moves["change"] < 0).sum())
    better, worse = int((lights["step"] > 0).sum()), int((lights["step"] < 0).sum())
    paper.line(
        f"คะแนนสูงขึ้น {up:,} หน่วยงาน ลดลง {down:,} หน่วยงาน สัญญาณไฟดีขึ้น {better:,} ตัวชี้วัด แย่ลง {worse:,} ตัวชี้วัด "
        f"เทียบกับ{name_of(history.previous(card)).th}"
    )
    if len(moves):
        ends = pd.concat([moves.head(10), moves.tail(10)]).drop_duplicates("unit")
        rest = "ลดลงมากหรือเพิ่มขึ้นน้อยที่สุด และเพิ่มขึ้นมากที่สุด" if len(ends) < len(moves) else "เปลี่ยน"
        paper.caption(TABLE_WORD, f"หน่วยงานที่คะแนน{rest}{_of(len(ends), len(moves))}")
        lines = [(r.unit_name, fixed(r.previous), fixed(r.headline), _change(r.change)) for r in ends.itertuples()]
        _grid(paper, (85, 26, 26, 28), ("หน่วยงาน", "ไตรมาสก่อน", "ไตรมาสนี้", "เปลี่ยน"), lines, (1, 2, 3))


def _restated(paper: Paper, _card: Scorecard, tables: dict[str, pd.DataFrame]) -> None:
    found = tables["restated"]
    _arrived(paper, tables["arrived"])
    if not len(found):
        paper.line("ไม่มีตัวเลขใดที่ส่งทันกำหนดแล้วถูกแก้ภายหลัง")
        return
    shown = found.head(MOST["rows"])
    paper.caption(TABLE_WORD, f"ตัวเลขเดิมและตัวเลขใหม่{_of(len(shown), len(found))}")
    lines = [
        (f"{r['unit_name']}\n{r['indicator']} {r['indicator_name']}", name_of(r["period"]).th, figure(r["old_value"]), figure(r["new_value"]), f"{history.why(r)}\n{history.effect(r)}")
        for r in shown.to_dict("records")
    ]  # fmt: skip
    _grid(
        paper,
        (52, 22, 16, 16, 59),
        ("หน่วยงานและตัวชี้วัด", "งวด", "เดิม", "ใหม่", "เหตุผล ผู้แก้ และผลต่อคะแนน"),
        lines,
        (1, 2, 3),
    )


def _arrived(paper: Paper, found: pd.DataFrame) -> None:
    """Figures that came only after the closing: nothing stood there before, so they are told apart from the restated."""
    if not len(found):
        return
    shown = found.head(MOST["rows"])
    paper.caption(TABLE_WORD, f"ตัวเลขที่มาถึงครั้งแรกหลังพ้นกำหนดส่งของงวด{_of(len(shown), len(found))}")
    lines = [
        (f"{r.unit_name}\n{r.indicator} {r.indicator_name}", name_of(r.period).th, figure(r.value), f"{day(r.received_at)}\n{r.file}")
        for r in shown.itertuples()
    ]  # fmt: skip
    _grid(paper, (70, 24, 20, 51), ("หน่วยงานและตัวชี้วัด", "งวด", "ผล", "ได้รับวันที่ และไฟล์"), lines, (1, 2))


def _advice(paper: Paper, _card: Scorecard, tables: dict[str, pd.DataFrame]) -> None:
    found = tables["advice"]
    paper.line(RAISE_RULE.th, size=TABLE, ink=styles.MUTED, keep=True)
    if not len(found):
        paper.line("ไม่มีตัวชี้วัดที่เข้าเงื่อนไข")
        return
    shown = found.head(MOST["rows"])
    paper.caption(TABLE_WORD, f"{RAISE.th}{_of(len(shown), len(found))}")
    lines = [
        (f"{r.unit_name}\n{r.indicator} {r.indicator_name}", figure(r.target), " / ".join(figure(v) for v in (r.baseline3, r.baseline2, r.baseline1)))
        for r in shown.itertuples()
    ]  # fmt: skip
    _grid(paper, (95, 25, 45), ("หน่วยงานและตัวชี้วัด", "เป้าหมาย", "ผลย้อนหลัง 3 / 2 / 1 ปี"), lines, (1, 2))


def _grid(
    paper: Paper, widths: Sequence[float], heads: Sequence[str], lines: Iterable[Sequence[str]], centred: Sequence[int]
) -> None:
    rows = [Row([_HEAD.of(h) for h in heads], heading=True)]
    for line in lines:
        texts = [t if "\n" in t else styles.shortened(t, _LETTERS) for t in map(str, line)]
        rows.append(Row([Cell(t, size=SMALL, align="center" if n in centred else "left") for n, t in enumerate(texts)]))
    paper.table(widths, rows)
