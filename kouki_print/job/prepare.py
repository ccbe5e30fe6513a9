"""From the job folder to the plan: intake, checks, decisions, postage, order, boxes and lots.

Everything that decides, in columns, before a single page is drawn.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from kouki_print.base.problems import Finding, ProblemKind
from kouki_print.base.texts import distinct
from kouki_print.handover.protected_list import general
from kouki_print.intake.characters import check_characters
from kouki_print.intake.handwriting import left_blank, rows_by_hand, softened
from kouki_print.intake.load import ALERT, Intake, read_export
from kouki_print.intake.problems import PROBLEMS as INTAKE_PROBLEMS
from kouki_print.intake.units import home_printed
from kouki_print.job.forms import load_layouts, load_styles
from kouki_print.job.glyph_checks import stop_on_blank_names, stop_on_blank_words
from kouki_print.job.inserter.machine import machine_of
from kouki_print.job.looks import missing_assets
from kouki_print.job.watch import Stages
from kouki_print.order.load import LoadedOrder, load_order
from kouki_print.order.machines import Machine
from kouki_print.order.models import Order
from kouki_print.page.family import check_layouts, with_family
from kouki_print.page.fields import PROBLEMS as PAGE_PROBLEMS
from kouki_print.page.fields import PageFields, page_fields
from kouki_print.page.layout import Layout
from kouki_print.page.type.fitting import check_fit
from kouki_print.page.type.fonts import Style
from kouki_print.page.window_checks import check_windows, window_findings
from kouki_print.page.wording import check_words
from kouki_print.plan.boxing import box_kinds, boxes, bundles
from kouki_print.plan.pieces import (
    SEQUENCE_DIGITS,
    Lot,
    delivery_order,
    lots,
    matching_codes,
    piece_ids,
    print_places,
    sequences,
)
from kouki_print.post.areas import Areas, areas_of, load_areas
from kouki_print.post.assess import assess, barcode_findings
from kouki_print.post.posting import mark_notes
from kouki_print.post.problems import PROBLEMS as POST_PROBLEMS
from kouki_print.post.registered import Bands, assign_numbers, load_numbers
from kouki_print.post.tariff import Tariff, load_tariff
from kouki_print.post.used_numbers import load_used, refuse_used
from kouki_print.select.decide import decide
from kouki_print.select.problems import PROBLEMS as SELECT_PROBLEMS
from kouki_print.sheet.grid import Imposition
from kouki_print.sheet.imposition import load_for_lots
from kouki_print.sheet.simulator import stop_unless_proven

PERSONAL_TEXTS = (
    "to_name",
    "to_place",
    "name",
    "card_address",
)  # page fields that may hold what no font draws
PROBLEMS: Mapping[str, ProblemKind] = {**INTAKE_PROBLEMS, **SELECT_PROBLEMS, **POST_PROBLEMS, **PAGE_PROBLEMS}


@dataclass(frozen=True, slots=True)
class Prepared:
    """All decisions of a job.  ``plan`` has one row per piece in delivery order; ``person`` is its
    position in ``people``, ``lot`` its position in ``lots``; ``fields`` are in people order;
    ``fitted`` tells whose texts were condensed, broken or made smaller; ``machine`` reads the sheets' marks."""

    loaded: LoadedOrder
    intake: Intake
    findings: list[Finding]
    decided: pd.DataFrame
    fields: PageFields
    layouts: Mapping[str, Layout]
    styles: Mapping[str, Style]
    tariff: Tariff
    plan: pd.DataFrame
    lots: list[Lot]
    fitted: pd.DataFrame
    machine: Machine | None = None

    @property
    def people(self) -> pd.DataFrame:
        """The records of the export."""
        return self.intake.people

    def listed(self) -> list[Finding]:
        """The findings for general lists: nobody under protection (支援措置) is among them."""
        return general(self.findings, self.people["protected"].to_numpy())


def prepare(job_dir: Path, stages: Stages, *, words: bool = True) -> Prepared:
    """Read and decide everything; JobError when the inputs or the job do not allow it.

    ``words``: check the words of every unit's pages too.
    """
    with stages.stage("注文と書式の確認"):
        loaded = load_order(job_dir)
        order = loaded.order
        layouts = load_layouts(order, job_dir)
        check_layouts(layouts, order.delivery.per_household)
        window_notes = check_windows(layouts, order.envelope)
        machine = machine_of(loaded, job_dir, layouts)
        styles = load_styles(order.fonts, job_dir)
        if words:
            contacts = [loaded.sender(code) for code in loaded.units]
            check_words(order, contacts, layouts, styles)
            stop_on_blank_words(styles)
        tariff = tariff_of(job_dir, loaded)
        bands = unused_bands(job_dir, loaded)
        areas = areas_of_job(job_dir, loaded)
        finished = next(iter(layouts.values())).sheet
        imposition = load_for_lots(order.printing.imposition, layouts.values(), job_dir)
    with stages.stage("移行データの取込みと検査"):
        intake = read_export(loaded, job_dir, styles["mincho"].private_use())
        intake.notes.extend([*order.weight_notes(), *(ALERT + note for note in window_notes)])
        people = intake.people
        drawable = [styles["mincho"], styles["gothic"], styles["bold"]]

        def can_draw(cluster: str) -> bool:
            return all(style.can_draw(cluster) for style in drawable)

        findings = [
            *intake.findings,
            *check_characters(
                people,
                can_draw,
                order.job.mail_on,
                order.checks.kind_order,
                home=home_printed(people, loaded),
            ),
        ]
        if order.checks.undrawable == "hand":
            findings = softened(findings)
    with stages.stage("書類の判定"):
        decision = decide(people, findings, loaded)
        fields = page_fields(people, decision.decided, order)
        by_hand = rows_by_hand(findings)
        fields = PageFields(left_blank(fields.texts, by_hand, PERSONAL_TEXTS, can_draw), fields.flags)
        carrier = decision.decided["carrier"].to_numpy()
        if order.delivery.per_household:
            fields = with_family(fields, people["relation"], carrier)
        rows_of = _rows_of(decision.decided["set_code"], order)
        fitting = check_fit(fields, rows_of, layouts, styles)
        misfits = [*fitting.findings, *window_findings(fields, rows_of, layouts, styles, order.envelope)]
        if misfits:
            findings += [_of_all_on(finding, carrier) for finding in misfits]
            decision = decide(people, findings, loaded)
        findings += decision.findings
        stop_on_blank_names(intake, loaded, styles, decision.decided["status"])
    with stages.stage("重量・料金・宛名コード"):
        assessed = assess(people, decision.decided, loaded, tariff)
        findings += barcode_findings(assessed)
    with stages.stage("順番・箱・ロットの決定"):
        plan, plan_lots = _plan(loaded, people, decision.decided, assessed, imposition, areas)
        stop_unless_proven(imposition, finished, (2 * lot.sheets for lot in plan_lots))
        fields = fields.numbered(plan["person"].to_numpy(), plan["piece_id"].str.slice(-SEQUENCE_DIGITS))
        plan["registered_number"] = assign_numbers(
            bands, plan["unit_code"], plan["sequence"].to_numpy(), plan["mail_service"]
        )
    intake.notes.extend(_personal_elsewhere(order, plan))
    names = {code: unit.contact.name for code, unit in loaded.units.items()}
    intake.notes.extend(ALERT + note for note in mark_notes(order, names, plan))
    if machine is not None and not machine.proven:
        intake.notes.append(ALERT + machine.unproven())
    intake.notes.extend(
        f"{ALERT}様式に場所のある画像「{name}」が job.toml の [asset] にありません。枠だけを印刷します。"
        for name in missing_assets(order, layouts)
    )
    return Prepared(
        loaded,
        intake,
        findings,
        decision.decided,
        fields,
        layouts,
        styles,
        tariff,
        plan,
        plan_lots,
        fitting.lines,
        machine,
    )


def _personal_elsewhere(order: Order, plan: pd.DataFrame) -> Iterator[str]:
    """A note for each personal enclosure (減額証, 限度証) beside the document: its sheets are not made here."""
    own = {entry.items[0] for entry in order.set}
    for enclosure in order.enclosure:
        codes = [entry.code for entry in order.set if enclosure.code in entry.items]
        count = int(plan["set_code"].isin(codes).sum())
        if enclosure.personal and not enclosure.document and enclosure.code not in own and count:
            yield (
                f"{ALERT}「{enclosure.name}」（封入物{enclosure.code}）{count:,}枚は個人ごとの書類ですが、この出力では印刷しません。"
                "別に用意し、照合コードの順に封入してください。"
            )


def tariff_of(job_dir: Path, loaded: LoadedOrder) -> Tariff:
    """The shipped tariff with the job's own rows, if it has any."""
    own = loaded.order.input.tariff
    return load_tariff(user=job_dir / own if own else None)


def unused_bands(job_dir: Path, loaded: LoadedOrder) -> Bands:
    """The bands of registered numbers of a job; JobError where an earlier job has used one of them."""
    settings = loaded.order.input
    bands = load_numbers(job_dir / settings.numbers, loaded.units)
    if settings.used_numbers:
        refuse_used(bands, load_used(job_dir / settings.used_numbers), settings.used_numbers)
    return bands


def areas_of_job(job_dir: Path, loaded: LoadedOrder) -> Areas:
    """The districts (郵便区) of a job: its own table, or the shipped one, which is of municipalities."""
    own, known = loaded.order.input.areas, None if loaded.by_group else loaded.units
    return load_areas(job_dir / own if own else None, known)


def _rows_of(set_codes: pd.Series, order: Order) -> dict[str, np.ndarray]:
    """Positions of the people who get each document, as the first or a further sheet of their piece."""
    codes = set_codes.to_numpy(dtype=object)
    having: dict[str, list[str]] = {}
    for entry in order.set:
        for document in order.sheets_of(entry.code):
            having.setdefault(document, []).append(entry.code)
    return {document: np.flatnonzero(np.isin(codes, sets)) for document, sets in having.items()}


def _of_all_on(finding: Finding, carrier: np.ndarray) -> Finding:
    """The finding for everybody on the piece: nobody's place on another page may change by it."""
    rows = np.flatnonzero(np.isin(carrier, finding.rows))
    if np.array_equal(rows, finding.rows):
        return finding
    values = dict(zip(finding.rows.tolist(), finding.values or [""] * len(finding.rows), strict=True))
    return dataclasses.replace(finding, rows=rows, values=[values[at] for at in carrier[rows].tolist()])


def _plan(
    loaded: LoadedOrder,
    people: pd.DataFrame,
    decided: pd.DataFrame,
    assessed: pd.DataFrame,
    imposition: Imposition,
    areas: Areas,
) -> tuple[pd.DataFrame, list[Lot]]:
    """The one table that every output reads, and its lots."""
    order = loaded.order
    carriers = assessed.index.to_numpy(dtype=np.int64)
    kind = box_kinds(
        decided[["set_code", "no_forward"]]
        .take(carriers)
        .assign(mail_service=assessed["mail_service"].to_numpy()),
        order.boxes.separate,
    )
    person = delivery_order(people, decided, carriers, kind)
    at = np.searchsorted(carriers, person)
    mine = decided.take(person).reset_index(drop=True)
    priced, kind = assessed.take(at).reset_index(drop=True), kind[at]
    codes = mine["unit_code"]
    names = codes.to_numpy(dtype=object)
    sequence = sequences(names)
    ids = piece_ids(order.job.id, codes, sequence)
    apart = people["protected"].to_numpy()[person]
    weights, thickness = priced["weight_cg"].to_numpy(), priced["thickness_um"].to_numpy()
    box, position = boxes(names, weights, thickness, order.boxes, apart, kind)
    area = areas_of(pd.DataFrame({"unit_code": codes, "postcode": mine["to_postcode"]}), areas)
    bundle = bundles(names, box, position, order.boxes, distinct(area)[1])
    sheets = mine["set_code"].map({entry.code: len(order.sheets_of(entry.code)) for entry in order.set})
    sheet_counts = sheets.to_numpy(dtype=np.int64)
    plan_lots = lots(order.job.id, names, sheet_counts, order.printing.most_sheets, apart)
    columns = {
        "person": person,
        "row": people["row"].to_numpy()[person],
        "unit_code": codes,
        "piece_id": ids,
        "sequence": sequence,
        "document": mine["document"],
        "set_code": mine["set_code"],
        "sheets": sheet_counts,
        "no_forward": mine["no_forward"].to_numpy(dtype=bool),
        "matching_code": matching_codes(
            ids, mine["set_code"], np.ones(len(person), dtype=np.int64), sheet_counts
        ),
        "postcode": mine["to_postcode"],
        "box": box,
        "position": position,
        "bundle": bundle,
        "area": area,
        "apart": apart,
        **{str(name): priced[name] for name in priced.columns},
        **print_places(plan_lots, sheet_counts, imposition.table),
    }
    return pd.DataFrame(columns, copy=False), plan_lots


def status_counts(decided: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Records by status per unit code (unknown codes included)."""
    table = pd.crosstab(decided["unit_code"], decided["status"])
    return {
        str(code): {str(status): int(count) for status, count in row.items()}
        for code, row in table.to_dict(orient="index").items()
    }
