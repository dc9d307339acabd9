"""A publication: every file found by listing, the same bytes at any hour, unchanged files left alone, a manifest for all."""

from __future__ import annotations

import hashlib
import json
import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from scorecards import scorecard
from staff import CONFIRMED, UNITS, YEAR, Place, fill, plan_book, result, small_plan

from pipeline import publish
from pipeline.model import Scorecard
from pipeline.report import share
from pipeline.report.digest import digest
from pipeline.report.outputs import pieces
from pipeline.settings import Settings

pytestmark = pytest.mark.long

UNIT, PERIOD = UNITS[0], f"{YEAR}-Q1"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(tmp_path, *(tmp_path / n for n in ("inbox", "outbox", "var")), database="")
    made.writing.mkdir(parents=True)
    return made


def issue(settings: Settings, card: Scorecard) -> list[str]:
    return publish.publication(
        settings, card, [publish.Source(1, "a.xlsx", "ab" * 32, "2024-01-05T00:00:00+00:00")], "cd" * 32
    )


def files(settings: Settings) -> dict[str, str]:
    return {
        p.relative_to(settings.outbox).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(settings.outbox.rglob("*"))
        if p.is_file() and ".writing" not in p.parts
    }


def test_a_publication_has_every_file_and_a_manifest_that_vouches_for_each(settings: Settings) -> None:
    card = scorecard(4, 3, parents=2)
    written = issue(settings, card)
    found = files(settings)
    manifest = json.loads((settings.outbox / "reports/2567/2567-Q2/manifest.json").read_text(encoding="utf-8"))
    assert {o["path"]: o["sha256"] for o in manifest["outputs"]} == {
        p: h for p, h in found.items() if "manifest" not in p
    }
    assert sorted(written) == sorted(o["path"] for o in manifest["outputs"])
    where = "reports/2567/2567-Q2"
    for name in (
        "master.xlsx",
        "executive.xlsx",
        "executive.docx",
        "cards/01000.docx",
        "cards/01000.xlsx",
        "lists/01000.docx",
        "lists/01000.xlsx",
        "parents/00001.xlsx",
    ):
        assert f"{where}/{name}" in found
    assert {p for p in found if p.startswith("data/")} == {
        f"data/2567/2567-Q2/{n}" for n in ("scores.csv", "units.csv", "trend.csv", "dictionary.csv", "scores.json", "scores.xml", "scores.xsd", "datapackage.json")
    }  # fmt: skip
    assert manifest["plan"] == {"revision": 3, "sha256": "cd" * 32} and manifest["inputs"][0]["sha256"] == "ab" * 32
    assert manifest["as_of"] == card.as_of.isoformat() and set(manifest["software"]) >= {"opsbook", "xlsxwriter"}
    assert not list(settings.writing.iterdir())


def test_publishing_again_writes_nothing_and_draws_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    issue(settings, scorecard(3, 3))
    times = {p: p.stat().st_mtime_ns for p in settings.outbox.rglob("*") if p.is_file()}
    monkeypatch.setattr(publish, "_put", None)  # would raise if a file were drawn
    assert issue(settings, scorecard(3, 3)) == []
    assert {p: p.stat().st_mtime_ns for p in settings.outbox.rglob("*") if p.is_file()} == times


def test_the_bytes_do_not_depend_on_clock_or_time_zone(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue(settings, scorecard(4, 4, parents=2))
    before = files(settings)
    for zone, moment in (("America/Lima", 86_400.0 * 365 * 31), ("Pacific/Kiritimati", 1_900_000_000.0)):
        other = replace(settings, outbox=tmp_path / zone.replace("/", "-"))
        other.writing.mkdir(parents=True)
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        monkeypatch.setattr(time, "time", lambda moment=moment: moment)
        try:
            issue(other, scorecard(4, 4, parents=2))
        finally:
            monkeypatch.undo()
            time.tzset()
        assert files(other) == before


def test_one_changed_unit_changes_its_own_files_and_the_whole_ones_only(settings: Settings) -> None:
    card = scorecard(6, 3, parents=3)
    issue(settings, card)
    before = files(settings)
    rows, quarters = card.rows.copy(), card.quarters.copy()
    rows.loc[rows.index[0], "details"] = "เพิ่งแก้ไข"
    quarters.loc[quarters["unit"] == rows["unit"].iloc[0], "details"] = "เพิ่งแก้ไข"
    issue(settings, replace(card, rows=rows, quarters=quarters))
    changed = {p.partition("2567-Q2/")[2] for p, h in files(settings).items() if before[p] != h}
    assert changed == {
        "cards/01000.docx",
        "parents/00001.xlsx",
        "master.xlsx",
        "manifest.json",
        "scores.csv",
        "scores.json",
        "scores.xml",
    }


def test_after_a_change_the_units_files_come_first_and_the_rest_is_not_touched(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = scorecard(6, 3, parents=3)
    first = issue(settings, card)
    assert [Path(p).name for p in first[:2]] == ["executive.docx", "executive.xlsx"]
    drawn: list[str] = []
    real = publish._put
    monkeypatch.setattr(publish, "_put", lambda s, p, d: drawn.append(p.partition("2567-Q2/")[2]) or real(s, p, d))
    rows, quarters = card.rows.copy(), card.quarters.copy()
    rows.loc[rows.index[0], "details"] = "เพิ่งแก้ไข"
    quarters.loc[quarters["unit"] == rows["unit"].iloc[0], "details"] = "เพิ่งแก้ไข"
    issue(settings, replace(card, rows=rows, quarters=quarters))
    assert set(drawn[:3]) == {"cards/01000.docx", "cards/01000.xlsx", "parents/00001.xlsx"}
    assert {"executive.xlsx", "master.xlsx"} <= set(drawn[3:]) and not [p for p in drawn[3:] if "/" in p]


def test_when_every_card_changes_the_unit_whose_file_came_and_its_parent_still_come_first(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = scorecard(6, 3, parents=3)
    issue(settings, card)
    drawn: list[str] = []
    real = publish._put
    monkeypatch.setattr(publish, "_put", lambda s, p, d: drawn.append(p.partition("2567-Q2/")[2]) or real(s, p, d))
    later = card.as_of + timedelta(hours=1)
    rows, quarters = card.rows.copy(), card.quarters.copy()
    for frame in (rows, quarters):
        frame.loc[frame["unit"] == "01003", ["details", "received_at"]] = ["เพิ่งแก้ไข", later.isoformat()]
    issue(settings, replace(card, as_of=later, rows=rows, quarters=quarters))
    assert drawn[:3] == ["cards/01003.docx", "cards/01003.xlsx", "parents/00002.xlsx"]
    cards = [p for p in drawn if p.startswith("cards/") and p.endswith(".xlsx")]
    assert len(cards) == 6 and drawn.index("executive.xlsx") > drawn.index(cards[-1])


def test_who_is_newest_is_asked_of_moments_not_of_texts() -> None:
    card = scorecard(3, 2, parents=2)
    times = {"01000": "2024-01-09T23:00:00+00:00", "01001": "2024-01-10T05:30:00+07:00", "01002": ""}
    card = replace(card, rows=card.rows.assign(received_at=card.rows["unit"].map(times)))
    places = share.newest_first(card)
    assert sorted(places, key=places.__getitem__) == ["01000", "00001", "01001", "01002", "00002"]


def test_a_lost_or_damaged_file_is_drawn_again(settings: Settings) -> None:
    issue(settings, scorecard(2, 2))
    before = files(settings)
    (settings.outbox / "reports/2567/2567-Q2/cards/01000.docx").unlink()
    (settings.outbox / "reports/2567/2567-Q2/cards/01001.xlsx").write_bytes(b"half")
    assert len(issue(settings, scorecard(2, 2))) == 2
    assert files(settings) == before


def test_files_of_a_unit_that_is_gone_are_removed_and_nothing_else(settings: Settings) -> None:
    issue(settings, scorecard(3, 2))
    stranger = settings.outbox / "reports/2567/2567-Q2/note.txt"
    stranger.write_text("x")
    card = scorecard(3, 2)
    gone = card.units["unit"].iloc[2]
    kept = {
        f: getattr(card, f)[getattr(card, f)["unit"] != gone].reset_index(drop=True)
        for f in ("rows", "units", "quarters", "trend")
    }
    issue(settings, replace(card, **kept))
    assert not [p for p in files(settings) if gone in p] and stranger.exists()


def test_a_manifest_of_other_software_draws_everything_anew(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue(settings, scorecard(2, 2))
    drawn: list[Any] = []
    real = publish._put
    monkeypatch.setattr(publish, "software", lambda: {"opsbook": "another"})
    monkeypatch.setattr(publish, "_put", lambda s, p, d: drawn.append(p) or real(s, p, d))
    assert issue(settings, scorecard(2, 2)) == [] and len(drawn) == len(list(pieces(scorecard(2, 2), str)))


def test_a_manifest_cannot_make_us_remove_what_is_not_ours(settings: Settings) -> None:
    issue(settings, scorecard(2, 2))
    path = settings.outbox / "reports/2567/2567-Q2/manifest.json"
    other = settings.outbox / "receipts" / "a.html"
    other.parent.mkdir()
    other.write_text("x")
    found = json.loads(path.read_text(encoding="utf-8"))
    entry = {"bytes": 1, "sha256": "", "basis": ""}
    found["outputs"] += [
        {"path": p, **entry} for p in ("receipts/a.html", "reports/2567/2567-Q2/../../../receipts/a.html")
    ]
    path.write_text(json.dumps(found), encoding="utf-8")
    issue(settings, scorecard(2, 2))
    assert other.exists()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"outputs": 3}', '{"outputs": [{"path": "x"}]}', "\x00"])
def test_a_manifest_that_is_none_only_costs_time(settings: Settings, text: str) -> None:
    issue(settings, scorecard(1, 1))
    before = files(settings)
    path = settings.outbox / "reports/2567/2567-Q2/manifest.json"
    path.write_text(text, encoding="utf-8")
    assert not publish.complete(settings, 2567, "2567-Q2")
    assert issue(settings, scorecard(1, 1)) == [] and files(settings) == before
    assert publish.complete(settings, 2567, "2567-Q2")


# -- what a file is made from -----------------------------------------------------------------------------------------


def test_a_units_part_has_nothing_of_other_units() -> None:
    for code, part in share.by_unit(scorecard(5, 3, parents=2)):
        assert set(part.rows["unit"]) == set(part.quarters["unit"]) == {code}
        assert not len(part.units) and not len(part.trend) and not part.office


def test_parents_below_parents_have_all_their_units() -> None:
    card = scorecard(6, 2, parents=3)
    above = card.parents.iloc[[0]].assign(unit="00999", unit_name="ภาค", parent="")
    parents = card.parents.assign(parent=["00999", "00999", ""])
    import pandas as pd

    card = replace(card, parents=pd.concat([above, parents], ignore_index=True))
    found = {code: part.units["unit"].nunique() for code, part in share.by_parent(card)}
    assert found == {"00001": 2, "00002": 2, "00003": 2, "00999": 4}


def test_digests_see_every_cell_and_no_order_of_dictionaries() -> None:
    card = scorecard(2, 2)
    assert digest(card) == digest(scorecard(2, 2))
    for frame in ("rows", "quarters", "trend", "units"):
        changed = getattr(card, frame).copy()
        changed.iloc[-1, changed.columns.get_loc("unit")] = "x"
        assert digest(replace(card, **{frame: changed})) != digest(card)
    assert digest(replace(card, as_of=datetime(2024, 1, 1, tzinfo=UTC))) != digest(card)
    with pytest.raises(TypeError):
        digest({"a": object()})


# -- restated figures, through the whole of it ------------------------------------------------------------------------


def told(office: Place, name: str) -> str:
    import docx

    found = docx.Document(str(office.outbox(f"reports/2567/2567-Q1/{name}")))
    return "\n".join(
        [p.text for p in found.paragraphs] + [c.text for t in found.tables for r in t.rows for c in r.cells]
    )


def test_a_figure_changed_after_its_deadline_is_told_with_old_new_and_file(office: Place) -> None:
    def sent(value: str, name: str, now: str) -> None:
        form = office.template(UNIT, "quarterly_result")
        office.take(fill(form, office.root / name, result("q1", "สนย.1", value)), name, now=now)

    sent("88", "first.xlsx", "2024-01-05T09:00:00")
    sent("91", "second.xlsx", "2024-01-10T09:00:00")  # before the deadline: a draft, not a restatement
    office.call("publish", "--period", "2567-Q1", now="2024-01-20T09:00:00")
    assert "ไม่มีตัวเลขใดที่ส่งทันกำหนดแล้วถูกแก้ภายหลัง" in told(office, "executive.docx")
    before = office.outbox("reports/2567/2567-Q1/executive.docx").read_bytes()
    sent("97", "third.xlsx", "2024-02-03T09:00:00")
    office.call("publish", "--period", "2567-Q1", now="2024-02-04T09:00:00")
    text = told(office, "executive.docx")
    assert "third.xlsx" in text and "\n91\n97\n" in text and "second.xlsx" not in text
    office.call("publish", "--period", "2567-Q1", "--as-of", "2024-01-15T23:59:59", now="2024-02-05T09:00:00")
    assert office.outbox("reports/2567/2567-Q1/executive.docx").read_bytes() == before


def test_nothing_we_publish_names_this_machine(settings: Settings) -> None:
    issue(settings, scorecard(2, 2))
    for path in settings.outbox.rglob("*.*"):
        if path.suffix in (".json", ".csv", ".xml", ".xsd"):
            assert str(settings.root) not in path.read_text(encoding="utf-8") and os.sep + "home" not in path.name


def test_papers_are_begun_for_the_headline_period_only_and_kept_up_to_date_after(settings: Settings) -> None:
    card = scorecard(4, 3, parents=2)
    sources = [publish.Source(1, "a.xlsx", "ab" * 32, "2024-01-05T00:00:00+00:00")]
    earlier = publish.publication(settings, card, sources, "cd" * 32, headline=False)
    assert any(p.endswith("master.xlsx") for p in earlier) and not any("/cards/" in p for p in earlier)
    begun = publish.publication(settings, card, sources, "cd" * 32)
    assert any("/cards/" in p for p in begun)
    told = {n: getattr(card, n).assign(details="ปรับปรุงแล้ว") for n in ("rows", "quarters")}
    changed = replace(card, **told)
    kept = publish.publication(settings, changed, sources, "cd" * 32, headline=False)
    assert any("/cards/" in p for p in kept)


# -- the picture of a past moment --------------------------------------------------------------------------------------


@pytest.mark.long
def test_as_of_gives_the_bytes_published_then_with_evidence_unlock_last_year_and_letterhead(office: Place) -> None:
    import docx

    before = small_plan()
    before["settings"][0]["value"] = str(YEAR - 1)
    assert office.take(plan_book(office.root / "b.xlsx", before), "before.xlsx", now="2023-10-02T09:00:00")["state"] == "accepted"  # fmt: skip
    letterhead = docx.Document()
    letterhead.sections[0].header.paragraphs[0].text = "ตราสำนักงาน"
    letterhead.save(str(office.root / "letterhead.docx"))

    def sent(unit: str, year: int, value: str, now: str, **more: str) -> None:
        template = office.outbox(f"templates/{year}/{unit}/quarterly_result.xlsx")
        typed = result("q1", "สนย.1", value, plan_status="เป็นไปตามแผน", state=CONFIRMED, **more)
        name = f"{unit}-{year}-{value}.xlsx"
        taken = office.take(fill(template, office.root / name, typed), name, now=now)
        assert taken["state"] == "accepted", taken

    def evidence(name: str, now: str) -> None:
        folder = office.root / "inbox" / UNIT
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"%PDF-1.4\n" + name.encode())
        os.utime(folder / name, (1e9, 1e9))
        office.receive(now)

    def unlock(unit: str, now: str) -> None:
        words = ("--form", "quarterly_result", "--period", PERIOD, "--memo", "กค 1", "--reason", "คลาดเคลื่อน")
        assert office.call("unlock", unit, *words, "--until", "2024-03-31", now=now).code == 0

    def published(*words: str, now: str) -> dict[str, bytes]:
        assert office.call("publish", "--period", PERIOD, *words, now=now).code == 0
        folders = [office.outbox(f"{room}/{YEAR}/{PERIOD}") for room in ("reports", "data")]
        return {str(p): p.read_bytes() for f in folders for p in sorted(f.rglob("*")) if p.is_file()}

    sent(UNIT, YEAR - 1, "91", "2023-10-03T09:00:00")
    sent(UNIT, YEAR, "94", "2024-01-10T09:00:00", evidence="รายงาน.pdf\nภาพ.pdf")
    sent(UNITS[1], YEAR, "97", "2024-01-10T09:00:00")
    evidence("รายงาน.pdf", "2024-01-11T09:00:00")
    unlock(UNITS[1], "2024-01-18T09:00:00")
    sent(UNITS[1], YEAR, "100", "2024-01-19T00:30:00")
    then = published(now="2024-01-20T09:00:00")
    as_of = json.loads(next(data for path, data in then.items() if path.endswith("manifest.json")))["as_of"]
    unlock(UNIT, "2024-02-01T09:00:00")
    sent(UNIT, YEAR, "88", "2024-02-02T09:00:00", evidence="รายงาน.pdf\nภาพ.pdf")
    evidence("ภาพ.pdf", "2024-02-03T09:00:00")
    sent(UNITS[1], YEAR - 1, "100", "2024-02-04T09:00:00")
    sent(UNITS[2], YEAR, "91", "2024-02-05T09:00:00")
    later = published(now="2024-02-20T09:00:00")
    differ = {Path(p).name for p in then if then[p] != later[p]}
    assert {"master.xlsx", "executive.xlsx", "executive.docx", f"{UNIT}.xlsx", "scores.csv"} <= differ
    assert published("--as-of", as_of, now="2024-03-20T09:00:00") == then
    assert (
        "ปีก่อน" in told(office, "executive.docx")
        and "ตราสำนักงาน"
        in docx.Document(str(office.outbox(f"reports/{YEAR}/{PERIOD}/executive.docx")))
        .sections[0]
        .header.paragraphs[0]
        .text
    )
    assert published(now="2024-03-20T09:00:00") != then
    assert "มาถึงครั้งแรกหลังพ้นกำหนดส่งของงวด" in told(office, "executive.docx")
