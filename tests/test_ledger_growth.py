"""A ledger made by an older version is opened and gains what it lacks, without losing a row."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, inspect, text

from pipeline.ledger import book
from pipeline.ledger.tables import METADATA


def test_an_older_ledger_gains_columns_and_indexes_and_keeps_its_rows(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    old = create_engine(url)
    METADATA.create_all(old)
    with old.begin() as connection:
        connection.execute(text("DROP INDEX ix_fact_value"))
        connection.execute(text("ALTER TABLE publication DROP COLUMN fingerprint"))
        connection.execute(text("ALTER TABLE issued ADD COLUMN strange TEXT"))
        connection.execute(text("INSERT INTO issued VALUES (2567, 1, 'kept')"))
    old.dispose()

    engine = book.open_ledger(url)
    told = inspect(engine)
    assert {i["name"] for i in told.get_indexes("fact")} >= {"ix_fact_value", "ix_fact_unit"}
    assert "fingerprint" in {c["name"] for c in told.get_columns("publication")}
    with engine.connect() as connection:
        assert connection.execute(text("SELECT * FROM issued")).one() == (2567, 1, "kept")
    engine.dispose()
