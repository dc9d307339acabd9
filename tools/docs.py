"""The code -> docs/rules.md, docs/forms.md, docs/commands.md, docs/states.md; and what people wrote by hand, held against the code.

    python tools/docs.py               write the four pages anew
    python tools/docs.py --check       change nothing; say what is out of date, missing or wrong, and end 1
    python tools/docs.py --pictures    run the demo: draw docs/pictures/ and put its output into README.md
    python tools/docs.py --tests       run the tests and put how they closed into README.md

`--check` also looks at every page: links lead somewhere, and commands, options, make targets, rules, settings and
paths that are named exist. `--pictures` needs soffice and pdftoppm.
"""

import argparse
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pipeline.settings import KEYS  # noqa: E402
from schemas.forms.central_plan import SETTINGS  # noqa: E402
from schemas.forms_index import forms  # noqa: E402
from schemas.language import Field, Form, Rule, Sheet  # noqa: E402
from schemas.periods import name_of  # noqa: E402
from schemas.rules_index import rules  # noqa: E402
from schemas.states import EVENTS, PROOFS, SITUATIONS, STATES, TABLE, Step  # noqa: E402

YEAR = 2567  # forms roll with the year; the pages show this one
WRITTEN = "<!-- Written by tools/docs.py from the code. Change the code, then run it again. -->"
GUIDES = ("docs/operating-guide.th.md", "docs/operating-guide.en.md")
TOLD_IN = {"settings": GUIDES, "machine": ("docs/formats.md",)}
PAGES = ("README.md", "CHANGELOG.md", "docs")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--pictures", action="store_true")
    parser.add_argument("--tests", action="store_true")
    arguments = parser.parse_args()
    if arguments.tests:
        return refresh_tests()
    if arguments.pictures:
        return refresh_pictures()
    if arguments.check:
        problems = [*outdated(), *wrong(ROOT)]
        for problem in problems:
            print(f"docs: {problem}")
        print("docs: the pages agree with the code" if not problems else f"docs: {len(problems)} to put right")
        return 1 if problems else 0
    for name, text in generated().items():
        (ROOT / name).write_text(text, encoding="utf-8")
        print(f"docs: wrote {name}")
    return 0


def generated() -> dict[str, str]:
    """The pages made from the code, by path."""
    pages = {"rules": rules_page, "forms": forms_page, "commands": commands_page, "states": states_page}
    return {f"docs/{name}.md": write() for name, write in pages.items()}


def page(title: str, *parts: str) -> str:
    return "\n\n".join([WRITTEN, f"# {title}", *parts]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell(c) for c in line) + " |" for line in lines)


def cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    return f"`{text}`" if text else ""


# -------------------------------------------------------------------------------------------------------- rules

SEVERITY = {
    "error": "the row is held back and the file is returned",
    "query": "the row is taken, and the unit is asked",
    "warning": "the row is taken, and the unit is told",
    "info": "said on the receipt, nothing to do",
}
INTRO_RULES = """Every fault, doubt and remark this program can utter, said once in `schemas/rules/`. `{…}` stands for
the value at hand. A code never changes its meaning; how strict it is an office may change on the sheet “กฎ” of the
central plan workbook. One rule on the screen: `opsbook explain E_QTOTAL`."""


def rules_page() -> str:
    """Every rule by severity: Thai and English sentence, advice, example, where it applies."""
    legend = table(["severity", "means", "rules"], ([s, m, str(len(of(s)))] for s, m in SEVERITY.items()))
    parts = [INTRO_RULES, legend]
    for severity in SEVERITY:
        parts.append(f"## {severity}")
        parts += [rule_entry(rule) for rule in of(severity)]
    return page("Rules / กฎการตรวจ", *parts)


def of(severity: str) -> list[Rule]:
    return [r for r in rules().values() if r.severity == severity]


def rule_entry(rule: Rule) -> str:
    lines = [
        f"### {rule.code}",
        "",
        f"- **{rule.text.th}** — {rule.text.en}",
        f"- {rule.advice.th} — {rule.advice.en}",
    ]
    if rule.example not in ("", "—"):
        lines.append(f"- ตัวอย่าง / example: `{rule.example}`")
    return "\n".join([*lines, f"- {applies(rule)}"])


def applies(rule: Rule) -> str:
    """Where a rule is checked, in words."""
    used = [form.name for form in forms().values() if rule.code in form.rules]
    where = " and ".join(code(name) for name in used)
    if rule.scope == "cell":
        return f"each figure typed, in {where}"
    if rule.scope == "row":
        cases = ", ".join(code(c) for c in rule.cases if c)
        return f"each indicator row, in {where}" + (f": {cases}" if cases else "")
    if rule.scope == "plan":
        return f"the central plan: {plan_cases(rule)}"
    return (
        "the central plan as a whole"
        if rule.code in plan_wide()
        else "the whole file, or what the ledger already holds"
    )


def plan_cases(rule: Rule) -> str:
    sheets = {s.key: s for s in forms()["central_plan"].sheets(YEAR)}
    columns: dict[str, list[str]] = {}
    for case in rule.cases:
        sheet, _, column = case.partition(".")
        columns.setdefault(sheets[sheet].name, []).append(column)
    return "; ".join(f"{sheet} ({', '.join(map(code, keys))})" for sheet, keys in columns.items())


def plan_wide() -> set[str]:
    import schemas.rules.plan

    return {r.code for r in schemas.rules.plan.RULES if r.scope == "file"}


# -------------------------------------------------------------------------------------------------------- forms

INTRO_FORMS = f"""Every sheet and column, from `schemas/forms/`. The keys stand in the hidden row above the headings of
each sheet; columns are found by them or by their headings, so their order does not matter. Years and periods are those
of FY {YEAR}."""
KINDS = {
    "number": "a figure, by the grammar of [formats](formats.md#what-may-stand-in-a-numeric-cell)",
    "text": "one line",
    "long": "words, wrapped",
    "choice": "one of a list",
    "code": "text that may look like a number; leading zeros are kept",
    "computed": "a formula of the form; never read back",
}


def forms_page() -> str:
    """Every form and sheet: key, label, who fills it, kind, period, choices."""
    parts = [INTRO_FORMS, table(["kind", "means"], ([code(k), v] for k, v in KINDS.items()))]
    for form in forms().values():
        parts += form_parts(form)
    rows = ([code(k), code(default), text.th, text.en] for k, (default, text) in SETTINGS.items())
    parts += ["## Settings of the central plan", table(["key", "default", "ความหมาย", "meaning"], rows)]
    return page("Forms / แบบฟอร์ม", *parts)


def form_parts(form: Form) -> Iterator[str]:
    yield f"## {form.name}: {form.title.both}, version {form.version}"
    shown: dict[tuple[Any, ...], str] = {}
    for sheet in form.sheets(YEAR):
        yield f"### {sheet.name} (`{sheet.key}`): {sheet.title.both}"
        columns = tuple((f.key, f.kind, f.owner, f.choices) for f in sheet.fields)
        if columns in shown:
            yield f"The same columns as {shown[columns]}, for {name_of(f'{YEAR}-{sheet.period}').both}."
            continue
        shown[columns] = sheet.name
        if sheet.instructions:
            yield "\n".join(f"- {text.both}" for text in sheet.instructions)
        yield table(
            ["key", "ไทย", "English", "filled by", "kind", "period", "notes"],
            (field_line(form, f) for f in sheet.fields),
        )
        yield from choice_parts(sheet)
        if sheet.head:
            yield "At the head of the sheet, for all of it:"
            yield "\n".join(head_line(f) for f in sheet.head)


def head_line(field: Field) -> str:
    listed = " · ".join(f"{c.text.th} (`{c.code}`)" for c in field.choices)
    return f"- {field.label.both} `{field.key}`: {listed}. {field.note.both if field.note else ''}"


def field_line(form: Form, field: Field) -> list[str]:
    owner = {"centre": "centre", "system": "computed"}.get(field.owner, "unit" if form.order else "centre")
    period = f"{field.scenario} {field.period(YEAR)}" if field.period else ""
    notes = ["required"] if field.required else []
    notes += [f"total of {', '.join(field.total_of)}"] if field.total_of else []
    notes += [field.note.both] if field.note else []
    notes += [f"also headed {', '.join(field.aliases)}"] if field.aliases else []
    return [code(field.key), field.label.th, field.label.en, owner, field.kind, period, "; ".join(notes)]


def choice_parts(sheet: Sheet) -> Iterator[str]:
    for field in sheet.fields:
        if field.choices:
            listed = " · ".join(f"{c.text.th} (`{c.code}`)" for c in field.choices)
            yield f"- {field.label.th} `{field.key}`: {listed}"


# ----------------------------------------------------------------------------------------------------- commands

INTRO_COMMANDS = """What whoever installed the program may type; an officer needs none of it, since files dropped into
`inbox/` and rows of the central plan workbook say everything. `python -m pipeline` is the same program. Exit codes and
JSON: [formats](formats.md#what-the-command-line-answers)."""


def commands_page() -> str:
    """Every command with its arguments and options, as typer knows them."""
    group = command_group()
    parts = [
        INTRO_COMMANDS,
        "```\nopsbook [--office DIR] [--lang th|en] [--now ISO-TIME] COMMAND …\n```",
        parameters(group.params),
    ]
    for name, command in sorted(group.commands.items()):
        arguments = [argument(p) for p in command.params if not is_option(p)]
        parts += [f"## {name}", command.help or "", code(" ".join(["opsbook", name, *arguments]))]
        parts += [parameters(command.params)] if any(is_option(p) for p in command.params) else []
    return page("Commands / คำสั่ง", *parts)


# ------------------------------------------------------------------------------------------------------- states

INTRO_STATES = """A row is indicator x quarter of a result form, or indicator x year of a monthly plan; “cannot report yet”
is a row like any other. Its state comes from the files of its unit and changes only as this table says; the table is
`schemas/states.py`, and nothing else in the program decides it. What is refused is refused row by row: the rest of the file
is taken. A file is `refused` only where nothing in it may be posted."""
SIGN_OFF = """**Sign-off** (นำส่งข้อมูล) is picked at the head of a sheet, with the role of who signs. It holds for all rows of the sheet
or none: each indicator that is due must have a row that is confirmed and without error. Otherwise `E_SIGN_OFF` says what is
left, and confirmed rows stay confirmed. Rows of the monthly plan have no state cell: its sign-off confirms and signs them in
one, and without it they are drafts. A sheet counts as it stands after the file was taken."""
UNLOCKS = """**The way back** is an unlock: a row of the sheet “ปลดล็อก” of the central plan workbook, or `opsbook unlock`. It ends by itself
after its last day. What is changed under it keeps the old figure in the ledger, and every output that shows the figure says
so, with memo and reason; the list of restated figures shows old, new, who, why, and the effect on score and rank."""


def states_page() -> str:
    """States, situations, events and the table of what becomes of a row."""
    said = [[code(k), t.th, t.en] for k, t in STATES.items()]
    proofs = [[code(k) or "-", t.th, t.en] for k, t in PROOFS.items()]
    head = ["", *(code(e) for e in EVENTS)]
    lines = [[code(where), *(step_cell(TABLE[where][e]) for e in EVENTS)] for where in SITUATIONS]
    parts = [INTRO_STATES, "## States", table(["state", "ไทย", "English"], said)]
    parts += [
        "## Where a row stands",
        table(["situation", "ไทย", "English"], ([code(k), t.th, t.en] for k, t in SITUATIONS.items())),
    ]
    parts += [
        "## What a file says",
        table(["event", "ไทย", "English"], ([code(k), t.th, t.en] for k, t in EVENTS.items())),
    ]
    parts += [
        "## What becomes of the row",
        "“–”: nothing is written. A rule that begins with E_ forbids.",
        table(head, lines),
    ]
    parts += [
        SIGN_OFF,
        UNLOCKS,
        "## How a confirmation is known to be the unit's own",
        table(["proof", "ไทย", "English"], proofs),
    ]
    return page("States of a row / สถานะของแถว", *parts)


def step_cell(step: Step) -> str:
    """A cell of the table: next state and the rules told."""
    return " ".join([*([f"→ {code(step.next)}"] if step.next else []), *map(code, step.rules)]) or "–"


def command_group() -> Any:
    import typer

    from pipeline.cli import app

    return typer.main.get_command(app)


def is_option(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "option")


def argument(parameter: Any) -> str:
    name = parameter.name.upper()
    return f"{name}…" if parameter.nargs == -1 else name


def parameters(found: Sequence[Any]) -> str:
    rows = []
    for p in found:
        if is_option(p) and p.name not in ("help", "install_completion", "show_completion"):
            flag = getattr(p, "is_flag", False)
            default = "" if flag or p.default is None else code(str(p.default))
            rows.append([code(", ".join(p.opts) + ("" if flag else " …")), default, p.help or ""])
    return table(["option", "default", "does"], rows)


# ------------------------------------------------------------------------------------------------------- checks


def outdated() -> list[str]:
    found = []
    for name, text in generated().items():
        path = ROOT / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            found.append(f"{name} is out of date: run tools/docs.py")
    return found


def wrong(root: Path) -> list[str]:
    """What the hand-written pages say that is not so, and what they leave out."""
    pages = {path: path.read_text(encoding="utf-8") for path in markdown(root)}
    by_name = {path.relative_to(root).as_posix(): text for path, text in pages.items()}
    found = [p for path, text in pages.items() for p in page_problems(root, path, text, pages)]
    return [*found, *left_out(by_name)]


def markdown(root: Path) -> list[Path]:
    return [
        p
        for name in PAGES
        for p in ([root / name] if name.endswith(".md") else sorted((root / name).glob("*.md")))
        if p.is_file()
    ]


def page_problems(root: Path, path: Path, text: str, pages: dict[Path, str]) -> list[str]:
    name = path.relative_to(root).as_posix()
    found = [*broken_links(path, text, pages)]
    for piece in codes(text):
        found += [*wrong_call(piece), *wrong_target(piece), *wrong_rule(piece), *wrong_path(root, piece)]
    if str(root) in text:
        found.append(f"a path of this machine: {root}")
    return [f"{name}: {problem}" for problem in dict.fromkeys(found)]


def codes(text: str) -> Iterator[str]:
    """Code spans and the lines of code blocks."""
    for n, part in enumerate(re.split(r"^ *```.*$", text, flags=re.MULTILINE)):
        yield from (line.strip() for line in part.splitlines()) if n % 2 else re.findall(r"`([^`\n]+)`", part)


def broken_links(path: Path, text: str, pages: dict[Path, str]) -> Iterator[str]:
    links = [*re.findall(r"\]\(([^)\s]+)\)", text), *re.findall(r"(?:src|href)=\"([^\"]+)\"", text)]
    for link in links:
        target, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", link):
            continue
        place = (path.parent / target).resolve() if target else path
        if not place.exists():
            yield f"link to {target}, which is not there"
        elif anchor and place in pages and anchor not in anchors(pages[place]):
            yield f"link to {link}: no such heading"


def anchors(text: str) -> set[str]:
    """Headings as GitHub names them: lower case, blanks as hyphens, punctuation dropped."""
    heads = re.findall(r"^#+ +(.+?) *$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\u0e31-\u0e4e -]", "", head.replace("`", "").lower()).replace(" ", "-") for head in heads}


def wrong_call(piece: str) -> Iterator[str]:
    match = re.match(r"(?:\$ )?(?:\S*opsbook(?:\.exe)?|\S*python3? -m pipeline)(?: +(.*))?$", piece)
    words = split(match[1] or "") if match else []
    group = command_group() if words else None
    while words and words[0].startswith("--"):
        if words[0] not in options(group):
            yield f"“{piece}”: opsbook has no option {words[0]}"
        words = words[2:]
    if not words or not re.match(r"[a-z]", words[0]):
        return
    command = group.commands.get(words[0])
    if command is None:
        yield f"“{piece}”: there is no command {words[0]}"
        return
    for word in words[1:]:
        if word.startswith("--") and word.partition("=")[0] not in options(command):
            yield f"“{piece}”: {words[0]} has no option {word}"


def options(command: Any) -> set[str]:
    return {"--help", *(o for p in command.params for o in p.opts)}


def split(text: str) -> list[str]:
    try:
        words = shlex.split(text, comments=True)
    except ValueError:
        words = text.split()
    return [stripped for word in words if (stripped := word.strip("[]|"))]


def wrong_target(piece: str) -> Iterator[str]:
    match = re.match(r"(?:\$ )?make +([a-z].*)$", piece)
    for word in split(match[1]) if match else []:
        if re.fullmatch(r"[a-z]+", word) and word not in targets():
            yield f"“{piece}”: make has no target {word}"


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))


def wrong_rule(piece: str) -> Iterator[str]:
    for found in re.findall(r"\b[EQWI]_[A-Z][A-Z_]+\b", piece):
        if found not in rules() and not any(rule.startswith(found) for rule in rules() if found.endswith("_")):
            yield f"rule {found} does not exist"


def wrong_path(root: Path, piece: str) -> Iterator[str]:
    if re.fullmatch(r"(?:pipeline|schemas|tools|tests|docs|\.ci)/[\w./-]*", piece) and not (root / piece).exists():
        yield f"{piece} is not there"


def left_out(pages: dict[str, str]) -> Iterator[str]:
    """Commands, targets and settings that no page tells of."""
    by_hand = " ".join(piece for name, text in pages.items() if name not in generated() for piece in codes(text))
    for name, command in command_group().commands.items():
        if not re.search(rf"(?:opsbook|pipeline)(?: --\w+ \S+)* {name}\b", by_hand):
            yield f"no page written by hand shows “opsbook {name}”"
        for p in (command, *(p for p in command.params if is_option(p))):
            if not p.help:
                yield f"opsbook {name}: {p.name} has no help"
    for name in targets() - {"help"}:
        if f"make {name}" not in by_hand:
            yield f"no page written by hand shows “make {name}”"
    for sheet in forms()["central_plan"].sheets(YEAR):
        yield from (
            f"{place}: sheet “{sheet.name}” is not told" for place in GUIDES if sheet.name not in pages.get(place, "")
        )
    for kind, keys in (("settings", SETTINGS), ("machine", KEYS)):
        for place in TOLD_IN[kind]:
            yield from (
                f"{place}: setting `{key}` is not told" for key in keys if f"`{key}`" not in pages.get(place, "")
            )


# ----------------------------------------------------------------------------------------------------- pictures

MOST_BYTES = 290_000
RED = (0xF8, 0xC9, 0xC4)  # a cell with an error


def refresh_pictures() -> int:
    """Run the demo, draw the dashboard and a returned form, put the demo's output into README.md."""
    if absent := [program for program in ("soffice", "pdftoppm") if not shutil.which(program)]:
        print(f"docs: {' and '.join(absent)} not found", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="opsbook-docs-") as scratch:
        office = Path(scratch) / "office"
        said = [run_demo("demo", "--if-new", office), run_demo("--office", office, "run")]
        put_output("make run", "run: taking in inbox/ and publishing to outbox/\n" + "".join(said))
        newest = sorted(office.glob("outbox/reports/*/*/executive.xlsx"))[-1]
        returned = sorted(office.glob("outbox/returned/*/*.marked.xlsx"))[0]
        draw = Drawing(Path(scratch))
        draw.write("dashboard.png", newest, lambda pages: pages[0])
        draw.write("returned.png", returned, fixes_and_form)
    return 0


def run_demo(*arguments: object) -> str:
    call = [sys.executable, "-m", "pipeline", *map(str, arguments)]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    if done.returncode > 1:
        raise SystemExit(f"docs: {' '.join(call)} ended {done.returncode}: {done.stderr[-400:]}")
    return done.stdout


def put_output(command: str, said: str) -> None:
    """What a command printed, between its two marks in README.md."""
    path = ROOT / "README.md"
    block = f"```console\n$ {command}\n{said}```\n"
    marks = re.compile(rf"(<!-- output of {command} -->\n).*?(<!-- end -->)", re.DOTALL)
    path.write_text(marks.sub(lambda m: m[1] + block + m[2], path.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"docs: README.md has the output of {command}")


def refresh_tests() -> int:
    """Run what `make test` runs; put its closing lines into README.md where all passed."""
    call = [sys.executable, "-m", "pytest", "-n", "auto", "--color=no"]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    lines = done.stdout.splitlines()
    closing = [line for line in lines if re.match(r"=+ .*(passed|failed|error).* =+$|SKIPPED ", line)]
    print("\n".join(closing))
    if done.returncode == 0:
        put_output("make test", "\n".join(["test: pytest, everything but the long tests", "…", *closing, ""]))
    return done.returncode


def fixes_and_form(pages: list[np.ndarray]) -> np.ndarray:
    """The page "what to fix" above the page of the form that has most of the colour of an error."""
    marked = max(pages[1:], key=lambda p: int((p == RED).all(axis=2).sum()))
    top, below = trimmed(pages[0]), trimmed(marked)
    wide = max(top.shape[1], below.shape[1])
    return np.concatenate([widened(top, wide), np.full((24, wide, 3), 255, dtype=np.uint8), widened(below, wide)])


def trimmed(picture: np.ndarray) -> np.ndarray:
    """Without the white around it, and without the footer line of the page."""
    above = picture[: int(picture.shape[0] * 0.94)]
    rows, columns = np.flatnonzero((above < 250).any(axis=(1, 2))), np.flatnonzero((above < 250).any(axis=(0, 2)))
    return above[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def widened(picture: np.ndarray, wide: int) -> np.ndarray:
    return np.pad(picture, ((0, 0), (0, wide - picture.shape[1]), (0, 0)), constant_values=255)


class Drawing:
    """Workbooks -> PNG files in docs/pictures, as large as the limit of bytes allows."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch

    def write(self, name: str, workbook: Path, chosen: Callable[[list[np.ndarray]], np.ndarray]) -> None:
        from pictures import to_pdf

        pdf = to_pdf(workbook, self.scratch / name, self.scratch / "profile")
        if pdf is None:
            raise SystemExit(f"docs: LibreOffice did not draw {workbook.name}")
        target = ROOT / "docs" / "pictures" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        for dpi in (130, 115, 100, 90, 80, 70):
            data = png(np.pad(trimmed(chosen(self.pages(pdf, dpi))), ((12, 12), (12, 12), (0, 0)), constant_values=255))
            if len(data) <= MOST_BYTES:
                break
        target.write_bytes(data)
        print(f"docs: drew docs/pictures/{name} ({len(data):,} bytes, {dpi} dpi)")

    def pages(self, pdf: Path, dpi: int) -> list[np.ndarray]:
        folder = pdf.parent / str(dpi)
        folder.mkdir()
        subprocess.run(["pdftoppm", "-r", str(dpi), str(pdf), str(folder / "page")], check=True, capture_output=True)
        return [ppm(path.read_bytes()) for path in sorted(folder.iterdir())]


def ppm(data: bytes) -> np.ndarray:
    """Rows x columns x 3 of a binary PPM as pdftoppm writes it."""
    kind, size, deepest, pixels = data.split(b"\n", 3)
    assert (kind, deepest) == (b"P6", b"255")
    wide, high = map(int, size.split())
    return np.frombuffer(pixels, dtype=np.uint8, count=wide * high * 3).reshape(high, wide, 3)


def png(picture: np.ndarray) -> bytes:
    """A PNG file of rows x columns x 3."""
    high, wide, _ = picture.shape
    lines = np.concatenate([np.zeros((high, 1), dtype=np.uint8), picture.reshape(high, wide * 3)], axis=1)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = wide.to_bytes(4, "big") + high.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(lines.tobytes(), 9))
        + chunk(b"IEND", b"")
    )


if __name__ == "__main__":
    sys.exit(main())
