"""Checks of a whole order: what its values have to do with each other."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import PurePosixPath, PureWindowsPath

from kouki_print.base.checkdigits import is_digits, m10w21
from kouki_print.base.errors import JobError
from kouki_print.order.conditions import FLAG_KEYS, parse_condition
from kouki_print.order.documents import of_the_job
from kouki_print.order.models import SERVICE_JA, Discount, Exclusion, Order, Rule
from kouki_print.order.named import check_documents, check_sheets
from kouki_print.order.places import Sources

JOB_FILE = "job.toml"
FIRST_CERTIFICATE_DAY = dt.date(2024, 12, 2)  # no 資格確認書 may be dated earlier (law and system)
_RESERVED_CODE = re.compile(r"X[0-9]+")


def _check_path(key: str, name: str) -> None:
    windows, posix = PureWindowsPath(name), PurePosixPath(name)
    escapes = windows.drive or windows.root or posix.is_absolute() or ".." in windows.parts
    if escapes or not name or name.startswith("~"):
        raise JobError(
            f"{key}「{name}」はジョブのフォルダーの外を指しています",
            remedy="ファイルをジョブのフォルダーに置き、その名前だけを書いてください。",
            file=JOB_FILE,
        )


def _check_inputs(order: Order, at: Sources) -> None:
    names = [("[input] export", name) for name in order.input.export]
    names += [
        (f"[input] {key}", getattr(order.input, key))
        for key in ("municipalities", "groups", "survey", "numbers", "control")
    ]
    names += [
        (f"[input] {key}", name)
        for key in ("tariff", "areas", "used_numbers")
        if (name := getattr(order.input, key))
    ]
    names += [
        (f"[documents] {key} layout", document.layout)
        for key, document in order.documents.items()
        if of_the_job(document.layout)
    ]
    printing = order.printing
    names += [
        (f"[printing] {key}", name)
        for key in ("output_profile", "xjdf_schema", "machine", "imposition")
        if (name := getattr(printing, key)) and (of_the_job(name) or key not in ("machine", "imposition"))
    ]
    names += [(f"[asset.{key}] file", asset.file) for key, asset in order.asset.items()]
    for key, name in names:
        _check_path(key, name)
    exports = [
        PureWindowsPath(name) for name in order.input.export
    ]  # names that differ only in case are one file
    for path in exports:
        if exports.count(path) > 1:
            raise at.fault(
                f"[input] export に「{path}」が二度あります",
                "input",
                "export",
                remedy="同じファイルは一度だけ書いてください。",
            )


def _check_conditions(table: str, entries: Sequence[Rule | Exclusion], at: Sources) -> None:
    for number, entry in enumerate(entries):
        for key, value in entry.when.items():
            try:
                parse_condition(key, value)
            except ValueError as problem:
                what = f"[[{table}]] {number + 1}番目（{entry.reason}）の when {key}: {problem}"
                raise at.fault(
                    what, table, number, "when", key, remedy="この行の条件を直してください。"
                ) from None


def _check_rules(order: Order, at: Sources) -> None:
    _check_conditions("rule", order.rule, at)
    _check_conditions("exclude", order.exclude, at)
    unknown = [key for key in order.excluded if key not in FLAG_KEYS]
    if unknown:
        raise at.fault(
            f"[excluded] {unknown[0]}: 対象外に使えない列です",
            "excluded",
            unknown[0],
            remedy=f"使える列: {'、'.join(sorted(FLAG_KEYS))}。ほかの条件は [[exclude]] に書いてください。",
        )
    carried = {entry.document for entry in order.set}
    for number, rule in enumerate(order.rule):
        if rule.document not in carried:
            raise at.fault(
                f"規則 {rule.reason} が出す{order.document_ja(rule.document)}を入れる組（[[set]]）がありません",
                "rule",
                number,
                "document",
                remedy=f'document = "{rule.document}" の [[set]] を加えてください。',
            )
        if rule.set:
            _check_rule_set(order, rule, number, at)


def _check_rule_set(order: Order, rule: Rule, number: int, at: Sources) -> None:
    fitting = [entry.code for entry in order.set if entry.document == rule.document]
    if rule.set not in fitting:
        known = rule.set in {entry.code for entry in order.set}
        why = f"は{order.document_ja(rule.document)}の組ではありません" if known else "がありません"
        raise at.fault(
            f"[[rule]] {number + 1}番目（{rule.reason}）の組「{rule.set}」{why}",
            "rule",
            number,
            "set",
            remedy=f"[[set]] に加えるか、次のどれかにしてください: {'、'.join(fitting)}",
        )


def _check_sets(order: Order, at: Sources) -> None:
    known = {entry.code for entry in order.enclosure}
    for number, enclosure in enumerate(order.enclosure):
        if _RESERVED_CODE.fullmatch(enclosure.code):
            raise at.fault(
                f"封入物の code「{enclosure.code}」は使えません",
                "enclosure",
                number,
                "code",
                remedy="X で始まる番号は市町村の追加封入物のためのものです。",
            )
    for number, entry in enumerate(order.set):
        for item in entry.items:
            if item not in known:
                raise at.fault(
                    f"[[set]] {entry.code} の封入物「{item}」がありません",
                    "set",
                    number,
                    "items",
                    remedy=f"[[enclosure]] に加えるか、次のどれかにしてください: {'、'.join(sorted(known))}",
                )
        if len(set(entry.items)) != len(entry.items):
            raise at.fault(
                f"[[set]] {entry.code} に同じ封入物が二度あります",
                "set",
                number,
                "items",
                remedy="一度だけ書いてください。",
            )


def _check_validity(order: Order, at: Sources) -> None:
    for age in order.validity.age_end:
        if age not in {str(limit) for limit in order.validity.age_limits}:
            raise at.fault(
                f"[validity] age_end の「{age}」は age_limits にない年齢です",
                "validity",
                "age_end",
                remedy="age_limits に加えるか、この年齢を消してください。",
            )


def _check_delivery(order: Order, at: Sources) -> None:
    """A job by group prints the insurer's own contact."""
    if order.delivery.unit != "group":
        return
    insurer = order.insurer
    number = insurer.number
    if not is_digits(number, 8) or m10w21(number[:7]) != number[7]:
        raise at.fault(
            "[insurer] number: 保険者番号が8桁でないか、検査数字が合いません",
            "insurer",
            "number",
            remedy="団体ごとに渡す注文では、保険者番号を [insurer] に書いてください。",
        )
    if not is_digits(insurer.postcode.replace("-", "", 1), 7):
        raise at.fault(
            "[insurer] postcode: 郵便番号が7桁の数字ではありません",
            "insurer",
            "postcode",
            remedy='例 postcode = "9008585" のように書いてください。差出人として印字します。',
        )
    for key in ("address", "section", "phone"):
        if not getattr(insurer, key):
            raise at.fault(
                f"[insurer] {key} がありません",
                "insurer",
                key,
                remedy="団体ごとに渡す注文では、差出人として印字する保険者の連絡先を書いてください。",
            )


def _check_dates(order: Order, at: Sources) -> None:
    job = order.job
    certificates = any(rule.document == "certificate" for rule in order.rule) or (
        job.document_from == "export" and any(entry.document == "certificate" for entry in order.set)
    )
    if certificates and job.issued_on < FIRST_CERTIFICATE_DAY:
        raise at.fault(
            "[job] issued_on: 資格確認書の交付年月日を令和6年12月2日より前にはできません",
            "job",
            "issued_on",
            remedy="交付年月日を直してください。",
        )
    if job.expires_on < job.switch_on:
        raise at.fault(
            "[job] expires_on: 有効期限が切替日より前です",
            "job",
            "expires_on",
            remedy="switch_on と expires_on を確かめてください。",
        )
    years = order.validity.max_years
    if years is not None and job.expires_on > _years_after(job.switch_on, years) - dt.timedelta(days=1):
        raise at.fault(
            f"[job] expires_on: 有効期限が切替日から{years}年を超えます",
            "job",
            "expires_on",
            remedy="有効期限を直すか、[validity] max_years を確かめてください。",
        )
    if job.mail_on < job.data_on:
        raise at.fault(
            "[job] mail_on: 差出日が基準日より前です",
            "job",
            "mail_on",
            remedy="data_on と mail_on を確かめてください。",
        )


def _years_after(day: dt.date, years: int) -> dt.date:
    """The same day some years on; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 3, 1)


def _check_discounts(order: Order, at: Sources) -> None:
    names = [discount.name for discount in order.discount]
    for number, discount in enumerate(order.discount):
        if (discount.yen is None) == (discount.percent is None):
            raise at.fault(
                f"[[discount]] 「{discount.name}」: yen（1通の円）と percent（%）の、どちらか一つが要ります",
                "discount",
                number,
                "percent",
                remedy="確認した割引の額か率の、片方だけを書いてください。",
            )
        if discount.barcode and discount.service != "ordinary":
            raise at.fault(
                f"[[discount]] 「{discount.name}」: バーコードの割引は{SERVICE_JA[discount.service]}では受けられません",
                "discount",
                number,
                "barcode",
                remedy='書留などは対象外です。service を "ordinary" にするか、この割引を消してください。',
            )
        if discount.barcode and discount.min_per_area:
            raise at.fault(
                f"[[discount]] 「{discount.name}」: バーコードの割引は郵便区内特別と一緒には受けられません",
                "discount",
                number,
                "min_per_area",
                remedy="barcode と min_per_area の、片方だけを書いてください。",
            )
        if names.index(discount.name) != number:
            raise at.fault(
                f"[[discount]] 「{discount.name}」が二度あります",
                "discount",
                number,
                "name",
                remedy="予算書で見分けられるように、別の名前にしてください。",
            )
        for other in order.discount[:number]:
            if _overlap(discount, other):
                raise at.fault(
                    f"[[discount]] 「{discount.name}」と「{other.name}」は同じ郵便物に重なります",
                    "discount",
                    number,
                    "name",
                    remedy="documents か units を分けるか、合わせた割引を一つ書いてください。",
                )


def _overlap(one: Discount, other: Discount) -> bool:
    """Whether two discounts may be for the same piece; an empty list means all."""

    def meet(first: Sequence[str], second: Sequence[str]) -> bool:
        return not first or not second or not set(first).isdisjoint(second)

    return (
        one.service == other.service and meet(one.documents, other.documents) and meet(one.units, other.units)
    )


_CHECKS = (
    _check_inputs,
    check_documents,
    _check_rules,
    _check_sets,
    check_sheets,
    _check_validity,
    _check_delivery,
    _check_dates,
    _check_discounts,
)


def check_order(order: Order, at: Sources) -> None:
    """What no single value can tell: paths, conditions, sets, dates; JobError with file and line."""
    for check in _CHECKS:
        check(order, at)
