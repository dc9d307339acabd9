"""lists/UNIT.docx: a unit's indicators and targets of the year, in the 15 columns of the planning office's list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from pipeline.model import Scorecard
from pipeline.office import styles
from pipeline.office.document import SMALL, Cell, Paper, Row
from pipeline.report import share
from pipeline.report.words import drafted, figure
from schemas.language import Text

PATTERN = "lists/{}.docx"
WORDS = ("topic", "goal", "name", "responsible", "supporter")  # columns of words, which begin at the left and wrap
_SIZE = 11.0
TITLE = Text(
    "ตัวชี้วัดและเป้าหมายตามแผนยุทธศาสตร์ของ{unit} ประจำปีงบประมาณ พ.ศ. {year}",
    "Indicators and targets of {unit}, fiscal year {year}",
)
NO_DIMENSION = Text("ไม่ระบุมิติ", "No dimension")


_KEYS = (
    "unit", "unit_name", "indicator", "indicator_name", "dimension", "dimension_name", "goal_name", "weight", "target",
    *(f"baseline{n}" for n in (3, 2, 1)), *(f"c{n}" for n in range(1, 6)),
)  # fmt: skip


@dataclass(frozen=True)
class ListColumn:
    """One of the 15 columns: key in a line, label, the group it stands under, width in mm on A4 across."""

    key: str
    label: Text
    width: float
    group: Text | None = None


def columns(card: Scorecard) -> tuple[ListColumn, ...]:
    """The 15 columns; the years are those of the list."""
    year = card.fiscal_year
    base = Text("ข้อมูลพื้นฐาน", "Baseline")
    criteria = Text("เกณฑ์การให้คะแนน", "Criteria")
    return (
        ListColumn("topic", Text(f"แผนปฏิบัติการของ{card.office_name} เรื่อง", "Plan topic"), 24),
        ListColumn("goal", Text("เป้าประสงค์ของหน่วยงาน", "Goal of the unit"), 22.5),
        ListColumn("name", Text("ตัวชี้วัด", "Indicator"), 42.5),
        ListColumn("weight", Text("น้ำหนัก (ร้อยละ)", "Weight (%)"), 15),
        ListColumn("target", Text(f"เป้าหมาย ปี {year}", f"Target {year}"), 12.5),
        *(ListColumn(f"baseline{n}", Text(f"{year - n}", f"{year - n}"), 11.5, base) for n in (3, 2, 1)),
        *(ListColumn(f"c{n}", Text(f"{n}", f"{n}"), 12.4, criteria) for n in range(1, 6)),
        ListColumn("responsible", Text("ผู้รับผิดชอบ", "Responsible"), 23),
        ListColumn("supporter", Text("ผู้สนับสนุน", "Supporter"), 21),
    )


@dataclass(frozen=True)
class Group:
    """The lines under one dimension or goal; each line has a text per column."""

    name: str
    lines: Sequence[dict[str, str]]


def groups(card: Scorecard) -> list[Group]:
    """The unit's indicators under their dimensions, both in the order of the plan's codes."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in card.rows.sort_values("dimension", kind="stable").to_dict("records"):
        plan = card.definitions.get(row["indicator"], {})
        found.setdefault(row["dimension_name"] or NO_DIMENSION.th, []).append(
            {
                "topic": plan.get("topic_name", "") or "-",
                "goal": row["goal_name"] or "-",
                "name": drafted(row["indicator_name"], plan.get("state") == "confirmed"),
                "weight": "-" if row["weight"] != row["weight"] else f"{row['weight']:.2f}",
                "target": figure(row["target"]),
                **{f"baseline{n}": figure(row[f"baseline{n}"]) for n in (1, 2, 3)},
                **{f"c{n}": row[f"c{n}"] or "-" for n in range(1, 6)},
                **{k: plan.get(k, "") or "-" for k in ("responsible", "supporter")},
            }
        )
    return [Group(dimension, lines) for dimension, lines in found.items()]


@dataclass(frozen=True)
class Listing:
    """All that a list of indicators shows, on paper and as a workbook."""

    title: str
    basis: str
    columns: tuple[ListColumn, ...]
    groups: Sequence[Group]


def listing(card: Scorecard) -> Listing:
    """The list of one unit. Pure."""
    return Listing(title(card), basis(card), columns(card), groups(card))


def title(card: Scorecard) -> str:
    """The title by the pattern of the source."""
    return TITLE.th.format(unit=card.rows["unit_name"].iloc[0], year=card.fiscal_year)


def basis(card: Scorecard) -> str:
    """What the list rests on: the revision of the plan."""
    return f"{card.office_name}  ·  ตามแผนฉบับที่ {card.plan_revision}"


def parts(card: Scorecard) -> share.Parts:
    """Each unit's own rows; what was reported is not in the list, so neither it nor its moment changes the list."""
    return share.definitions_only(card, _KEYS, plans=False)


def draw(part: Scorecard, path: str) -> None:
    """Write the list as a document on A4 across."""
    document(part, listing(part), path)


def document(part: Scorecard, shown: Listing, path: str) -> None:
    """Write a list of indicators as a document on A4 across, the headings repeated on each page."""
    cols = shown.columns
    paper = Paper(shown.title, part.office_name, part.as_of, landscape=True, letterhead=part.letterhead)
    title = shown.title.replace("พ.ศ. ", "พ.ศ.\u00a0")  # the year never stands alone on a second line
    paper.line(title, size=16, bold=True, ink=styles.NAVY, align="center", after=2)
    paper.line(shown.basis, size=SMALL, ink=styles.MUTED, align="center", after=6)
    rows = [*_heads(cols)]
    for group in shown.groups:
        band = Cell(group.name, span=len(cols), bold=True, fill=styles.BAND, ink=styles.NAVY, size=SMALL + 1)
        rows.append(Row([band], keep=True))
        rows += [Row([_line_cell(c, line[c.key]) for c in cols]) for line in group.lines]
    paper.table([c.width for c in cols], rows)
    paper.save(path)


def _line_cell(column: ListColumn, text: str) -> Cell:
    return Cell(text, size=_SIZE, align="left" if column.key in WORDS else "center")


def _heads(cols: Sequence[ListColumn]) -> Iterator[Row]:
    """Two heading rows: the groups above, every label below. Nothing is merged downwards, because LibreOffice cuts such
    cells where the heading is repeated on the next page."""
    look = Cell(bold=True, fill=styles.NAVY, ink=styles.WHITE, size=_SIZE, align="center")
    upper = []
    for group, own in groupby(cols, key=lambda c: c.group):
        upper.append(look.of(group.th if group else "", span=len(list(own))))
    yield Row(upper, heading=True)
    yield Row([look.of(c.label.th) for c in cols], heading=True)
