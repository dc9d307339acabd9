"""A receiver that is killed or fails at any moment loses nothing, counts nothing twice and shows nothing half-written.

`OPSBOOK_CRASH_RUNS` limits the runs of each shard (0: all); the default keeps a shard within some two minutes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from crash_office import build
from crash_sabotage import SABOTAGES

pytestmark = [pytest.mark.long, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork (Linux, macOS)")]
RUNS = int(os.environ.get("OPSBOOK_CRASH_RUNS", "30"))
SHARDS = 4


@pytest.fixture(scope="module")
def nine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with nine files waiting: every kind of verdict, a twin, a new plan."""
    return build(tmp_path_factory.mktemp("nine") / "office", 2)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with twenty-five files waiting."""
    return build(tmp_path_factory.mktemp("many") / "office", 10)


def campaign(office: Path, work: Path, kind: str, shard: str = "1/1", runs: int = RUNS, *more: str) -> Any:
    here = Path(__file__).parent
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(here.parent), str(here)]),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    words = [str(office), str(work), kind, shard, "1", str(runs), *more]
    done = subprocess.run(
        [sys.executable, str(here / "crash_campaign.py"), *words], env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("shard", range(1, SHARDS + 1))
def test_killed_before_every_step_and_again_while_recovering(nine: Path, tmp_path: Path, shard: int) -> None:
    said = campaign(nine, tmp_path, "steps", f"{shard}/{SHARDS}")
    assert said["steps"] > 250
    assert said["problems"] == []


def test_killed_before_steps_among_many_files(many: Path, tmp_path: Path) -> None:
    said = campaign(many, tmp_path, "steps", "1/1")
    assert said["steps"] > 600
    assert said["problems"] == []


def test_killed_at_random_moments_among_many_files(many: Path, tmp_path: Path) -> None:
    assert campaign(many, tmp_path, "random")["problems"] == []


@pytest.mark.parametrize("shard", range(1, SHARDS + 1))
def test_power_fails_and_what_was_not_synced_is_lost(nine: Path, tmp_path: Path, shard: int) -> None:
    assert campaign(nine, tmp_path, "power", f"{shard}/{SHARDS}")["problems"] == []


@pytest.mark.parametrize("shard", range(1, SHARDS + 1))
def test_disk_full_io_error_no_permission_and_busy_at_every_step(nine: Path, tmp_path: Path, shard: int) -> None:
    said = campaign(nine, tmp_path, "errors", f"{shard}/{SHARDS}")
    assert said["problems"] == []


@pytest.mark.parametrize("name", [n for n in SABOTAGES if n != "trouble_becomes_a_verdict"])
def test_a_sabotaged_receiver_is_found_out(nine: Path, tmp_path: Path, name: str) -> None:
    assert campaign(nine, tmp_path, "steps", "1/1", 0, name)["problems"]


def test_a_receiver_that_judges_by_trouble_is_found_out(nine: Path, tmp_path: Path) -> None:
    assert campaign(nine, tmp_path, "errors", "1/1", 0, "trouble_becomes_a_verdict")["problems"]
