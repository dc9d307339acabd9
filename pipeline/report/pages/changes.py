"""What changed: against last quarter, restated figures, what became of remedies, and targets that ask nothing any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from pipeline.model import Scorecard
from pipeline.office import panels, styles
from pipeline.office.book import Book, Worksheet
from pipeline.office.breaks import Pages
from pipeline.office.panels import Tile
from pipeline.office.tables import Look, Painter
from pipeline.report import history
from pipeline.report.pages.changes_sections import SECTIONS, Section
from pipeline.report.pages.contents import Contents
from pipeline.report.words import BECAME, RAISE, RAISE_RULE, as_of, day, fixed, footer, period
from schemas.language import Text
from schemas.periods import name_of

TITLE = Text("สิ่งที่เปลี่ยนไป", "What changed")
FIRST_QUARTER = Text(
    "งวดนี้เป็นไตรมาสแรกของปี การเปรียบเทียบกับไตรมาสก่อนเริ่มตั้งแต่ไตรมาสที่ 2",
    "The first quarter of the year: comparison begins with the second",
)
MOST = 100  # rows a section; master.xlsx has everything
WIDTHS = (30.0, 48.0, 14.0, 14.0, 17.0, 36.0, 32.0)
_LAST = len(WIDTHS) - 1
_WAYS = ((0, 0), (1, 1), (2, 4), (5, 5), (6, 6))
_TILES = ((0, 0), (1, 1), (2, 4), (5, 5), (6, 6))
_SIZE = 13.0
_GAP = 12.0
_TOGETHER = 2  # rows that a heading never leaves
_TOP = [styles.row_height(panels.TITLE) + 4, *map(styles.row_height, (panels.SMALL, panels.BODY)), 6.0]
_TOP += [*map(styles.row_height, (panels.BODY, panels.FIGURE, panels.SMALL)), _GAP]  # title, ways, tiles


def shown(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The frames of the sections with the texts their columns show. Pure."""
    found = {
        name: _named(tables[name]) for name in ("restated", "arrived", "lights", "remedies", "advice", "last_year")
    }
    changes = found["restated"].to_dict("records")
    found["restated"] = found["restated"].assign(
        period_text=[name_of(c["period"]).th for c in changes],
        why_text=[f"{history.why(c)}{_day(str(c['received_at']))}" for c in changes],
        effect_text=[history.effect(c) for c in changes],
    )
    found["arrived"] = found["arrived"].assign(
        period_text=lambda f: [name_of(p).th for p in f["period"]],
        came_text=lambda f: [day(t) for t in f["received_at"]],
    )
    labels = {k: light.label for k, light in styles.LIGHTS.items()}
    moves = tables["moves"]
    found["moves"] = moves.assign(
        light_text=moves["light"].map(labels), change_text=[_signed(v) for v in moves["change"]]
    )
    found["lights"] = found["lights"].assign(
        lights_text=lambda f: [
            f"{labels[a]} → {labels[b]}" for a, b in zip(f["light_before"], f["light"], strict=True)
        ],
        way=lambda f: ["▲ ดีขึ้น" if step > 0 else "▼ แย่ลง" for step in f["step"]],
    )
    found["last_year"] = found["last_year"].assign(
        change_text=lambda f: [_signed(v) if v == v and v else "" if v != v else "เท่าเดิม" for v in f["change"]],
        scores_text=lambda f: [
            f"{fixed(a)} → {fixed(b)}" for a, b in zip(f["last_year_score"], f["score"], strict=True)
        ],
    )
    found["remedies"] = found["remedies"].assign(became_text=lambda f: [BECAME[b].th for b in f["became"]])
    found["advice"] = found["advice"].assign(advice=RAISE.th)
    return found


def _day(moment: str) -> str:
    """When a file came, as it stands after who: " · 20 กุมภาพันธ์ 2567"; nothing where none came."""
    return f" · {day(moment)}" if moment else ""


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    pairs = zip(frame["indicator"], frame["indicator_name"], strict=True)
    return frame.assign(indicator_text=[f"{a} {b}" for a, b in pairs])


def _signed(value: float) -> str:
    return f"▲ +{value:.4f}" if value > 0 else f"▼ {value:.4f}"


def draw(book: Book, sheet: Worksheet, card: Scorecard, tables: Mapping[str, pd.DataFrame], contents: Contents) -> None:
    """Draw tiles and sections from top to bottom; in the first quarter the comparisons say when they begin.

    Where pages end is fixed: no heading stands alone at a foot, and a table has its heading on each of its pages.
    """
    for n, width in enumerate(WIDTHS):
        sheet.set_column(n, n, width)
    past = history.previous(card)
    against = f"  ·  เทียบกับ{name_of(past).th}" if past else ""
    below = f"{TITLE.en}  ·  {card.office_name}  ·  {as_of(card)}{against}"
    row = panels.title(book, sheet, _LAST, TITLE.th, period(card).th, below)
    panels.ways(book, sheet, row, _WAYS, contents.ways(contents.changes))
    row = panels.gap(sheet, row + 1, 6)
    for (first, end), tile in zip(_TILES, _tiles(card, tables, past), strict=True):
        panels.tile(book, sheet, row, first, end, tile)
    row = panels.gap(sheet, panels.tile_rows(sheet, row), _GAP)
    frames, pages = shown(tables), Pages(WIDTHS)
    pages.add(0, *_TOP)
    for section in SECTIONS:
        row = panels.gap(sheet, _section(book, sheet, section, frames[section.frame], row, bool(past), pages), _GAP)
        pages.add(row - 1, _GAP)
    styles.page(sheet, footer(card), high=pages.fix(sheet))
    sheet.set_zoom(85)


def _section(
    book: Book, sheet: Worksheet, section: Section, frame: pd.DataFrame, row: int, past: bool, pages: Pages
) -> int:
    shown, top = _ends(section, frame), row
    columns = [replace(c, width=w) for c, w in zip(section.columns, WIDTHS, strict=False)]
    painter = Painter(book, sheet, columns, Look(size=_SIZE, most_lines=8))
    rows = painter.heights(shown)
    above = [styles.row_height(panels.HEADING)]
    if section.frame == "advice":
        above.append(styles.row_height(panels.SMALL, styles.lines_of(RAISE_RULE.both, sum(WIDTHS), panels.SMALL)))
    body = [painter.heading_height(), *rows[:_TOGETHER]] if rows else [styles.row_height(panels.BODY)]
    pages.add(top, *above, *body)

    count = f" ({len(frame):,})" if len(frame) else ""
    panels.heading(book, sheet, row, 0, _LAST, section.title.th + count, section.title.en)
    row += 1
    if section.frame == "advice":
        panels.note(book, sheet, row, RAISE_RULE.both, sum(WIDTHS), 0, _LAST)
        row += 1
    if not rows:
        words = FIRST_QUARTER if section.needs_past and not past else section.empty
        sheet.set_row(row, styles.row_height(panels.BODY))
        book.block(sheet, (row, 0, row, _LAST), words.both, font_color=styles.MUTED, indent=1)
        return row + 1
    end = _table(painter, shown, rows, row, pages)
    if len(frame) > MOST:
        rest = f"แสดง {MOST:,} จาก {len(frame):,} แถว ทั้งหมดอยู่ใน master.xlsx"
        pages.add(end, styles.row_height(panels.SMALL))
        panels.note(book, sheet, end, rest, sum(WIDTHS), 0, _LAST)
        end += 1
    return end


def _table(painter: Painter, shown: pd.DataFrame, rows: list[float], row: int, pages: Pages) -> int:
    """The table, with its heading again on every page it goes on to; the row after it."""
    at = 0
    while at < len(rows):
        first = min(at + _TOGETHER, len(rows))
        if at:  # the beginning of the table is counted with the heading of its section
            pages.divide()
            pages.add(row, painter.heading_height(), *rows[at:first])
        end = first + pages.fitting(rows[first:])
        pages.add(row, *rows[first:end])
        painter.header(row)
        row = painter.rows(shown.iloc[at:end], row + 1)
        at = end
    return row


def _ends(section: Section, frame: pd.DataFrame) -> pd.DataFrame:
    """At most MOST rows: of the moves both ends, of everything else the first."""
    if section.frame == "moves" and len(frame) > MOST:
        return pd.concat([frame.head(MOST // 2), frame.tail(MOST // 2)], ignore_index=True)
    return frame.head(MOST)


def _tiles(card: Scorecard, tables: Mapping[str, pd.DataFrame], past: str) -> Sequence[Tile]:
    total, lights, moves = card.office, tables["lights"], tables["moves"]
    before = card.quarters[card.quarters["period"] == past] if past else card.quarters.iloc[:0]
    none = "ยังไม่มีไตรมาสก่อนให้เทียบ"
    light = str(total["light"])
    then_year, _ = history.last_year(card)
    against = [f"ไตรมาสก่อน {total['previous']:.2f}"] if past and total["previous"] == total["previous"] else []
    against += [f"ปีก่อน {then_year:.2f}"] if then_year == then_year else []

    def then(key: str, value: str, now: int) -> str:
        if not past:
            return none
        count = int((before[key] == value).sum())
        return f"ไตรมาสก่อน {count:,} ({now - count:+,})"

    return [
        Tile("คะแนนรวม / Score", total["headline"], styles.SCORE, " · ".join(against) or none, light),
        Tile("รายงานแล้ว / Reported", int(total["reported"]), styles.COUNT, then("reported", "reported", int(total["reported"]))),
        Tile("ล่าช้ากว่าแผน / Behind", int(total["behind"]), styles.COUNT, then("status", "behind", int(total["behind"]))),
        Tile(
            "สัญญาณไฟที่เปลี่ยน / Lights",
            f"▲ {int((lights['step'] > 0).sum()):,}  ▼ {int((lights['step'] < 0).sum()):,}" if past else "–",
            "",
            f"หน่วยงานคะแนนขึ้น {int((moves['change'] > 0).sum()):,} ลง {int((moves['change'] < 0).sum()):,}" if past else none,
        ),
        Tile("ปรับแก้หลังปิดงวด / Restated", len(tables["restated"]), styles.COUNT, f"มาถึงครั้งแรกหลังปิดงวด {len(tables['arrived']):,} ตัวเลข"),
    ]  # fmt: skip
