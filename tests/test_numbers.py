"""The grammar of a numeric cell, as a table and against a second grammar written without regular expressions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from schemas.numbers import EMPTY, NODATA, judge, parse, plain, suggest

ZWSP, BOM, NBSP = "\u200b", "\ufeff", "\u00a0"

NUMBERS = [
    ("0", "0"), ("12.5", "12.5"), ("12", "12"), ("1,234", "1234"), ("1,234,567.50", "1234567.5"), (".5", "0.5"),
    ("5.", "5"), ("1,000", "1000"), ("1.000", "1"), ("-3", "-3"), ("00012", "12"), ("12 ", "12"), (" 12", "12"),
    (f"{BOM}12{ZWSP}", "12"), (f"{NBSP}1,234{NBSP}", "1234"), ("\t7\n", "7"), ("-1,234.5", "-1234.5"), ("-.5", "-0.5"),
    ("0.0", "0"), ("999,999,999", "999999999"),
]  # fmt: skip
WRONG_FORM = ["1,5", "12,34", "1234,567", "--", "1/0", "1/2/3", "10-20", "5-", "1..2", ".", ",", "/", "1,", ",123",
              "1,234,56", "0,1234", "-.", "--5", "1.2.3", "1/", "/2", "1.5,000", "-/2", "1/-", "1/0.0",
              "5/0,000"]  # fmt: skip
WRONG_CHARACTER = ["๘๕", "12%", "12 คน", "1 234", "+5", "1e5", "inf", "NaN", "=1+1", "N/A", "–", "−5", "１２", "1_000",
                   "#REF!", "(5)", "1O", "٣", "฿5", "'5", "1\u200b2", "½", "²", "None", "-inf", "0x10", "- 5"]  # fmt: skip


@pytest.mark.parametrize("text", ["", " ", "\n", ZWSP, BOM, NBSP + " \t"])
def test_blank_and_invisible_texts_are_empty(text: str) -> None:
    assert parse(text) == EMPTY
    assert not parse(text).given


@pytest.mark.parametrize("text", ["-", " - ", f"-{ZWSP}"])
def test_a_dash_alone_is_no_data_and_not_given(text: str) -> None:
    assert parse(text) == NODATA
    assert not parse(text).given


@pytest.mark.parametrize(("text", "value"), NUMBERS)
def test_numbers_are_read_exactly(text: str, value: str) -> None:
    found = parse(text)
    assert (found.status, found.value) == ("number", Decimal(value))
    assert found.given


def test_zero_is_given() -> None:
    assert parse("0").given and parse("0.00").given


@pytest.mark.parametrize(
    ("text", "decimals"), [("81", 0), ("81.3", 1), ("81.30", 2), ("5.", 0), (".25", 2), ("1,000.5", 1)]
)
def test_decimals_are_the_digits_typed_after_the_point(text: str, decimals: int) -> None:
    assert parse(text).decimals == decimals


@pytest.mark.parametrize(
    ("text", "over", "under"),
    [
        ("1/2", "1", "2"),
        ("85/100", "85", "100"),
        ("1,700/2,000", "1700", "2000"),
        ("-1/4", "-1", "4"),
        ("0/5", "0", "5"),
    ],
)
def test_a_ratio_keeps_numerator_and_denominator(text: str, over: str, under: str) -> None:
    found = parse(text)
    assert (found.status, found.numerator, found.denominator) == ("ratio", Decimal(over), Decimal(under))
    assert found.value == Decimal(over) / Decimal(under)


@pytest.mark.parametrize("text", WRONG_FORM)
def test_permitted_characters_that_make_no_number_are_wrong_in_form(text: str) -> None:
    assert parse(text).status == "E_FORM"
    assert parse(text).value is None


@pytest.mark.parametrize("text", WRONG_CHARACTER)
def test_every_other_character_is_refused(text: str) -> None:
    assert parse(text).status == "E_CHAR"
    assert parse(text).value is None


@pytest.mark.parametrize(
    ("text", "kind", "status"),
    [
        ("2024-02-01T00:00:00", "date", "E_DATE"), ("", "date", "E_DATE"), ("TRUE", "bool", "E_TYPE"), ("1", "bool", "E_TYPE"),
        ("", "formula_empty", "E_FORMULA"), ("#REF!", "error", "E_CHAR"), ("#DIV/0!", "error", "E_CHAR"), ("12", "error", "E_CHAR"),
        ("12", "number", "number"), ("0.85", "percent", "number"), ("-3", "number", "number"),
    ],
)  # fmt: skip
def test_what_the_workbook_stored_decides_before_the_text(text: str, kind: str, status: str) -> None:
    assert parse(text, kind).status == status


def test_a_text_too_long_to_be_a_figure_has_no_value() -> None:
    assert parse("9" * 40).given
    assert not parse("9" * 41).given


# -- read for an indicator ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "percent_unit", "ratio_allowed", "status", "value"),
    [
        ("85/100", "text", True, True, "ratio", "85"),
        ("85/100", "text", False, True, "ratio", "0.85"),
        ("85/100", "text", False, False, "E_RATIO", None),
        ("0.85", "percent", True, True, "number", "85"),
        ("0.85", "percent", False, False, "E_PERCENT", None),
        ("0.85", "text", True, True, "number", "0.85"),
        ("0.85", "number", True, True, "number", "0.85"),
        ("-", "percent", False, False, "nodata", None),
        ("", "percent", False, False, "empty", None),
    ],
)
def test_ratios_and_percent_cells_are_read_by_the_unit_of_measure(
    text: str, kind: str, percent_unit: bool, ratio_allowed: bool, status: str, value: str | None
) -> None:
    found = judge(text, kind, percent_unit, ratio_allowed)
    assert found.status == status
    assert found.value == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("๘๕", "85"), ("12 คน", "12"), ("12%", "12"), ("(5)", "-5"), ("1O", "10"), ("１２", "12"), ("−5", "-5"), ("1 234", "1234"),
        ("+5", "5"), ("๑,๒๓๔.๕๐", "1,234.50"), ("100 บาท", "100"), ("ไม่มี", "-"), ("N/A", "-"), ("1,5", None), ("abc", None),
        ("85", None), ("1..2", None), ("–", "-"), ("", None),
    ],
)  # fmt: skip
def test_a_right_value_is_offered_only_where_the_meaning_is_plain(text: str, offered: str | None) -> None:
    assert suggest(text) == offered


@pytest.mark.parametrize(
    ("value", "text"),
    [("1E+2", "100"), ("0.850", "0.85"), ("-0", "0"), ("1234567.5", "1234567.5"), ("1E-7", "0.0000001"), ("-0.0", "0")],
)
def test_plain_text_of_a_value_has_no_exponent(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text


# -- fuzz --------------------------------------------------------------------------------------------------------------

_BLANKS = " \t\r\n\u00a0\u200b\u200c\u200d\u2060\ufeff"


def _number(text: str) -> Fraction | None:
    """The figure a text spells, by walking over it."""
    sign, body = (-1, text[1:]) if text[:1] == "-" else (1, text)
    whole, _, rest = body.partition(".")
    if not all(c in "0123456789" for c in rest) or (not whole and not rest):
        return None
    groups = whole.split(",")
    if any(c not in "0123456789" for g in groups for c in g):
        return None
    if len(groups) > 1 and (not 1 <= len(groups[0]) <= 3 or any(len(g) != 3 for g in groups[1:])):
        return None
    digits = "".join(groups) + rest
    return sign * Fraction(int(digits), 10 ** len(rest)) if digits else None


def _reference(text: str) -> tuple[str, Fraction | None]:
    """(kind, value) by the second grammar."""
    while text and text[0] in _BLANKS:
        text = text[1:]
    while text and text[-1] in _BLANKS:
        text = text[:-1]
    if text in ("", "-"):
        return ("nodata" if text else "empty"), None
    if len(text) > 40 or any(c not in "0123456789,./-" for c in text):
        return "E_CHAR", None
    parts = [_number(p) for p in text.split("/")]
    if len(parts) > 2 or None in parts or (len(parts) == 2 and parts[1] == 0):
        return "E_FORM", None
    return ("number", parts[0]) if len(parts) == 1 else ("ratio", parts[0] / parts[1])  # type: ignore[operator]


_CLOSE = st.text(alphabet="0123456789,./- ", max_size=12)
_LOOKALIKES = st.text(alphabet="0123456789,./-๐๘๙１٣e+%_() \u200b\u00a0\ufeffOlInfNaT#", max_size=12)
_ALMOST = st.from_regex(r"\A-?[0-9]{1,3}(,[0-9]{2,4}){0,3}(\.[0-9]*){0,2}(/-?[0-9]{0,3})?\Z")


@effort(max_examples=700)
@given(st.one_of(_CLOSE, _LOOKALIKES, _ALMOST, st.text(max_size=60)))
@example("9" * 40)
@example("9" * 41)
@example("1/" + "0" * 38)
def test_no_text_outside_the_grammar_ever_has_a_value(text: str) -> None:
    found = parse(text)
    status, value = _reference(text)
    assert found.status == status
    if status == "number":
        assert Fraction(found.value) == value  # type: ignore[arg-type]
    elif status == "ratio":
        assert Fraction(found.numerator) / Fraction(found.denominator) == value  # type: ignore[arg-type]
        assert abs(Fraction(found.value) - value) <= abs(value) * Fraction(1, 10**25)  # type: ignore[arg-type, operator]
    else:
        assert found.value is None and not found.given


_KINDS = st.sampled_from(["text", "number", "percent", "date", "bool", "error", "formula_empty", "unheard of"])


@effort(max_examples=500)
@given(st.text(max_size=30), _KINDS, st.booleans(), st.booleans())
def test_no_cell_whatever_it_holds_raises(text: str, kind: str, percent_unit: bool, ratio_allowed: bool) -> None:
    found = judge(text, kind, percent_unit, ratio_allowed)
    assert found.given == (found.status in ("number", "ratio"))
    if kind in ("date", "bool", "error", "formula_empty") and text.strip(_BLANKS):
        assert not found.given


@effort(max_examples=800)
@given(st.one_of(_LOOKALIKES, st.text(max_size=20)))
def test_what_is_offered_is_always_a_right_value_or_no_data_and_only_for_a_broken_text(text: str) -> None:
    offered = suggest(text)
    if offered is not None:
        assert parse(offered).given or offered == "-"
        assert parse(text).status.startswith("E_") or offered == "-"


@effort(max_examples=300)
@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6))
def test_a_value_written_plainly_is_read_back(value: Decimal) -> None:
    found = parse(plain(value))
    assert found.value == value
