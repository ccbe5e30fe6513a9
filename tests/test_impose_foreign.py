"""Pages of any PDF as forms: seen as before whatever way the file tells it, each object copied once, or refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from foreign_pdf import HEIGHT, PICTURE, WIDTH, hexed, numbered, page, picture, resources, save, tree
from pikepdf import Array, Dictionary, Name

from kouki_print.base.errors import JobError
from kouki_print.job import impose as imposing
from kouki_print.job.impose import plan_sheets, write_imposed
from kouki_print.job.watch import Silent
from kouki_print.page.type.fonts import Style
from kouki_print.pdf import foreign as foreign_module
from kouki_print.pdf.foreign import read_foreign

Build = Callable[[pikepdf.Pdf], pikepdf.Object]
_LEFT, _TOP, _NEXT = 57, 32, 432  # half millimetres: where slot 1 of a3_2up begins, and slot 2 after it
_SAME = 0.005  # part of the pixels that may differ: edges between two pixels


@pytest.fixture(autouse=True)
def quick_styles(styles: dict[str, Style], monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped fonts are read once for all these files."""
    monkeypatch.setattr(imposing, "load_styles", lambda: styles)


def imposed(source: Path, layout: str = "a3_2up") -> Path:
    out = source.with_name(f"{source.stem}_imposed.pdf")
    write_imposed(plan_sheets(source, layout), out, Silent())
    return out


def turned(rotate: int, matrix: bytes, *, swap: bool) -> Build:
    box = [0, 0, HEIGHT, WIDTH] if swap else [0, 0, WIDTH, HEIGHT]
    content = b"q %s cm %s Q\n" % (matrix, PICTURE)
    return lambda pdf: page(pdf, content, MediaBox=Array(box), Rotate=rotate)


def nested(pdf: pikepdf.Pdf) -> pikepdf.Object:
    """A form in a form; the inner one leaves its resources to the page, as old programs do."""
    inner = pdf.make_stream(PICTURE, Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, WIDTH, HEIGHT]))
    outer = pdf.make_stream(
        b"q 1 0 0 1 5 7 cm /Fm1 Do Q",
        Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, WIDTH, HEIGHT]), Matrix=Array([1, 0, 0, 1, -5, -7]),
        Resources=Dictionary(XObject=Dictionary(Fm1=inner)),
    )  # fmt: skip
    own = resources(pdf)
    own.XObject.Fm0 = outer
    return page(pdf, b"/Fm0 Do", Resources=own)


def halved(pdf: pikepdf.Pdf) -> pikepdf.Object:
    content = b"q .5 0 0 .5 0 0 cm %s Q\n" % PICTURE
    return page(pdf, content, MediaBox=Array([0, 0, WIDTH / 2, HEIGHT / 2]), UserUnit=2)


def in_pieces(pdf: pikepdf.Pdf) -> pikepdf.Object:
    """The content cut between two operands, one part of it compressed, one missing and one empty."""
    at = PICTURE.index(b"300 40 150")
    parts = [pdf.make_stream(each) for each in (PICTURE[:at].rstrip(), b"", PICTURE[at:])]
    return page(pdf, Contents=Array(parts))


def filtered(pdf: pikepdf.Pdf) -> pikepdf.Object:
    stream = pdf.make_stream(b"")
    parameters = Array(
        [pikepdf.Object.parse(b"null"), pdf.make_indirect(Dictionary(Predictor=15, Columns=8))]
    )
    stream.write(
        hexed(PICTURE), filter=Array([Name.ASCIIHexDecode, Name.FlateDecode]), decode_parms=parameters
    )
    return page(pdf, Contents=stream)


def far_away(pdf: pikepdf.Pdf) -> pikepdf.Object:
    """Boxes with corners the other way round, and an origin far from the trim."""
    content = b"q 1 0 0 1 -200 1000 cm %s Q\n" % PICTURE
    return page(
        pdf, content,
        MediaBox=Array([800, 2000, -300, 900]),
        CropBox=Array([-250, 950, 500, 1900]),
        TrimBox=Array([-200, 1000, WIDTH - 200, HEIGHT + 1000]),
    )  # fmt: skip


WAYS: dict[str, Build] = {
    "content in pieces": in_pieces,
    "two filters": filtered,
    "90": turned(90, b"0 1 -1 0 %.4f 0" % HEIGHT, swap=True),
    "-270": turned(-270, b"0 1 -1 0 %.4f 0" % HEIGHT, swap=True),
    "180": turned(180, b"-1 0 0 -1 %.4f %.4f" % (WIDTH, HEIGHT), swap=False),
    "270": turned(270, b"0 -1 1 0 0 %.4f" % WIDTH, swap=True),
    "user unit": halved,
    "forms in forms": nested,
    "boxes": far_away,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_page_is_seen_as_before(tmp_path: Path, way: str) -> None:
    """Slot 2 has the picture in another way than slot 1."""
    build = WAYS[way]
    source = save(
        tmp_path / "way.pdf", lambda pdf: tree(pdf, [*(page(pdf) for _ in range(2)), build(pdf), build(pdf)])
    )
    seen = picture(imposed(source))
    plain, other = (seen[_TOP : _TOP + 594, x : x + 420] for x in (_LEFT, _LEFT + _NEXT))
    assert (abs(plain - plain[:, ::-1]) > 60).mean() > 10 * _SAME  # a picture that has a left and a right
    assert (abs(plain - other) > 60).mean() < _SAME
    assert (abs(plain - picture(source)[:594, :420]) > 60).mean() < _SAME


def odd_tree(pdf: pikepdf.Pdf) -> pikepdf.Object:
    """Nodes without pages, a chain of single nodes, wrong counts, no ``/Type``, and all that can be inherited."""
    bare = [page(pdf, MediaBox=None, Resources=None) for _ in range(4)]
    del bare[0]["/Type"]
    deep = bare[2]
    for _ in range(300):
        deep = tree(pdf, [deep])
    inner = tree(pdf, [bare[1], tree(pdf, []), deep], Resources=pdf.make_indirect(resources(pdf)), Rotate=0)
    inner.Count = 77
    whole = Array([0, 0, WIDTH, HEIGHT])
    return tree(
        pdf, [bare[0], inner, tree(pdf, []), bare[3]], MediaBox=whole, Resources=resources(pdf), Rotate=180
    )


def test_the_page_tree_may_have_any_shape(tmp_path: Path) -> None:
    source = save(tmp_path / "odd.pdf", odd_tree)
    walked = read_foreign(source)
    assert len(walked.keys) == 4
    with pikepdf.open(imposed(source)) as pdf:
        forms = [side.Resources.XObject[name] for side in pdf.pages for name in ("/P0", "/P1")]
    assert (
        len({form.Resources.Font.F0.objgen for form in forms}) == 2
    )  # those of the root and those of the inner node, once each
    seen = picture(imposed(source))
    upside_down, upright = (seen[_TOP : _TOP + 594, x : x + 420] for x in (_LEFT, _LEFT + _NEXT))
    assert (abs(upside_down[::-1, ::-1] - upright) > 60).mean() < _SAME


def test_what_pages_share_is_copied_once(tmp_path: Path) -> None:
    def build(pdf: pikepdf.Pdf) -> pikepdf.Object:
        shared = resources(pdf)
        return tree(pdf, [page(pdf, Resources=shared) for _ in range(40)])

    with pikepdf.open(imposed(save(tmp_path / "shared.pdf", build))) as pdf:
        kinds = [
            (str(each.get("/Subtype", each.get("/N", ""))))
            for each in pdf.objects
            if isinstance(each, pikepdf.Dictionary | pikepdf.Stream)
        ]
    assert (kinds.count("/Type1"), kinds.count("/Image"), kinds.count("4")) == (1, 1, 1)


def test_the_bytes_do_not_depend_on_how_the_source_is_stored(tmp_path: Path) -> None:
    """Object streams, another order of objects, a source that is opened anew every few pages: all the same."""

    def build(pdf: pikepdf.Pdf, *, ahead: int = 0) -> pikepdf.Object:
        for _ in range(ahead):
            pdf.make_indirect(Dictionary())
        return tree(pdf, [tree(pdf, [page(pdf), WAYS["two filters"](pdf)]) for _ in range(10)])

    packed = {"object_stream_mode": pikepdf.ObjectStreamMode.generate}
    made = []
    for name, ahead, options, at_once in (("a", 0, {}, 2000), ("b", 0, packed, 2000), ("c", 7, {}, 3)):
        (tmp_path / name).mkdir()
        source = save(tmp_path / name / "source.pdf", lambda pdf, n=ahead: build(pdf, ahead=n), **options)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(foreign_module, "_AT_ONCE", at_once)
            made.append(imposed(source).read_bytes())
    assert made[0] == made[1] == made[2]


def test_groups_and_layers_are_kept(tmp_path: Path) -> None:
    def build(pdf: pikepdf.Pdf) -> pikepdf.Object:
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="下書き"))
        pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
        own = resources(pdf)
        own.Properties = Dictionary(MC0=layer)
        group = Dictionary(S=Name.Transparency, CS=Name.DeviceCMYK)
        hidden = b"/OC /MC0 BDC 0 0 0 1 k 0 0 600 900 re f EMC\n"
        return tree(pdf, [page(pdf, hidden + PICTURE, Resources=own, Group=group), page(pdf)])

    out = imposed(save(tmp_path / "layers.pdf", build))
    assert picture(out)[_TOP : _TOP + 594, _LEFT : _LEFT + 420].mean() > 200  # the layer stays off
    with pikepdf.open(out) as pdf:
        form = pdf.pages[0].Resources.XObject.P0
        assert form.Group == Dictionary(S=Name.Transparency, CS=Name.DeviceCMYK, I=True)
        assert form.Resources.Properties.MC0.objgen == pdf.Root.OCProperties.OCGs[0].objgen


def test_annotations_and_ways_back_to_the_pages_stay_behind(tmp_path: Path) -> None:
    def build(pdf: pikepdf.Pdf) -> pikepdf.Object:
        first, second = page(pdf), page(pdf)
        first.Annots = Array([pdf.make_indirect(Dictionary(Subtype=Name.Link, Rect=Array([0, 0, 9, 9])))])
        first.Resources.XObject.Im0.stream_dict.StructParent = 1
        first.Resources.XObject.Im0.stream_dict.Back = second
        return tree(pdf, [first, second])

    source = save(tmp_path / "notes.pdf", build)
    assert read_foreign(source).annotated == 1
    with pikepdf.open(imposed(source)) as pdf:
        image = pdf.pages[0].Resources.XObject.P0.Resources.XObject.Im0
        assert "/StructParent" not in image and image.get("/Back") is None
        assert not any(isinstance(each, pikepdf.Dictionary) and "/Annots" in each for each in pdf.objects)


def no_box(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return tree(pdf, [page(pdf), page(pdf, MediaBox=None)])


def looped(pdf: pikepdf.Pdf) -> pikepdf.Object:
    inner = tree(pdf, [page(pdf)])
    inner.Kids.append(inner)
    return tree(pdf, [inner])


def lost(pdf: pikepdf.Pdf) -> pikepdf.Object:
    root = tree(pdf, [page(pdf)])
    root.Kids.append(5)
    return root


def elsewhere(pdf: pikepdf.Pdf) -> pikepdf.Object:
    far = pdf.make_stream(b"", F="other.bin")
    return tree(pdf, [page(pdf), page(pdf, Contents=far)])


REFUSED: dict[str, tuple[Build, dict[str, object], str]] = {
    "no pages": (lambda pdf: tree(pdf, []), {}, "ページがありません"),
    "no size": (no_box, {}, "2ページ目に大きさ"),
    "a loop": (looped, {}, "2ページ目が壊れています"),
    "a number for a page": (lost, {}, "壊れています"),
    "in another file": (elsewhere, {}, "2ページ目が壊れています"),
    "askew": (lambda pdf: tree(pdf, [page(pdf, Rotate=45)]), {}, "1ページ目が壊れています"),
    "a box of words": (lambda pdf: tree(pdf, [page(pdf, TrimBox=Array([0, 0, Name.A, 9]))]), {}, "1ページ目"),
    "nothing to see": (lambda pdf: tree(pdf, [page(pdf, TrimBox=Array([0, 0, 0, 9]))]), {}, "1ページ目"),
    "encrypted": (
        lambda pdf: tree(pdf, [page(pdf)]),
        {"encryption": pikepdf.Encryption(owner="secret", user="")},
        "暗号化されています",
    ),
    "a password": (
        lambda pdf: tree(pdf, [page(pdf)]),
        {"encryption": pikepdf.Encryption(owner="secret", user="word")},
        "パスワード",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused_in_words(tmp_path: Path, case: str) -> None:
    build, options, sentence = REFUSED[case]
    source = save(tmp_path / "source.pdf", build, **options)
    with pytest.raises(JobError, match=sentence):
        imposed(source)
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize("cut", [0, 9, 500, -20])
def test_a_cut_off_file_is_refused(tmp_path: Path, cut: int) -> None:
    source = numbered(tmp_path / "source.pdf", 4)
    source.write_bytes(source.read_bytes()[:cut])
    with pytest.raises(JobError, match="使えません"):
        imposed(source)
    assert list(tmp_path.iterdir()) == [source]


def test_a_broken_object_is_refused_with_its_page(tmp_path: Path) -> None:
    source = save(tmp_path / "source.pdf", lambda pdf: tree(pdf, [page(pdf) for _ in range(3)]))
    data = source.read_bytes()
    at = [data.rindex(b"/Width"), data.rindex(b"/BaseFont")]
    for place in at:
        data = data[:place] + b")" * 6 + data[place + 6 :]
    source.write_bytes(data)
    with pytest.raises(JobError, match="ページ目が壊れています"):
        imposed(source)
    assert list(tmp_path.iterdir()) == [source]


def test_neither_a_folder_nor_nothing_is_a_pdf(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.pdf"):
        with pytest.raises(JobError, match="使えません"):
            read_foreign(path)


def test_bleed_reaches_as_far_as_the_file_says(tmp_path: Path) -> None:
    def boxed(bleed: float | None) -> Build:
        trim = Array([100, 100, WIDTH + 100, HEIGHT + 100])
        given = (
            Array([100 - bleed, 100 - bleed, WIDTH + 100 + bleed, HEIGHT + 100 + bleed]) if bleed else None
        )
        whole = Array([0, 0, WIDTH + 200, HEIGHT + 200])
        return lambda pdf: tree(pdf, [page(pdf, MediaBox=whole, TrimBox=trim, BleedBox=given)])

    for bleed, reaches in ((14.17, 14.17), (None, 3 * 72 / 25.4)):
        view = read_foreign(save(tmp_path / "bleed.pdf", boxed(bleed))).views[0]
        assert view.bleed == pytest.approx(reaches)
        assert (view.width, view.height) == pytest.approx((WIDTH, HEIGHT))
    assert np.isclose(view.bleed / 72 * 25.4, 3)
