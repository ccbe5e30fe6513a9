"""What is copied of a foreign page: all that paints under whatever name, and nothing that does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pikepdf
import pytest
from foreign_pdf import page, picture, resources, save, tree
from pikepdf import Array, Dictionary, Name, Object, Pdf

from kouki_print.pdf.copying import Copier
from kouki_print.pdf.foreign import read_foreign, write_forms
from kouki_print.pdf.pressed import SheetSide, finish_sheets
from kouki_print.pdf.writer import PdfFile

_BOX = (0, 0, 1000, 1000)
_SQUARE = b"0 0 0 1 k 0 0 1000 1000 re f"
_BAR = b"0 0 0 1 k 0 0 1000 150 re f"
_ODD_NAMES = ("AF", "Metadata", "Parent", "PieceInfo", "StructParent", "LastModified", "Type", "Subtype")


def copied(source: Path) -> Path:
    """The same pages, each as one form on a sheet of its own."""
    foreign, out = read_foreign(source), source.with_name("copied.pdf")
    with PdfFile(out) as file:
        copier = Copier(file)
        forms = [*write_forms(foreign, range(1, len(foreign.keys) + 1), copier)]
        finish_sheets(
            file,
            [SheetSide(b"/P Do\n", {"P": form}) for form in forms],
            len(forms),
            size=(foreign.views[0].width, foreign.views[0].height),
            source=source,
            statement=foreign.statement,
            copier=copier,
            info=("copied", ""),
        )
    return out


def unlike(one: np.ndarray, other: np.ndarray) -> float:
    return float((abs(one - other) > 60).mean())


def seen_as_before(source: Path) -> list[np.ndarray]:
    """The pages as pixels, once they and their copies are the same."""
    out, pages = copied(source), []
    for at in range(len(read_foreign(source).keys)):
        pages.append(picture(source, at, per_mm=1))
        assert (pages[-1] < 128).sum() > 200, "there is something to see"
        assert unlike(pages[-1], picture(out, at, per_mm=1)) == 0
    return pages


def drawing(pdf: Pdf, content: bytes = _SQUARE, **entries: object) -> Object:
    return pdf.make_stream(
        content,
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array(_BOX),
        **{"Resources": Dictionary(), **entries},
    )


def bare(pdf: Pdf, content: bytes) -> Object:
    made = drawing(pdf, content)
    del made["/Resources"]
    return made


def type_3(glyph: str, glyphs: Object, **entries: object) -> Object:
    """A font whose A is this glyph."""
    return Dictionary(
        Type=Name.Font, Subtype=Name.Type3, FontBBox=Array(_BOX), FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]),
        CharProcs=glyphs, Encoding=Dictionary(Differences=Array([65, Name(f"/{glyph}")])),
        FirstChar=65, LastChar=65, Widths=Array([900]), **entries,
    )  # fmt: skip


@pytest.mark.parametrize("name", _ODD_NAMES)
def test_a_resource_may_have_any_name(tmp_path: Path, name: str) -> None:
    def build(pdf: Pdf) -> Object:
        dingbats = pdf.make_indirect(
            Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.ZapfDingbats)
        )
        named = pdf.make_indirect(Dictionary({f"/{name}": dingbats}))
        spaces = pdf.make_indirect(Dictionary({f"/{name}": Name.DeviceCMYK}))
        glyphs = pdf.make_indirect(Dictionary({f"/{name}": pdf.make_stream(b"800 0 d0 0 0 700 700 re f")}))
        drawn = type_3(name, glyphs, Resources=Dictionary())
        own = Dictionary(
            Font=named,
            XObject=pdf.make_indirect(Dictionary({f"/{name}": drawing(pdf)})),
            ColorSpace=spaces,
        )
        word = name.encode()
        content = (
            b"BT /%s 90 Tf 60 600 Td (ABC) Tj ET q .1 0 0 .1 60 400 cm /%s Do Q "
            b"/%s cs 0 0 0 1 sc 300 400 99 99 re f BT /T3 90 Tf 60 200 Td (AA) Tj ET" % (word, word, word)
        )
        inner = pdf.make_stream(
            content, Type=Name.XObject, Subtype=Name.Form, BBox=Array(_BOX), Resources=own
        )
        own.Font["/T3"] = pdf.make_indirect(drawn)
        return tree(pdf, [page(pdf, b"/F Do", Resources=Dictionary(XObject=Dictionary(F=inner)))])

    seen_as_before(save(tmp_path / "names.pdf", build))


def test_a_form_without_resources_has_those_of_each_page(tmp_path: Path) -> None:
    """It may be shared, and lie in another one."""

    def build(pdf: Pdf) -> Object:
        inner = bare(pdf, b"q .2 0 0 .2 60 400 cm /G Do Q /L gs /OC /M BDC 0 0 0 1 k 99 9 50 50 re f EMC")
        outer = bare(pdf, b"/In Do")
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="1"))
        pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(Order=Array([layer])))
        common = pdf.make_indirect(Dictionary(L=Dictionary(LW=2)))
        pages = []
        for content in (_SQUARE, _BAR, _SQUARE):
            own = Dictionary(
                XObject=Dictionary(Out=outer, In=inner, G=drawing(pdf, content)),
                ExtGState=common,
                Properties=Dictionary(M=layer),
            )
            pages.append(page(pdf, b"/Out Do", Resources=own))
        return tree(pdf, pages)

    source = save(tmp_path / "bare.pdf", build)
    first, second, third = seen_as_before(source)
    assert unlike(first, second) > 0.01 and unlike(first, third) == 0
    with pikepdf.open(source.with_name("copied.pdf")) as pdf:
        layers = [
            each
            for each in pdf.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/OCG"
        ]
    assert len(layers) == 1, "a layer is one for all pages"


def test_a_form_without_resources_finds_inherited_ones(tmp_path: Path) -> None:
    def build(pdf: Pdf) -> Object:
        shared = bare(pdf, b"q .2 0 0 .2 60 400 cm /G Do Q")
        nodes = []
        for content in (_SQUARE, _BAR):
            own = Dictionary(XObject=Dictionary(X=shared, G=drawing(pdf, content)))
            nodes.append(tree(pdf, [page(pdf, b"/X Do", Resources=None) for _ in range(2)], Resources=own))
        top = tree(pdf, nodes)
        top.Count = 4
        return top

    source = save(tmp_path / "inherited.pdf", build)
    seen_as_before(source)
    with pikepdf.open(source.with_name("copied.pdf")) as pdf:
        used = [side.Resources.XObject.P.Resources.objgen for side in pdf.pages]
    assert used[0] == used[1] != used[2] == used[3]


def test_a_type_3_font_without_resources_has_those_of_each_page(tmp_path: Path) -> None:
    def build(pdf: Pdf) -> Object:
        font = pdf.make_indirect(type_3("sq", Dictionary(sq=pdf.make_stream(b"1000 0 d0 /G Do"))))
        pages = []
        for content in (_SQUARE, _BAR):
            own = Dictionary(Font=Dictionary(T=font), XObject=Dictionary(G=drawing(pdf, content)))
            pages.append(page(pdf, b"BT /T 200 Tf 100 400 Td (A) Tj ET", Resources=own))
        return tree(pdf, pages)

    source = save(tmp_path / "type3.pdf", build)
    out = copied(source)
    with pikepdf.open(out) as pdf:
        found = [side.Resources.XObject.P.Resources for side in pdf.pages]
        assert [each.Font.T.Resources.XObject.G.read_bytes() for each in found] == [_SQUARE, _BAR]


def test_what_has_its_own_resources_is_copied_once_beside_what_has_none(tmp_path: Path) -> None:
    def build(pdf: Pdf) -> Object:
        shared, image = bare(pdf, b"/Im0 Do"), resources(pdf).XObject.Im0
        logo = drawing(pdf, Resources=resources(pdf))
        pages = []
        for at in range(5):
            own = Dictionary(XObject=Dictionary(X=shared, Im0=image, Logo=logo), Mark=at)
            pages.append(page(pdf, b"/X Do /Logo Do", Resources=own))
        return tree(pdf, pages)

    with pikepdf.open(copied(save(tmp_path / "once.pdf", build))) as pdf:
        used = [side.Resources.XObject.P.Resources.XObject for side in pdf.pages]
        assert [len({each[name].objgen for each in used}) for name in ("/X", "/Im0", "/Logo")] == [5, 1, 1]


@pytest.mark.parametrize("direct", [True, False])
def test_what_never_prints_stays_behind(tmp_path: Path, direct: bool) -> None:
    """Notes of the programs that made the page, wherever they hang: personal data may stand in them."""
    secret = b"SECRET-NAME"

    def build(pdf: Pdf) -> Object:
        packet = pdf.make_stream(secret, Type=Name.Metadata, Subtype=Name.XML)
        attached = pdf.make_indirect(
            Dictionary(
                Type=Name.Filespec, EF=Dictionary(F=pdf.make_stream(secret, Type=Name.EmbeddedFile)), F="x"
            )
        )
        private = Dictionary(Metadata=pdf.make_stream(secret), Parent=pdf.Root, Last=pikepdf.String(secret))
        notes = {
            "/PieceInfo": private if direct else pdf.make_indirect(private),
            "/AF": Array([attached]),
            "/Metadata": packet,
            "/Foo": private,
        }
        own = resources(pdf)
        own.XObject.Im0.stream_dict.update(notes)
        own.XObject["/Fm"] = drawing(pdf, **{key[1:]: value for key, value in notes.items()})
        own.ColorSpace.CS0[1].stream_dict.update({"/Metadata": pdf.make_stream(secret)})
        own["/Properties"] = Dictionary(MC0=Dictionary(Metadata=packet))
        return tree(pdf, [page(pdf, b"/Fm Do /Im0 Do", Resources=own)])

    source = save(tmp_path / "private.pdf", build)
    assert source.read_bytes().count(secret) > 3
    assert secret not in copied(source).read_bytes()
