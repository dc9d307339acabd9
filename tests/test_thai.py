"""Thai text: cleaning, the skeleton that finds damaged headings, width and dictionary order."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from schemas.forms_index import forms
from schemas.thai import clean, skeleton, sort_key, width

SARA_AM, NIKHAHIT, AA = "\u0e33", "\u0e4d", "\u0e32"
THAI = st.text(alphabet=st.characters(min_codepoint=0x0E00, max_codepoint=0x0E5B), max_size=20)
NOISY = st.text(alphabet="กขคนำาแเโไ่้๊๋์ิีุูั็ํฺ ก\u200b\u00a0\ufeff\u00ad\n\u202eaA1๑", max_size=24)


@pytest.mark.parametrize(
    ("damaged", "mended"),
    [
        (f"น้{NIKHAHIT}{AA}หนัก", "น้ำหนัก"),
        (f"น{NIKHAHIT}้{AA}หนัก", "น้ำหนัก"),
        ("เเผน", "แผน"),
        ("ตัวช้ีวัด", "ตัวชี้วัด"),
        ("ตัว\u200bชี้วัด", "ตัวชี้วัด"),
        ("\ufeffตัวชี้วัด", "ตัวชี้วัด"),
        ("ตัว\u00adชี้วัด", "ตัวชี้วัด"),
        ("ร้อยละ\u00a0 85", "ร้อยละ 85"),
        ("  ผลการ\n ดำเนินงาน ", "ผลการ ดำเนินงาน"),
        ("\u202eกพร\u202c", "กพร"),
        ("ฏิบัติ", "ฏิบัติ"),
    ],
)
def test_clean_mends_what_copying_does(damaged: str, mended: str) -> None:
    assert clean(damaged) == mended


@pytest.mark.parametrize("text", ["จำนวน", "น้ำหนัก (ร้อยละ)", "กพร.9", "เป็นไปตามแผน", "Success Factor", "๑๒ คน"])
def test_clean_leaves_sound_text_alone(text: str) -> None:
    assert clean(text) == text


def test_clean_never_splits_sara_am() -> None:
    assert SARA_AM in clean("จำนวน") and NIKHAHIT not in clean("จำนวน")


@effort(max_examples=800)
@given(st.one_of(NOISY, THAI, st.text(max_size=30)))
@example("เเเ")
@example("เเ\u200bเ")
@example("\u0e4d\u0e4d\u0e32\u0e32")
@example("่ิ่ิ")
@example("่้ิ")
@example("\u0e4d่้\u0e32")
def test_clean_is_idempotent(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@effort(max_examples=800)
@given(st.one_of(NOISY, THAI, st.text(alphabet=st.characters(max_codepoint=0x0E5B), max_size=30)))
@example("เ เ")
@example("เ เเ")
@example("İ")
def test_skeleton_is_idempotent_and_does_not_see_what_clean_mends(text: str) -> None:
    assert skeleton(skeleton(text)) == skeleton(text)
    assert skeleton(clean(text)) == skeleton(text)


@pytest.mark.parametrize(
    ("damaged", "heading"),
    [
        ("ปีงบประมาณ ประจ าปี", "ปีงบประมาณ ประจำปี"),  # sara am as blank + aa
        ("รายละเอียดการด าเนินงาน", "รายละเอียดการดำเนินงาน"),
        ("ตัวช้ีวัด", "ตัวชี้วัด"),  # tone before vowel
        ("น้้าหนัก", "น้ำหนัก"),  # sara am turned into mai tho + aa
        ("ค้าอธิบาย", "คำอธิบาย"),
        ("ผลการด้าเนินงาน", "ผลการดำเนินงาน"),
        ("ป ีงบประมาณ", "ปีงบประมาณ"),  # vowel left alone after a blank
        (f"น้{NIKHAHIT}{AA}หนัก", "น้ำหนัก"),
        ("เเหล่งข้อมูล", "แหล่งข้อมูล"),
        ("ไตรมาส\u200b ๑", "ไตรมาส 1"),
        ("รวม\u00a0ไตรมาส 1", "รวมไตรมาส 1"),
        ("success  FACTOR", "Success Factor"),
        ("รหัส ตัวชี้วัด\n", "รหัสตัวชี้วัด"),
        ("หน่วยวัด :", "หน่วยวัด"),
        ("เป้าหมาย*", "เป้าหมาย"),
    ],
)
def test_damaged_headings_keep_their_skeleton(damaged: str, heading: str) -> None:
    assert skeleton(damaged) == skeleton(heading)


def test_different_headings_of_a_sheet_have_different_skeletons() -> None:
    """But one pair: March (มี.ค.) loses its only mark and looks like January (ม.ค.); see test_reading."""
    for form in forms().values():
        for sheet in form.sheets(2567):
            names = [skeleton(f.label.th) for f in sheet.fields if f.kind != "computed" and f.key != "m03"]
            assert len(set(names)) == len(names), sheet.name
            assert all(names), sheet.name


@pytest.mark.parametrize(("text", "columns"), [("ที่", 1), ("น้ำ", 2), ("ปฏิบัติ", 4), ("abc", 3), ("", 0), ("ก๊็", 1)])
def test_marks_above_and_below_take_no_width(text: str, columns: int) -> None:
    assert width(text) == columns


PROVINCES = [
    "กระบี่",
    "กรุงเทพมหานคร",
    "กาญจนบุรี",
    "กาฬสินธุ์",
    "กำแพงเพชร",
    "ขอนแก่น",
    "จันทบุรี",
    "ฉะเชิงเทรา",
    "ชลบุรี",
    "ชัยนาท",
    "ชัยภูมิ",
    "ชุมพร",
    "เชียงราย",
    "เชียงใหม่",
    "ตรัง",
    "ตราด",
    "ตาก",
    "นครนายก",
    "นครปฐม",
    "นครพนม",
    "นครราชสีมา",
    "นครศรีธรรมราช",
    "นครสวรรค์",
    "นนทบุรี",
    "นราธิวาส",
    "น่าน",
    "บึงกาฬ",
    "บุรีรัมย์",
    "ปทุมธานี",
    "ประจวบคีรีขันธ์",
    "ปราจีนบุรี",
    "ปัตตานี",
    "พระนครศรีอยุธยา",
    "พะเยา",
    "พังงา",
    "พัทลุง",
    "พิจิตร",
    "พิษณุโลก",
    "เพชรบุรี",
    "เพชรบูรณ์",
    "แพร่",
    "ภูเก็ต",
    "มหาสารคาม",
    "มุกดาหาร",
    "แม่ฮ่องสอน",
    "ยโสธร",
    "ยะลา",
    "ร้อยเอ็ด",
    "ระนอง",
    "ระยอง",
    "ราชบุรี",
    "ลพบุรี",
    "ลำปาง",
    "ลำพูน",
    "เลย",
    "ศรีสะเกษ",
    "สกลนคร",
    "สงขลา",
    "สตูล",
    "สมุทรปราการ",
    "สมุทรสงคราม",
    "สมุทรสาคร",
    "สระแก้ว",
    "สระบุรี",
    "สิงห์บุรี",
    "สุโขทัย",
    "สุพรรณบุรี",
    "สุราษฎร์ธานี",
    "สุรินทร์",
    "หนองคาย",
    "หนองบัวลำภู",
    "อ่างทอง",
    "อำนาจเจริญ",
    "อุดรธานี",
    "อุตรดิตถ์",
    "อุทัยธานี",
    "อุบลราชธานี",
]


def test_the_77_provinces_are_sorted_as_a_dictionary_sorts_them() -> None:
    assert len(PROVINCES) == 77
    assert sorted(reversed(PROVINCES), key=sort_key) == PROVINCES
    assert sorted(PROVINCES) != PROVINCES


def test_tone_marks_only_break_ties() -> None:
    assert sorted(["ป้า", "ปาก", "ป่า", "ปา"], key=sort_key) == ["ปา", "ป่า", "ป้า", "ปาก"]
