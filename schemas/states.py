"""The life of a row, as one table: its states, what a file may say to it, what becomes of it, and what it is told.

A row is indicator x quarter of a result form or indicator x year of a plan form, "cannot report yet" included. The
table knows no forms and no ledger; `pipeline.validate.posting` asks it, docs/states.md is drawn from it.
"""

from __future__ import annotations

from dataclasses import dataclass

from schemas.language import Text

STATES = {
    "nothing": Text("ยังไม่มีข้อมูล", "nothing yet"),
    "draft": Text("ร่าง", "draft"),
    "confirmed": Text("ยืนยันแล้ว", "confirmed"),
    "signed_off": Text("นำส่งข้อมูลแล้ว", "signed off"),
    "withdrawn": Text("ถอนแล้ว", "withdrawn"),
}
LOCKED = ("confirmed", "signed_off")

# Where a row stands when a file speaks to it: its state, as the calendar and the unlocks in force leave it.
SITUATIONS = {
    "nothing": Text("ยังไม่มีข้อมูล", "nothing yet"),
    "draft": Text("ร่าง", "a draft"),
    "withdrawn": Text("ถอนแล้ว", "withdrawn"),
    "confirmed": Text("ยืนยันแล้ว (ล็อก)", "confirmed (locked)"),
    "signed_off": Text("นำส่งข้อมูลแล้ว (ล็อก)", "signed off (locked)"),
    "unlocked": Text("ยืนยันหรือนำส่งแล้ว แต่ปลดล็อกอยู่", "confirmed or signed off, under an unlock in force"),
    "closed": Text("ยังไม่ยืนยัน และงวดปิดแล้ว", "not confirmed, and the period is closed"),
    "sealed": Text("ยืนยันหรือนำส่งแล้ว และงวดปิดแล้ว", "confirmed or signed off, and the period is closed"),
}
EVENTS = {
    "unchanged": Text("เหมือนที่มีอยู่ทุกช่อง", "the file says what stands already"),
    "draft": Text("กรอกหรือแก้ ยังเป็นร่าง", "filled or changed, a draft"),
    "confirm": Text("กรอกหรือแก้ และยืนยัน", "filled or changed, and confirmed"),
    "unproven": Text("ยืนยัน แต่ขาดหลักฐานผู้ส่งที่สำนักงานขอ", "confirmed without the proof of sender the office asks for"),
    "blank": Text("ลบทุกช่องของแถวที่เคยมีข้อมูล", "every cell of a row that had something is blank"),
    "withdraw": Text("เลือก “ถอนร่าง”", "the state cell says withdraw"),
    "sign_off": Text("นำส่งทั้งแผ่นงาน", "the whole sheet is signed off"),
}


@dataclass(frozen=True)
class Step:
    """What an event does: the next state ("" = nothing is written), and the rules that are told. An E_ rule forbids."""

    next: str = ""
    rules: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the event may be; a forbidden one changes nothing and says why."""
        return not any(r.startswith("E_") for r in self.rules)


def _to(state: str, *rules: str) -> Step:
    return Step(state, rules)


def _no(rule: str) -> Step:
    return Step("", (rule,))


_KEEP, _LOCK, _SHUT = Step(), _no("E_LOCKED"), _no("E_CLOSED")
_OPEN = {
    "unchanged": _KEEP,
    "draft": _to("draft"),
    "confirm": _to("confirmed"),
    "unproven": _to("draft", "Q_PROOF"),
    "blank": _KEEP,
    "withdraw": _to("withdrawn", "I_WITHDRAWN"),
    "sign_off": _no("E_SIGN_OFF"),
}
_FIXED = {
    "unchanged": _KEEP,
    "draft": _LOCK,
    "confirm": _LOCK,
    "unproven": _LOCK,
    "blank": _LOCK,
    "withdraw": _LOCK,
    "sign_off": _to("signed_off"),
}
TABLE: dict[str, dict[str, Step]] = {
    "nothing": _OPEN,
    # A draft sent again unchanged is written again: its file is the newest that says so.
    "draft": {**_OPEN, "unchanged": _to("draft"), "blank": _to("withdrawn", "Q_RETRACT")},
    "withdrawn": {**_OPEN, "withdraw": _KEEP},
    "confirmed": _FIXED,
    "signed_off": {**_FIXED, "sign_off": _KEEP},
    # An unlock opens a row for a figure that is confirmed again, so that an official figure never falls back to a
    # draft that nobody confirms before the unlock ends.
    "unlocked": {
        **_FIXED,
        "draft": _no("E_UNLOCKED_DRAFT"),
        "confirm": _to("confirmed", "I_UNLOCKED"),
        "unproven": _no("E_UNLOCKED_DRAFT"),
        "blank": _to("withdrawn", "Q_RETRACT", "I_UNLOCKED"),
        "withdraw": _to("withdrawn", "I_WITHDRAWN", "I_UNLOCKED"),
    },
    "closed": {
        "unchanged": _KEEP,
        "draft": _SHUT,
        "confirm": _SHUT,
        "unproven": _SHUT,
        "blank": _KEEP,
        "withdraw": _SHUT,
        "sign_off": _SHUT,
    },
    "sealed": {**_FIXED, "sign_off": _SHUT},
}


def situation(state: str, closed: bool, unlocked: bool) -> str:
    """Where a row in `state` stands while its period is closed or not, and an unlock in force covers it or not.

    An unlock opens a closed period too: it is the one way back.
    """
    if state in LOCKED:
        return "unlocked" if unlocked else "sealed" if closed else state
    return "closed" if closed and not unlocked else state


def step(where: str, event: str) -> Step:
    """What an event does to a row in a situation; every pair has an answer."""
    return TABLE[where][event]


# How a confirmation is known to be the unit's own. "" = by nothing but the state cell of the file.
PROOFS = {
    "": Text("โดยไฟล์ ยังไม่ลงนาม", "by file, unsigned"),
    "folder": Text("ทางโฟลเดอร์ของหน่วยงาน", "through the unit's folder"),
    "sender": Text("ทางผู้ส่งที่ลงทะเบียน", "by a registered sender"),
}
ROLES = {
    "recorder": Text("ผู้บันทึก", "recorder"),
    "checker": Text("ผู้ตรวจสอบ", "checker"),
    "approver": Text("ผู้อนุมัติ", "approver"),
}


def printed(state: str, proof: str = "", role: str = "") -> Text:
    """A row's state as outputs print it: "ยืนยันโดยไฟล์ ยังไม่ลงนาม", "นำส่งข้อมูลแล้วโดยผู้อนุมัติ ทางโฟลเดอร์ของหน่วยงาน"."""
    known = STATES.get(state, Text("", "")) if state not in ("", "nothing") else Text("", "")
    if state == "confirmed":
        return Text(f"ยืนยัน{PROOFS[proof].th}", f"confirmed {PROOFS[proof].en}")
    if state == "signed_off":
        by = ROLES.get(role)
        th, en = (f"{known.th}โดย{by.th}", f"{known.en} by the {by.en}") if by else (known.th, known.en)
        return Text(f"{th} {PROOFS[proof].th}", f"{en} {PROOFS[proof].en}") if proof else Text(th, en)
    return known
