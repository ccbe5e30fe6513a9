"""Items 6, 26, 27, 39 and 45: what the catalog says, and what any object of the file may hide."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

import pikepdf

from kouki_print.base.pdf_text import Ref
from kouki_print.verify.preflight.items import Finding, Standard
from kouki_print.verify.preflight.source import (
    Source,
    entries,
    entry,
    items_of,
    name,
    place,
    references,
    text,
    text_of,
    within,
)

_ACTIONS = frozenset(
    {
        "/GoTo", "/GoToR", "/GoToE", "/GoToDp", "/Launch", "/Thread", "/URI", "/Sound", "/Movie", "/Hide", "/Named",
        "/SubmitForm", "/ResetForm", "/ImportData", "/JavaScript", "/SetOCGState", "/Rendition", "/GoTo3DView",
        "/RichMediaExecute",
    }
)  # fmt: skip
_MEDIA = frozenset({"/Sound", "/Movie", "/Screen", "/3D", "/RichMedia", "/MediaRendition"})
_SCOPES = frozenset({"/SingleUse", "/Record", "/File", "/Stream", "/Global", "/Unknown"})
_FILES = frozenset({"/Filespec", "/EmbeddedFile", "/F"})
# Most objects are page streams and records: only those with one of these words are looked into.
_TELLING = re.compile(
    rb"/(?:F|EF|Ref|Filespec|EmbeddedFile|AA|JS|GTS_Scope|GTS_Encapsulated|GTS_Env|%s)(?![\w.#-])"
    % b"|".join(sorted(word[1:].encode() for word in _ACTIONS | _MEDIA))
)


def check_catalog(source: Source, standard: Standard) -> Iterator[Finding]:
    """Items 26, 27 and 39 as far as they stand in the catalog."""
    root = source.root
    where = "カタログ"
    if "/AcroForm" in root:
        yield Finding(26, 0, where, "入力欄（/AcroForm）があります", house=True)
    if isinstance(root.get("/OpenAction"), pikepdf.Dictionary):
        yield Finding(27, 0, where, "開いたときの動作（/OpenAction）があります")
    if "/AA" in root:
        yield Finding(27, 0, where, "文書の動作（/AA）があります")
    names = entry(root, "/Names")
    if entry(names, "/JavaScript") is not None:
        yield Finding(27, 0, where, "JavaScriptがあります")
    if entry(names, "/EmbeddedFiles") is not None:
        yield Finding(6, 0, where, "添付ファイルがあります")
    if "/OCProperties" in root:
        yield from _layers(root.get("/OCProperties"), standard)


def _layers(layers: Any, standard: Standard) -> Iterator[Finding]:
    """Item 39; X-1a knows no layers at all."""
    where = "レイヤー"
    if standard is Standard.x1a:
        yield Finding(39, 0, where, "レイヤー（/OCProperties）があります")
        return
    default = entry(layers, "/D")
    if not isinstance(default, pikepdf.Dictionary):
        yield Finding(39, 0, where, "レイヤーの既定の表示（/D）がありません")
        return
    if len(items_of(entry(layers, "/Configs"))):
        yield Finding(39, 0, where, "レイヤーの表示の組（/Configs）が複数あります", house=True)
    if not (text(default.get("/Name")) or ""):
        yield Finding(39, 0, where, "既定の表示に名前（/Name）がありません", house=True)
    if name(default.get("/BaseState")) not in (None, "/ON") or items_of(default.get("/OFF")):
        yield Finding(39, 0, where, "表示しないレイヤーがあります", house=True)
    if "/AS" in default:
        yield Finding(39, 0, where, "表示を自動で切り替える設定（/AS）があります", house=True)
    ordered = set(references(default.get("/Order")))
    for each in items_of(default.get("/Order")):
        ordered.update(references(each))
    if set(references(entry(layers, "/OCGs"))) - ordered:
        yield Finding(39, 0, where, "一覧（/Order）にないレイヤーがあります", house=True)


def check_objects(source: Source, later: Collection[Ref], told: Collection[str]) -> Iterator[Finding]:
    """Items 6, 27 and 45 in every object of the file; ``told`` are objects already named by their page.

    ``later``: objects of a generation other than 0, which numbers alone do not find.
    """
    for number in range(1, source.size):
        yield from _object(source.get((number, 0)), told)
        source.rest()
    for ref in later:
        yield from _object(source.get(ref), told)


def _object(value: Any, told: Collection[str]) -> Iterator[Finding]:
    if not isinstance(value, pikepdf.Dictionary | pikepdf.Stream | pikepdf.Array):
        return
    if not _TELLING.search(text_of(value)):
        return
    where = place(value)
    for each in within(value):
        yield from _outside(each, where)
        if where not in told:
            yield from _actions(each, where)
        if "/GTS_Scope" in each or "/GTS_Encapsulated" in each:
            yield from _scope(each, where)


def _outside(value: Any, where: str) -> Iterator[Finding]:
    """Item 6: anything that lies outside the file, or is attached to it."""
    if isinstance(value, pikepdf.Stream) and "/F" in value:
        yield Finding(6, 0, where, "中身が別のファイルにあります（ストリームの /F）")
    if "/EF" in value or name(value.get("/Type")) in _FILES:
        yield Finding(6, 0, where, "添付ファイルか、別のファイルの指定があります")
    if "/Ref" in value and name(value.get("/Subtype")) == "/Form":
        yield Finding(6, 0, where, "別のPDFを参照する部品（/Ref）です")


def _actions(value: Any, where: str) -> Iterator[Finding]:
    """Item 27: actions and multimedia."""
    kind = name(value.get("/S"))
    if kind in _ACTIONS and name(value.get("/Type")) in (None, "/Action"):
        yield Finding(27, 0, where, f"動作（{kind}）があります")
    elif "/JS" in value:
        yield Finding(27, 0, where, "JavaScriptがあります")
    if "/AA" in value:
        yield Finding(27, 0, where, "動作（/AA）があります")
    if name(value.get("/Subtype")) in _MEDIA or name(value.get("/Type")) == "/Sound":
        yield Finding(27, 0, where, "音声・動画・立体の部品があります")


def _scope(value: Any, where: str) -> Iterator[Finding]:
    """Item 45: how far a part may be used again."""
    own = entries(value)
    scope, whole = own.get("/GTS_Scope"), own.get("/GTS_Encapsulated")
    if scope is not None and name(scope) not in _SCOPES:
        yield Finding(45, 0, where, f"有効範囲（/GTS_Scope）が {scope} です")
    if name(scope) in ("/Stream", "/Global") and not (text(own.get("/GTS_Env")) or ""):
        yield Finding(45, 0, where, f"有効範囲が {scope} なのに、環境の名前（/GTS_Env）がありません")
    if whole is not None and not isinstance(whole, bool):
        yield Finding(45, 0, where, "/GTS_Encapsulated が真偽値ではありません")
    if whole is True and name(own.get("/Subtype")) == "/Form" and "/Group" not in own:
        yield Finding(45, 0, where, "独立していない部品に /GTS_Encapsulated true が付いています")
    if name(own.get("/Subtype")) == "/Form" and (name(scope) != "/File" or whole is not False):
        yield Finding(
            45, 0, where, "固定の部品は /GTS_Scope /File、/GTS_Encapsulated false にします", house=True
        )
