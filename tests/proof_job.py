"""A job of few people of many kinds for tests of proofs, with a further font and one person under protection."""

from __future__ import annotations

from pathlib import Path

from font_kit import YOSHI, pinned, small_font
from small_job import JOB, number, person, write_job

NAMES = (
    "仲村渠　フミ",
    f"{YOSHI}岡　勇",
    "葛\U000e0101城　ヨネ",
    "宮里　カマド",
    "大城　ウト",
    "比嘉　武雄",
    "城間　末吉",
)
YOUNGER = "3210705"  # 80 on the switch
SECRET = person(
    8,
    name="隠岐　静江",
    address="うるま市石川九丁目87番65号",
    linked="0",
    protected="1",
    pickup="1",
)
PEOPLE = [
    person(1, name=NAMES[0], birth_date=YOUNGER, address="うるま市みどり町二丁目34番56号"),
    person(2, name=NAMES[1], linked="0", address="うるま市字赤道7番8号", building="ハイツ赤道１２３号室"),
    person(3, name=NAMES[2], birth_date="3230401", address="うるま市田場1304番地1", no_forward="0"),
    person(
        4, name=NAMES[3], linked="0", category="区分Ⅱ", limit_shown="1", limit_effective_on="20260801",
        long_stay_on="20260401", disease="A", disease_effective_on="20210401", address="うるま市具志川2943番地",
    ),
    person(
        5, name=NAMES[4], birth_date=YOUNGER, municipality_code="47201", insurer_number="39472014", postcode="900-0021",
        address="那覇市泉崎一丁目20番1号", mail_kind="全て", mail_postcode="902-0061", mail_name="大城　後見",
        mail_address="那覇市古島二丁目14番地3", mail_building="特別養護老人ホーム青い空と海の見える丘の家",
    ),
    person(6, name=NAMES[5], birth_date=YOUNGER, postcode="904-2200", address="うるま市安慶名488番地", care_of="金城"),
    person(
        7, name=NAMES[6], linked="0", residence_until="20270131", usable_early="1", copay="2", category="一般Ⅱ",
        previous_copay="1", address="うるま市喜仲三丁目5番地11",
    ),
    SECRET,
]  # fmt: skip


def proof_job(folder: Path, more: str = "") -> Path:
    """Write the folder; ``more`` are further lines of job.toml under [job]."""
    (folder / "art").mkdir(parents=True, exist_ok=True)
    further = small_font(folder / "art" / "further.ttf", f"0123456789様 {YOSHI}")
    fonts = pinned(further).replace(str(folder) + "/", "")
    job = JOB.replace("[insurer]", f"{more}\n[insurer]") + f"[fonts]\nfallback = [{fonts}]\n"
    return write_job(folder, PEOPLE, job)


def insured_numbers() -> list[str]:
    """Numbers of all people of the job."""
    return [number(count) for count in range(1, len(PEOPLE) + 1)]
