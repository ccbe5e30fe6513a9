"""Broken print files, each made from a good one by one change, for the tests of preflight."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

Change = Callable[[pikepdf.Pdf], None]
RawChange = Callable[[bytes], bytes]


def edited(good: Path, target: Path, change: Change, **save: Any) -> Path:
    """A copy with its objects changed; everything else is written as it was."""
    with pikepdf.open(good, inherit_page_attributes=False) as pdf:
        change(pdf)
        options = {"object_stream_mode": pikepdf.ObjectStreamMode.disable, "compress_streams": False}
        # What a change drops from the catalog must be gone from the file too, hence no copy of all objects.
        pdf.save(target, fix_metadata_version=False, **{**options, **save})
    return target


def rewritten(good: Path, target: Path, change: RawChange) -> Path:
    """A copy with its bytes changed."""
    target.write_bytes(change(good.read_bytes()))
    return target


def swapped(old: bytes, new: bytes) -> RawChange:
    """Other bytes of the same length, so that all offsets stay right."""
    assert len(old) == len(new)

    def change(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new)

    return change


# The file


def outside_stream(pdf: pikepdf.Pdf) -> None:
    content(pdf, 0).F = String("other.bin")


def attachment(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["note.txt"] = pikepdf.AttachedFileSpec(pdf, b"x", filename="note.txt")


def foreign_form(pdf: pikepdf.Pdf) -> None:
    form(pdf).Ref = Dictionary(F=String("art.pdf"), Page=0)


def second_revision(data: bytes) -> bytes:
    """An incremental update that changes nothing."""
    start = re.findall(rb"startxref\n(\d+)", data)[-1]
    size = re.findall(rb"/Size (\d+)", data)[-1]
    root = re.findall(rb"/Root (\d+ \d+ R)", data)[-1]
    where = len(data)
    return data + b"xref\n0 0\ntrailer\n<</Size %s/Root %s/Prev %s>>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        root,
        start,
        where,
    )


# Info and XMP


def info(key: str, value: Any) -> Change:
    """Info with another value; None: without it."""

    def change(pdf: pikepdf.Pdf) -> None:
        if value is None:
            del pdf.trailer.Info[key]
        else:
            pdf.trailer.Info[key] = value

    return change


def xmp(pattern: str, replacement: str) -> Change:
    """XMP with a piece replaced."""

    def change(pdf: pikepdf.Pdf) -> None:
        old = pdf.Root.Metadata.read_bytes().decode()
        new = re.sub(pattern, replacement, old)
        assert new != old
        pdf.Root.Metadata.write(new.encode())

    return change


def no_xmp(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Metadata


def packed_xmp(data: bytes) -> bytes:
    """The same XMP, deflated."""
    import zlib

    match = re.search(rb"/Subtype/XML/Length (\d+)>>stream\n", data)
    assert match
    length = int(match.group(1))
    packed = zlib.compress(data[match.end() : match.end() + length], 9)
    head = b"/Subtype/XML/Length %d/Filter/FlateDecode>>stream\n" % len(packed)
    body = head + packed + b"\nendstream"
    whole = len(match.group()) + length + len(b"\nendstream")
    return data[: match.start()] + body + b" " * (whole - len(body)) + data[match.start() + whole :]


# The output intent


def no_intent(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.OutputIntents


def two_intents(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OutputIntents.append(pdf.Root.OutputIntents[0])


def intent(key: str, value: Any) -> Change:
    """The intent with another value; None: without it."""

    def change(pdf: pikepdf.Pdf) -> None:
        if value is None:
            del pdf.Root.OutputIntents[0][key]
        else:
            pdf.Root.OutputIntents[0][key] = value

    return change


def channels(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OutputIntents[0].DestOutputProfile.N = 3


def profile(at: int, new: bytes) -> Change:
    """The profile with other bytes at one place."""

    def change(pdf: pikepdf.Pdf) -> None:
        stream = pdf.Root.OutputIntents[0].DestOutputProfile
        data = stream.read_bytes()
        stream.write(data[:at] + new + data[at + len(new) :])

    return change


# Pages


def page(number: int, **entries: Any) -> Change:
    """A page (from 1) with other entries; None: without them."""

    def change(pdf: pikepdf.Pdf) -> None:
        for key, value in entries.items():
            if value is None:
                del pdf.pages[number - 1].obj[f"/{key}"]
            else:
                pdf.pages[number - 1].obj[f"/{key}"] = value

    return change


def annotation(pdf: pikepdf.Pdf) -> None:
    note = Dictionary(Type=Name.Annot, Subtype=Name.Square, Rect=Array([100, 100, 200, 200]))
    pdf.pages[2].obj.Annots = Array([pdf.make_indirect(note)])


def link(pdf: pikepdf.Pdf) -> None:
    action = Dictionary(S=Name.URI, URI=String("https://example.jp/"))
    note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 1, 1]), A=action)
    pdf.pages[3].obj.Annots = Array([pdf.make_indirect(note)])


def script_on_opening(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("1"))


def action_of_a_page(pdf: pikepdf.Pdf) -> None:
    pdf.pages[1].obj.AA = Dictionary(O=Dictionary(S=Name.Named, N=Name.NextPage))


def entry_field(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(Fields=Array())


def layers(**default: Any) -> Change:
    """One layer with these entries of the default display."""

    def change(pdf: pikepdf.Pdf) -> None:
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("x")))
        shown = {"Name": String("x"), "Order": Array([layer]), "BaseState": Name.ON}
        if default.get("OFF"):
            default["OFF"] = Array([layer])
        wanted = {key: value for key, value in {**shown, **default}.items() if value is not None}
        pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(**wanted))

    return change


# Records


def lot_node(pdf: pikepdf.Pdf) -> Any:
    return pdf.Root.DPartRoot.DPartRootNode.DParts[0][0]


def leaf(pdf: pikepdf.Pdf, at: int) -> Any:
    return lot_node(pdf).DParts[0][at]


def no_record_tree(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.DPartRoot


def record_root(key: str, value: Any) -> Change:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root.DPartRoot[key] = value

    return change


def of_leaf(at: int, key: str, value: Any) -> Change:
    """A record with another value; a function is given the file."""

    def change(pdf: pikepdf.Pdf) -> None:
        leaf(pdf, at)[key] = value(pdf) if callable(value) else value

    return change


def flat_records(pdf: pikepdf.Pdf) -> None:
    node = lot_node(pdf)
    node.DParts = node.DParts[0]


def gap(pdf: pikepdf.Pdf) -> None:
    del lot_node(pdf).DParts[0][1]


def swapped_records(pdf: pikepdf.Pdf) -> None:
    own = lot_node(pdf).DParts[0]
    own[0], own[1] = own[1], own[0]


def record_twice(pdf: pikepdf.Pdf) -> None:
    own = lot_node(pdf).DParts[0]
    own.append(own[0])


def neighbours_record(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.DPart = leaf(pdf, 1)


def told(**entries: Any) -> Change:
    """A record that tells these things as well."""

    def change(pdf: pikepdf.Pdf) -> None:
        for key, value in entries.items():
            leaf(pdf, 2).DPM.Rec[f"/{key}"] = value

    return change


# Parts


def form(pdf: pikepdf.Pdf) -> Any:
    """The first static form that the pages share."""
    shared = pdf.Root.Pages.Resources.XObject
    return next(shared[key] for key in shared.keys() if shared[key].Subtype == "/Form")  # noqa: SIM118


def scope(value: Any, **entries: Any) -> Change:
    def change(pdf: pikepdf.Pdf) -> None:
        form(pdf).GTS_Scope = value
        for key, each in entries.items():
            form(pdf)[f"/{key}"] = each

    return change


def content(pdf: pikepdf.Pdf, number: int) -> Any:
    """The last content stream of a page (from 0)."""
    return pdf.pages[number].obj.Contents[-1]
