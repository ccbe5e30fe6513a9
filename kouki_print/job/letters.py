"""Change letters (変更の通知文): 負担割合, 減額証 and 限度証, for the people of a list, by municipality.

The front is personal, the back general and the same for all three: the year's tables.  Who cannot be
printed is listed with the reason, and nobody under protection (支援措置) is in the general list or file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from kouki_print.base.dates import wareki
from kouki_print.base.files import write_bytes
from kouki_print.base.problems import Finding
from kouki_print.handover.tables import FOR_EXCEL, cause_of, csv_bytes, held_lines, neutralised
from kouki_print.job.forms import fresh_styles, load_form
from kouki_print.job.letter_checks import NOTICE, check_tables, unlike_the_data
from kouki_print.job.letter_list import KINDS, Change, read_changes
from kouki_print.job.matter import Section, write_matter
from kouki_print.job.prepare import PROBLEMS, Prepared, prepare
from kouki_print.job.report import STATUS_JA
from kouki_print.job.staging import staging
from kouki_print.job.watch import Stages, Watcher
from kouki_print.page.compose import Coded
from kouki_print.page.fields import PageFields
from kouki_print.page.layout import Layout
from kouki_print.page.type.fitting import check_fit
from kouki_print.page.window_checks import check_windows, window_findings
from kouki_print.page.wording import check_words
from kouki_print.plan.pieces import delivery_order

FOLDER = "letters"
LIST, PROTECTED_LIST = "list.csv", "protected.csv"
_COPAY_JA = {"": "", "1": "１割", "2": "２割", "3": "３割"}
_CLASS_JA = {"現役": "現役並み"}  # the list's short word, written out


@dataclass(frozen=True, slots=True)
class Letters:
    """What was made: people with a letter, people listed without one, files."""

    printed: int
    held: int
    files: int


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the letter of a person is: file and first page."""

    file: str
    page: int


def write_letters(
    job_dir: Path, kind: str, list_file: Path, out: Path, watcher: Watcher, on: dt.date | None = None
) -> Letters:
    """Make the letters of one kind for the people of a list; they carry the date ``on``, else the job's.

    JobError with every row of the list that is wrong, before anything is written.
    """
    stages = Stages(watcher)
    prepared = prepare(job_dir, stages)
    order, contacts = prepared.loaded.order, [prepared.loaded.sender(code) for code in prepared.loaded.units]
    layout = load_form(KINDS[kind].layout, order, job_dir)
    check_tables(order, layout)
    changes = read_changes(list_file, kind, prepared.people["insured_number"], order.job)
    check_words(order, contacts, {kind: layout}, prepared.styles)
    check_windows({kind: layout}, order.envelope)
    reasons = unlike_the_data(prepared, kind, changes) | _not_printed(prepared, changes)
    rows = np.array([at for at in changes if at not in reasons], dtype=np.int64)
    rows = delivery_order(prepared.people, prepared.decided, np.sort(rows))
    fields = _fields(prepared, changes, rows, on or order.job.issued_on)
    misfits = _misfits(prepared, fields, layout)
    reasons |= {int(rows[at]): why for at, why in misfits.items()}
    fits = np.array([at for at in range(len(rows)) if at not in misfits], dtype=np.int64)
    with staging(out, (FOLDER,)) as building, stages.stage("通知文の作成", len(fits)):
        places = _write_files(
            building / FOLDER, job_dir, kind, prepared, layout, rows[fits], fields.take(fits)
        )
        _write_lists(building / FOLDER, prepared, changes, places, reasons)
    return Letters(len(places), len(reasons), len({place.file for place in places.values()}))


def _not_printed(prepared: Prepared, changes: Mapping[int, Change]) -> dict[int, str]:
    """People of the list for whom the job prints nothing, and why."""
    status = prepared.decided["status"]
    words = {at: STATUS_JA[status.iat[at]] for at in changes if status.iat[at] != "printed"}
    lines = held_lines(prepared.decided, prepared.findings, PROBLEMS)
    for at, message in zip(lines["position"].tolist(), lines["messages"].tolist(), strict=True):
        if at in words:
            words[at] += f"　{message}"
    return words


def _fields(prepared: Prepared, changes: Mapping[int, Change], rows: np.ndarray, on: dt.date) -> PageFields:
    """The people's own fields with those of the change."""
    own, order = prepared.fields.take(rows), prepared.loaded.order
    day = partial(wareki, gannen=order.date.gannen)
    mine = [changes[at] for at in rows.tolist()]
    documents = dict(zip(prepared.plan["person"], prepared.plan["document"], strict=True))
    texts = {
        "piece_number": [""] * len(mine),  # a letter is no piece of the run
        "letter_date": [day(on)] * len(mine),
        "applies_from": [f"{day(each.since)}から" for each in mine],
        "new_copay": [_COPAY_JA[each.copay] for each in mine],
        "old_class": [_CLASS_JA.get(each.old, each.old) for each in mine],
        "new_class": [_CLASS_JA.get(each.new, each.new) for each in mine],
        "return_document": [
            "" if documents[at] == NOTICE else order.document_ja(documents[at]) for at in rows.tolist()
        ],
    }
    columns = {name: pd.Series(values, dtype="str") for name, values in texts.items()}
    return PageFields(own.texts.assign(**columns), own.flags)


def _misfits(prepared: Prepared, fields: PageFields, layout: Layout) -> dict[int, str]:
    """Rows of the fields that do not stand in the letter or leave the window, and why."""
    everybody = {layout.name: np.arange(len(fields.texts))}
    layouts, styles = {layout.name: layout}, prepared.styles
    findings: Iterable[Finding] = (
        *check_fit(fields, everybody, layouts, styles).findings,
        *window_findings(fields, everybody, layouts, styles, prepared.loaded.order.envelope),
    )
    found: dict[int, str] = {}
    for finding in findings:
        kind, values = PROBLEMS[finding.code], finding.values or [""] * len(finding.rows)
        for at, value in zip(finding.rows.tolist(), values, strict=True):
            found[at] = f"{STATUS_JA['held']}　{finding.column}: {cause_of(kind, value)}対処: {kind.remedy}"
    return found


def _write_files(
    folder: Path,
    job_dir: Path,
    kind: str,
    prepared: Prepared,
    layout: Layout,
    rows: np.ndarray,
    fields: PageFields,
) -> dict[int, _Place]:
    """One file per municipality, and a second one for its people under protection (支援措置)."""
    loaded = prepared.loaded
    words = dict(zip(prepared.plan["person"], prepared.plan["customer_barcode"], strict=True))
    units = prepared.decided["unit_code"].to_numpy()[rows]
    apart = prepared.people["protected"].to_numpy()[rows]
    places: dict[int, _Place] = {}
    for code in dict.fromkeys(units.tolist()):
        for protected in (False, True):
            mine = np.flatnonzero((units == code) & (apart == protected))
            if not len(mine):
                continue
            name = f"{kind}-{code}{'-2' if protected else ''}.pdf"
            coded = Coded([words.get(at, "") for at in rows[mine].tolist()], [""] * len(mine))
            section = Section(layout, loaded.sender(code), fields.take(mine), coded)
            folder.mkdir(parents=True, exist_ok=True)
            write_matter(
                folder / name,
                loaded.order,
                job_dir,
                fresh_styles(prepared.styles),
                [section],
                Path(name).stem,
            )
            places |= {int(rows[at]): _Place(name, 2 * n + 1) for n, at in enumerate(mine.tolist())}
    return places


def _write_lists(
    folder: Path,
    prepared: Prepared,
    changes: Mapping[int, Change],
    places: Mapping[int, _Place],
    reasons: Mapping[int, str],
) -> None:
    """list.csv in the order of the list that came, and protected.csv for who must not be in it."""
    apart = prepared.people["protected"].to_numpy()
    for name, protected in ((LIST, False), (PROTECTED_LIST, True)):
        people = [at for at in changes if apart[at] == protected]
        if people or not protected:
            data = csv_bytes(_columns(prepared, people, changes, places, reasons))
            write_bytes(folder / name, data.decode("utf-8").encode(FOR_EXCEL))


def _columns(
    prepared: Prepared,
    people: Sequence[int],
    changes: Mapping[int, Change],
    places: Mapping[int, _Place],
    reasons: Mapping[int, str],
) -> dict[str, object]:
    numbers, codes = prepared.people["insured_number"], prepared.decided["unit_code"]
    units = prepared.loaded.units
    nowhere = _Place("", 0)
    cells = {
        "一覧の行": [str(changes[at].line) for at in people],
        "被保険者番号": [numbers.iat[at] for at in people],
        "市町村コード": [codes.iat[at] for at in people],
        "市町村名": [units[codes.iat[at]].contact.name if codes.iat[at] in units else "" for at in people],
        "結果": ["印刷" if at in places else "印刷しない" for at in people],
        "理由": [reasons.get(at, "") for at in people],
        "ファイル": [places.get(at, nowhere).file for at in people],
        "ページ": [str(places.get(at, nowhere).page or "") for at in people],
    }
    return {header: neutralised(pd.Series(column, dtype="str")) for header, column in cells.items()}
