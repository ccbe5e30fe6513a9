"""Any PDF onto press sheets: each page where the plan says, the standard kept or not named, the command's words."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pikepdf
import pytest
from click.testing import CliRunner, Result
from foreign_pdf import numbered, page, save, tree, words
from made_lot import Made
from pikepdf import Array, Dictionary

from kouki_print.base.errors import JobError
from kouki_print.cli import main
from kouki_print.job import impose as imposing
from kouki_print.job.impose import plan_sheets, prove, write_imposed
from kouki_print.job.impose_plan import notes, plan_lines
from kouki_print.job.watch import Silent
from kouki_print.page.type.fonts import Style
from kouki_print.pdf import writer
from kouki_print.sheet import simulator
from kouki_print.verify.preflight.check import preflight

A4, A5 = (210, 297), (148, 210)


@pytest.fixture(autouse=True)
def quick_styles(styles: dict[str, Style], monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped fonts are read once for all these files."""
    monkeypatch.setattr(imposing, "load_styles", lambda: styles)


def imposed(source: Path, layout: str, out: Path, pages: str = "") -> Path:
    write_imposed(plan_sheets(source, layout, pages), out, Silent())
    return out


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["impose", *map(str, arguments)])


def where(found: Sequence[tuple[str, float, float]], planned: imposing.Planned, side: int) -> list[str]:
    """What stands in the middle of each slot, "" where nothing does."""
    out = []
    for place in planned.imposition.places(side, planned.finished):
        width, height = place.size(planned.finished)
        middle = place.x + width / 2, place.y + height / 2
        here = [said for said, x, y in found if abs(x - middle[0]) < 12 and abs(y - middle[1]) < 12]
        assert len(here) <= 1
        out += here or [""]
    return out


@pytest.mark.parametrize(
    ("layout", "size", "count", "pages"),
    [
        ("a3_2up", A4, 10, ""),
        ("a3_2up", A4, 13, "3-9"),
        ("a3_2up_tumble", A4, 6, ""),
        ("a3_2up_work_and_turn", A4, 10, ""),
        ("a3_2up_repeat", A4, 5, ""),
        ("a2_4up", A4, 21, ""),
        ("roll_2lane", A4, 12, "5-"),
        ("booklet_a5_saddle_right", A5, 14, ""),
        ("booklet_a5_perfect_left", A5, 40, ""),
        ("a4_1up", A4, 3, "2"),
    ],
)
def test_each_page_lies_where_the_plan_says(
    tmp_path: Path, layout: str, size: tuple[int, int], count: int, pages: str
) -> None:
    source = numbered(tmp_path / "source.pdf", count, size)
    planned = plan_sheets(source, layout, pages)
    prove(planned)
    out = imposed(source, layout, tmp_path / "out.pdf", pages)
    for sheet, sides in enumerate(planned.table.tolist()):
        for side, slots in enumerate(sides):
            wanted = [str(planned.chosen[each - 1]) if each else "" for each in slots]
            assert where(words(out, 2 * sheet + side), planned, side) == wanted
    with pikepdf.open(out) as pdf:
        assert len(pdf.pages) == 2 * len(planned.table)


def test_one_side_has_one_page_for_each_sheet(tmp_path: Path) -> None:
    layout = tmp_path / "posters.toml"
    layout.write_text(
        'title = "片面"\nscheme = "in_order"\nsides = 1\nwidth = 483\nheight = 329\ncolumns = 2\nmarks = ["crop"]\n',
        encoding="utf-8",
    )
    source = numbered(tmp_path / "source.pdf", 5)
    out = imposed(source, str(layout), tmp_path / "out.pdf")
    planned = plan_sheets(source, str(layout))
    with pikepdf.open(out) as pdf:
        assert len(pdf.pages) == 3
    assert [where(words(out, at), planned, 0) for at in range(3)] == [["1", "2"], ["3", "4"], ["5", ""]]
    assert [line for line in plan_lines(planned) if "裏" in line] == []


def test_the_plan_in_words(tmp_path: Path) -> None:
    source = numbered(tmp_path / "source.pdf", 30)
    assert list(plan_lines(plan_sheets(source, "a3_2up", "1-5")))[2:] == [
        "    用紙       面1   面2",
        "     1/2  表     1     5",
        "          裏     2    白",
        "     2/2  表     3    白",
        "          裏     4    白",
        "裏の行は、表の同じ面の真裏に来るページです。",
        "ページ 5　用紙 2枚　白いページ 3",
    ]
    long = list(plan_lines(plan_sheets(source, "a3_2up_repeat")))
    assert len([line for line in long if "表 " in line]) == 10
    assert "（中略 5枚）" in long[13]


def test_pages_of_another_size_are_named(tmp_path: Path) -> None:
    def build(pdf: pikepdf.Pdf) -> pikepdf.Object:
        sizes = [(420, 595), (420, 595.9), (595, 420), (300, 300)]
        return tree(pdf, [page(pdf, MediaBox=Array([0, 0, *size])) for size in sizes])

    source = save(tmp_path / "mixed.pdf", build)
    with pytest.raises(
        JobError, match=r"3ページ目の仕上がり寸法（209.9×148.2mm）が、1ページ目（148.2×209.9mm）"
    ):
        plan_sheets(source, "booklet_a5_saddle_left")
    assert len(plan_sheets(source, "booklet_a5_saddle_left", "1-2").chosen) == 2
    turned = save(tmp_path / "turned.pdf", lambda pdf: tree(pdf, [page(pdf), page(pdf, Rotate=90)]))
    with pytest.raises(JobError, match="2ページ目"):
        plan_sheets(turned, "a3_2up")


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ("0-3", "ありません"),
        ("3-1", "ありません"),
        ("1-9", "ありません"),
        ("-", "読めません"),
        ("a", "読めません"),
        ("1,3", "読めません"),
    ],
)
def test_pages_that_are_not_there(tmp_path: Path, pages: str, words: str) -> None:
    with pytest.raises(JobError, match=words):
        plan_sheets(numbered(tmp_path / "source.pdf", 4), "a3_2up", pages)


def test_a_layout_that_does_not_exist_or_is_too_small(tmp_path: Path) -> None:
    source = numbered(tmp_path / "source.pdf", 4)
    with pytest.raises(JobError, match=r"^面付け「nowhere」がありません") as caught:
        plan_sheets(source, "nowhere")
    assert "a3_2up" in caught.value.remedy
    with pytest.raises(JobError, match="入りません"):
        plan_sheets(source, "booklet_a5_saddle_left")


def test_an_imposition_that_paper_disproves_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = numbered(tmp_path / "source.pdf", 4)
    monkeypatch.setattr(simulator, "proven", lambda *_: ["順番が違います"])
    done = run(source, "--layout", "a3_2up", "--out", tmp_path / "out.pdf")
    assert done.exit_code == 1 and "順番が違います" in done.output
    assert list(tmp_path.iterdir()) == [source]


def test_a_file_that_states_a_standard_keeps_it(made: Made, made_x1a: Made, tmp_path: Path) -> None:
    for lot, name in ((made, "x4"), (made_x1a, "x1a")):
        out = imposed(lot.single(), "a3_2up", tmp_path / f"{name}.pdf")
        checked = preflight(out)
        assert (checked.standard, checked.stated) == (name, True)
        assert checked.mistakes == ()
        with pikepdf.open(out) as pdf, pikepdf.open(lot.single()) as source:
            assert pdf.Root.OutputIntents[0].DestOutputProfile.read_bytes() == (
                source.Root.OutputIntents[0].DestOutputProfile.read_bytes()
            )


def changed(source: Path, path: Path, key: str) -> Path:
    """The source without the thing that its standard needs."""
    with pikepdf.open(source) as pdf:
        if key == "intent":
            del pdf.Root.OutputIntents
        elif key == "rgb":
            profile = pdf.Root.OutputIntents[0].DestOutputProfile
            profile.write(profile.read_bytes().replace(b"prtrCMYK", b"mntrRGB "))
        elif key == "trapped":
            pdf.trailer.Info.Trapped = pikepdf.Name.True_
        elif key == "dates":
            del pdf.trailer.Info["/ModDate"], pdf.trailer.Info["/CreationDate"]
        else:
            del pdf.Root.Metadata
        pdf.save(path)
    return path


@pytest.mark.parametrize("key", ["intent", "rgb", "trapped", "dates", "metadata"])
def test_what_the_sheets_cannot_keep_they_do_not_say(made: Made, tmp_path: Path, key: str) -> None:
    source = changed(made.single(), tmp_path / "source.pdf", key)
    out = imposed(source, "a3_2up", tmp_path / "out.pdf")
    with pikepdf.open(out) as pdf:
        assert "/Metadata" not in pdf.Root and "/CreationDate" not in pdf.trailer.Info
        assert (pdf.trailer.Info.get("/Trapped") == "/True") == (key == "trapped")
    said = " ".join(notes(plan_sheets(source, "a3_2up")))
    assert ("名乗っていない" if key == "metadata" else "PDF/X-4 と名乗っていますが") in said


def test_notes_say_what_is_left_out(tmp_path: Path) -> None:
    def build(pdf: pikepdf.Pdf) -> pikepdf.Object:
        return tree(pdf, [page(pdf, Annots=Array([Dictionary(Subtype=pikepdf.Name.Text)])), page(pdf)])

    said = list(notes(plan_sheets(save(tmp_path / "notes.pdf", build), "a3_2up")))
    assert "注釈や入力欄のあるページが1あります" in said[0] and "塗り足し" in said[2]
    assert "用紙情報に、元のファイルの名前「notes」が入ります" in said[1]


def test_a_trim_beyond_the_medium_is_told(tmp_path: Path) -> None:
    def build(pdf: pikepdf.Pdf) -> pikepdf.Object:
        return tree(pdf, [page(pdf), page(pdf, TrimBox=Array([-50, -50, 700, 900]))])

    said = " ".join(notes(plan_sheets(save(tmp_path / "trim.pdf", build), "a3_2up")))
    assert "TrimBox）が用紙（MediaBox）の外に出ているページが1あります" in said


@pytest.mark.parametrize("key", ["transparency", "header", "layers"])
def test_a_source_that_breaks_what_it_states_is_not_believed(
    made_x1a: Made, tmp_path: Path, key: str
) -> None:
    source = tmp_path / "source.pdf"
    with pikepdf.open(made_x1a.single()) as pdf:
        first = pdf.pages[0]
        if key == "transparency":
            first.Group = Dictionary(S=pikepdf.Name.Transparency, CS=pikepdf.Name.DeviceCMYK)
        elif key == "layers":
            layer = pdf.make_indirect(Dictionary(Type=pikepdf.Name.OCG, Name="1"))
            pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(Order=Array([layer])))
        pdf.save(source, min_version="1.6" if key == "header" else "1.4")
    with pikepdf.open(imposed(source, "a3_2up", tmp_path / "out.pdf")) as pdf:
        assert "/GTS_PDFXVersion" not in pdf.trailer.Info and "/Metadata" not in pdf.Root
    said = " ".join(notes(plan_sheets(source, "a3_2up")))
    assert "PDF/X-1a と名乗っていますが" in said and "印刷前検査に合格しない" in said


@pytest.mark.parametrize("name", [os.fsdecode("証書".encode("cp932")), "a\x01b\x1f\ufffe"])
def test_any_name_of_a_file(made: Made, tmp_path: Path, name: str) -> None:
    """Bytes of another encoding, and characters that no XML takes."""
    plain, source = numbered(tmp_path / "source.pdf", 4), tmp_path / f"{name}.pdf"
    for original in (plain, made.single()):
        shutil.copyfile(original, source)
        out = tmp_path / f"{name} out.pdf"
        done = run(source, "--layout", "a3_2up", "--out", out, "--plan")
        assert done.exit_code == 0, done.output
        assert "〓" in text(out, 0) and "〓" in done.output
        with pikepdf.open(out.open("rb")) as pdf:
            assert str(pdf.trailer.Info.Title).endswith(" imposed")
            if "/Metadata" in pdf.Root:
                ElementTree.fromstring(pdf.Root.Metadata.read_bytes())
    broken = run(source, "--layout", "a3_2up", "--out", out, "--pages", "99-")
    assert broken.exit_code == 1 and "99-" in broken.output


def test_same_bytes_twice_and_nobody_else_reads_them(tmp_path: Path) -> None:
    source = numbered(
        tmp_path / "山田の本（最終）①\u200b.pdf", 9
    )  # the sheet line has 〓 for what the font lacks
    made = [imposed(source, "a3_2up", tmp_path / name) for name in ("a.pdf", "b.pdf")]
    assert made[0].read_bytes() == made[1].read_bytes()
    assert made[0].stat().st_mode & 0o077 == 0
    assert "山田の本（最終）" in text(made[0], 0) and "1/3枚目" in text(made[0], 0)


def text(path: Path, index: int) -> str:
    import pypdfium2

    with pypdfium2.PdfDocument(path.read_bytes()) as pdf:
        return pdf[index].get_textpage().get_text_range()


def test_nothing_is_written_over_the_source_or_into_a_file(tmp_path: Path) -> None:
    source = numbered(tmp_path / "source.pdf", 4)
    before = source.read_bytes()
    planned = plan_sheets(source, "a3_2up")
    with pytest.raises(JobError, match="同じ"):
        write_imposed(planned, source, Silent())
    with pytest.raises(JobError, match="書き込めません"):
        write_imposed(planned, source / "out.pdf", Silent())
    assert source.read_bytes() == before and list(tmp_path.iterdir()) == [source]


def test_too_many_bytes_end_in_a_remedy_that_helps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "_MAX_BYTES", 5000)
    with pytest.raises(JobError, match="MBを超えます") as caught:
        imposed(numbered(tmp_path / "source.pdf", 4), "a3_2up", tmp_path / "out.pdf")
    assert "--pages" in caught.value.remedy and "job.toml" not in caught.value.remedy
    assert [path.name for path in tmp_path.iterdir()] == ["source.pdf"]


def test_the_command(tmp_path: Path) -> None:
    source, out = numbered(tmp_path / "source.pdf", 6), tmp_path / "out.pdf"
    only = run(source, "--layout", "a3_2up", "--plan-only")
    assert only.exit_code == 0 and "用紙 2枚" in only.output and not out.exists()
    done = run(source, "--layout", "a3_2up", "--out", out, "--plan")
    assert done.exit_code == 0, done.output
    assert done.output.index("面1") < done.output.index("面付けしました") and out.exists()
    assert run(source, "--layout", "a3_2up").exit_code == 2
    help_text = run("--help").output
    assert "例: kouki-print impose" in help_text and "Show this" not in help_text


@pytest.mark.parametrize("tool", ["qpdf", "gs"])
def test_other_readers_have_no_complaint(made: Made, tmp_path: Path, tool: str) -> None:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    command = {
        "qpdf": ["qpdf", "--check"],
        "gs": ["gs", "-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-r20", "-sDEVICE=bit", "-o/dev/null"],
    }[tool]
    for number, source in enumerate((numbered(tmp_path / "source.pdf", 12), made.single())):
        out = imposed(source, "a3_2up", tmp_path / f"{number}.pdf")
        done = subprocess.run([*command, out], capture_output=True, text=True, check=False)
        assert done.returncode == 0 and not done.stderr, done.stdout + done.stderr
        assert tool == "qpdf" or not done.stdout
