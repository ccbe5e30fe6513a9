"""A job by employer of a few people for tests: two employers, one of them by post, and who belongs to none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from small_job import JOB, number, person, write_job

from kouki_print.base.checkdigits import m10w21

INSURER = "0647001" + m10w21("0647001")
JOB_BY_GROUP = (
    JOB.replace('"r08"', '"kenpo"')
    .replace('"OKR08"', '"KEN07"')
    .replace("2027-07-31", "2031-07-31")
    .replace(
        'name = "沖縄県後期高齢者医療広域連合"',
        f'name = "見本健康保険組合"\nnumber = "{INSURER}"\npostcode = "900-0000"\naddress = "那覇市見本1丁目2番3号"\n'
        'section = "適用課"\nphone = "098-000-0000"',
    )
)
GROUPS = """\
団体コード,団体名,郵便番号,住所,担当,電話,受渡方法
E1,株式会社守礼建設,9000001,那覇市港町1丁目1番1号,総務課,098-000-0001,一括
E2,合同会社てぃだ物流,9000002,那覇市曙2丁目2番2号,,,直接
"""


def employee(count: int, household: str, relation: str = "本人", **changes: str) -> dict[str, str]:
    """Cells by key of somebody of employer E1, registered for マイナ保険証 (who gets a notice)."""
    return person(
        count,
        **{
            "insured_number": number(count),
            "insurer_number": INSURER,
            "birth_date": "19700505",
            "copay": "3",
            "category": "",
            "household_number": household,
            "group_code": "E1",
            "group_name": "株式会社守礼建設",
            "relation": relation,
            "voluntary": "0",
            **changes,
        },
    )


def employer_job(
    folder: Path, people: Sequence[Mapping[str, str]], job: str = JOB_BY_GROUP, groups: str = GROUPS
) -> Path:
    """Write the folder; returns it.  A job by employer has neither contact table nor questionnaire."""
    write_job(folder, people, job)
    (folder / "municipalities.csv").unlink()
    (folder / "survey.csv").unlink()
    (folder / "groups.csv").write_text(groups, encoding="utf-8-sig")
    return folder
