"""The documents agree with the code, and what holds them against it would notice if they did not."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "tools" / "docs.py"


@pytest.fixture(scope="module")
def docs() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_tool", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_page_agrees_with_the_code() -> None:
    done = subprocess.run([sys.executable, str(SCRIPT), "--check"], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr


def problems(docs: ModuleType, folder: Path, text: str) -> list[str]:
    page = folder / "README.md"
    page.write_text(text, encoding="utf-8")
    return docs.page_problems(folder, page, text, {page: text})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[guide](docs/none.md)", "link to docs/none.md, which is not there"),
        ("[below](#nowhere)\n# Here", "link to #nowhere: no such heading"),
        ('<img src="docs/none.png">', "link to docs/none.png, which is not there"),
        ("type `opsbook fly`", "there is no command fly"),
        ("type `opsbook --office X publish --fast`", "publish has no option --fast"),
        ("type `opsbook --loud run`", "opsbook has no option --loud"),
        ("```\n$ python -m pipeline fly\n```", "there is no command fly"),
        ("then `make coffee`", "make has no target coffee"),
        ("see `E_NONSENSE`", "rule E_NONSENSE does not exist"),
        ("in `pipeline/utils.py`", "pipeline/utils.py is not there"),
    ],
)
def test_a_page_that_says_what_is_not_so_is_found(docs: ModuleType, tmp_path: Path, text: str, said: str) -> None:
    assert [p for p in problems(docs, tmp_path, text) if said in p]


def test_a_page_that_says_what_is_so_passes(docs: ModuleType, tmp_path: Path) -> None:
    text = (
        "# สำหรับเจ้าหน้าที่ (1)\n[up](#สำหรับเจ้าหน้าที่-1) `opsbook --office DIR trace UNIT INDICATOR 2567-Q2`\n"
        "`make test` `E_QTOTAL` `E_UNSAFE_…` `opsbook demo DIR [--scenario local]`\n"
    )
    assert problems(docs, tmp_path, text) == []


def test_what_no_page_tells_of_is_found(docs: ModuleType) -> None:
    left = list(docs.left_out({"README.md": "`make run`"}))
    assert "no page written by hand shows “opsbook trace”" in left
    assert "docs/operating-guide.th.md: setting `fiscal_year` is not told" in left
    assert "docs/formats.md: setting `timezone` is not told" in left
    assert not [line for line in left if "make run" in line]


def test_every_rule_and_every_column_stands_in_its_page(docs: ModuleType) -> None:
    pages = docs.generated()
    assert all(f"### {code}\n" in pages["docs/rules.md"] for code in docs.rules())
    keys = {f.key for form in docs.forms().values() for sheet in form.sheets(docs.YEAR) for f in sheet.fields}
    assert all(f"| `{key}` |" in pages["docs/forms.md"] for key in keys)
