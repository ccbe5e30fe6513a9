"""Explaining (判定の説明): why one person gets what they get, rule by rule.

Only the person's own lines of the export, and some of other people, are read, so the answer comes at once.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from kouki_print.base.checkdigits import is_digits
from kouki_print.base.dates import ages_on, day64, wareki
from kouki_print.base.errors import JobError
from kouki_print.handover.tables import BY_EXPORT_JA
from kouki_print.handover.unissued_reasons import UNISSUED_JA
from kouki_print.intake.checks import duplicates
from kouki_print.intake.layouts import ExportLayout, load_layout
from kouki_print.intake.lines import record_starts
from kouki_print.intake.units import EMPLOYER
from kouki_print.job.prepare import PROBLEMS, Prepared, prepare
from kouki_print.job.watch import Silent, Stages
from kouki_print.order.conditions import parse_condition
from kouki_print.order.load import LoadedOrder, load_order
from kouki_print.order.models import SERVICE_JA, SIZE_CLASS_JA
from kouki_print.order.wording import condition_words
from kouki_print.select.decide import FROM_EXPORT
from kouki_print.select.rules import rule_numbers
from kouki_print.select.validity import reason_words

_YES, _NO = "○", "×"
_OTHERS = 200  # other records read too: what a column as a whole holds is judged by shares of it
_DELIVERY_JA = {
    "registered": "登録住所",
    "employer": "団体へ一括",
    "資格": "送付先（資格）",
    "全て": "送付先（全て）",
}


def explain(job_dir: Path, number: str) -> list[str]:
    """Lines that a union officer can read aloud; JobError when the number is not in the export."""
    if not is_digits(number, 8):
        raise JobError("被保険者番号は8桁の数字です。", remedy="--insured に8桁の番号を指定してください。")
    loaded = load_order(job_dir)
    layout = load_layout(loaded.order.input.layout, job_dir)
    with TemporaryDirectory(dir=job_dir, prefix=".explain-") as folder:
        places = _some_lines(loaded, layout, job_dir, Path(folder), number)
        prepared = prepare(Path(folder), Stages(Silent()), words=False)
    prepared = _with_places(prepared, places, layout.first_line)
    people = prepared.people
    found = (people["insured_number"] == number).to_numpy().nonzero()[0].tolist()
    if not found:
        raise JobError(
            f"被保険者番号 {number} の人は移行データにいません。",
            remedy="番号と移行データを確かめてください。",
        )
    lines: list[str] = []
    for at in found:
        name = prepared.intake.inputs[people["source"].iat[at]].name
        lines.append(f"■ 被保険者番号 {number}（{name} {people['line'].iat[at]:,}行目）")
        lines.extend(_story(prepared, at))
    return lines


def _some_lines(
    loaded: LoadedOrder, layout: ExportLayout, job_dir: Path, folder: Path, number: str
) -> list[tuple[np.ndarray, int]]:
    """A copy of the job with the records that hold the number and some others.

    Returns per file the places of its records in the job's file (from 0), and how many are there; nothing
    when all stay: where households count, or a line end is not one byte behind each record.
    """
    order = loaded.order
    whole = loaded.by_group or bool(order.delivery.per_household) or not layout.line_ends_are_bytes
    for entry in (*loaded.inputs, *layout.inputs):
        (folder / entry.name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(job_dir / entry.name, folder / entry.name)
    places = []
    for name in order.input.export:
        data = (job_dir / name).read_bytes()
        if not whole:
            data, kept, count = _part(data, number, layout)
            places.append((kept, count))
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return places


def _part(data: bytes, number: str, layout: ExportLayout) -> tuple[bytes, np.ndarray, int]:
    """What stands around the records, those with the number and others from all of the file; their places."""
    data = data.rstrip(b"\r\n\x1a") + b"\n"
    quote = layout.spec.quote if layout.spec.form == "csv" else ""
    starts = record_starts(data, quote.encode())
    first, last = layout.first_line - 1, len(starts) - 1 - layout.spec.skip_bottom
    wanted = number.encode("ascii")
    kept = set(range(first, last, max(1, (last - first) // _OTHERS)))
    at = data.find(wanted, int(starts[first])) if first < last else -1
    while 0 <= at < starts[last]:
        record = int(np.searchsorted(starts, at, side="right")) - 1
        kept.add(record)
        at = data.find(wanted, int(starts[record + 1]))
    records = b"".join(data[starts[record] : starts[record + 1]] for record in sorted(kept))
    places = np.array(sorted(kept), dtype=np.int64) - first
    return data[: starts[first]] + records + data[starts[last] :], places, max(0, last - first)


def _with_places(prepared: Prepared, places: list[tuple[np.ndarray, int]], first_line: int) -> Prepared:
    """The same with the rows of the job's own files, also where a problem names rows."""
    if not places:
        return prepared
    before = np.cumsum([0, *(count for _, count in places)])
    rows = np.concatenate([kept + start + 1 for (kept, _), start in zip(places, before, strict=False)])
    people = prepared.people
    people["row"], people["line"] = rows, np.concatenate([kept for kept, _ in places]) + first_line
    others = [each for each in prepared.findings if each.code != "NUMBER_DUPLICATE"]
    return replace(prepared, findings=[*duplicates(people, prepared.loaded), *others])


def _story(prepared: Prepared, at: int) -> Iterator[str]:
    """What was looked at, in the order of decision, until something held."""
    order = prepared.loaded.order
    person, decided = prepared.people.iloc[at], prepared.decided.iloc[at]
    for key, words in order.excluded.items():
        yield f"1. 対象外か: {words} {_YES if person[key] else _NO}"
    for rule in order.exclude:
        hit = decided["excluded_reason"] == rule.sentence
        yield f"   {rule.reason}: {condition_words(rule.when)} {_YES + ' ' + rule.sentence if hit else _NO}"
    reason = decided["unissued_reason"]
    yield f"2. 未発行か: {_YES + ' 理由' + reason + ' ' + UNISSUED_JA.get(reason, '') if reason else _NO}"
    held = list(_problems(prepared, at, "hold"))
    yield f"3. 保留か: {_YES if decided['status'] == 'held' else _NO}"
    yield from (f"   ・{text}" for text in held)
    applies = decided["status"] in ("printed", "held")
    yield from _rules(prepared, at, "" if applies else "。参考: この人には使われない")
    if decided["status"] == "printed":
        if order.job.document_from == "export":
            given = order.document_names.get(person["document_given"], "空欄")
            won = f"{_YES} {BY_EXPORT_JA}" if decided["reason"] == FROM_EXPORT else _NO
            yield f"5. 移行データの交付書類区分: {given} {won}"
        yield from _piece(prepared, at, person, decided)
    else:
        yield f"結果: {({'held': '保留', 'excluded': '対象外', 'unissued': '未発行'})[decided['status']]}"
    for text in _problems(prepared, at, "warn"):
        yield f"要確認: {text}"


def _problems(prepared: Prepared, at: int, severity: str) -> Iterator[str]:
    for finding in prepared.findings:
        kind = PROBLEMS[finding.code]
        if (finding.severity or kind.severity) != severity:
            continue
        for place in (finding.rows == at).nonzero()[0].tolist():
            value = finding.values[place] if finding.values is not None else ""
            yield f"{kind.cause.replace('{value}', value)}。{kind.remedy}".replace("。。", "。")


def _rules(prepared: Prepared, at: int, remark: str) -> Iterator[str]:
    order = prepared.loaded.order
    one = prepared.people.iloc[[at]]
    matched = int(rule_numbers(one, order)[0])
    yield f"4. 規則（{order.job.preset}、上から順に、最初に当てはまったもの{remark}）"
    for number, rule in enumerate(order.rule):
        parts = []
        for key, value in rule.when.items():
            condition = parse_condition(key, value)
            own = _own(one, key, order.job.switch_on)
            mark = _YES if bool(condition.holds(own)[0]) else _NO
            parts.append(f"{condition_words({key: value})} → {_value(key, own[0])} {mark}")
        yield f"   {rule.reason}: {'、'.join(parts) or '条件なし ○'}"
        if number == matched:
            yield f"   → {rule.sentence}"
            return


def _own(one: pd.DataFrame, key: str, switch_on: dt.date) -> np.ndarray:
    """The person's value as the rules see it: full years of age, counts without the mark of an empty cell."""
    if key == "age":
        return ages_on(one["birth_date"].to_numpy(), switch_on)
    values = one[key].to_numpy()
    return np.maximum(values, 0) if values.dtype.kind == "i" else values


def _value(key: str, value: object) -> str:
    if isinstance(value, str):
        return value or "空欄"
    return str(int(value)) + ("歳" if key == "age" else "")  # type: ignore[call-overload]


def _piece(prepared: Prepared, at: int, person: pd.Series, decided: pd.Series) -> Iterator[str]:
    order = prepared.loaded.order
    piece = prepared.plan.loc[prepared.plan["person"] == decided["carrier"]].iloc[0]
    unit = prepared.loaded.units[decided["unit_code"]]
    names = {entry.code: entry.name for entry in order.enclosure}
    names |= {extra.code: extra.name for extra in unit.extras}
    yield f"結果: {order.document_ja(decided['document'])}（理由 {decided['reason']}）"
    yield f"封入: 組{decided['set_code']}　" + "、".join(names[code] for code in piece["items"].split(";"))
    until = pd.Timestamp(decided["valid_until"]).date()
    shorter = day64(order.job.expires_on) > decided["valid_until"].to_datetime64()
    why = reason_words(decided["valid_reason"]) or "移行データの有効期限"
    yield f"有効期限: {wareki(until)}（{why + 'により短い' if shorter else '注文の期限'}）"
    if prepared.loaded.by_group:
        yield f"受渡単位: {unit.contact.jis_code} {unit.contact.name}"
    sharing = int((prepared.decided["carrier"] == decided["carrier"]).sum())
    if decided["document"] in order.delivery.per_household:
        others = f"（この1通に{sharing}人）" if sharing > 1 else "（ほかに同じ通に載る人はいません）"
        yield f"世帯: 世帯でまとめる書類{others}"
    yield f"届け先: {_DELIVERY_JA[decided['delivery_rule']]}"
    own = int(person["no_forward"]) >= 0
    forward = "転送不要" if decided["no_forward"] else "転送可"
    bundle = decided["delivery_rule"] == EMPLOYER
    if not bundle:
        yield f"転送: {forward}（{'本人の設定' if own else f'{prepared.loaded.unit_ja}の回答'}）"
    way = "窓口交付のため郵送なし" if decided["pickup"] else SERVICE_JA[piece["mail_service"]]
    way = "団体へ一括して渡すため郵送なし" if bundle else way
    yield (
        f"郵送: {way}　{piece['weight_cg'] / 100:.2f}g　{SIZE_CLASS_JA[piece['size_class']]}　"
        f"{piece['postage_yen']:,}円"
    )
