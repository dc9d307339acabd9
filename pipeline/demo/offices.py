"""Number of units -> an office of a scenario: its units under their parents, and which indicators each answers for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.demo.cards import Row
from pipeline.demo.places import (
    BUREAUS,
    CLUSTERS,
    DISTRICT_PROVINCE,
    DISTRICTS,
    LOCAL_COUNTS,
    LOCAL_SHORT,
    LOCAL_TITLES,
    PROVINCES,
    Bureau,
    invented_place,
)


@dataclass(frozen=True)
class Office:
    """What differs between scenarios; `roles` replaces the role titles of its indicators."""

    name: str
    centre: str
    vision: str
    units: tuple[Row, ...]
    assignments: tuple[Row, ...]
    roles: Row = field(default_factory=dict)


def _unit(code: str, name: str, short: str, kind: str, parent: str, domain: str = "") -> Row:
    senders = f"plan{code}@{domain}.example" if domain else ""
    return {"code": code, "name": name, "short_name": short, "type": kind, "parent": parent, "senders": senders}


def _assign(indicator: str, unit: str, weight: str = "", target: str = "", criteria: str = "") -> Row:
    row = {"indicator": indicator, "unit": unit, "weight": weight, "target": target}
    return row | {f"c{n}": value for n, value in enumerate(criteria.split(), 1)}


# ---------------------------------------------------------------------------------------------- ministry

# Seven indicators are everybody's; their weights sum to 45 (one has points instead of a weight).
_EVERYBODY = (
    ("สนย.1", ""), ("กพร.9", ""), ("สนย.3", "10"), ("กพร.11", "10"), ("สบค.2", "5"), ("สบก.2", "5"), ("P7.1-5.1", ""),
)  # fmt: skip
_SHARES = (("25", "20", "10"), ("20", "20", "15"), ("22.5", "17.5", "15"), ("30", "15", "10"))
# Where a bureau answers for more or less than the card says; criteria move with the target.
_STRETCH = {
    "ศทส.:ศทส.3": ("24", "16 18 20 22 24"),
    "สสน.:ศทส.3": ("10", "6 7 8 9 10"),
    "สกม.:สบก.3": ("9600", "7200 7800 8400 9000 9600"),
    "สพค.:สบค.4": ("36000", "56000 51000 46000 41000 36000"),
}


def ministry(units: int | None) -> Office:
    """A finance-like ministry office: root, three groups of missions, 15 bureaus (further ones in the provinces)."""
    count = 15 if units is None else units
    _need(count, 1, 90000)
    bureaus = [_bureau(n) for n in range(count)]
    heads = [_unit(c, *CLUSTERS[c], "กลุ่มภารกิจ", "0300") for c in CLUSTERS if c in {b.cluster for b in bureaus}]
    codes = [f"{3001 + n:05d}" for n in range(count)]
    leaves = [_unit(c, b.name, b.short, b.type, b.cluster, "ministry") for c, b in zip(codes, bureaus, strict=True)]
    return Office(
        name="สำนักงานปลัดกระทรวงการคลัง",
        centre="สำนักนโยบายและยุทธศาสตร์ (สนย.)",
        vision="เป็นองค์กรนำในการบริหารงานคลังอย่างมืออาชีพ โปร่งใส และทันสมัย",
        units=(_unit("0300", "สำนักงานปลัดกระทรวงการคลัง", "สป.กค.", "สำนักงานปลัดกระทรวง", ""), *heads, *leaves),
        assignments=(
            *(_assign(indicator, "*", weight) for indicator, weight in _EVERYBODY),
            *(row for n, code in enumerate(codes) for row in _of_bureau(code, bureaus[n], n)),
        ),
    )


def _bureau(number: int) -> Bureau:
    if number < len(BUREAUS):
        return BUREAUS[number]
    like, place = BUREAUS[number % len(BUREAUS)], number - len(BUREAUS)
    province, branch = list(PROVINCES.values())[place % len(PROVINCES)], place // len(PROVINCES)
    more = f" แห่งที่ {branch + 1}" if branch else ""
    name, short = f"สำนักงานคลังจังหวัด{province}{more}", f"คลจ.{province}{more}"
    return Bureau(name, short, "สำนักงานคลังจังหวัด", like.cluster, like.own, like.points)


def _of_bureau(code: str, bureau: Bureau, number: int) -> Iterator[Row]:
    for indicator, weight in zip(bureau.own, _SHARES[number % len(_SHARES)], strict=True):
        yield _assign(indicator, code, weight, *_STRETCH.get(f"{bureau.short}:{indicator}", ()))
    for indicator in bureau.points:
        yield _assign(indicator, code)
    if bureau.short == "กพร.":  # its own main job weighs more, so the common ones weigh less
        yield _assign("กพร.9", code, "10")
        yield _assign("สนย.1", code, "5")


# ---------------------------------------------------------------------------------------------- province

_DISTRICT_SHARES = (
    ("ปศ.1", ""), ("ปศ.2", ""), ("สนย.3", "20"), ("สนย.2", "15"), ("สบค.1", "10"), ("กพร.11", "15"), ("สบก.2", "5"),
    ("สบก.3", "10"), ("ศรท.1", "10"), ("P7.2-5.1", ""),
)  # fmt: skip
_DISTRICT_OFFICE = "สำนักงานอำเภอ"


def province(units: int | None) -> Office:
    """A department's office in one province and its offices in the districts (12; invented ones beyond)."""
    count = 1 + len(DISTRICTS) if units is None else units
    _need(count, 1, 1000)
    code = next(c for c, name in PROVINCES.items() if name == DISTRICT_PROVINCE)
    root = _unit(code, f"จังหวัด{DISTRICT_PROVINCE}", DISTRICT_PROVINCE, "จังหวัด", "")
    head = f"สำนักงานปศุสัตว์จังหวัด{DISTRICT_PROVINCE}"
    leaves = [_unit(f"{code}000", head, "สนง.ปศจ.", "สำนักงานจังหวัด", code, "province")]
    for n in range(1, count):
        name = DISTRICTS[n - 1] if n <= len(DISTRICTS) else invented_place(0, n)
        short = f"ปศอ.{name}"
        leaves.append(_unit(f"{code}{n:03d}", f"สำนักงานปศุสัตว์อำเภอ{name}", short, _DISTRICT_OFFICE, code, "province"))
    own = [_assign("ปศ.2", f"{code}000", "10"), _assign("สนย.2", f"{code}000", "10")]
    if count > 1:
        own.append(_assign("สบก.3", _DISTRICT_OFFICE, "10", "9600", "7200 7800 8400 9000 9600"))
    return Office(
        name=head,
        centre="กลุ่มยุทธศาสตร์และสารสนเทศการปศุสัตว์",
        vision="การปศุสัตว์ของจังหวัดเข้มแข็ง เกษตรกรมีรายได้ที่มั่นคง",
        units=(root, *leaves),
        assignments=(*(_assign(indicator, "*", weight) for indicator, weight in _DISTRICT_SHARES), *own),
        roles={"responsible": "ปศุสัตว์จังหวัดหรือปศุสัตว์อำเภอ", "supporter": "หัวหน้ากลุ่มยุทธศาสตร์และสารสนเทศการปศุสัตว์"},
    )


# ------------------------------------------------------------------------------------------------- local

_PER_PROVINCE = 103
_FIRST_LOCAL_CODE = 75105


def local(units: int | None) -> Office:
    """Local administrations: 103 are one province, all 7,850 spread over 76, in national proportions."""
    count = _PER_PROVINCE if units is None else units
    _need(count, 1, sum(LOCAL_COUNTS.values()))
    used = list(PROVINCES.items())[: min(len(PROVINCES), max(1, round(count / _PER_PROVINCE)))]
    heads = [_unit(code, f"จังหวัด{name}", name, "จังหวัด", "") for code, name in used]
    kinds = {kind for kind, n in local_counts(count, len(used)).items() if n}
    targets = {"เทศบาลนคร": "90", "เทศบาลเมือง": "88"}
    return Office(
        name=f"องค์กรปกครองส่วนท้องถิ่น จังหวัด{used[0][1]}" if len(used) == 1 else "องค์กรปกครองส่วนท้องถิ่น",
        centre="สำนักงานส่งเสริมการปกครองท้องถิ่นจังหวัด",
        vision="ท้องถิ่นเข้มแข็ง ประชาชนได้รับบริการสาธารณะที่มีคุณภาพ",
        units=(*heads, *_locals(count, used)),
        assignments=(
            _assign("01", "*"),
            _assign("02", "*"),
            *(_assign("01", kind, target=target) for kind, target in targets.items() if kind in kinds),
        ),
    )


def local_counts(count: int, provinces: int) -> dict[str, int]:
    """How many of each type: one อบจ. a province, the rest by largest remainder, no type empty from 10 units on."""
    rest = {kind: n for kind, n in LOCAL_COUNTS.items() if kind != "อบจ."}
    left, whole = count - provinces, sum(rest.values())
    shares = {kind: divmod(n * left, whole) for kind, n in rest.items()}
    counts = {kind: share[0] for kind, share in shares.items()}
    for kind in sorted(rest, key=lambda k: -shares[k][1])[: left - sum(counts.values())]:
        counts[kind] += 1
    if count >= 10:
        for kind in [k for k, n in counts.items() if n == 0]:
            counts[kind], counts["อบต."] = 1, counts["อบต."] - 1
    return {"อบจ.": provinces} | counts


def _locals(count: int, used: list[tuple[str, str]]) -> Iterator[Row]:
    """The units, type by type, dealt to the provinces in turn: 75105 อบจ.กระบี่, …"""
    kinds = [kind for kind, n in local_counts(count, len(used)).items() for _ in range(n)]
    for n, kind in enumerate(kinds):
        at, turn = n % len(used), n // len(used)
        code, province_name = used[at]
        place = province_name if kind == "อบจ." else invented_place(at, turn)
        title = LOCAL_TITLES.get(kind, kind) + place
        name = title if kind == "อบจ." else f"{title} จังหวัด{province_name}"
        yield _unit(f"{_FIRST_LOCAL_CODE + n}", name, LOCAL_SHORT.get(kind, kind) + place, kind, code, "local")


def _need(count: int, least: int, most: int) -> None:
    if not least <= count <= most:
        raise ValueError(f"units: {least} to {most}, not {count}")
