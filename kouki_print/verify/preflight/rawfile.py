"""Items 1 to 5: what the bytes of the file and its trailer say, before any object is read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf

from kouki_print.base.pdf_text import Ref
from kouki_print.verify.preflight.items import Finding, Standard
from kouki_print.verify.preflight.source import Source, entry, items_of, name

_BLOCK = 1 << 23
_OVERLAP = 32  # longer than any word looked for
_WORDS = re.compile(rb"startxref|%%EOF|/ObjStm|/XRef|\s(\d{1,10}) ([1-9]\d{0,4}) obj\b")
_HEADER = re.compile(rb"%PDF-(\d\.\d)[\s%]")
_VERSIONS = {Standard.x1a: "1.4", Standard.x4: "1.6", Standard.vt: "1.6"}
NO_HEADER = "なし"
_ID_LENGTH = 16


@dataclass(frozen=True, slots=True)
class RawFile:
    """The bytes of a file: version of the header, words of the structure, objects of later generations."""

    header: str
    words: Counter[bytes]
    later: tuple[Ref, ...]
    ends: bool


def read_raw(path: Path) -> RawFile:
    """Read the whole file once, a block at a time."""
    words: Counter[bytes] = Counter()
    later = []
    with path.open("rb") as file:
        head = _HEADER.match(file.read(_OVERLAP))
        file.seek(0)
        tail = b""
        while block := file.read(_BLOCK):
            data = tail + block
            for match in _WORDS.finditer(data):
                if match.end() <= len(tail):
                    continue  # counted in the block before
                if match.group(1):
                    later.append((int(match.group(1)), int(match.group(2))))
                else:
                    words[match.group()] += 1
            tail = data[-_OVERLAP:]
    header = head.group(1).decode() if head else NO_HEADER
    return RawFile(header, words, tuple(later), tail.rstrip(b"\r\n \0").endswith(b"%%EOF"))


def check_raw(raw: RawFile, source: Source, standard: Standard) -> Iterator[Finding]:
    """Items 1 to 5."""
    yield from _version(raw, source, _VERSIONS[standard])
    if source.pdf.is_encrypted:
        yield Finding(2, 0, "", "暗号化されています")
    identity = items_of(entry(source.pdf.trailer, "/ID"))
    if len(identity) != 2:
        yield Finding(3, 0, "", "ファイル識別子（/ID）がありません")
    elif any(_length(each) != _ID_LENGTH for each in identity):
        yield Finding(3, 0, "", "ファイル識別子（/ID）が16バイトの文字列二つではありません")
    for word, what in ((b"/ObjStm", "オブジェクトストリーム"), (b"/XRef", "相互参照ストリーム")):
        if raw.words[word]:
            yield Finding(4, 0, "", f"{what}が使われています（PDF 1.4では読めません）")
    yield from check_end(raw)


def check_end(raw: RawFile) -> Iterator[Finding]:
    """Item 5, which needs no readable object."""
    if not raw.ends:
        yield Finding(
            5, 0, "", "終わりの印（%%EOF）で終わっていません。途中で切れているか、余分なデータがあります"
        )
    counts = raw.words[b"startxref"], raw.words[b"%%EOF"]
    if max(counts) > 1:  # none at all is a file that is cut off, told above or as damage
        what = f"追記保存などで版が重なっています（startxref {counts[0]}個、%%EOF {counts[1]}個）"
        yield Finding(5, 0, "", what, house=True)


def _version(raw: RawFile, source: Source, wanted: str) -> Iterator[Finding]:
    if raw.header != wanted:
        yield Finding(1, 0, "", f"先頭の版が {raw.header} です（規格では {wanted}）")
    own = entry(source.root, "/Version")
    if own is not None and name(own) != f"/{wanted}":
        yield Finding(1, 0, "カタログ", f"カタログの版（/Version）が {own} です（規格では {wanted}）")


def _length(value: object) -> int:
    return len(bytes(value)) if isinstance(value, pikepdf.String) else -1
