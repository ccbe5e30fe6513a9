"""Loading the profile of an inserter (封入機の設定): a TOML file becomes a checked machine, or tells its mistakes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from kouki_print.order.machines import NUMBERS, SKEW, Machine
from kouki_print.order.toml_files import named_toml, read_toml
from kouki_print.page.layouts.faults import Fault, fault_error, type_faults
from kouki_print.page.layouts.toml_lines import Path as Place
from kouki_print.page.layouts.toml_lines import lines_of

_KIND = "封入機の設定"
_LEAST_GAP = 0.5  # mm between two bars
_FEEDER = re.compile("[1-9][0-9]?")


def load_machine(name: str, job_dir: Path) -> Machine:
    """A machine by name (the job's own ``layouts/machines/`` before the product's) or by path in the job's folder."""
    path = named_toml("machines", name, job_dir, what=_KIND)
    values, text = read_toml(path)
    values["name"] = path.stem
    faults = [*type_faults(Machine, values)]
    if not faults:
        machine = Machine.model_validate(values)
        faults = [*_slot_faults(machine), *_feed_faults(machine)]
    if faults:
        places = {place: (path.name, row) for place, row in lines_of(text).items()}
        raise fault_error(faults, places, path.name, _KIND)
    return machine


def _slot_faults(machine: Machine) -> Iterator[Fault]:
    """What the marks have to do with each other, each with the line to correct."""
    positions = [slot.position for slot in machine.slot]
    for at, position in enumerate(positions):
        place = ("slot", at, "position")
        if position in positions[:at] or position < max(positions[:at], default=0):
            what = f"slot の position {position} が、前のものと重なるか、順が逆です。"
            yield Fault(place, what, "重ならないように、小さい順に並べてください。")
            return
        if machine.kind == "code" and position != at + 1:
            yield Fault(place, "kind が code のときは、position を空けられません。", "1から続けてください。")
            return
    functions = Counter(slot.function for slot in machine.slot)
    if machine.kind == "marks" and not (functions["benchmark"] and functions["safety"]):
        what = "slot に benchmark（基準）と safety（終端）の両方がありません。"
        yield Fault(("slot",), what, "どちらの印も [[slot]] に書いてください。")
    if machine.kind == "marks" and machine.pitch < machine.width + _LEAST_GAP:
        what = f"pitch（{machine.pitch:g} mm）が狭く、幅 {machine.width:g} mm の棒がくっつきます。"
        yield Fault(("pitch",), what, f"width より {_LEAST_GAP:g} mm 以上大きくしてください。")
    least = machine.least_length
    if machine.kind == "marks" and machine.length < least:
        what = f"length（{machine.length:g} mm）が短く、用紙が{SKEW:g}度傾くと、端の棒が読取りの位置から外れます。"
        yield Fault(("length",), what, f"{least:.1f} mm 以上にしてください。")
    for function in ("begin", "end", "parity"):
        if functions[function] > 1:
            last = max(at for at, slot in enumerate(machine.slot) if slot.function == function)
            what = f"slot の function「{function}」が{functions[function]}つあります。"
            yield Fault(("slot", last, "function"), what, "一つだけにしてください。")
    for function in NUMBERS:
        places = [at for at, slot in enumerate(machine.slot) if slot.function == function]
        bits = [machine.slot[at].bit for at in places]
        if sorted(bits) != list(range(len(bits))):
            wrong = next((at for at, bit in zip(places, bits, strict=True) if bit >= len(bits)), places[-1])
            what = f"{function} の bit が続いていません（{'、'.join(map(str, bits))}）。"
            yield Fault(("slot", wrong, "bit"), what, "0から続けて一つずつ書いてください。")
    thick = next((at for at, slot in enumerate(machine.slot) if "thick" in slot.when), None)
    if thick is not None and machine.thick_mm is None:
        what = "when に thick（厚い通）がありますが、thick_mm がありません。"
        yield Fault(("slot", thick, "when"), what, "thick_mm に、厚い通と見る厚さ（mm）を書いてください。")


def _feed_faults(machine: Machine) -> Iterator[Fault]:
    """Feeders without a mark, marks without a feeder, and an enclosure in two places."""
    read = {str(slot.feed): at for at, slot in enumerate(machine.slot) if slot.feed is not None}
    for number in machine.feeds:
        if not _FEEDER.fullmatch(number):
            yield Fault(
                ("feeds", number),
                f"[feeds] の「{number}」は供給機の番号ではありません。",
                "1〜32にしてください。",
            )
        elif number not in read:
            what = f"[feeds] の供給機の番号 {number} の印が slot にありません。"
            yield Fault(
                ("feeds", number), what, f"feed = {number} の [[slot]] を書くか、この行を消してください。"
            )
    for number, at in read.items():
        if number not in machine.feeds:
            what = f"feed = {number} の印がありますが、[feeds] の供給機の番号に {number} がありません。"
            yield Fault(("slot", at, "feed"), what, f"[feeds] に {number} を書くか、この印を消してください。")
    named: list[tuple[Place, str]] = [(("by_hand", at), code) for at, code in enumerate(machine.by_hand)]
    named += [(("feeds", number), code) for number, code in machine.feeds.items()]
    seen = set()
    for place, code in named:
        if code in seen:
            yield Fault(
                place, f"封入物「{code}」が [feeds] か by_hand に二度あります。", "一度だけ書いてください。"
            )
        seen.add(code)
