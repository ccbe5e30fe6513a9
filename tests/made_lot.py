"""Two small lots made the way a job makes them, for tests of pages, print files and read-back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
from small_job import JOB, person, write_job

from kouki_print.job.kit import PrintKit, build_kit
from kouki_print.job.lot import make_lot
from kouki_print.job.lot_files import MEDIA_MARGIN, LotFiles, LotTask
from kouki_print.job.lot_sheets import printed_sheets
from kouki_print.job.making import lot_tasks
from kouki_print.job.prepare import Prepared, prepare
from kouki_print.job.watch import Silent, Stages
from kouki_print.page.fields import PageFields
from kouki_print.verify.readback import Difference, PrintedSheet, Reader

VARIANT = "\u845b\U000e0100"  # 葛 in the form that is another glyph than the plain one
DEFAULT_VARIANT = "\u9089\U000e0100"  # 邉 in the form that is the plain glyph

_NAMES = (
    "見本　花子", "金城　太郎", "比嘉　ウシ", f"{VARIANT}城　一", f"{DEFAULT_VARIANT}　正", "髙﨑　德",
    "仲村渠　盛光", "新里　カマド", "我那覇　美智子", "渡嘉敷　オト", "東江　清", "与那嶺　ツル",
)  # fmt: skip


def _people() -> list[dict[str, str]]:
    """23 pieces of one municipality (an odd number: one blank slot) and 4 of another."""
    people = []
    for count in range(1, 28):
        year, month, day = 10 + count % 7, count % 12 + 1, count % 27 + 1
        cells = person(
            count,
            name=_NAMES[count % len(_NAMES)]
            + str(count).translate(str.maketrans("0123456789", "〇一二三四五六七八九")),
            birth_date=f"3{year:02d}{month:02d}{day:02d}",
            address=f"うるま市みどり町{count}丁目{count}番{count}号",
            copay=str(count % 3 + 1),
            category=("一般Ⅰ", "一般Ⅱ", "現役Ⅱ")[count % 3],
            household_number=f"{count:010d}",
        )
        if count % 3 == 0:  # linked, used and younger than 85: a notice
            cells.update(birth_date=f"320{month:02d}{day:02d}")
        if count > 23:
            cells.update(
                municipality_code="47201", insurer_number="39472014", postcode="900-0021",
                address=f"那覇市泉崎１丁目{count}",
            )  # fmt: skip
        people.append(cells)
    _change(people)
    return people


def _change(people: list[dict[str, str]]) -> None:
    """What makes single pages different: forwarding, long lines, another's house, shown limits."""
    people[1].update(no_forward="0")
    people[3].update(building="特別養護老人ホームみどりの丘　南棟２階２０５号室")
    people[4].update(
        address="うるま市字みどり町原" + "一二三四五" * 5 + "１２３４番地の５",
        building="メゾン・ド・ラ・メール",
    )
    people[6].update(care_of="緒方　真理", name=people[6]["name"] + "・アントニオ・サントス")
    people[7].update(
        copay="1", category="区分Ⅱ", limit_shown="1", limit_effective_on="20260801", long_stay_on="20260701",
        disease="A;B", disease_effective_on="20250401",
    )  # fmt: skip
    people[9].update(
        mail_kind="全て",
        mail_postcode="904-2215",
        mail_address="うるま市みどり町二丁目２番",
        mail_name="成年後見人　比嘉　守",
    )
    people[12].update(postcode="904-2200")  # no barcode: a postcode that ends in 00


@dataclass(frozen=True, slots=True)
class Made:
    """A job with its lots on disk; ``tasks`` and ``files`` in plan order."""

    folder: Path
    prepared: Prepared
    kit: PrintKit
    tasks: tuple[LotTask, ...]
    files: tuple[LotFiles, ...]

    def single(self, lot: int = 0) -> Path:
        """The 1-up file of a lot."""
        return self.tasks[lot].folder / self.tasks[lot].lot.print_path

    def imposed(self, lot: int = 0) -> Path:
        """The imposed file of a lot."""
        return self.tasks[lot].folder / self.tasks[lot].lot.imposed_path

    def all_files(self) -> list[Path]:
        """Every PDF of the job."""
        return [path for lot in range(len(self.tasks)) for path in (self.single(lot), self.imposed(lot))]

    def pieces(self, lot: int = 0) -> list[PrintedSheet]:
        """Where each sheet of a lot lies."""
        task = self.tasks[lot]
        return printed_sheets(task, task.registered, task.codewords, self.kit.imposition)

    def differences(
        self,
        *,
        single: Path | None = None,
        imposed: Path | None = None,
        fields: PageFields | None = None,
        chosen: Sequence[int] | None = None,
        closely: int = 0,
    ) -> list[Difference]:
        """What the read-back finds in the first lot, with files or records of a test's own."""
        task, kit = self.tasks[0], self.kit
        reader = Reader(kit.order, kit.layouts, kit.imposition, MEDIA_MARGIN)
        pieces = self.pieces()
        return reader.check(
            task.contact,
            fields or task.fields,
            pieces if chosen is None else [pieces[at] for at in chosen],
            print_pdf=single or self.single(),
            print_pages=2 * len(pieces),
            imposed_pdf=imposed or self.imposed(),
            imposed_pages=2 * self.files[0].press_sheets,
            closely=closely,
        )


def make(folder: Path, more: str = "") -> Made:
    """Write a job folder, decide it and make its lots; ``more`` is appended to its job.toml."""
    job = write_job(folder / "job", _people(), JOB + more, changes={"47201": {"転送不要": "希望しない"}})
    return make_from(job, folder / "out")


def make_from(job: Path, out: Path) -> Made:
    """Make the lots of an existing job folder."""
    prepared = prepare(job, Stages(Silent()))
    kit = build_kit(prepared.loaded, job, prepared.layouts, prepared.styles, prepared.fields)
    tasks = tuple(sorted(lot_tasks(prepared, out), key=lambda task: -len(task.documents)))
    return Made(out, prepared, kit, tasks, tuple(make_lot(kit, task) for task in tasks))


_STREAM = re.compile(
    rb"(?P<number>[\d.+-]+)|(?P<name>/[A-Za-z0-9]+)|(?P<hex><[0-9A-F]*>)|(?P<op>[A-Za-z*]+)|(?P<array>\[[^\]]*\])"
)


def operations(content: bytes) -> list[tuple[list[bytes], bytes]]:
    """(operands, operator) of a content stream of our own kind; any other byte fails."""
    rest = _STREAM.sub(b"", content)
    assert not rest.strip(), rest[:40]
    out: list[tuple[list[bytes], bytes]] = []
    operands: list[bytes] = []
    for match in _STREAM.finditer(content):
        if match.lastgroup == "op":
            out.append((operands, match.group()))
            operands = []
        else:
            operands.append(match.group())
    assert not operands
    return out


def page_content(page: Any) -> bytes:
    """All content streams of a page as one."""
    return b"\n".join(stream.read_bytes() for stream in page.obj.Contents)


def forms(pdf: pikepdf.Pdf) -> dict[str, Any]:
    """The Form XObjects that the pages of a file share."""
    return dict(pdf.Root.Pages.Resources.XObject.items())
