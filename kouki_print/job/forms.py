"""Fonts and layouts of a job (書体と様式), loaded without anything that draws or reads PDF."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from kouki_print.base.errors import JobError
from kouki_print.base.resources import font_dir
from kouki_print.order.fonts import FontFile, Fonts
from kouki_print.order.load import TEMPLATES
from kouki_print.order.models import Order
from kouki_print.page.items import Side, Text
from kouki_print.page.layout import Layout
from kouki_print.page.layouts.completeness import check_complete
from kouki_print.page.layouts.file import load_layout
from kouki_print.page.type.faces import FontFace, blank_glyph, load_face
from kouki_print.page.type.fonts import Style
from kouki_print.page.words import known_words

_FILES = {
    "mincho": ("M", "BIZUDMincho-Regular.ttf"),
    "gothic": ("G", "BIZUDGothic-Regular.ttf"),
    "bold": ("B", "BIZUDGothic-Bold.ttf"),
}
_SHIPPED = Fonts()
# What every page needs whatever the names are: a first face without one of these is not the right file.
_NEEDED = "".join(
    chr(code)
    for first, last in (
        ("0", "9"),
        ("A", "Z"),
        ("a", "z"),
        ("０", "９"),
        ("ぁ", "ん"),
        ("ァ", "ー"),
        ("ｦ", "ﾟ"),
    )
    for code in range(ord(first), ord(last) + 1)
)


def load_styles(fonts: Fonts = _SHIPPED, job_dir: Path = Path()) -> dict[str, Style]:
    """The styles of type: a shipped face each, then the order's fonts, the union's own (外字) last."""
    further = [_load(entry, job_dir) for entry in fonts.fallback]
    if fonts.gaiji:
        further.append(_load(fonts.gaiji, job_dir, private=True))
    return {
        name: Style(key, (_shipped_face(font_dir() / file), *further)) for name, (key, file) in _FILES.items()
    }


@lru_cache(maxsize=len(_FILES))
def _shipped_face(path: Path) -> FontFace:
    return complete(load_face(path))


def _load(entry: FontFile, job_dir: Path, *, private: bool = False) -> FontFace:
    return load_face(job_dir / entry.file, sha256=entry.sha256, label=entry.label, private=private)


def complete(face: FontFace) -> FontFace:
    """The face, if it draws every digit, letter and kana; otherwise the job stops: no other font fills in."""
    for character in _NEEDED:
        gid = face.glyph(character)
        if not gid:
            raise JobError(
                f"フォント「{face.label}」に文字「{character}」（U+{ord(character):04X}）がありません。",
                remedy="プログラムに付属のフォントが壊れています。入れ直してください。",
            )
        if face.prints_nothing(character, gid):
            raise blank_glyph(character, face)
    return face


def load_layouts(order: Order, job_dir: Path) -> dict[str, Layout]:
    """The layout of each document that somebody can get, with the job's own words; all of one finished size."""
    wanted = {document for entry in order.sets_in_use() for document in order.sheets_of(entry.code)}
    layouts = {
        key: load_form(document.layout, order, job_dir)
        for key, document in order.documents.items()
        if key in wanted
    }
    if len({layout.sheet for layout in layouts.values()}) > 1:
        raise JobError(
            "書類ごとに仕上がり寸法が違います。",
            remedy="同じジョブの様式は [sheet] の寸法をそろえてください。",
            file="job.toml",
        )
    check_complete(layouts, order)
    return layouts


def fresh_styles(styles: Mapping[str, Style]) -> dict[str, Style]:
    """The same faces with nothing asked for yet: a small file embeds its own characters only."""
    return {name: Style(style.key, style.faces) for name, style in styles.items()}


def load_form(name: str, order: Order, job_dir: Path) -> Layout:
    """Any layout by name, with the job's own words."""
    return with_own_words(load_layout(name, job_dir, known_words(order)), order, job_dir)


def with_own_words(layout: Layout, order: Order, job_dir: Path) -> Layout:
    """The layout with texts of the job folder's ``templates/`` in place of the product's words of that name."""

    def own(item: Text) -> Text:
        path = job_dir / TEMPLATES / f"{order.words.get(item.words, item.words)}.txt"
        if not item.words or not path.is_file():
            return item
        return item.model_copy(update={"text": words_of(path)})

    def side(each: Side) -> Side:
        return each.model_copy(update={"text": [*map(own, each.text)]})

    return layout.model_copy(update={"front": side(layout.front), "back": side(layout.back)})


def words_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig") or "{##}"  # an empty file says nothing on purpose
    except UnicodeDecodeError:
        raise JobError(
            "文面の文字コードが UTF-8 ではありません",
            remedy="メモ帳などで、文字コード UTF-8 で保存し直してください。",
            file=f"{TEMPLATES}/{path.name}",
        ) from None
