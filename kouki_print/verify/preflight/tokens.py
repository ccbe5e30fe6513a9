"""Content streams as tokens (7.2, 7.8): fast over what our own pages are made of, right over any other.

One regular expression swallows whole runs that change nothing we trace (paths, positions) and takes the
usual operators with their operands; everything else falls to single tokens.
"""

from __future__ import annotations

import re
from typing import Final

_S = rb"[\x00\t\n\f\r ]"  # white space
_NUMBER = rb"[-+]?+(?:\d++(?:\.\d*+)?+|\.\d++)"
_END = rb"(?![^\x00\t\n\f\r \[\]<>(){}/%])"  # the token ends here
_NAME = rb"/([^\x00\t\n\f\r \[\]<>(){}/%]*+)"

_PLACES = (  # position and spacing of text, line width, dash: operators with numbers only
    rb"(?:(?:\[[-+.\d\s]*+\]" + _S + rb"*+" + _NUMBER + _S + rb"++d|(?:" + _NUMBER + _S + rb"++)"
    rb"{1,6}+(?:Tm|Td|Tc|Tz|w))" + _END + _S + rb"*+)++"
)  # fmt: skip
_SHOW = rb"<([0-9A-Fa-f]*+)>" + _S + rb"*+Tj" + _END

FONT, TEXT, PATHS, PLACES, SHOW, PROCESS, PLAIN, NAMED, TINT, NUMBER, NAME, HEX, STRING, BRACKET, WORD = (
    1, 2, 3, 4, 5, 7, 8, 10, 12, 13, 14, 15, 16, 17, 18,
)  # fmt: skip
"""Last group of each kind of token; TEXT is a FONT with what is shown in it."""

TOKEN: Final = re.compile(
    rb"(?:" + _S + rb"|%[^\r\n]*+)*+(?:"
    rb"(?:" + _PLACES + rb")?+" + _NAME + _S + rb"++" + _NUMBER + _S + rb"++Tf" + _END
    + rb"(?:" + _S + rb"*+" + _SHOW + rb")?+"
    # a run that ends with an operator of a path or cm: only these are made of the letters r e m l c h v y;
    # no longer than that, for a stream of nothing but numbers is tried again at every number
    rb"|([-+.\d\x00\t\n\f\r remlchvy]{1,1024}(?<=[remlchvy])" + _END + rb")"
    rb"|(" + _PLACES + rb")"
    rb"|" + _SHOW +
    rb"|((?:" + _NUMBER + _S + rb"++){4})(k|K)" + _END +
    rb"|(q|Q|BT|ET|f\*?|S|n|W|EMC)" + _END +
    rb"|" + _NAME + _S + rb"++(gs|Do|cs|CS)" + _END +
    rb"|(" + _NUMBER + _S + rb"++)(scn|SCN)" + _END +
    rb"|(" + _NUMBER + rb")" + _END +
    rb"|" + _NAME +
    rb"|<([0-9A-Fa-f\x00\t\n\f\r ]*+)>"
    rb"|(\()"
    rb"|(<<|>>|\[|\])"
    rb"|([^\x00\t\n\f\r \[\]<>(){}/%]++)"
    rb")"
)  # fmt: skip
BLANK: Final = re.compile(rb"(?:" + _S + rb"|%[^\r\n]*+)*+\Z")
_PART = re.compile(rb"[^()\\]++|\\.|[()]", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)|\r\n?", re.DOTALL)
_LETTERS = {
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"b": b"\b",
    b"f": b"\f",
    b"\n": b"",
    b"\r": b"",
    b"\r\n": b"",
}
_CODED = re.compile(rb"#([0-9A-Fa-f]{2})")
_IMAGE_END = re.compile(_S + rb"EI" + _END)
_SIZES = ((b"W", b"Width"), (b"H", b"Height"), (b"BPC", b"BitsPerComponent"))
_PARTS = {  # colour components of the spaces that an inline image can name itself
    b"G": 1, b"DeviceGray": 1, b"RGB": 3, b"DeviceRGB": 3, b"CMYK": 4, b"DeviceCMYK": 4,
}  # fmt: skip
_NO_LETTERS = b"0123456789-+.\x00\t\n\f\r "


class Name(bytes):
    """A name operand, without its slash."""


class String(bytes):
    """A string operand, decoded."""


Operand = bytes | list["Operand"] | dict[bytes, "Operand"]  # a number stands as it was written


def path_letters(run: bytes) -> bytes:
    """The operators of a path run, without their operands."""
    return run.translate(None, _NO_LETTERS)


def plain_name(name: bytes) -> str:
    """A name as resources call it, ``#20`` decoded (7.3.5)."""
    if b"#" in name:
        name = _CODED.sub(lambda match: bytes([int(match.group(1), 16)]), name)
    return name.decode("utf-8", "replace")


def hex_string(digits: bytes) -> String:
    """A hexadecimal string; a missing last digit is 0 (7.3.4.3)."""
    text = digits.decode("ascii")
    if len(text) % 2 or not text.isalnum():
        text = "".join(text.replace("\0", "").split())
        text += "0" * (len(text) % 2)
    return String(bytes.fromhex(text))


def literal_string(data: bytes, start: int) -> tuple[String, int]:
    """The literal string whose opening parenthesis ends before ``start``, and where it ends.

    ValueError when it is not closed.
    """
    depth = 1
    for match in _PART.finditer(data, start):
        part = match.group()
        depth += (part == b"(") - (part == b")")
        if not depth:
            return String(_ESCAPE.sub(_unescaped, data[start : match.start()])), match.end()
    raise ValueError("string is not closed")


def _unescaped(match: re.Match[bytes]) -> bytes:
    escape = match.group(1)
    if escape is None:
        return b"\n"
    if escape[:1] in b"01234567":
        return bytes([int(escape, 8) & 255])
    return _LETTERS.get(escape, escape)


def image_end(data: bytes, start: int, length: int | None) -> int:
    """Where the data of an inline image and its ``EI`` end; ``length`` when no filter hides it (8.9.7).

    ValueError when there is no end.
    """
    at = start if length is None else start + length
    for match in _IMAGE_END.finditer(data, max(at - 1, start)):
        following = data[match.end() : match.end() + 12]
        if all(9 <= byte <= 126 for byte in following):
            return match.end()
    raise ValueError("inline image is not closed")


def is_mask(image: dict[bytes, Operand]) -> bool:
    """Whether an inline image is a stencil."""
    return image.get(b"IM", image.get(b"ImageMask")) == b"true"


def plain_length(image: dict[bytes, Operand]) -> int | None:
    """Bytes of an inline image that has no filter and tells its size; None otherwise."""
    space = image.get(b"CS", image.get(b"ColorSpace"))
    parts = 1 if is_mask(image) else _PARTS.get(space if isinstance(space, bytes) else b"")
    numbers = [image.get(short, image.get(long)) for short, long in _SIZES]
    if parts is None or b"F" in image or b"Filter" in image:
        return None
    across, down, bits = (int(each) if isinstance(each, bytes) else 1 for each in numbers)
    return (across * parts * (1 if is_mask(image) else bits) + 7) // 8 * down


def collected(operands: list[Operand], opening: bytes) -> Operand:
    """Take the operands behind the last ``opening`` bracket and that bracket off the list, as one operand.

    ValueError when there is no such bracket.
    """
    at = len(operands) - 1
    while at >= 0 and not (type(operands[at]) is _Bracket and operands[at] == opening):
        at -= 1
    if at < 0:
        raise ValueError("bracket is not open")
    inner = operands[at + 1 :]
    del operands[at:]
    if opening == b"[":
        return inner
    return dict(zip(map(_key, inner[::2]), inner[1::2], strict=True))


def _key(value: Operand) -> bytes:
    if not isinstance(value, Name):
        raise ValueError("a key must be a name")
    return value


class _Bracket(bytes):
    """An opening bracket among the operands."""


def push(operands: list[Operand], bracket: bytes) -> None:
    """Open or close an array or a dictionary.  ValueError when nothing is open."""
    if bracket in (b"[", b"<<"):
        operands.append(_Bracket(bracket))
    else:
        operands.append(collected(operands, b"[" if bracket == b"]" else b"<<"))
