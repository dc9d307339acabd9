"""Files an office wrote (xlsx, docx, html) -> pictures/<where the file is>-<page>.png, one for every sheet and page.

    python tools/pictures.py                    what the office in this folder published, answered and issued
    python tools/pictures.py --office DIR       the same of another office
    python tools/pictures.py FILE...            these files

Needs soffice and pdftoppm (apt-get install libreoffice-calc libreoffice-writer poppler-utils fonts-thai-tlwg);
a headless Chromium draws HTML where there is one, otherwise LibreOffice does, and says so.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

DRAWN = {".xlsx", ".docx", ".html"}
INSTALL = "apt-get install libreoffice-calc libreoffice-writer poppler-utils fonts-thai-tlwg"
SECONDS_A_FILE = 60
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
]


def main() -> int:
    arguments = read_arguments()
    if absent := [program for program in ("soffice", "pdftoppm") if not shutil.which(program)]:
        print(f"pictures: {' and '.join(absent)} not found; {INSTALL}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="opsbook-pictures-") as scratch:
        files = arguments.files or list(office_files(arguments.office, Path(scratch)))
        if not files:
            print(f"pictures: nothing to draw below {arguments.office}; try `make run` first")
            return 0
        failed = draw_all(files, arguments, Path(scratch))
    for path in failed:
        print(f"pictures: could not draw {path}", file=sys.stderr)
    return 1 if failed else 0


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--office", type=Path, default=Path("."))
    parser.add_argument("--out", type=Path, default=Path("pictures"))
    parser.add_argument("--dpi", type=int, default=80)
    return parser.parse_args()


# ------------------------------------------------------------------------------------------------ which files


def office_files(office: Path, scratch: Path) -> Iterator[Path]:
    """One of every kind: the newest period's publication, one unit of each series of papers, every returned copy, one
    receipt per form, the register, the templates of one unit, and a central plan."""
    outbox = office / "outbox"
    for period in sorted(outbox.glob("reports/*/*"))[-1:]:
        yield from drawn_below_one_deep(period)
        for series in sorted(folder for folder in period.iterdir() if folder.is_dir()):
            yield from one_of_each_kind(series)
    yield from drawn_below(outbox / "register.xlsx") if (outbox / "register.xlsx").exists() else []
    yield from drawn_below(outbox / "returned")
    for form in ("monthly_plan", "quarterly_result", "central_plan"):
        yield from [p for p in drawn_below(outbox / "receipts") if form in p.name][:1]
    units = sorted(folder for folder in outbox.glob("templates/*/*") if folder.is_dir())
    if units:
        yield from drawn_below(units[0])
    yield from [*drawn_below(office / "central_plan.xlsx"), *central_plans(office)] or demo_plan(scratch)


def drawn_below_one_deep(folder: Path) -> list[Path]:
    return [path for path in drawn_below(folder) if path.parent == folder]


def one_of_each_kind(folder: Path) -> list[Path]:
    """The first file of each suffix: a series has one file a unit, all of one kind."""
    first: dict[str, Path] = {}
    for path in drawn_below(folder):
        first.setdefault(path.suffix, path)
    return list(first.values())


def drawn_below(place: Path) -> list[Path]:
    files = [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file())
    return [path for path in files if path.suffix in DRAWN and not path.name.startswith(("~$", "."))]


def central_plans(office: Path) -> list[Path]:
    return sorted(path for path in (office / "inbox").rglob("*central_plan*.xlsx") if not path.name.startswith("~$"))


def demo_plan(scratch: Path) -> list[Path]:
    """The office has taken its plan in; the demo makes the same one again."""
    office = scratch / "demo"
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "demo", str(office), "--units", "1"], capture_output=True, text=True
    )
    plans = drawn_below(office / "central_plan.xlsx") or central_plans(office)
    if not plans:
        print(f"pictures: no central plan drawn ({done.stderr.strip().splitlines()[-1:] or 'the demo made none'})")
    return plans[:1]


# --------------------------------------------------------------------------------------------------- drawing


def draw_all(files: Iterable[Path], arguments: argparse.Namespace, scratch: Path) -> list[Path]:
    failed = []
    for number, path in enumerate(files):
        name = picture_name(path, arguments.office, scratch)
        pdf = to_pdf(path, scratch / f"{number:05}", scratch / "profile")
        pages = to_pages(pdf, arguments.out / name, arguments.dpi) if pdf else []
        for page in pages:
            print(page)
        if not pages:
            failed.append(path)
    return failed


def picture_name(path: Path, office: Path, scratch: Path) -> Path:
    """Where the file lies, from the office: outbox/reports/2567/2567-Q2/executive.xlsx."""
    for root in (office, scratch):
        if path.resolve().is_relative_to(root.resolve()):
            return path.resolve().relative_to(root.resolve())
    return Path(path.name)


def to_pdf(path: Path, folder: Path, profile: Path) -> Path | None:
    folder.mkdir(parents=True)
    copy = folder / f"page{path.suffix}"  # a plain name: the PDF is named after it
    shutil.copyfile(path, copy)
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path.suffix == ".html" and browser:
        call = [browser, *CHROMIUM_FLAGS, f"--user-data-dir={profile}-web", f"--print-to-pdf={folder / 'page.pdf'}"]
        call.append(path.resolve().as_uri())
    else:
        if path.suffix == ".html":
            print(f"pictures: no Chromium here, so LibreOffice draws {path}: a browser will show it better")
        call = ["soffice", f"-env:UserInstallation={profile.resolve().as_uri()}", "--headless", "--norestore"]
        call += ["--convert-to", "pdf", "--outdir", str(folder), str(copy)]
    try:
        subprocess.run(call, capture_output=True, timeout=SECONDS_A_FILE, env=os.environ | {"SAL_USE_VCLPLUGIN": "svp"})
    except subprocess.TimeoutExpired:
        return None
    return folder / "page.pdf" if (folder / "page.pdf").is_file() else None


def to_pages(pdf: Path, stem: Path, dpi: int) -> list[Path]:
    """stem-1.png, stem-2.png …; pictures of the same file from an earlier run go first."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    for old in stem.parent.iterdir():
        if old.name.startswith(stem.name + "-") and old.suffix == ".png":
            old.unlink()
    subprocess.run(["pdftoppm", "-png", "-r", str(dpi), str(pdf), str(stem)], check=True, capture_output=True)
    return sorted(old for old in stem.parent.iterdir() if old.name.startswith(stem.name + "-") and old.suffix == ".png")


if __name__ == "__main__":
    sys.exit(main())
