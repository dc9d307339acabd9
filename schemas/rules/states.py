"""Rules about the state of rows and forms: locks, withdrawal, sign-off, unlocks, the folder and the sender of a file."""

from __future__ import annotations

from schemas.language import Rule, Text


def _rule(code: str, severity: str, th: str, en: str, advice_th: str, advice_en: str, example: str = "") -> Rule:
    return Rule(code, severity, Text(th, en), Text(advice_th, advice_en), example or "—")  # type: ignore[arg-type]


RULES = (
    _rule(
        "E_SIGN_OFF",
        "error",
        "ยังนำส่งทั้งแผ่นงานไม่ได้ เพราะเหลือ: {value}",
        "The sheet cannot be signed off yet; left: {value}",
        "ทำรายการที่เหลือให้ครบ แล้วส่งใหม่โดยคงช่อง “นำส่งข้อมูล” ไว้ แถวที่ยืนยันแล้วยังยืนยันอยู่",
        "Finish what is left and send again with the sign-off cell as it is; confirmed rows stay confirmed",
        "นำส่งข้อมูล",
    ),
    _rule(
        "W_SIGN",
        "warning",
        "“{value}” ไม่อยู่ในรายการของช่องนำส่ง จึงยังไม่ถือว่านำส่ง",
        "“{value}” is not in the list of the sign-off cell: the sheet is not signed off",
        "เลือกจากรายการ",
        "Pick from the list",
        "นำส่งข้อมูล",
    ),
    _rule(
        "E_UNLOCKED_DRAFT",
        "error",
        "ระหว่างปลดล็อก ค่าใหม่ต้องยืนยันในไฟล์เดียวกัน ค่าเดิมยังใช้อยู่จนกว่าจะยืนยัน",
        "Under an unlock the new figure must be confirmed in the same file; until then the old one stands",
        "เลือก “ยืนยัน” ในแถวนั้น (แผนรายเดือน: เลือก “นำส่งข้อมูล” ที่หัวแผ่นงาน) แล้วส่งใหม่ก่อนวันสิ้นสุดการปลดล็อก",
        "Pick “confirmed” in the row (monthly plan: sign off at the head) and send again before the unlock ends",
        "ยืนยัน",
    ),
    _rule(
        "I_WITHDRAWN",
        "info",
        "ถอนแถวนี้แล้ว ไม่นำตัวเลขในแถวมาใช้",
        "The row is withdrawn: its figures are not used",
        "เมื่อพร้อมให้เลือก “ร่าง” หรือ “ยืนยัน” แล้วส่งใหม่",
        "When ready, pick draft or confirmed and send again",
    ),
    _rule(
        "Q_PROOF",
        "query",
        "ยังไม่ถือว่ายืนยัน เพราะไม่ได้ส่งทางโฟลเดอร์ของหน่วยงานหรือผู้ส่งที่ลงทะเบียน รับไว้เป็นร่าง",
        "Not confirmed yet: it came neither through the unit's folder nor from a registered sender; taken as a draft",
        "วางไฟล์เดิมในโฟลเดอร์ของหน่วยงาน หรือส่งจากอีเมลที่ลงทะเบียนไว้",
        "Drop the same file into the unit's folder, or send it from a registered address",
    ),
    _rule(
        "Q_FOLDER",
        "query",
        "แบบฟอร์มนี้เป็นของหน่วยงานท่าน แต่วางอยู่ในโฟลเดอร์ของหน่วยงานอื่น ตั้งใจหรือไม่",
        "The form is yours, but it lay in another unit's folder: is that meant?",
        "ถ้าไม่ตั้งใจ ให้วางแบบฟอร์มในโฟลเดอร์ของหน่วยงานเจ้าของ",
        "If not, drop each form into its own unit's folder",
    ),
)
