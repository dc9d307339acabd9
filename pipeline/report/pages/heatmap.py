"""The heat map: units down, indicators across, each score as number and colour, each missing one as a word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.model import Scorecard
from pipeline.office import panels, styles
from pipeline.office.book import Book, Worksheet
from pipeline.report import order
from pipeline.report.pages.contents import HEAT_TOP, Contents
from pipeline.report.words import REPORTED, REPORTED_SHORT, as_of, footer, light_meaning, period
from schemas.language import Text

TITLE = Text("แผนที่ความร้อน: คะแนนรายหน่วยงานและตัวชี้วัด", "Heat map: scores by unit and indicator")
_NAME, _TOTAL, _CELL, _SIZE = 40.0, 9.5, 9.5, 13.0
_FIRST_SCORE = 3  # after unit, parent or short name, headline
_HEAD, _NAMES = HEAT_TOP - 2, HEAT_TOP - 1
_NAME_LETTERS, _NAMES_HIGH = 62, 170.0
_PRINT_SCALE = 60


def matrix(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a unit x indicator assigned, with what its cell shows: `score`, or `shown` where there is none."""
    place = order.ranks(rows["indicator"])
    shown = rows["reported"].map({code: text.th for code, text in REPORTED_SHORT.items()})
    points = rows["points"].map(lambda p: f"{p:.0f} ค." if p == p else "")
    percent = rows["achievement_percent"].map(lambda p: f"{p:.0f}%" if p == p else "")
    unscored = (rows["reported"] == "reported") & rows["score"].isna()
    shown = shown.where(~unscored | (points + percent == ""), points.where(points != "", percent))
    found = rows[["unit", "indicator", "indicator_name", "score", "light"]].assign(
        shown=shown.where(rows["score"].isna(), "")
    )
    return found.assign(at=found["indicator"].map(place).astype("int64"))


def draw(book: Book, sheet: Worksheet, card: Scorecard, tables: Mapping[str, pd.DataFrame], contents: Contents) -> None:
    """Draw title, key of colours, matrix and below it the names that were cut."""
    heat, units = tables["heat"], tables["units"]
    codes = heat.drop_duplicates("at").sort_values("at")
    last = _FIRST_SCORE + max(len(codes), 1) - 1
    for n, width in enumerate(_widths(tables, max(len(codes), 7))):
        sheet.set_column(n, n, width)
    row = panels.title(
        book, sheet, max(last, 9), TITLE.th, period(card).th, f"{TITLE.en}  ·  {card.office_name}  ·  {as_of(card)}"
    )
    panels.ways(book, sheet, row, [(0, 0), (1, 2), (3, 5), (6, 9)], contents.ways(contents.heatmap))
    _key(book, sheet, card, row + 1, max(last, 9), sum(_widths(tables, max(len(codes), 7))))
    panels.gap(sheet, row + 2, 6)
    _heads(book, sheet, codes)
    _cells(book, sheet, units, heat, contents)
    _names(book, sheet, codes, HEAT_TOP + len(units) + 1, last)
    sheet.freeze_panes(HEAT_TOP, _FIRST_SCORE)
    _page(sheet, card, tables, codes)
    sheet.set_zoom(85)


def _page(sheet: Worksheet, card: Scorecard, tables: Mapping[str, pd.DataFrame], codes: pd.DataFrame) -> None:
    """One page where that stays readable, else one page wide, else pages side by side with the units repeated."""
    widths = _widths(tables, len(codes))
    heights = [styles.row_height(_SIZE)] * (len(tables["units"]) + 2 * len(_cut(codes)) + 7) + [_NAMES_HIGH]
    least = _PRINT_SCALE / 100
    head = (_HEAD, _NAMES)
    if styles.fit_scale(widths, heights, True, styles.MARGINS) >= least:
        styles.page(sheet, footer(card), wide=1, high=1)
    elif styles.fit_scale(widths, [1.0], True, styles.MARGINS) >= least:
        styles.page(sheet, footer(card), header_rows=head)
    else:
        styles.page(sheet, footer(card), scale=_PRINT_SCALE, header_rows=head, header_columns=(0, 2))


def _cut(codes: pd.DataFrame) -> pd.DataFrame:
    """The indicators whose name does not fit the heading."""
    return codes[codes["indicator_name"].map(lambda name: styles.shortened(name, _NAME_LETTERS) != name)]


def _widths(tables: Mapping[str, pd.DataFrame], codes: int) -> list[float]:
    return [_NAME, 22.0 if len(tables["parents"]) > 1 else 12.0, _TOTAL, *[_CELL] * codes]


def _key(book: Book, sheet: Worksheet, card: Scorecard, row: int, last: int, room: float) -> None:
    """What colours and words mean, in words."""
    words = [f"{styles.LIGHTS[c].label} {light_meaning(card, c).th}" for c in ("green", "yellow", "red")]
    gaps = ["cannot", "blank", "held", "not_due"]
    gaps += ["not_applicable"] if (card.rows["reported"] == "not_applicable").any() else []
    words += [f"{REPORTED_SHORT[c].th} = {REPORTED[c].th}" for c in gaps]
    words += ["ค. = คะแนน PMQA", "ช่องว่าง = ไม่ได้มอบหมาย"]
    panels.note(book, sheet, row, "   ".join(words), min(room, 190.0), 0, min(last, 14))


def _heads(book: Book, sheet: Worksheet, codes: pd.DataFrame) -> None:
    """Two heading rows: code, then the name upright."""
    style: dict[str, Any] = {
        "bold": True,
        "font_color": styles.WHITE,
        "bg_color": styles.NAVY,
        "border": 1,
        "border_color": styles.LINE,
        "text_wrap": True,
        "font_size": _SIZE,
    }
    sheet.set_row(_HEAD, styles.row_height(_SIZE))
    sheet.set_row(_NAMES, _NAMES_HIGH)
    for column, word in enumerate(("หน่วยงาน\nUnit", "สังกัด/ชื่อย่อ\nParent", "คะแนน\nScore")):
        book.block(sheet, (_HEAD, column, _NAMES, column), word, align="center" if column == 2 else "left", **style)
    upright = style | {
        "bold": False,
        "font_color": styles.INK,
        "bg_color": styles.BAND,
        "rotation": 90,
        "font_size": 11,
    }
    for n, (code, name) in enumerate(zip(codes["indicator"], codes["indicator_name"], strict=True)):
        book.text(sheet, _HEAD, _FIRST_SCORE + n, code, align="center", **style)
        book.text(
            sheet,
            _NAMES,
            _FIRST_SCORE + n,
            styles.shortened(name, _NAME_LETTERS),
            align="center",
            valign="bottom",
            **{k: v for k, v in upright.items() if k != "valign"},
        )


def _cells(book: Book, sheet: Worksheet, units: pd.DataFrame, heat: pd.DataFrame, contents: Contents) -> None:
    """The matrix; a unit's name leads to its rows in master.xlsx."""
    row_of = {unit: HEAT_TOP + n for n, unit in enumerate(units["unit"])}
    rule: dict[str, Any] = {"font_size": _SIZE, "border": 1, "border_color": styles.LINE}
    several = units["parent"].nunique() > 1
    for record in units.to_dict("records"):
        row = row_of[record["unit"]]
        sheet.set_row(row, styles.row_height(_SIZE))
        name = styles.shortened(record["unit_name"], 40)
        book.link(
            sheet,
            row,
            0,
            contents.to_master(record["unit"]),
            name,
            font_color=styles.ACCENT,
            underline=1,
            shrink=True,
            **rule,
        )
        parent = contents.parents.get(record["parent"])
        if several and parent:
            book.link(
                sheet,
                row,
                1,
                contents.to(parent),
                styles.shortened(record["parent_name"], 18),
                font_color=styles.ACCENT,
                underline=1,
                **rule,
            )
        else:
            book.text(sheet, row, 1, styles.shortened(record["unit_short"], 18), font_color=styles.MUTED, **rule)
        book.number(
            sheet,
            row,
            2,
            record["headline"],
            num_format="0.00",
            bold=True,
            align="center",
            **rule,
            **styles.light_style(record["light"]),
        )
    for unit, at, score, light, shown in zip(
        heat["unit"], heat["at"], heat["score"], heat["light"], heat["shown"], strict=True
    ):
        row = row_of[unit]
        if score == score:
            book.number(
                sheet,
                row,
                _FIRST_SCORE + at,
                score,
                num_format="0.00",
                align="center",
                **rule,
                **styles.light_style(light),
            )
        else:
            book.text(
                sheet,
                row,
                _FIRST_SCORE + at,
                shown,
                align="center",
                **(rule | {"font_size": 12}),
                **styles.light_style(light),
            )


def _names(book: Book, sheet: Worksheet, codes: pd.DataFrame, row: int, last: int) -> None:
    """The names that were cut, in full, below the matrix."""
    codes = _cut(codes)
    if not len(codes):
        return
    panels.heading(book, sheet, row, 0, min(max(last, 9), 14), "ชื่อเต็มของตัวชี้วัดที่ย่อไว้", "Names cut above, in full")
    last = min(max(last, 9), 14)
    room = 12 + _TOTAL + (last - 2) * _CELL
    for n, (code, name) in enumerate(zip(codes["indicator"], codes["indicator_name"], strict=True), start=row + 1):
        sheet.set_row(n, styles.row_height(_SIZE, styles.lines_of(name, room, _SIZE)))
        book.text(sheet, n, 0, code, font_size=_SIZE, bold=True, indent=1, valign="top")
        book.block(sheet, (n, 1, n, last), name, font_size=_SIZE, text_wrap=True, valign="top")
