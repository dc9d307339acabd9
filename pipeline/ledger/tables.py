"""The ledger's tables: arrivals, findings, plan revisions, postings, facts, evidence, publications. SQLAlchemy Core, any database."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table, Text

METADATA = MetaData()

SUBMISSION = Table(
    "submission",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("claim", String(64), nullable=False, unique=True),  # one row per arrival, however often it is retried
    Column("sha256", String(64), nullable=False, index=True),
    Column("received_at", String(32), nullable=False),
    Column("name", Text, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("sender", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("state", String(16), nullable=False),  # received until judged, pending, or a final state
    Column("reason_th", Text, nullable=False, default=""),
    Column("reason_en", Text, nullable=False, default=""),
    Column("form", String(32)),
    Column("unit", String(64)),
    Column("fiscal_year", Integer),
    Column("plan_revision", Integer),  # the revision the file was made from
    Column("judged_revision", Integer),  # the revision in force when it was judged
    Column("answer", Text, nullable=False, default=""),
    Column("previous", String(64), nullable=False, default=""),
    Column("rows_taken", Integer, nullable=False, default=0),
    Column("rows_held", Integer, nullable=False, default=0),
    Column("subject", Text, nullable=False, server_default=""),  # of the mail it came in
    Column("container", Integer, nullable=False, server_default="0"),  # number of the mail or archive it came in
    Column("message_id", Text, nullable=False, server_default=""),  # of the mail, for the answer's In-Reply-To
    Index("ix_submission_state", "state"),
    Index("ix_submission_unit_form", "unit", "form", "fiscal_year"),
)

FINDING = Table(
    "finding",
    METADATA,
    Column("submission", Integer, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("rule", String(32), nullable=False),
    Column("severity", String(8), nullable=False),
    Column("sheet", Text, nullable=False),
    Column("cells", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("message_th", Text, nullable=False),
    Column("message_en", Text, nullable=False),
    Column("proposal", Text),
    Column("indicator", Text, nullable=False),
    Column("period", String(16), nullable=False),
)

PLAN = Table(
    "plan",
    METADATA,
    Column("fiscal_year", Integer, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("submission", Integer, nullable=False),
    Column("received_at", String(32), nullable=False),
    Column("content", Text, nullable=False),  # JSON: rows per sheet
    Column("changed", Text, nullable=False),  # JSON: "unit<TAB>indicator" -> revision of its last change
)

POSTING = Table(
    "posting",
    METADATA,
    Column("submission", Integer, primary_key=True),
    Column("form", String(32), primary_key=True),
    Column("indicator", String(128), primary_key=True),
    Column("period", String(16), primary_key=True),
    Column("fiscal_year", Integer, nullable=False, index=True),
    Column("unit", String(64), nullable=False),
    Column("state", String(16), nullable=False),  # schemas.states; held where the row waits for correction
    Column("blank", Boolean, nullable=False),
    Column("entries", Text, nullable=False),  # JSON: words of the row by field key
    Column("sheet", Text, nullable=False),
    Column("cell", String(16), nullable=False),
    Index("ix_posting_unit", "unit", "form"),
)

FACT = Table(
    "fact",
    METADATA,
    Column("submission", Integer, primary_key=True),
    Column("indicator", String(128), primary_key=True),
    Column("row_period", String(16), primary_key=True),
    Column("scenario", String(16), primary_key=True),
    Column("period", String(16), primary_key=True),
    Column("form", String(32), primary_key=True),
    Column("fiscal_year", Integer, nullable=False, index=True),
    Column("unit", String(64), nullable=False),
    Column("stage", String(64), nullable=False),
    Column("value", Text, nullable=False),  # exact decimal text
    Column("numerator", Text, nullable=False),
    Column("denominator", Text, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("cell", String(16), nullable=False),
    Column("typed", Text, nullable=False),
    Index("ix_fact_unit", "unit", "form"),
    Index("ix_fact_value", "value", "form", "fiscal_year"),  # whose figures are these as well?
)

EVIDENCE = (
    Table(  # files whose content is a sound document, however their arrival was judged; what they prove is a query
        "evidence",
        METADATA,
        Column("submission", Integer, primary_key=True),
        Column("folder", Text, nullable=False),  # where it lay: "" the inbox itself, a sub-folder, a zip, a mail
        Column("name", Text, nullable=False),
        Column("kind", String(16), nullable=False),
        Column("suffix", String(8), nullable=False),  # the ending that its content deserves
    )
)

UNLOCK = Table(  # unlocks given by command; those of the plan workbook are rows of its content
    "unlock",
    METADATA,
    Column("submission", Integer, primary_key=True),
    Column("fiscal_year", Integer, nullable=False, index=True),
    Column("unit", String(64), nullable=False),
    Column("form", String(32), nullable=False),
    Column("period", String(16), nullable=False),
    Column("indicator", String(128), nullable=False),  # a code, or * for every indicator
    Column("memo", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("until", String(10), nullable=False),  # the last day it holds, ISO
    Column("received_at", String(32), nullable=False),
)

ISSUED = Table(  # plan revisions whose templates were written
    "issued",
    METADATA,
    Column("fiscal_year", Integer, primary_key=True),
    Column("revision", Integer, primary_key=True),
)

PUBLICATION = Table(
    "publication",
    METADATA,
    Column("n", Integer, primary_key=True, autoincrement=True),
    Column("fiscal_year", Integer, nullable=False),
    Column("period", String(16), nullable=False),
    Column("as_of", String(32), nullable=False),
    Column("fingerprint", String(64), nullable=False),
)
