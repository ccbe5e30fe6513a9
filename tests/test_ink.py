"""Characters that would print nothing: found in the finished file by their pixels (the accident of 2024)."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph
from line_fixtures import cli, finished
from made_lot import VARIANT, Made
from small_job import person, write_job

from kouki_print.job import work
from kouki_print.job.preflighting import LotPreflight
from kouki_print.page.type.fonts import Style
from kouki_print.pdf import fontset
from kouki_print.verify.ink import blank_characters

pytest_plugins = ("line_fixtures",)

Spoil = Callable[[Any], Any]


def emptied(glyph: Any) -> Any:
    """No outline at all: the glyph is mapped, has its width, and draws nothing."""
    return Glyph()


def flattened(glyph: Any) -> Any:
    """An outline without area: the file has points, the paper has no ink."""
    for at in range(len(glyph.coordinates)):
        glyph.coordinates[at] = (0, 0)
    return glyph


def with_spoiled(program: bytes, gid: int, spoil: Spoil) -> bytes:
    """A font program with one glyph changed."""
    font = TTFont(io.BytesIO(program))
    font.setGlyphOrder([str(each) for each in range(font["maxp"].numGlyphs)])
    font["glyf"][str(gid)] = spoil(font["glyf"][str(gid)])
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def spoiled_file(made: Made, folder: Path, style: str, cluster: str, spoil: Spoil) -> Path:
    """The 1-up file with one glyph of an embedded font changed."""
    face, gid = made.kit.styles[style].resolve(cluster)
    path = folder / made.single().name
    with pikepdf.open(made.single()) as pdf:
        font = pdf.pages[0].Resources.Font[f"/{made.kit.styles[style].key}{face}"]
        descriptor = font.DescendantFonts[0].FontDescriptor
        program = with_spoiled(descriptor.FontFile2.read_bytes(), gid, spoil)
        descriptor.FontFile2 = pdf.make_stream(program, Length1=len(program))
        pdf.save(path)
    return path


def test_all_characters_of_good_files_have_ink(made: Made) -> None:
    assert [blank_characters(path) for path in made.all_files()] == [[]] * 4


@pytest.mark.parametrize("spoil", [emptied, flattened])
@pytest.mark.parametrize(
    ("style", "cluster", "codes"),
    [
        ("bold", "3", "U+0033"),  # in the insured number
        ("gothic", "１", "U+FF11"),
        ("mincho", "ウ", "U+30A6"),
        ("mincho", "嘉", "U+5609"),
        ("mincho", VARIANT, "U+845B U+E0100"),
    ],
)
def test_a_character_without_ink_is_named(
    made: Made, tmp_path: Path, style: str, cluster: str, codes: str, spoil: Spoil
) -> None:
    path = spoiled_file(made, tmp_path, style, cluster, spoil)
    (found,) = blank_characters(path)
    assert made.kit.styles[style].faces[0].name in found
    assert f"の文字 {codes} は字形が空で、印刷しても何も出ません" in found


def test_text_alone_does_not_tell(made: Made, tmp_path: Path) -> None:
    """Extraction returns the digit all the same: only the pixels show that it is not there."""
    assert made.differences(single=spoiled_file(made, tmp_path, "bold", "3", emptied)) == []


@pytest.fixture
def lossy_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, styles: dict[str, Style]) -> Path:
    """A job, and a subsetter that loses the outline of a digit."""
    subset = fontset._subset
    gid = styles["bold"].resolve("7")[1]

    def lossy(data: bytes, glyphs: Any) -> bytes:
        program = subset(data, glyphs)
        return with_spoiled(program, gid, emptied) if data == styles["bold"].faces[0].data else program

    monkeypatch.setattr(fontset, "_subset", lossy)
    return write_job(tmp_path / "job", [person(7), person(8)])


ACCIDENT = "書体「BIZUDGothic-Bold」の文字 U+0037 は字形が空で、印刷しても何も出ません"


def test_a_run_stops_at_the_accident_of_2024(lossy_job: Path, tmp_path: Path) -> None:
    result = cli("run", lossy_job, "--out", tmp_path / "out")
    assert result.exit_code == 3
    assert ACCIDENT in result.stderr
    assert not (tmp_path / "out").exists()


def test_verify_full_finds_the_accident_of_2024(
    lossy_job: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:  # the file came to be in another way
        patched.setattr(work, "ink_differences", lambda *_: [])
        patched.setattr(LotPreflight, "check", lambda *_: [])
        out = finished(lossy_job, tmp_path / "out").out
    seen = cli("verify", out)  # the checker looks at the outlines in the font
    assert seen.exit_code == 3 and "「文字と資源」: 文字コード 0019 の字形が空です" in seen.stderr
    monkeypatch.setattr(LotPreflight, "check", lambda *_: [])  # the other way: by the pixels
    assert cli("verify", out).exit_code == 0
    result = cli("verify", out, "--full")
    assert result.exit_code == 3
    assert ACCIDENT in result.stderr
    assert "出力が記録と一致しません（1件）" in result.stderr
    assert "47213/print/" in result.stderr
