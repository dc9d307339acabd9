"""Every setting is told with its true default, acts on something, and says so where its value means nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from readings import YEAR, plan_of
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.demo import scenarios
from pipeline.issue import changed_units
from pipeline.model import OfficeError
from pipeline.office.compose import unit_copy
from pipeline.settings import KEYS, load
from schemas.forms.central_plan import SETTINGS
from schemas.forms_index import forms
from schemas.plan import Plan

ROOT = Path(__file__).resolve().parents[1]
DECLARED = (
    "schemas/plan_book/",
    "schemas/rules/settings.py",
    "pipeline/settings.py",
    "pipeline/begin.py",
    "pipeline/demo/",
)


def told(page: str, heading: str) -> dict[str, str]:
    """Key -> default of the table under a heading: "| `key` | default | ..."."""
    section = re.split(r"^##", page.partition(heading)[2], maxsplit=1, flags=re.MULTILINE)[0]
    return dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", section, flags=re.MULTILINE))


@pytest.mark.parametrize(("language", "heading"), [("en", "### Settings (ตั้งค่า)\n"), ("th", "### ตั้งค่า\n")])
def test_the_guides_tell_every_setting_with_the_default_it_has(language: str, heading: str) -> None:
    page = (ROOT / f"docs/operating-guide.{language}.md").read_text(encoding="utf-8")
    defaults = {key: default.split(";")[0] or "–" for key, (default, _) in SETTINGS.items()}
    assert {key: default.split(";")[0] for key, default in told(page, heading).items()} == defaults


def test_formats_tells_the_keys_of_the_machine_and_no_others() -> None:
    page = (ROOT / "docs/formats.md").read_text(encoding="utf-8")
    assert tuple(sorted(told(page, "## opsbook.toml\n"))) == tuple(sorted(KEYS))


def test_no_setting_is_there_for_nothing() -> None:
    code = ""
    for path in sorted([*ROOT.glob("pipeline/**/*.py"), *ROOT.glob("schemas/**/*.py")]):
        if not path.relative_to(ROOT).as_posix().startswith(DECLARED):
            code += path.read_text(encoding="utf-8")
    asked = set(re.findall(r"""(?:settings\[|number\(|setting\(card, )["'](\w+)["']""", code))
    assert set(SETTINGS) - {"fiscal_year"} <= asked  # the year names the plan itself
    assert {key for key in KEYS if re.search(rf"settings\.{key}\b", code)} == set(KEYS)


@pytest.mark.parametrize("line", ['language = "thai"', 'pdf = "yes"', 'timezone = "Bangkok"', 'name = "x"'])
def test_a_value_or_key_that_means_nothing_is_said(tmp_path: Path, line: str) -> None:
    (tmp_path / "opsbook.toml").write_text(f"[office]\n{line}\n", encoding="utf-8")
    with pytest.raises(OfficeError) as error:
        load(tmp_path)
    assert line.split('"')[1] in error.value.text.en or "unknown key name" in error.value.text.en


@pytest.mark.parametrize("command", [["explain", "E_FORM"], ["status"], ["doctor"]])
def test_a_language_that_there_is_not_is_a_wrong_call_of_any_command(command: list[str]) -> None:
    said = CliRunner().invoke(app, ["--lang", "fr", *command])
    assert (said.exit_code, "--lang is th or en, not fr" in said.output) == (2, True)


def staged(stage: str) -> Plan:
    content = scenarios.plan("ministry", 3, YEAR)
    rows = [r for r in content["settings"] if r["key"] != "stage"] + [{"key": "stage", "value": stage}]
    return plan_of({**content, "settings": rows})


def test_a_named_stage_stands_on_the_forms_and_has_them_issued_again() -> None:
    named, plain = staged("คำขอกรม"), staged("")
    unit, form = plain.reporting_units[0], forms()["quarterly_result"]
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    assert ("ขั้นของแผน", "คำขอกรม") in unit_copy(form, named, unit, {}, moment).head
    assert "ขั้นของแผน" not in dict(unit_copy(form, plain, unit, {}, moment).head)
    assert changed_units(named, plain) == plain.reporting_units
