"""The writer: right offsets, same bytes twice, forks that share their beginning, trees of small nodes."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import shutil
import subprocess
import zlib
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kouki_print.base.errors import JobError
from kouki_print.pdf import writer as writer_module
from kouki_print.pdf.document import PageBoxes, Shared, finish, write_piece_streams, write_resources
from kouki_print.pdf.metadata import DocumentInfo, OutputIntent
from kouki_print.pdf.profile import synthetic_profile
from kouki_print.pdf.writer import PdfFile, WrittenFile, stream, text_string

OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\n")


def write(path: Path, pages: int, *, records: bool = True) -> WrittenFile:
    """A file of empty squares: two pages share a stream; ``records`` makes a record of each two."""
    with PdfFile(path) as file:
        resources = write_resources(file, Shared((), {}, {}), {})
        first = write_piece_streams(
            file, [b"0 0 %d 10 re f\n" % (index + 1) for index in range(-(-pages // 2))]
        )
        box = (0.0, 0.0, 100.0, 100.0)
        return finish(
            file,
            resources=resources,
            contents=[b"%d 0 R" % (first + index // 2) for index in range(pages)],
            boxes=PageBoxes(box, box, box),
            records=[(b"/Rec<</Seq %d>>" % (at + 1), 2) for at in range(pages // 2)] if records else None,
            lot=1,
            info=DocumentInfo("試験 (1)", "test", dt.date(2026, 6, 20), variable=records),
            intent=OutputIntent("KOUKI TEST", "test", "", synthetic_profile()),
        )


def xref(data: bytes) -> list[int]:
    """Offsets of objects 1, 2, … from the table that ``startxref`` points to."""
    start = int(re.search(rb"startxref\n(\d+)\n%%EOF\n$", data)[1])  # type: ignore[index]
    lines = data[start:].split(b"\n")
    assert lines[0] == b"xref"
    size = int(lines[1].removeprefix(b"0 "))
    assert lines[2] == b"0000000000 65535 f "
    entries = lines[3 : 2 + size]
    assert all(re.fullmatch(rb"\d{10} 00000 n ", entry) for entry in entries)
    assert lines[2 + size] == b"trailer"
    return [int(entry[:10]) for entry in entries]


@pytest.mark.parametrize("pages", [2, 10, 700])
def test_every_offset_points_to_its_object(tmp_path: Path, pages: int) -> None:
    write(tmp_path / "a.pdf", pages)
    data = (tmp_path / "a.pdf").read_bytes()
    for number, offset in enumerate(xref(data), 1):
        assert data.startswith(b"%d 0 obj\n" % number, offset)


def test_offsets_are_right_across_flushes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "whole.pdf", 40)
    monkeypatch.setattr(writer_module, "_FLUSH_AT", 64)
    write(tmp_path / "small.pdf", 40)
    assert (tmp_path / "whole.pdf").read_bytes() == (tmp_path / "small.pdf").read_bytes()


def test_same_bytes_twice_and_the_digest_is_that_of_the_file(tmp_path: Path) -> None:
    written = [write(tmp_path / name, 10) for name in ("a.pdf", "b.pdf")]
    data = (tmp_path / "a.pdf").read_bytes()
    assert data == (tmp_path / "b.pdf").read_bytes()
    assert written[0] == written[1] == WrittenFile(len(data), hashlib.sha256(data).hexdigest())


def test_other_content_has_another_id(tmp_path: Path) -> None:
    write(tmp_path / "a.pdf", 10)
    write(tmp_path / "b.pdf", 12)
    ids = [
        re.search(rb"/ID\[<([0-9A-F]{32})><\1>\]", (tmp_path / name).read_bytes())
        for name in ("a.pdf", "b.pdf")
    ]
    assert ids[0] and ids[1] and ids[0][1] != ids[1][1]


def test_pikepdf_has_nothing_to_repair(tmp_path: Path) -> None:
    write(tmp_path / "a.pdf", 700)
    with pikepdf.open(tmp_path / "a.pdf", attempt_recovery=False) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert not pdf.get_warnings()
        assert len(pdf.pages) == 700
        widths = [
            int(pdf.pages[index].Contents[0].read_bytes().split()[2]) for index in (0, 1, 511, 512, 699)
        ]
        assert widths == [1, 1, 256, 257, 350]


def test_nodes_stay_small(tmp_path: Path) -> None:
    """≤ 256 kids in a page node, ≤ 1,000 references in an inner array of a record node."""
    write(tmp_path / "a.pdf", 2200)
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        nodes = pdf.Root.Pages.Kids
        assert len(nodes) <= 256
        assert [len(node.Kids) for node in nodes] == [int(node.Count) for node in nodes] == [256] * 8 + [152]
        lot = pdf.Root.DPartRoot.DPartRootNode.DParts[0][0]
        assert [len(inner) for inner in lot.DParts] == [1000, 100]


def test_fork_shares_the_beginning(tmp_path: Path) -> None:
    with PdfFile(tmp_path / "one.pdf") as one:
        shared = one.append(b"<</Kind/Shared>>")
        with one.fork(tmp_path / "sub" / "two.pdf") as two:
            beginning = one.position
            pages = b"/Pages<</Type/Pages/Count 0/Kids[]>>"
            assert two.next_number == one.next_number
            for file, own in ((one, b"<</Kind/One>>"), (two, b"<</Kind/Two/More 1>>")):
                number = file.append(own)
                catalog = file.append(b"<</Type/Catalog/S %d 0 R/Own %d 0 R%s>>" % (shared, number, pages))
                file.close(catalog=catalog, info=file.append(b"<<>>"))
    first, second = (tmp_path / "one.pdf").read_bytes(), (tmp_path / "sub" / "two.pdf").read_bytes()
    assert first[:beginning] == second[:beginning]
    assert first != second
    for data, kind in ((first, "/One"), (second, "/Two")):
        for number, offset in enumerate(xref(data), 1):
            assert data.startswith(b"%d 0 obj\n" % number, offset)
        path = tmp_path / "read.pdf"
        path.write_bytes(data)
        with pikepdf.open(path) as pdf:
            assert (pdf.Root.S.Kind, pdf.Root.Own.Kind) == ("/Shared", kind)


def test_a_fork_ends_like_a_file_written_alone(tmp_path: Path) -> None:
    def fill(file: PdfFile) -> WrittenFile:
        catalog = file.append(b"<</Type/Catalog>>")
        return file.close(catalog=catalog, info=file.append(b"<<>>"))

    with PdfFile(tmp_path / "trunk.pdf") as trunk:
        trunk.append(b"<</Kind/Shared>>")
        with trunk.fork(tmp_path / "fork.pdf") as fork:
            forked = fill(fork)
        fill(trunk)
    with PdfFile(tmp_path / "alone.pdf") as alone:
        alone.append(b"<</Kind/Shared>>")
        assert fill(alone) == forked
    assert (tmp_path / "alone.pdf").read_bytes() == (tmp_path / "fork.pdf").read_bytes()


def test_an_unfinished_file_disappears(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), PdfFile(tmp_path / "a.pdf") as file, file.fork(tmp_path / "b.pdf"):
        file.append(b"<<>>")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_file_may_not_grow_beyond_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "_MAX_BYTES", 2000)
    with pytest.raises(JobError, match="を超えます") as caught:
        write(tmp_path / "a.pdf", 100)
    assert "lot_sheets" in caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_append_all_numbers_like_append(tmp_path: Path) -> None:
    with PdfFile(tmp_path / "a.pdf") as file:
        assert file.append(b"<<>>") == 1
        assert file.append_all([b"<</A 1>>", b"<</A 2>>"]) == 2
        assert file.append_all([]) == 4
        assert file.append(b"<</A 3>>") == 4
        file.close(catalog=1, info=2)
    data = (tmp_path / "a.pdf").read_bytes()
    assert [int(match) for match in OBJECT.findall(data)] == [1, 2, 3, 4]


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=30))
def test_text_strings_come_back(text: str) -> None:
    assert str(pikepdf.Object.parse(text_string(text))) == text


@given(st.binary(max_size=200), st.booleans())
def test_streams_state_their_length(data: bytes, compress: bool) -> None:
    body = stream(data, b"/N 4", compress=compress)
    match = re.fullmatch(rb"<<(.*)/Length (\d+)>>stream\n(.*)\nendstream", body, re.DOTALL)
    assert match
    assert len(match[3]) == int(match[2])
    assert (zlib.decompress(match[3]) if compress else match[3]) == data
    assert (b"/Filter/FlateDecode" in match[1]) == compress


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
@pytest.mark.parametrize("records", [True, False])
def test_qpdf_finds_nothing(tmp_path: Path, records: bool) -> None:
    write(tmp_path / "a.pdf", 600, records=records)
    done = subprocess.run(
        ["qpdf", "--check", tmp_path / "a.pdf"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No syntax or stream encoding errors" in done.stdout
