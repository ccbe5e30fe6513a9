"""Items 19 to 22: the output intent and its profile."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pikepdf

from kouki_print.verify.preflight.items import Finding, Standard
from kouki_print.verify.preflight.source import Source, entry, items_of, name, text

_REGISTRY = "http://www.color.org"
# How the names of registered printing conditions begin: with one of them the registry must be named.
_REGISTERED = ("JC2", "FOGRA", "CGATS", "IFRA", "SWOP", "GRACOL", "JMPA", "PSO", "EUROSB")
_SPACES = {b"CMYK": 4, b"GRAY": 1, b"RGB ": 3}
_HEADER = 128


def check_intent(source: Source, standard: Standard, sha256: str, condition: str) -> Iterator[Finding]:
    """Items 19 to 22; ``sha256`` and ``condition`` are the job's own, empty when nobody knows them."""
    intents = [
        each for each in items_of(entry(source.root, "/OutputIntents"))
        if name(entry(each, "/S")) == "/GTS_PDFX"
    ]  # fmt: skip
    if len(intents) != 1:
        count = f"{len(intents)}個あります（一つだけにします）" if intents else "ありません"
        yield Finding(19, 0, "カタログ", f"PDF/X用の出力インテントが{count}")
    for intent in intents:
        yield from _condition(intent, standard, condition)
        yield from _profile(intent, standard, sha256)


def _condition(intent: Any, standard: Standard, condition: str) -> Iterator[Finding]:
    identifier = (text(intent.get("/OutputConditionIdentifier")) or "").strip()
    where = "出力インテント"
    if not identifier:
        yield Finding(20, 0, where, "出力条件の名前（/OutputConditionIdentifier）がないか空です")
    elif condition and identifier != condition:
        yield Finding(20, 0, where, "出力条件の名前がジョブの設定と違います")
    if not (text(intent.get("/Info")) or "").strip():
        yield Finding(20, 0, where, "出力条件の説明（/Info）がありません", house=standard is not Standard.x1a)
    registered = identifier.upper().startswith(_REGISTERED)
    registry = text(intent.get("/RegistryName"))
    if registered and (registry or "").rstrip("/") != _REGISTRY:
        yield Finding(
            20, 0, where, f"登録された出力条件なのに、登録先（/RegistryName）が {_REGISTRY} ではありません"
        )


def _profile(intent: Any, standard: Standard, sha256: str) -> Iterator[Finding]:
    where = "出力プロファイル"
    profile = intent.get("/DestOutputProfile")
    if not isinstance(profile, pikepdf.Stream):
        # X-1a may leave the profile of a registered condition out; we embed it always.
        optional = standard is Standard.x1a and text(intent.get("/RegistryName")) is not None
        yield Finding(21, 0, where, "出力プロファイルが埋め込まれていません", house=optional)
        return
    data = profile.read_bytes()
    space = data[16:20]
    if profile.get("/N") != _SPACES.get(space):
        yield Finding(
            21, 0, where, f"成分の数（/N）が {profile.get('/N')} で、プロファイルの色空間と合いません"
        )
    if sha256 and hashlib.sha256(data).hexdigest() != sha256.lower():
        yield Finding(21, 0, where, "出力プロファイルの内容（SHA-256）がジョブの設定と違います")
    if len(data) < _HEADER or data[36:40] != b"acsp":
        yield Finding(22, 0, where, "ICCプロファイルとして読めません")
        return
    if data[12:16] != b"prtr":
        yield Finding(22, 0, where, f"種類が prtr（印刷）ではなく {_word(data[12:16])} です")
    allowed = (b"CMYK",) if standard is Standard.x1a else tuple(_SPACES)
    if space not in allowed:
        yield Finding(22, 0, where, f"色空間 {_word(space)} は使えません")
    elif space != b"CMYK":
        yield Finding(22, 0, where, f"色空間が CMYK ではなく {_word(space)} です", house=True)
    newest = 2 if standard is Standard.x1a else 4
    if data[8] > newest:
        yield Finding(22, 0, where, f"ICCの版 {data[8]} は使えません（{newest} まで）")


def _word(four: bytes) -> str:
    return four.decode("ascii", "replace").strip()
