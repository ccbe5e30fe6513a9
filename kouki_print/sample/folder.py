"""The job folder on disk: order, export, contacts and questionnaire of a sample."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from string import Template

from kouki_print.base.errors import JobError
from kouki_print.base.files import csv_text, write_bytes, write_csv, write_text
from kouki_print.order.columns import header_of
from kouki_print.order.groups import DIRECT
from kouki_print.order.load import preset_names
from kouki_print.sample.city import contact_table
from kouki_print.sample.employers import INSURER_NUMBER
from kouki_print.sample.export import Encoding, Export, build_export
from kouki_print.sample.people import per_municipality
from kouki_print.sample.vocabulary import SampleOrder, contacts, folder, sample_orders, table

MOST_PEOPLE = 2_000_000
LAYOUTS: dict[Encoding, str] = {"cp932": "standard", "utf-8": "standard-utf8"}
_FILES = (
    "job.toml", "export.csv", "municipalities.csv", "survey.csv", "groups.csv", "numbers.csv",
    "forecast.toml", "counts.csv", "population.csv", "scenarios.toml",
)  # fmt: skip
_INSURER_CONTACT = f"""
number = "{INSURER_NUMBER}"     # 保険者番号
postcode = "9000000"      # ここから下は差出人・問合せ先として印字する
address = "沖縄県那覇市見本1丁目2番3号"
section = "適用課"
phone = "098-000-0000\""""
_FIRST_REGISTERED = 399_600_0000  # ten digits without check digit: 簡易書留, region 99, large sender


def known_presets() -> list[str]:
    """Presets that ship with the product and for which samples have dates."""
    return [preset for preset in preset_names() if preset in sample_orders()]


def _order_of(preset: str) -> SampleOrder:
    if preset not in known_presets():
        raise JobError(
            f"年度の規則（preset）「{preset}」の見本データは作れません。",
            remedy=f"--preset に次のいずれかを指定してください: {', '.join(known_presets())}",
        )
    return sample_orders()[preset]


def _check_arguments(target: Path, count: int, encoding: str, registered_numbers: bool) -> None:
    if not 1 <= count <= MOST_PEOPLE:
        raise JobError(
            f"見本データの人数 {count:,} は範囲の外です。",
            remedy=f"--count に1から{MOST_PEOPLE:,}までの数を指定してください。",
        )
    if encoding not in LAYOUTS:
        raise JobError(
            f"文字コード「{encoding}」の見本データは作れません。",
            remedy="--encoding に cp932 か utf-8 を指定してください。",
        )
    if target.exists() and not target.is_dir():
        raise JobError(
            "見本データの書き込み先がフォルダーではありません。",
            remedy="別の名前を指定してください。",
            file=str(target),
        )
    _check_folder(target)
    if not registered_numbers and (target / "numbers.csv").exists():
        raise JobError(
            "書き込み先に前の引受番号の表 numbers.csv が残っています。",
            remedy="別のフォルダーを指定するか、このファイルを移してください。",
            file=str(target),
        )


def _check_folder(target: Path) -> None:
    """Only an empty folder, or one that holds nothing but an earlier sample, may be written into."""
    if not target.exists():
        return
    others = sorted(path.name for path in target.iterdir() if path.name not in _FILES or not path.is_file())
    job = target / "job.toml"
    empty = not others and not any(target.iterdir())
    if empty or (not others and job.is_file() and _first_line(job) == _first_line(_template())):
        return
    found = f"（{others[0]} など）" if others else ""
    raise JobError(
        f"書き込み先のフォルダーに見本データではないファイルがあります{found}。",
        remedy="空のフォルダーか、まだない名前を指定してください。",
        file=str(target),
    )


def _template() -> Path:
    return folder() / "job.toml.txt"


def _first_line(path: Path) -> bytes:
    return path.read_bytes().split(b"\n", 1)[0].strip()


def job_toml(order: SampleOrder, encoding: Encoding) -> str:
    """The order as text, with a comment at each line that people change."""
    template = Template(_template().read_text(encoding="utf-8"))
    values = {
        name: str(getattr(order, name)) for name in ("id", "title", "preset", "switch_on", "expires_on")
    }
    values |= {name: str(getattr(order, name)) for name in ("issued_on", "data_on", "mail_on", "insurer")}
    contact = _INSURER_CONTACT if order.employees else ""
    return template.substitute(values, layout=LAYOUTS[encoding], contact=contact)


def number_ranges(people: Mapping[str, int]) -> dict[str, list[str]]:
    """Registered-number ranges (引受番号) that suffice for the ``people`` of each unit: a tenth more, in hundreds.

    11 digits with the check digit (first ten digits modulo 7).  A range stays within the 100,000
    serials of its prefix, as the accepting offices give them out.
    """
    rows: list[tuple[str, int, int]] = []
    start = _FIRST_REGISTERED
    for code, size in people.items():
        left = -(-size * 11 // 1000) * 100
        while left:
            length = min(left, 100_000 - start % 100_000)
            rows.append((code, start, start + length - 1))
            start, left = start + length, left - length
    return {
        "市町村コード": [code for code, _, _ in rows],
        "開始番号": [f"{first}{first % 7}" for _, first, _ in rows],
        "終了番号": [f"{last}{last % 7}" for _, _, last in rows],
    }


def write_sample(
    dir: Path,
    *,
    preset: str,
    count: int,
    seed: int,
    encoding: Encoding = "cp932",
    registered_numbers: bool = False,
    defects: bool = True,
) -> None:
    """Write a complete synthetic job folder: job.toml, export.csv, municipalities.csv, survey.csv; by
    employer groups.csv instead of the last two.  Presets of the union's year from r07 on also have what
    finance adds: forecast.toml, counts.csv, population.csv, scenarios.toml.

    All people are invented.  The same arguments give the same bytes.  ``registered_numbers`` adds
    numbers.csv (of the units that post, by employer); ``defects=False`` leaves out the people with
    something wrong.  The export in CP932 has Windows line ends, as exports of that encoding have; the
    other files are UTF-8.

    JobError: unknown preset or encoding, a count out of range, a folder that cannot be used, or that
    holds anything but an earlier sample (known by the first line of its job.toml).
    """
    order = _order_of(preset)
    _check_arguments(dir, count, encoding, registered_numbers)
    export = build_export(order, count, seed, encoding, defects=defects)
    cells = {header_of(key): column.tolist() for key, column in export.columns.items()}
    text = csv_text(cells, safe=frozenset(cells))  # no sample cell holds a comma, quote or line end
    if encoding == "cp932":
        text = text.replace("\n", "\r\n")
    write_text(dir / "job.toml", job_toml(order, encoding))
    write_bytes(dir / "export.csv", text.encode(encoding))
    if order.employees:
        write_csv(dir / "groups.csv", export.groups)
        if registered_numbers:
            write_csv(dir / "numbers.csv", number_ranges(_by_post(export)))
        return
    write_csv(dir / "municipalities.csv", contact_table(order).columns)
    write_csv(dir / "survey.csv", table("survey").columns)
    if not (order.city or order.legacy or "event" in order.columns):
        _write_finance(dir, order, count)
    if registered_numbers:
        sizes = zip(contacts().columns["jis_code"], per_municipality(count).tolist(), strict=True)
        write_csv(dir / "numbers.csv", number_ranges(dict(sizes)))


def _by_post(export: Export) -> dict[str, int]:
    """People of each employer whose pieces are posted, and of those who belong to none any more."""
    employers, left = export.columns["group_code"], export.columns["voluntary"] == "1"
    people = Counter(employers[~left & (employers != "")].tolist())
    ways = zip(export.groups["団体コード"], export.groups["受渡方法"], strict=True)
    posted = [code for code, way in ways if way == "直接"]
    return {**{code: people[code] for code in posted}, DIRECT: len(left) - people.total()}


def _write_finance(dir: Path, order: SampleOrder, count: int) -> None:
    """What finance adds: the forecast of next year's people and the scenarios of the order."""
    last_year = (per_municipality(count) * 98 // 100).tolist()
    counts = {"コード": contacts().columns["code6"], "前年件数": [str(size) for size in last_year]}
    write_csv(dir / "counts.csv", {**counts, "伸び率": [""] * len(last_year)})
    template = Template((folder() / "forecast.toml.txt").read_text(encoding="utf-8"))
    write_text(dir / "forecast.toml", template.substitute(title=order.title))
    write_text(dir / "population.csv", (folder() / "population.csv").read_text(encoding="utf-8"))
    write_text(dir / "scenarios.toml", (folder() / "scenarios.toml.txt").read_text(encoding="utf-8"))


def write_shipped_sample(dir: Path) -> None:
    """Write the sample that ships as ``samples/okinawa-r08``: 1,650 people, ``r08``, seed 1, UTF-8.

    After a change of the sample room or its data: ``python -c "from pathlib import Path; from
    kouki_print.sample import write_shipped_sample as w; w(Path('samples/okinawa-r08'))"``.
    """
    write_sample(dir, preset="r08", count=1650, seed=1, encoding="utf-8")
