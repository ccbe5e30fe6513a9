"""The content scanner (items 30, 32, 34): goes through a content stream and traces what paints with what."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from re import Match

from kouki_print.verify.preflight import tokens
from kouki_print.verify.preflight.colours import DEVICES, Colour, Painted
from kouki_print.verify.preflight.fonts import FontInfo
from kouki_print.verify.preflight.items import Finding
from kouki_print.verify.preflight.state import Host, Start, State
from kouki_print.verify.preflight.tokens import Name, Operand, String

# The short list that our writer knows; an operator outside it is a mistake in our own files.
OURS = frozenset(
    b"q Q cm re m l c h W n f f* S w J j M d k K cs CS scn SCN gs Do BT ET Tf Tm Td Tc Tz Tj BDC EMC".split()
)
_HARMLESS = frozenset(
    b"cm w J j M d ri i m l c v y h re W W* Td TD Tm T* Tc Tw Tz TL Ts Tr BX EX MP d0 d1 Tf".split()
)
_FILLS = frozenset(b"f F f* B B* b b*".split())
_STROKES = frozenset(b"S s B B* b b*".split())
_DEVICE = {b"g": "DeviceGray", b"rg": "DeviceRGB", b"k": "DeviceCMYK"}
_CODE = 20  # rectangles painted at once: nothing but a code has so many
_DEEPEST = 28  # q in q (C.2)
_CONTENT = "内容"


@dataclass(slots=True)
class Scan:
    """One pass over one stream.  ``found`` gets each finding once, in the order of the content."""

    host: Host
    strict: bool
    found: dict[Finding, None]
    _state: State = field(default_factory=State)
    _saved: list[State] = field(default_factory=list)
    _operands: list[Operand] = field(default_factory=list)
    _in_text: bool = False
    _marked: int = 0
    _rectangles: int = 0
    _shown: dict[FontInfo, list[bytes]] = field(default_factory=dict)
    _painted: set[Painted] = field(default_factory=set)
    _fonts: dict[bytes, FontInfo] = field(default_factory=dict)

    def run(self, data: bytes, start: Start) -> Start:
        """Scan ``data`` from ``start`` and return where the next stream of the same content begins."""
        self._state, self._saved = start.state, list(start.saved)
        self._operands, self._in_text = list(start.operands), start.in_text
        self._marked, self._rectangles = start.marked, start.rectangles
        at, match = 0, tokens.TOKEN.match
        while token := match(data, at):
            at = _TAKE[token.lastindex or 0](self, token) or token.end()
        if not tokens.BLANK.match(data, at):
            raise ValueError("not a token")
        self._check_shown()
        return Start(
            self._state,
            tuple(self._saved),
            tuple(self._operands),
            self._in_text,
            self._marked,
            self._rectangles,
        )

    # Runs and usual operators

    def _paths(self, token: Match[bytes]) -> None:
        letters = tokens.path_letters(token.group(tokens.PATHS))
        count = letters.count(b"re")
        if letters.replace(b"re", b"").replace(b"cm", b"").strip(b"mlch" if self.strict else b"mlchvy"):
            self._wrong("知らない演算子があります")
        self._rectangles += count
        self._operands.clear()

    def _places(self, token: Match[bytes]) -> None:
        self._operands.clear()

    def _font(self, token: Match[bytes]) -> None:
        self._set_font(token.group(tokens.FONT))

    def _text(self, token: Match[bytes]) -> None:
        self._set_font(token.group(tokens.FONT))
        self._show(tokens.hex_string(token.group(tokens.TEXT)))

    def _show_hex(self, token: Match[bytes]) -> None:
        self._show(tokens.hex_string(token.group(tokens.SHOW)))

    def _process(self, token: Match[bytes]) -> None:
        self._operands = [token.group(tokens.PROCESS - 1).strip()]
        self._device(token.group(tokens.PROCESS))

    def _plain(self, token: Match[bytes]) -> None:
        self._operator(token.group(tokens.PLAIN))

    def _named(self, token: Match[bytes]) -> None:
        self._operands = [Name(token.group(tokens.NAMED - 1))]
        self._operator(token.group(tokens.NAMED))

    def _tint(self, token: Match[bytes]) -> None:
        self._operands.append(token.group(tokens.TINT - 1).strip())
        self._operator(token.group(tokens.TINT))

    # Single tokens

    def _number(self, token: Match[bytes]) -> None:
        self._operands.append(token.group(tokens.NUMBER))

    def _name(self, token: Match[bytes]) -> None:
        self._operands.append(Name(token.group(tokens.NAME)))

    def _hex(self, token: Match[bytes]) -> None:
        self._operands.append(tokens.hex_string(token.group(tokens.HEX)))

    def _string(self, token: Match[bytes]) -> int:
        string, end = tokens.literal_string(token.string, token.end())
        self._operands.append(string)
        return end

    def _bracket(self, token: Match[bytes]) -> None:
        tokens.push(self._operands, token.group(tokens.BRACKET))

    def _word(self, token: Match[bytes]) -> int | None:
        word = token.group(tokens.WORD)
        if word in (b"true", b"false", b"null"):
            self._operands.append(word)
        elif word == b"ID":
            return self._inline(token)
        elif word != b"BI":
            self._operator(word)
        return None

    def _operator(self, operator: bytes) -> None:
        if self.strict and operator not in OURS:
            self._wrong(f"使わないはずの演算子 {_shown(operator)} があります")
        handler = _HANDLERS.get(operator)
        if handler is not None:
            handler(self, operator)
        elif operator not in _HARMLESS:
            self._wrong(f"知らない演算子 {_shown(operator)} があります")
        elif operator == b"re":
            self._rectangles += 1
        self._operands.clear()

    # Graphics state

    def _save(self, _: bytes) -> None:
        self._saved.append(self._state)
        if len(self._saved) == _DEEPEST + 1:
            self._wrong(f"q の入れ子が{_DEEPEST}を超えています")

    def _restore(self, _: bytes) -> None:
        if self._saved:
            self._state = self._saved.pop()
        else:
            self._wrong("対応する q のない Q があります")

    def _set_state(self, _: bytes) -> None:
        change = self.host.state(self._resource())
        if change is None:
            self._missing("描画の設定")
            return
        stroke, fill, mode = change.stroke_overprint, change.fill_overprint, change.mode
        self._state = self._state._replace(
            stroke_overprint=self._state.stroke_overprint if stroke is None else stroke,
            fill_overprint=self._state.fill_overprint if fill is None else fill,
            mode=self._state.mode if mode is None else mode,
        )

    def _set_font(self, name: bytes) -> None:
        font = self._fonts.get(name)
        if font is None:
            font = self.host.font(tokens.plain_name(name))
            if font is None:
                self._missing("フォント", name)
            else:
                self._fonts[name] = font
        fill, stroke, _, *overprint = self._state
        self._state = State(fill, stroke, font, *overprint)  # type: ignore[arg-type]
        self._operands.clear()

    def _font_operator(self, _: bytes) -> None:
        if self._operands:
            self._set_font(_bytes(self._operands[0]))

    # Colours

    def _device(self, operator: bytes) -> None:
        space = DEVICES[_DEVICE[operator.lower()]]
        self._add(self.host.device(space, _shown(operator)))
        self._set_colour(operator, (space, b" ".join(map(_bytes, self._operands))))
        self._operands.clear()

    def _set_space(self, operator: bytes) -> None:
        space = self.host.space(self._resource())
        if space is None:
            self._missing("色空間")
        first = b"0" if space is None or space.family in ("DeviceGray", "DeviceRGB") else b"1"
        self._set_colour(operator, (space or DEVICES["Pattern"], first))

    def _set_components(self, operator: bytes) -> None:
        space = (self._state.fill if operator.islower() else self._state.stroke)[0]
        pattern = bool(self._operands) and isinstance(self._operands[-1], Name)
        if pattern and not self.host.named("Pattern", self._resource()):
            self._missing("模様")
        self._set_colour(operator, (space, b" ".join(map(_bytes, self._operands))))

    def _set_colour(self, operator: bytes, colour: Colour) -> None:
        if operator.islower():
            self._state = self._state._replace(fill=colour)
        else:
            self._state = self._state._replace(stroke=colour)

    # Painting

    def _paint(self, operator: bytes) -> None:
        if operator in _FILLS:
            self._painted_with("code" if self.strict and self._rectangles >= _CODE else "fill")
        if operator in _STROKES:
            self._painted_with("stroke")
        self._rectangles = 0

    def _painted_with(self, how: str) -> None:
        state = self._state
        if how == "stroke":
            painted = (how, state.stroke, state.stroke_overprint, state.mode)
        else:
            painted = (how, state.fill, state.fill_overprint, state.mode)
        if painted not in self._painted:
            self._painted.add(painted)
            self._add(self.host.paint(painted))

    def _draw(self, _: bytes) -> None:
        kind = self.host.draw(self._resource(), self._state)
        if kind is None:
            self._missing("図形・画像")
        elif kind == "mask":
            self._painted_with("mask")

    def _shade(self, _: bytes) -> None:
        if not self.host.named("Shading", self._resource()):
            self._missing("グラデーション")

    def _inline(self, token: Match[bytes]) -> int:
        operands = self._operands
        image = {_bytes(key): value for key, value in zip(operands[::2], operands[1::2], strict=True)}
        operands.clear()
        if self.strict:
            self._wrong("使わないはずの演算子 BI があります")
        self._add(self.host.inline(image))
        if tokens.is_mask(image):
            self._painted_with("mask")
        return tokens.image_end(token.string, token.end() + 1, tokens.plain_length(image))

    # Text

    def _begin_text(self, _: bytes) -> None:
        if self._in_text:
            self._wrong("BT の中に BT があります")
        self._in_text = True

    def _end_text(self, _: bytes) -> None:
        if not self._in_text:
            self._wrong("対応する BT のない ET があります")
        self._in_text = False

    def _show_operands(self, _: bytes) -> None:
        for operand in self._operands:
            for each in operand if isinstance(operand, list) else [operand]:
                if isinstance(each, String):
                    self._show(each)

    def _show(self, codes: bytes) -> None:
        font = self._state.font
        self._painted_with("text")
        if font is not None:
            self._shown.setdefault(font, []).append(codes)
        else:
            self._wrong("フォントを選ばずに文字を書いています")
        self._operands.clear()

    def _check_shown(self) -> None:
        for font, strings in self._shown.items():
            whole = all(len(each) % 2 == 0 for each in strings)
            for data in [b"".join(strings)] if whole else strings:
                self._add(font.shown(data))
        self._shown.clear()

    # Marked content

    def _begin_marked(self, operator: bytes) -> None:
        self._marked += 1
        self._point_marked(operator)

    def _point_marked(self, operator: bytes) -> None:
        named = operator != b"BMC" and len(self._operands) > 1 and isinstance(self._operands[-1], Name)
        if named and not self.host.named("Properties", self._resource()):
            self._missing("レイヤーなどの属性")

    def _end_marked(self, _: bytes) -> None:
        if not self._marked:
            self._wrong("対応する BDC のない EMC があります")
        self._marked = max(self._marked - 1, 0)

    # Findings

    def _resource(self) -> str:
        return tokens.plain_name(_bytes(self._operands[-1])) if self._operands else ""

    def _add(self, faults: Iterable[Finding]) -> None:
        for fault in faults:
            self.found[fault] = None

    def _missing(self, kind: str, name: bytes = b"") -> None:
        label = tokens.plain_name(name) or self._resource()
        self._add([Finding(30, 0, f"/{label}", f"{kind}の資源がありません")])

    def _wrong(self, what: str) -> None:
        self._add([Finding(30, 0, _CONTENT, what, house=True)])


def _shown(value: Operand) -> str:
    return _bytes(value).decode("utf-8", "replace")


def _bytes(value: Operand) -> bytes:
    return value if isinstance(value, bytes) else b"?"


_TAKE: dict[int, Callable[[Scan, Match[bytes]], int | None]] = {
    tokens.PATHS: Scan._paths, tokens.FONT: Scan._font, tokens.TEXT: Scan._text, tokens.PLACES: Scan._places,
    tokens.SHOW: Scan._show_hex, tokens.PROCESS: Scan._process, tokens.PLAIN: Scan._plain,
    tokens.NAMED: Scan._named, tokens.TINT: Scan._tint, tokens.NUMBER: Scan._number, tokens.NAME: Scan._name,
    tokens.HEX: Scan._hex, tokens.STRING: Scan._string, tokens.BRACKET: Scan._bracket, tokens.WORD: Scan._word,
}  # fmt: skip
_HANDLERS: dict[bytes, Callable[[Scan, bytes], None]] = {
    b"q": Scan._save, b"Q": Scan._restore, b"gs": Scan._set_state, b"Tf": Scan._font_operator,
    b"cs": Scan._set_space, b"CS": Scan._set_space, b"Do": Scan._draw, b"sh": Scan._shade,
    b"BT": Scan._begin_text, b"ET": Scan._end_text, b"EMC": Scan._end_marked,
    b"DP": Scan._point_marked,
    **dict.fromkeys((b"g", b"G", b"rg", b"RG", b"k", b"K"), Scan._device),
    **dict.fromkeys((b"sc", b"SC", b"scn", b"SCN"), Scan._set_components),
    **dict.fromkeys((b"n", *_FILLS, *_STROKES), Scan._paint),
    **dict.fromkeys((b"Tj", b"TJ", b"'", b'"'), Scan._show_operands),
    **dict.fromkeys((b"BMC", b"BDC"), Scan._begin_marked),
}  # fmt: skip
