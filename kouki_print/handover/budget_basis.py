"""The sheets of budget.xlsx that say what the figures rest on: weights and steps, variations, assumptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from kouki_print.handover.budget import Budget
from kouki_print.handover.budget_parts import KindLine, ScenarioLine
from kouki_print.handover.budget_words import kind_name
from kouki_print.handover.workbook import Heading, Live, Styles, cells, finish, head, height_for, page, title
from kouki_print.order.enclosures import ENVELOPE
from kouki_print.order.models import SERVICE_JA, SIZE_CLASS_JA

_NAME = "郵送料予算"
STILL = "作成したときの数で計算した結果です。シート「内訳」の数を変えても変わりません。"
_WEIGHT_HEAD = (
    "コード・名称",
    "用意する人",
    "測定数",
    "最小(g)",
    "使う重さ\n(g)",
    "最大(g)",
    "紙からの\n計算(g)",
    "差(g)",
    "判定",
)
_KIND_HEAD = (
    "書類・組・封入物",
    "郵便種別・区分",
    "厚さ(mm)",
    "最小(g)",
    "標準(g)",
    "最大(g)",
    "段階の\n上限(g)",
    "残り(g)",
    "残り\n(重さの%)",
    "通数",
    "単価(円)",
    "超えた\n単価(円)",
    "全通が超えた\n増額(円)",
    "最も重いとき",
)
_KIND_WIDTHS = (34, 17, 9, 9, 9, 9, 10, 10, 10, 10, 10, 10, 15, 34)


def write_weights(sheet: Worksheet, budget: Budget, heading: Heading, styles: Styles) -> None:
    """Enclosures and envelope, measured beside computed; then each kind of piece against its step."""
    notes = (
        "段階の上限ちょうどの重さは、安い方の料金です。",
        "測定数が「―」のものの最小と最大は、測った値ではなく許容差によるものです。",
        STILL,
    )
    row = title(sheet, "重さと料金段階", notes, styles)
    if budget.weights:
        sheet.write_string(row, 0, "封入物と封筒の重さ", styles.section)
        head(sheet, row + 1, _WEIGHT_HEAD, styles)
        sheet.repeat_rows(row + 1)
        row = _weights(sheet, row + 2, budget, styles) + 1
    if budget.kinds:
        sheet.write_string(row, 0, "1通の重さと、次の料金段階までの残り", styles.section)
        head(sheet, row + 1, _KIND_HEAD, styles)
        sheet.repeat_rows(row + 1)  # the longer list of the two
        names = {line.code: line.name for line in budget.weights}
        for kind in budget.kinds:
            _kind(sheet, row + 2, kind, _kind_words(kind, budget, names), styles)
            row += 1
        row += 2
    sheet.freeze_panes(1, 1)
    page(sheet, _KIND_WIDTHS, row - 1, heading.footer(_NAME))


def _weights(sheet: Worksheet, row: int, budget: Budget, styles: Styles) -> int:
    """One line per enclosure; returns the row after."""
    grams = [styles.grams] * 4
    formats = (styles.wrapped, styles.wrapped, styles.step, *grams)
    for line in budget.weights:
        code = "封筒" if line.code == ENVELOPE else line.code
        texts = (f"{code}　{line.name}", line.owner)
        figures = (line.low_cg / 100, line.cg / 100, line.high_cg / 100)
        cells(sheet, row, (*texts, line.samples, *figures, (line.computed_cg or 0) / 100), formats)
        sheet.set_row(row, height_for(texts, _KIND_WIDTHS[:2]))
        if line.computed_cg is None:
            sheet.write_string(row, 7, "―", styles.dash)
        else:
            difference = Live(f"=E{row + 1}-G{row + 1}", (line.cg - line.computed_cg) / 100)
            cells(sheet, row, (difference,), (styles.signed_grams,), 7)
        sheet.write_string(
            row, 8, "要確認" if line.off else "", styles.warn_text if line.off else styles.text
        )
        row += 1
    return row


def _kind_words(kind: KindLine, budget: Budget, names: Mapping[str, str]) -> tuple[str, str, str]:
    """Contents, service with class, and what happens to the heaviest."""
    towns = dict(budget.towns)
    where = ""
    if len(kind.units) < len(towns):
        shown = "、".join(towns.get(code, code) for code in kind.units[:2])
        where = f"\n{shown}" + (f" ほか{len(kind.units) - 2:,}" if len(kind.units) > 2 else "")
    contents = f"{kind_name(kind)}\n{kind.items.replace(';', '・')}{where}"
    words = ""
    if kind.crosses:
        words = "上の段階になります。"
        lighter = "、".join(names.get(each, each) for each in kind.lighter)
        words += f"次のどれか1点を外すと戻ります: {lighter}" if lighter else "1点を外すだけでは戻りません。"
    return contents, f"{SERVICE_JA[kind.mail_service]}\n{SIZE_CLASS_JA[kind.size_class]}", words


def _kind(sheet: Worksheet, row: int, kind: KindLine, words: tuple[str, str, str], styles: Styles) -> None:
    contents, service, warning = words
    warn = styles.warn_text if kind.crosses else styles.wrapped
    sheet.set_row(row, height_for(words, (_KIND_WIDTHS[0], _KIND_WIDTHS[1], _KIND_WIDTHS[-1])))
    texts = (styles.wrapped, styles.wrapped)
    weights = (kind.low_cg / 100, kind.weight_cg / 100, kind.high_cg / 100)
    figures = (kind.thickness_um / 1000, *weights, kind.max_grams)
    cells(sheet, row, (contents, service, *figures), (*texts, *[styles.grams] * 4, styles.step))
    at = row + 1
    left: tuple[str | Live, ...] = ("―", "―")
    if kind.max_grams:
        share = kind.left_cg * 1000 // kind.weight_cg / 1000  # as in the warnings: never rounded up
        left = (Live(f"=G{at}-E{at}", kind.left_cg / 100), Live(f"=ROUNDDOWN(H{at}/E{at},3)", share))
    beyond: tuple[str | float | Live, ...] = ("―", "―")
    if kind.next_yen is not None and kind.extra_yen is not None:
        beyond = (kind.next_yen, Live(f"=(L{at}-K{at})*J{at}", kind.extra_yen))
    elif kind.max_grams:
        beyond = ("なし", "差し出せません")
    values = (*left, kind.pieces, kind.unit_yen, *beyond, warning)
    numbers = [styles.dash if isinstance(value, str) else styles.number for value in values[:-1]]
    if kind.max_grams:
        numbers[:2] = styles.grams, styles.percent
    cells(sheet, row, values, (*numbers, warn), 7)


def write_scenarios(sheet: Worksheet, budget: Budget, heading: Heading, styles: Styles) -> None:
    """The order itself, then the named variations: pieces by document, yen, differences."""
    row = title(sheet, "試算の比較", [STILL], styles)
    present = {document for line in budget.scenarios for document in line.pieces}
    documents = [document for document in budget.document_names if document in present]
    words = [f"{budget.document_names[document]}\n通数" for document in documents]
    head(sheet, row, ("試算", *words, "金額(円)", "差額(円)", "1人当たりの\n差額(円)", "内容"), styles)
    first = row + 1
    yen = len(documents) + 1
    widths = (30, *[17] * len(documents), 17, 17, 14, 44)
    figures = (*[styles.number] * yen, styles.signed, styles.signed_grams)
    for row, line in enumerate(budget.scenarios, start=first):
        pieces = [line.pieces.get(document, 0) for document in documents]
        differences = (_difference(budget.scenarios, row - first, first, yen), line.per_person_yen_100 / 100)
        cells(
            sheet,
            row,
            (line.name, *pieces, line.total_yen, *differences, line.note),
            (styles.wrapped, *figures, styles.wrapped),
        )
        sheet.set_row(row, height_for((line.name, line.note), (widths[0], widths[-1])))
    finish(sheet, first, first + len(budget.scenarios) - 1, widths, heading.footer(_NAME), fixed=1)


def _difference(lines: Sequence[ScenarioLine], at: int, first: int, yen: int) -> Live:
    """What a variation costs more than the line that it is held against: the order itself or an earlier one."""
    line = lines[at]
    against = line.total_yen - line.difference_yen
    other = next((place for place, each in enumerate(lines) if each.total_yen == against), at)
    mine, theirs = (xl_rowcol_to_cell(first + place, yen) for place in (at, other))
    return Live(f"={mine}-{theirs}", line.difference_yen)


def write_assumptions(sheet: Worksheet, budget: Budget, heading: Heading, styles: Styles) -> None:
    """What the budget takes for granted, and where that comes from."""
    row = title(sheet, "前提と出典", [], styles)
    head(sheet, row, ("前提", "値", "出典"), styles, height=22)
    first, widths = row + 1, (34, 34, 44)
    for row, line in enumerate(budget.assumptions, start=first):
        texts = (line.name, line.value, line.source)
        cells(sheet, row, texts, [styles.wrapped] * 3)
        sheet.set_row(row, height_for(texts, widths))
    finish(sheet, first, first + len(budget.assumptions) - 1, widths, heading.footer(_NAME), portrait=True)
