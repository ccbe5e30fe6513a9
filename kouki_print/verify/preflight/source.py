"""Reading a PDF of any size in little memory: objects by number, and the file opened anew now and then.

qpdf keeps every object it has once parsed, a gigabyte for 165,000 pages.  So nothing here holds objects
from one page to the next, only numbers, and at a safe point (:meth:`Source.rest`) the file is reopened.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf

from kouki_print.base import pdf_text
from kouki_print.base.pdf_text import Ref

_MOST = 30_000  # objects between two openings: some 100 MB


class Source:
    """An open PDF; ``damaged`` when it could only be read after a repair."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged = False
        try:
            self.pdf = self._open()
        except pikepdf.PasswordError:
            raise
        except pikepdf.PdfError:
            self.damaged = True
            self.pdf = self._open()
        self._spent = 0

    def _open(self) -> pikepdf.Pdf:
        with self.path.open("rb") as handle:  # the reader takes no name that is not UTF-8
            return pikepdf.open(
                handle,
                attempt_recovery=self.damaged,
                suppress_warnings=True,
                inherit_page_attributes=False,
                access_mode=pikepdf.AccessMode.mmap,
            )

    def get(self, ref: Ref) -> Any:
        """The object of this number (None when there is none)."""
        self._spent += 1
        return self.pdf.get_object(ref)

    def rest(self, objects: int = 0) -> bool:
        """A point at which nothing read before is needed any more; True when the file was opened anew.

        ``objects`` counts what was read otherwise than by :meth:`get`.
        """
        self._spent += objects
        if self._spent < _MOST:
            return False
        self.damaged = self.damaged or bool(self.pdf.get_warnings())
        del self.pdf  # before the next one is there
        self.pdf = self._open()
        self._spent = 0
        return True

    @property
    def root(self) -> Any:
        return self.pdf.Root

    @property
    def size(self) -> int:
        """One more than the highest object number."""
        size = self.pdf.trailer.get("/Size")
        return size if isinstance(size, int) else 0


def references(value: Any) -> list[Ref]:
    """The references in an array or dictionary, without reading what they point to."""
    if not isinstance(value, pikepdf.Object):
        return []
    return pdf_text.references(text_of(value))


def text_of(value: Any) -> bytes:
    """An object as PDF text, references unresolved (of a stream its dictionary)."""
    if isinstance(value, pikepdf.Stream):
        value = value.stream_dict
    return value.unparse(resolved=True)


def entries(value: Any) -> dict[str, Any]:
    """Keys and values of a dictionary or stream; empty for anything else."""
    if isinstance(value, pikepdf.Stream):
        value = value.stream_dict
    return dict(value.items()) if isinstance(value, pikepdf.Dictionary) else {}


def entry(value: Any, key: str) -> Any:
    """A value of a dictionary or stream; None for anything else."""
    if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        return value.get(key)
    return None


def items_of(value: Any) -> list[Any]:
    """The elements of an array; empty for anything else."""
    return list(value) if isinstance(value, pikepdf.Array) else []


def text(value: Any) -> str | None:
    """A text string; None for anything else."""
    return str(value) if isinstance(value, pikepdf.String) else None


def name(value: Any) -> str | None:
    """A name with its slash; None for anything else."""
    return str(value) if isinstance(value, pikepdf.Name) else None


def is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def place(value: Any) -> str:
    """How a report calls an object: 「12 0 R」, or nothing for a direct one."""
    if isinstance(value, pikepdf.Object) and value.is_indirect:
        return "{} {} R".format(*value.objgen)
    return ""


def within(value: Any) -> Iterator[Any]:
    """Dictionaries in an object, itself first, that belong to it directly; no reference is followed."""
    todo = [value]
    while todo:
        each = todo.pop()
        if isinstance(each, pikepdf.Array):
            inner: list[Any] = list(each)
        elif isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
            yield each
            inner = list(entries(each).values())
        else:
            continue
        todo += [one for one in inner if isinstance(one, pikepdf.Object) and not one.is_indirect]
