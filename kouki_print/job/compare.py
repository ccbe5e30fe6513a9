"""Comparing (前年比較): what changed against last year's job folder: counts, 送付先, people and contacts.

A wrong 送付先 has sent certificates to strangers, so every new, changed or ended one is listed for people to
look at, by this year's row and without a name; so is everybody whose number was somebody else's.  Works in
columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kouki_print.base.dates import parse_dates
from kouki_print.base.errors import JobError
from kouki_print.base.texts import arrow_of, distinct, map_distinct, pick, series_of
from kouki_print.handover.comparison import (
    CHANGED,
    DELIVERY_KINDS,
    ContactChange,
    TownChange,
    YearComparison,
)
from kouki_print.intake.instructions import instruction_in_force
from kouki_print.intake.past import read_columns
from kouki_print.intake.people import jis_code, plain_postcode
from kouki_print.intake.units import unit_codes
from kouki_print.job.prepare import Prepared
from kouki_print.job.same_person import PERSON, address_doubts, changed_persons, refuse_others
from kouki_print.order.columns import BY_KEY, header_of
from kouki_print.order.load import LoadedOrder, load_settings
from kouki_print.order.models import Order
from kouki_print.order.tables import read_municipalities, read_survey
from kouki_print.order.units import Contact, Unit

_DELIVERY = ("mail_kind", "mail_postcode", "mail_address", "mail_building", "mail_name", "care_of")
_FLAGS = ("voluntary", "pickup", "protected")  # with these and the 送付先 a job by group knows the unit
_TEXTS = ("insured_number", "municipality_code", "group_code", "name", "address", *_DELIVERY)
_KEYS = (*_TEXTS, "mail_until", "birth_date", "sex", *_FLAGS)
_CONTACT_JA = {
    "name": "市町村名",
    "insurer_number": "保険者番号",
    "postcode": "郵便番号",
    "address": "住所",
    "section": "課名",
    "phone": "電話番号",
}
_TABLE, _SURVEY = "連絡先一覧", "アンケート"
_WORDS = {
    "封緘": ("する", "しない"),
    "郵送": ("する", "しない"),
    "転送不要": ("希望する", "希望しない"),
}


def compare(prepared: Prepared, job_dir: Path, last_dir: Path) -> YearComparison:
    """This job against the job folder of last year; JobError names that folder when it cannot be read."""
    try:
        order, contacts, _ = load_settings(last_dir)
        _check_comparable(prepared.loaded, order)
        surveyed = read_survey(last_dir / order.input.survey, contacts, default=True) if contacts else {}
        last = _last_people(order, last_dir)
    except JobError as error:
        file = f"前年のジョブ {last_dir} の {error.file}" if error.file else f"前年のジョブ {last_dir}"
        raise JobError(
            error.what, remedy=error.remedy, file=file, row=error.row, column=error.column
        ) from None
    people, loaded = prepared.people, prepared.loaded
    at = _matched(people["insured_number"], last["insured_number"])
    others = changed_persons(people, last, at)
    refuse_others(prepared.intake, others, at)
    deliveries = _listing(prepared, DELIVERY_KINDS, *_found_deliveries(prepared, order, last, at), _DELIVERY)
    rows = np.flatnonzero(others)
    persons = _listing(prepared, ("本人",), rows, np.zeros_like(rows), others[rows], PERSON)
    hidden = deliveries["protected"], persons["protected"]
    names = {code: town.contact.name for code, town in loaded.units.items()}
    this_table = {} if loaded.by_group else read_municipalities(job_dir / loaded.order.input.municipalities)
    return YearComparison(
        title=order.job.title,
        data_on=order.job.data_on,
        towns=_towns(prepared.decided["unit_code"], unit_codes(last, order), at, names, _unknown(loaded)),
        deliveries=deliveries[~hidden[0]].drop(columns=["protected", "position"]),
        sealed={kind: int((hidden[0] & (deliveries["kind"] == kind)).sum()) for kind in DELIVERY_KINDS},
        persons=persons[~hidden[1]].drop(columns=["protected", "position"]),
        sealed_persons=int(hidden[1].sum()),
        sealed_people=_sealed_people(deliveries[hidden[0]], persons[hidden[1]]),
        doubts=address_doubts(people, last, at),
        contacts=tuple(_contacts(contacts, this_table, surveyed, loaded.units)),
    )


def _unknown(loaded: LoadedOrder) -> str:
    return f"（{loaded.unit_ja}不明）"


def _check_comparable(loaded: LoadedOrder, last: Order) -> None:
    this = loaded.order
    if last.delivery.unit != this.delivery.unit:
        raise JobError(
            f"前年のジョブは{'市町村' if loaded.by_group else '団体'}ごと、今年のジョブは{loaded.unit_ja}ごとです。"
            "比べられません",
            remedy=f"{loaded.unit_ja}ごと（[delivery] unit）の前年のジョブを指定するか、前年との比較を外してください。",
            file="job.toml",
        )
    if last.job.data_on >= this.job.data_on:
        raise JobError(
            f"基準日（{last.job.data_on.isoformat()}）が今年のジョブ（{this.job.data_on.isoformat()}）より前ではありません",
            remedy="前年のジョブのフォルダーを --last か job.toml の [input] last に指定してください。",
            file="job.toml",
        )


def _last_people(order: Order, last_dir: Path) -> pd.DataFrame:
    """Last year's records with the columns that are compared, read as intake reads them."""
    texts = read_columns(order, last_dir, _KEYS)
    table: dict[str, pd.Series | np.ndarray] = {key: series_of(texts[key]) for key in _TEXTS}
    table["municipality_code"] = map_distinct(texts["municipality_code"], jis_code)
    table["mail_postcode"] = map_distinct(texts["mail_postcode"], plain_postcode)
    table["sex"] = map_distinct(texts["sex"], lambda word: BY_KEY["sex"].words.get(word, ""))
    table |= {key: parse_dates(texts[key])[0] for key in ("mail_until", "birth_date")}
    table |= {key: pc.equal(texts[key], "1").to_numpy(zero_copy_only=False) for key in _FLAGS}
    return pd.DataFrame(table, copy=False)


def _matched(this: pd.Series, last: pd.Series) -> np.ndarray:
    """Position of each of this year's people in last year's table (int64, -1 = not there), by number.

    Of a number that is there twice the first counts; such records are held anyway.
    """
    found = pc.index_in(arrow_of(this), value_set=arrow_of(last))
    return np.asarray(pc.fill_null(found, -1).to_numpy(zero_copy_only=False), dtype=np.int64)


def _towns(
    this: pd.Series, last: pd.Series, at: np.ndarray, names: Mapping[str, str], unknown: str
) -> tuple[TownChange, ...]:
    """Counts per unit in table order; unknown codes of either year come last, together."""
    known = {code: number for number, code in enumerate(names)}
    now, before = (_places(codes, known) for codes in (this, last))
    size = len(names) + 1

    def count(places: np.ndarray) -> list[int]:
        return np.bincount(places, minlength=size).tolist()

    there = at >= 0
    seen = np.zeros(len(last), dtype=bool)
    seen[at[there]] = True
    was, is_now = before[at[there]], now[there]
    moved = was != is_now
    columns = (
        count(before),
        count(now),
        count(now[~there]),
        count(before[~seen]),
        count(is_now[moved]),
        count(was[moved]),
    )
    codes, titles = [*names, ""], [*names.values(), unknown]
    lines = [TownChange(codes[row], titles[row], *(column[row] for column in columns)) for row in range(size)]
    return tuple(line for line in lines if line.code or line.last or line.this)


def _places(codes: pd.Series, known: Mapping[str, int]) -> np.ndarray:
    values, at = distinct(codes)
    return np.array([known.get(value, len(known)) for value in values], dtype=np.int64)[at]


def _listing(
    prepared: Prepared,
    kind_names: Sequence[str],
    rows: np.ndarray,
    kinds: np.ndarray,
    masks: np.ndarray,
    keys: Sequence[str],
) -> pd.DataFrame:
    """The people concerned by kind, municipality and row, with their position and whether protected.

    ``kinds`` are places in ``kind_names``; ``masks`` has a bit per column of ``keys`` that differs.
    """
    people, units, unknown = prepared.people, prepared.loaded.units, _unknown(prepared.loaded)
    known = {code: number for number, code in enumerate(units)}
    sorting = np.lexsort((rows, _places(prepared.decided["unit_code"].take(rows), known), kinds))
    rows, kinds, masks = rows[sorting], kinds[sorting], masks[sorting]
    files = [entry.name for entry in prepared.intake.inputs]
    code = prepared.decided["unit_code"].take(rows).reset_index(drop=True)
    table = {
        "kind": pick(kind_names, kinds),
        "name": map_distinct(code, lambda one: units[one].contact.name if one in units else unknown),
        "file": pick(files, people["source"].to_numpy()[rows]),
        "line": people["line"].to_numpy()[rows],
        "row": people["row"].to_numpy()[rows],
        "items": _item_words(masks, keys),
        "position": rows,
        "protected": people["protected"].to_numpy()[rows],
    }
    return pd.DataFrame(table, copy=False)


def _sealed_people(deliveries: pd.DataFrame, persons: pd.DataFrame) -> dict[int, str]:
    """What the sealed list tells of protected people, by position."""
    told: dict[int, list[str]] = {}
    for line in deliveries.itertuples():
        told.setdefault(line.position, []).append(
            f"送付先が{line.kind}" + (f"（{line.items}）" if line.items else "")
        )
    for line in persons.itertuples():
        told.setdefault(line.position, []).append(f"{line.items}が違います")
    return {position: f"前年と比べて: {'、'.join(words)}。" for position, words in told.items()}


def _found_deliveries(
    prepared: Prepared, order: Order, last: pd.DataFrame, at: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions of the people concerned, the place of the kind in DELIVERY_KINDS, and the items that differ."""
    people, settings = prepared.people, prepared.loaded.order
    now = instruction_in_force(people, settings.job.mail_on, settings.checks.kind_order)
    past = instruction_in_force(last, order.job.mail_on, order.checks.kind_order)
    before = np.zeros(len(people), dtype=bool)
    before[at >= 0] = past[at[at >= 0]]
    both = np.flatnonzero(now & before)
    items = _differing_items(people, last, both, at[both])
    new, changed, ended = np.flatnonzero(now & ~before), both[items != 0], np.flatnonzero(before & ~now)
    kinds = np.repeat(np.arange(3), [len(new), len(changed), len(ended)])
    masks = np.zeros(len(kinds), dtype=np.int64)
    masks[kinds == DELIVERY_KINDS.index(CHANGED)] = items[items != 0]
    return np.concatenate([new, changed, ended]), kinds, masks


def _differing_items(
    people: pd.DataFrame, last: pd.DataFrame, rows: np.ndarray, last_rows: np.ndarray
) -> np.ndarray:
    """For people with a 送付先 in both years a bit per column that differs (int64)."""
    masks = np.zeros(len(rows), dtype=np.int64)
    for number, key in enumerate(_DELIVERY):
        mine, theirs = (
            arrow_of(table[key]).take(pa.array(chosen))
            for table, chosen in ((people, rows), (last, last_rows))
        )
        differs = pc.not_equal(mine, theirs).to_numpy(zero_copy_only=False)
        masks |= differs.astype(np.int64) << number
    return masks


def _item_words(masks: np.ndarray, keys: Sequence[str]) -> pd.Series:
    codes, values = pd.factorize(masks)
    headers = [header_of(key) for key in keys]
    words = [
        "、".join(header for number, header in enumerate(headers) if int(mask) >> number & 1)
        for mask in values
    ]
    return pick(words, codes)


def _contacts(
    last: Mapping[str, Contact],
    this: Mapping[str, Contact],
    last_answers: Mapping[str, Unit],
    this_answers: Mapping[str, Unit],
) -> Iterator[ContactChange]:
    """Differences of the contact tables and of the answers, by municipality in table order."""
    for code, contact in this.items():
        if code not in last:
            yield ContactChange(contact.name, _TABLE, "市町村", "（なし）", "加わった")
            continue
        for field, item in _CONTACT_JA.items():
            before, now = getattr(last[code], field), getattr(contact, field)
            if before != now:
                yield ContactChange(contact.name, _TABLE, item, before, now)
        if code in this_answers:
            yield from _answers(contact, last[code], last_answers[code], this_answers[code])
    for code, contact in last.items():
        if code not in this:
            yield ContactChange(contact.name, _TABLE, "市町村", "あった", "（なし）")


def _answers(contact: Contact, last_contact: Contact, last: Unit, this: Unit) -> Iterator[ContactChange]:
    """Answers to the questionnaire that differ, and contacts that the questionnaire replaced."""
    if last.answered and this.answered:
        before, now = _given(last), _given(this)
        for item in before:
            if before[item] != now[item]:
                yield ContactChange(
                    contact.name, _SURVEY, item, before[item] or "（なし）", now[item] or "（なし）"
                )
    for field, item in _CONTACT_JA.items():
        was, is_now = getattr(last.contact, field), getattr(this.contact, field)
        by_table = (was, is_now) == (getattr(last_contact, field), getattr(contact, field))
        if was != is_now and not by_table:
            yield ContactChange(contact.name, _SURVEY, item, was, is_now)


def _given(town: Unit) -> dict[str, str]:
    flags = {"封緘": town.sealed, "郵送": town.mailed, "転送不要": town.no_forward}
    given = {item: _WORDS[item][0 if flag else 1] for item, flag in flags.items()}
    given["受渡方法"] = town.handover_way
    given["追加封入物"] = "、".join(f"{extra.name} {extra.weight_cg / 100:.2f}g" for extra in town.extras)
    return given
