"""The forecast (見込み): how many people there will be, before there is an export.

forecast.toml of the job folder, with counts.csv (last year's people by unit) and population.csv (by age:
share of people, of マイナ保険証 and of its use).  Per cent have at most two decimals.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError

from kouki_print.base.checkdigits import code6, is_digits
from kouki_print.base.errors import JobError
from kouki_print.order.messages import order_error
from kouki_print.order.tables import Line, read_lines
from kouki_print.order.toml_files import read_toml
from kouki_print.order.typed import Frozen

_OLDEST = 130
COUNT_HEADERS = ("コード", "前年件数", "伸び率")
BAND_HEADERS = ("年齢下限", "人数割合", "登録率", "利用率")
_PERCENT = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,2})?")


def _two_places(value: Decimal) -> Decimal:
    if value != value.quantize(Decimal("0.01")):
        raise ValueError("小数点以下2桁までの数にしてください")
    return value


Percent = Annotated[Decimal, Field(ge=0, le=100), AfterValidator(_two_places)]


class Forecast(Frozen):
    """forecast.toml: what finance expects, and where each figure comes from (``sources`` by key).

    ``total`` shares a given number out by last year's proportions; without it last year's counts grow by
    ``growth_percent``, or by each unit's own 伸び率.  ``certificate_percent`` of those whom the rules would
    give a notice get a certificate for other reasons (申請, 要配慮 …).  ``not_issued_percent`` get nothing
    (未発行, 保留, 対象外).  ``reissue_percent`` more pieces are mailed within the year (再交付);
    ``spoilage_percent`` more enclosures are used up (書損).
    """

    title: str = ""
    counts: str = "counts.csv"
    population: str = "population.csv"
    total: Annotated[int, Field(ge=1, le=100_000_000)] | None = None
    growth_percent: Annotated[Decimal, Field(ge=-50, le=100), AfterValidator(_two_places)] = Decimal(0)
    certificate_percent: Percent = Decimal(0)
    not_issued_percent: Percent = Decimal(0)
    pickup_percent: Percent = Decimal(0)
    reissue_percent: Percent = Decimal(0)
    spoilage_percent: Percent = Decimal(0)
    sources: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Band:
    """People of an age and over, up to the next band: shares in hundredths of a per cent."""

    from_age: int
    people: int
    linked: int
    used: int


@dataclass(frozen=True, slots=True)
class LoadedForecast:
    """The forecast with last year's people by unit code (and the unit's own growth), and the ages."""

    settings: Forecast
    last_year: dict[str, int]
    growth: dict[str, int]  # hundredths of a per cent, of units that have their own
    bands: tuple[Band, ...]


def load_forecast(job_dir: Path, name: str, units: Sequence[str]) -> LoadedForecast:
    """Read and check the forecast of a job; JobError names file, row and column."""
    values, _ = read_toml(job_dir / name)
    try:
        settings = Forecast.model_validate(values)
    except ValidationError as problem:
        raise order_error(problem, name) from None
    last_year, growth = _counts(job_dir / settings.counts, units)
    return LoadedForecast(settings, last_year, growth, _bands(job_dir / settings.population))


def _counts(path: Path, units: Sequence[str]) -> tuple[dict[str, int], dict[str, int]]:
    counts: dict[str, int] = {}
    growth: dict[str, int] = {}
    for line in read_lines(path, COUNT_HEADERS):
        code = line["コード"]
        if is_digits(code, 6) and code6(code[:5]) == code:
            code = code[:5]
        if code not in units:
            raise line.error("コード", f"「{code}」は一覧にないコードです", "コードを直してください。")
        if code in counts:
            raise line.error("コード", "同じコードが二度あります", "一つの市町村・団体を1行にしてください。")
        counts[code] = _whole(line, "前年件数")
        if line["伸び率"]:
            growth[code] = _hundredths(line, "伸び率", least=-5000)
    silent = [code for code in units if code not in counts]
    if silent:
        more = f" ほか{len(silent) - 5}件" if len(silent) > 5 else ""
        raise JobError(
            f"前年件数のない市町村・団体があります: {'、'.join(silent[:5])}{more}",
            remedy="全部の市町村・団体を1行ずつ書いてください。対象者のいないところは 0 と書きます。",
            file=path.name,
            column="コード",
        )
    if not sum(counts.values()):
        raise JobError(
            "前年件数の合計が0です", remedy="前年の件数を書いてください。", file=path.name, column="前年件数"
        )
    return counts, growth


def _bands(path: Path) -> tuple[Band, ...]:
    bands = [
        Band(
            _whole(line, "年齢下限"),
            _hundredths(line, "人数割合"),
            _hundredths(line, "登録率"),
            _hundredths(line, "利用率"),
        )
        for line in read_lines(path, BAND_HEADERS)
    ]
    ages = [band.from_age for band in bands]
    if not bands or ages != sorted(set(ages)) or ages[-1] > _OLDEST:
        raise JobError(
            f"年齢下限が小さい順に並んでいないか、{_OLDEST}を超えています",
            remedy="年齢を小さい順に1行ずつ書いてください。",
            file=path.name,
        )
    if sum(band.people for band in bands) != 100_00:
        raise JobError(
            f"人数割合の合計が{sum(band.people for band in bands) / 100:.2f}%です（正しくは100%）",
            remedy="合計が100になるように直してください。",
            file=path.name,
            column="人数割合",
        )
    return tuple(bands)


def _whole(line: Line, column: str) -> int:
    text = line[column].replace(",", "")
    if not is_digits(text, len(text)) or not 0 < len(text) <= 9:
        raise line.error(column, "0以上の整数ではありません", "半角の整数で書いてください。")
    return int(text)


def _hundredths(line: Line, column: str, least: int = 0) -> int:
    """A per cent with at most two decimals as hundredths."""
    text = line[column].removesuffix("%")
    if not _PERCENT.fullmatch(text):
        raise line.error(
            column, f"「{line[column]}」は割合として読めません", "例 1.25 のように%の数で書いてください。"
        )
    value = int(Decimal(text) * 100)
    if not least <= value <= 100_00:
        raise line.error(column, "割合が範囲の外です", f"{least // 100}から100までの%で書いてください。")
    return value
