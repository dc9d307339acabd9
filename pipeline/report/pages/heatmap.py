"""The heat map: units down, indicators across, each score as number and colour, each missing one as a word."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import pandas as pd

from pipeline.model import Scorecard
from pipeline.office import panels, styles
from pipeline.office.book import Book, Worksheet
from pipeline.report import order
from pipeline.report.pages.contents import HEAT_TOP, INDICATORS, Contents
from pipeline.report.words import REPORTED, REPORTED_SHORT, as_of, footer, light_meaning, period
from schemas.language import Text

TITLE = Text("แผนที่ความร้อน: คะแนนรายหน่วยงานและตัวชี้วัด", "Heat map: scores by unit and indicator")
_NAME, _TOTAL, _CELL, _SIZE = 40.0, 9.5, 9.5, 13.0
_FIRST_SCORE = 3  # after unit, parent or short name, headline
_HEAD, _NAMES = HEAT_TOP - 2, HEAT_TOP - 1
_NAME_LETTERS, _NAMES_HIGH = 62, 170.0
_SHORT_LETTERS = 24
_NARROW_TITLE = 16.0
_PRINT_SCALE = 60
_SECOND = {True: Text("สังกัด", "Parent"), False: Text("ชื่อย่อ", "Short name")}  # of several parents?
Paper = Literal["one", "high", "beside"]  # a single page; pages below each other; pages beside each other too


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
    """Draw title, key of colours, matrix and, where they go on the same page, the names that were cut."""
    heat, units = tables["heat"], tables["units"]
    codes = heat.drop_duplicates("at").sort_values("at")
    last = _FIRST_SCORE + max(len(codes), 1) - 1
    short = _short(units, tables["parents"])
    widths = _widths(short, max(len(codes), 7))
    for n, width in enumerate(widths):
        sheet.set_column(n, n, width)
    paper = _paper(units, codes, _widths(short, len(codes)))
    breaks = _breaks(widths, len(codes)) if paper == "beside" else []
    end = breaks[0] - 1 if breaks else max(last, 9)  # the last column of the first page
    _title(book, sheet, card, (max(last, 9), end), paper)
    panels.ways(book, sheet, 2, [(0, 0), (1, 2), (3, 5), (6, 9)], contents.ways(contents.heatmap))
    _key(book, sheet, card, min(end, 14), widths, paper)
    panels.gap(sheet, 4, 6)
    _heads(book, sheet, codes, _SECOND[units["parent"].nunique() > 1].both)
    _cells(book, sheet, units.assign(short=short), heat, contents)
    if paper == "one":
        _names(book, sheet, codes, HEAT_TOP + len(units) + 1, last)
    sheet.freeze_panes(HEAT_TOP, _FIRST_SCORE)
    head = None if paper == "one" else (_HEAD, _NAMES)
    beside: dict[str, Any] = {}
    if paper == "beside":
        beside = {"scale": _PRINT_SCALE, "header_columns": (0, _FIRST_SCORE - 1)}
        sheet.set_v_pagebreaks(breaks)
    styles.page(sheet, footer(card), high=int(paper == "one"), header_rows=head, **beside)
    sheet.set_zoom(85)


def _paper(units: pd.DataFrame, codes: pd.DataFrame, widths: list[float]) -> Paper:
    """One page where that stays readable, else one page wide, else pages beside each other with the units repeated."""
    heights = [styles.row_height(_SIZE)] * (len(units) + 2 * len(_cut(codes)) + 7) + [_NAMES_HIGH]
    least = _PRINT_SCALE / 100
    if styles.fit_scale(widths, heights, True, styles.MARGINS) >= least:
        return "one"
    return "high" if styles.fit_scale(widths, [1.0], True, styles.MARGINS) >= least else "beside"


def _title(book: Book, sheet: Worksheet, card: Scorecard, ends: tuple[int, int], paper: Paper) -> None:
    """The title band to the last column; `ends` are those of the sheet and of its first page.

    Over pages beside each other each page repeats the first columns, so only what fits them stands there.
    """
    last, end = ends
    below = f"{TITLE.en}  ·  {card.office_name}  ·  {as_of(card)}"
    if paper != "beside":
        panels.title(book, sheet, last, TITLE.th, period(card).th, below)
        return
    panels.title(book, sheet, last, "", "", "")
    band = {"bold": True, "font_color": styles.WHITE, "bg_color": styles.NAVY, "indent": 1}
    book.text(sheet, 0, 0, TITLE.th, font_size=_NARROW_TITLE, **band)
    book.text(sheet, 0, _FIRST_SCORE, period(card).th, font_size=panels.HEADING, **band)
    look = {"font_size": panels.SMALL, "font_color": styles.MUTED, "indent": 1, "shrink": True}
    book.block(sheet, (1, _FIRST_SCORE, 1, end), below, **look)


def _breaks(widths: list[float], codes: int) -> list[int]:
    """The columns before which a page beside another begins: as few pages as hold them, equally full."""
    across = styles.page_width(True, styles.MARGINS) / _PRINT_SCALE * 100 * 0.95
    names = styles.points_across(widths[:_FIRST_SCORE])
    most = max(1, int((across - names) / styles.points_across([_CELL])))
    each = math.ceil(codes / math.ceil(codes / most))
    return list(range(_FIRST_SCORE + each, _FIRST_SCORE + codes, each))


def _cut(codes: pd.DataFrame) -> pd.DataFrame:
    """The indicators whose name does not fit the heading."""
    return codes[codes["indicator_name"].map(lambda name: styles.shortened(name, _NAME_LETTERS) != name)]


def _short(units: pd.DataFrame, parents: pd.DataFrame) -> list[str]:
    """What stands beside a unit's name: with several parents its parent's short name, else its own."""
    if units["parent"].nunique() < 2:
        return [styles.shortened(short, _SHORT_LETTERS) for short in units["unit_short"]]
    known = dict(zip(parents["unit"], parents["unit_short"], strict=True))
    pairs = zip(units["parent"], units["parent_name"], strict=True)
    return [styles.shortened(known.get(code) or name, _SHORT_LETTERS) for code, name in pairs]


def _widths(short: list[str], codes: int) -> list[float]:
    """Widths of the columns; the second takes its longest text."""
    return [_NAME, max((styles.column_width(s, _SIZE, 14.0) for s in short), default=14.0), _TOTAL, *[_CELL] * codes]


def _key(book: Book, sheet: Worksheet, card: Scorecard, end: int, widths: list[float], paper: Paper) -> None:
    """What colours and words mean, in words, and where the full names are."""
    words = [f"{styles.LIGHTS[c].label} {light_meaning(card, c).th}" for c in ("green", "yellow", "red")]
    gaps = ["cannot", "blank", "held", "not_due"]
    gaps += ["not_applicable"] if (card.rows["reported"] == "not_applicable").any() else []
    words += [f"{REPORTED_SHORT[c].th} = {REPORTED[c].th}" for c in gaps]
    words += ["ค. = คะแนน PMQA", "ช่องว่าง = ไม่ได้มอบหมาย"]
    words += [] if paper == "one" else [f"ชื่อเต็มของตัวชี้วัดอยู่ในแผ่น “{INDICATORS}”"]
    first = _FIRST_SCORE if paper == "beside" else 0
    panels.note(book, sheet, 3, "   ".join(words), sum(widths[first : end + 1]), first, end)


def _heads(book: Book, sheet: Worksheet, codes: pd.DataFrame, second: str) -> None:
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
    for column, word in enumerate(("หน่วยงาน\nUnit", second.replace(" / ", "\n"), "คะแนน\nScore")):
        at = {"align": "center"} if column == 2 else {"align": "left", "indent": 1}
        book.block(sheet, (_HEAD, column, _NAMES, column), word, **at, **style)
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
                record["short"],
                font_color=styles.ACCENT,
                underline=1,
                **rule,
            )
        else:
            book.text(sheet, row, 1, record["short"], font_color=styles.MUTED, **rule)
        total = {"bold": True, "align": "center", **rule, **styles.light_style(record["light"])}
        if record["headline"] == record["headline"]:
            book.number(sheet, row, 2, record["headline"], num_format="0.00", **total)
        else:
            book.text(sheet, row, 2, "–", **total)
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
