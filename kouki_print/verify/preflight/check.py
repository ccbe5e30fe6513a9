"""All items over one file, page after page, in memory that does not grow with the pages."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf

from kouki_print.base.errors import JobError
from kouki_print.verify.preflight.content import ContentCheck
from kouki_print.verify.preflight.document import check_catalog, check_objects
from kouki_print.verify.preflight.identification import check_identity, read_identity
from kouki_print.verify.preflight.intent import check_intent
from kouki_print.verify.preflight.items import ITEMS, Finding, Standard
from kouki_print.verify.preflight.pages import PageChecks
from kouki_print.verify.preflight.pagetree import PageTree
from kouki_print.verify.preflight.rawfile import NO_HEADER, RawFile, check_end, check_raw, read_raw
from kouki_print.verify.preflight.records import Records
from kouki_print.verify.preflight.source import Source

_MOST = 500  # findings of one item that are kept: a file that is wrong everywhere is told soon enough
MORE = f"{_MOST}か所を超えたので、残りは省きました"
_PAGE_OBJECTS = 6  # that looking into one page's content reads
_BROKEN = (
    pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError, IndexError, ArithmeticError, RecursionError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """What only the job knows: trim in points, profile, condition and date it asked for, the people's
    texts, and the named inks it prints with."""

    size: tuple[float, float] | None = None
    profile_sha256: str = ""
    condition: str = ""
    date: dt.date | None = None
    people: Collection[str] = ()
    spots: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that was looked at; ``stated``: it says itself which standard it keeps."""

    path: Path
    standard: Standard
    stated: bool
    house: bool
    pages: int
    findings: tuple[Finding, ...]
    #: Digest of each named ink's definition, to compare over the files of a job.
    separations: dict[str, str]

    def is_mistake(self, finding: Finding) -> bool:
        """Otherwise a notice: against our house rules in a file that is not ours."""
        return self.house or not (finding.house or not ITEMS[finding.item].required(self.standard))

    @property
    def mistakes(self) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if self.is_mistake(each))


def preflight(
    path: Path,
    *,
    standard: Standard | None = None,
    house: bool | None = None,
    known: Known | None = None,
    contents: Collection[int] | None = None,
) -> Checked:
    """Check one file.

    ``standard``: None is what the file says of itself.  ``house``: None is whether we made it.
    ``contents``: the pages whose content is read (None: all); dictionaries are read on every page.
    JobError when it is no PDF at all.
    """
    raw = read_raw(path)
    try:
        source = Source(path)
    except pikepdf.PasswordError:
        closed = Finding(2, 0, "", "パスワードがないと開けません。ほかの項目は確かめていません")
    except pikepdf.PdfError:
        if raw.header == NO_HEADER:
            raise JobError(
                "PDFではありません。", remedy="PDFのファイルを指定してください。", file=str(path)
            ) from None
        closed = Finding(5, 0, "", "ファイルが壊れていて開けません。ほかの項目は確かめていません")
    else:
        return _Check(path, source, raw, standard, house, known or Known(), contents).run()
    findings = (closed, *check_end(raw))
    return Checked(path, standard or Standard.x4, False, bool(house), 0, findings, {})


@dataclass(slots=True)
class _Check:
    path: Path
    source: Source
    raw: RawFile
    asked: Standard | None
    house: bool | None
    known: Known
    contents: Collection[int] | None

    def run(self) -> Checked:
        identity = read_identity(self.source)
        stated = identity.standard(records="/DPartRoot" in self.source.root)
        standard = self.asked or stated or Standard.x4
        house = identity.ours if self.house is None else self.house
        tree = PageTree(self.source)
        separations: dict[str, str] = {}
        found = _Found(standard)
        found.take(1, check_raw(self.raw, self.source, standard))
        found.take(7, check_identity(identity, standard, self.known.date))
        del identity  # it holds objects, and with them all that this opening of the file has read
        found.take(19, check_intent(self.source, standard, self.known.profile_sha256, self.known.condition))
        found.take(27, check_catalog(self.source, standard))
        found.take(23, self._pages(tree, standard, house, separations))
        if standard is Standard.vt:
            found.take(40, Records(self.source, tree, self.known.people).check())
        told = {each.object for each in found.findings}
        found.take(6, check_objects(self.source, self.raw.later, told))
        found.take(5, self._damage())
        return Checked(
            self.path, standard, bool(stated), house, len(tree.numbers), tuple(found.findings), separations
        )

    def _pages(
        self, tree: PageTree, standard: Standard, house: bool, separations: dict[str, str]
    ) -> Iterator[Finding]:
        """Items 23 to 38 of every page."""
        checks = PageChecks(tree, self.known.size)
        content = ContentCheck(self.source.pdf, standard, house=house, spots=self.known.spots)
        for at in tree.walk():
            yield from _guarded(23, checks.page(at), at.number)
            read = self.contents is None or at.number in self.contents
            if read:
                yield from _guarded(30, content.page(at.number, at.page), at.number)
            if self.source.rest(_PAGE_OBJECTS if read else 0):
                separations.update(content.separations())
                content = ContentCheck(self.source.pdf, standard, house=house, spots=self.known.spots)
        separations.update(content.separations())
        for where, what in tree.faults:
            yield Finding(23, 0, where, what)

    def _damage(self) -> Iterator[Finding]:
        if self.source.damaged:
            yield Finding(5, 0, "", "ファイルが壊れています（途中で切れているなど）。直しながら読みました")
        elif self.source.pdf.get_warnings():
            yield Finding(5, 0, "", "PDFの構造に誤りがあります", house=True)


class _Found:
    """The findings that count under a standard, the same one once, and of each item so many."""

    def __init__(self, standard: Standard) -> None:
        self.findings: list[Finding] = []
        self._standard = standard
        self._counts: Counter[int] = Counter()
        self._seen: set[tuple[int, int, str, str]] = set()

    def take(self, item: int, findings: Iterable[Finding]) -> None:
        """Take them over; ``item`` stands for what breaks off on the way."""
        for each in _guarded(item, findings):
            rule = ITEMS[each.item]
            key = (each.item, each.page, each.object, each.what)
            if key in self._seen or not (rule.house or rule.required(self._standard)):
                continue
            self._counts[each.item] += 1
            if self._counts[each.item] <= _MOST:
                self._seen.add(key)
                self.findings.append(each)
            elif self._counts[each.item] == _MOST + 1:
                self.findings.append(Finding(each.item, 0, "", MORE))


def _guarded(item: int, findings: Iterable[Finding], page: int = 0) -> Iterator[Finding]:
    """What a structure that nobody expected breaks is a finding, not the end of the check."""
    try:
        yield from findings
    except _BROKEN:
        yield Finding(item, page, "", "構造が壊れていて、ここから先を確かめられません")
