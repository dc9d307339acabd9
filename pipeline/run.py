"""THE ROAD, end to end: inbox -> intake -> identify -> read -> validate -> reply, ledger || ledger -> consolidate -> score -> report."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from pipeline import edition, receive, trouble
from pipeline.evidence.debts import overdue
from pipeline.handout import hand_out
from pipeline.ledger import book
from pipeline.letters.due import write_letters
from pipeline.model import Outcome
from pipeline.opening import Office, Progress, quiet
from pipeline.register.sheets import write_register
from pipeline.register.status import gather
from schemas.language import Text

LOG = logging.getLogger("opsbook")


def take_in(office: Office, progress: Progress = quiet) -> tuple[list[Outcome], Text | None]:
    """Receive what lies in the inbox and draw the register anew -> (what became of each file, why the register waits).

    A register that cannot be written now is no fault of the files: they are in all the same.
    """
    outcomes = receive.receive(office, progress)
    try:
        write_register(office)
    except Exception as error:
        if (found := trouble.of(error)) is None:
            raise
        LOG.warning("the register waits: %s", error)
        return outcomes, found.text
    return outcomes, None


def publish(office: Office, progress: Progress = quiet) -> list[edition.Published]:
    """Publish what changed; nothing where no plan was ever accepted."""
    with office.engine.connect() as connection:
        planned = bool(book.plan_years(connection))
    return edition.publish(office, progress=progress) if planned else []


def follow_up(office: Office, register: bool = False, progress: Progress = quiet) -> tuple[list[str], Text | None]:
    """Letters to units that owe something, then every unit's own folder -> (letters written, why they wait).

    With `register` the register is drawn first: a deadline may have passed since the last file came.
    """
    try:
        found = gather(office)
        if register:
            write_register(office, found)
        written = write_letters(office, found, progress, overdue(office, found.plans, found.moment.date()))
        hand_out(office, progress)
    except Exception as error:
        if (stopped := trouble.of(error)) is None:
            raise
        LOG.warning("letters and folders of units wait: %s", error)
        return [], stopped.text
    return written, None


def totals(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many files ended in which state, in the order `receive --json` prints them."""
    counted = dict.fromkeys(("accepted", "returned", "refused", "duplicate", "quarantined", "pending"), 0)
    for outcome in outcomes:
        counted[outcome.result.state] += 1
    return counted
