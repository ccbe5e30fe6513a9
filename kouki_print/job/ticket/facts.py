"""What ticket and work order tell of the whole job: press sheet, paper, colours, finishing, open questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import kouki_print
from kouki_print.handover.work_facts import Box, DocumentFacts, EnvelopeFacts, JobFacts, Press, Slot, mm
from kouki_print.job.kit import PrintKit
from kouki_print.job.looks import dies_of
from kouki_print.job.prepare import Prepared
from kouki_print.job.ticket.machine import box_of, machine_facts
from kouki_print.order.machines import Machine
from kouki_print.order.models import Order
from kouki_print.page.codes import SIZE
from kouki_print.page.items import Qr
from kouki_print.page.layout import Layout
from kouki_print.page.window import outer_size, panel_of, visible_always, visible_ever
from kouki_print.sheet.grid import Imposition
from kouki_print.sheet.labels import Label, pile_name
from kouki_print.sheet.marks import Marks, in_common

_STANDARD_JA = {
    "x4": "PDF/X-4（1面のファイルは PDF/VT-1 の1通ごとの区切り入り）",
    "x1a": "PDF/X-1a:2003（PDF 1.4）",
}
_MARKS_JA = {
    "crop": "角トンボ（二重: 内側が仕上がり、外側が塗り足し）",
    "centre": "センタートンボ",
    "fold": "折りトンボ",
    "perforation": "ミシン目トンボ",
    "registration": "見当トンボ",
    "colour_bar": "カラーバー",
    "sheet_line": "用紙情報（ファイル名・ロット・枚数）",
}
_MOST_PILES = 8  # that are all named in a sentence
_LINE_DEEP = 3.2  # mm of a line of the sheet line's type
_CODES = {"qr": ("QRコード", "QR"), "datamatrix": ("データマトリックス", "DATAMATRIX")}
_WORK_STYLE = {"work_and_turn": "WorkAndTurn", "work_and_tumble": "WorkAndTumble"}
# What must be settled with the vendor: settings of [printing] that hold the answer, and the question.
QUESTIONS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("standard",), "ファイルの規格は PDF/X-4 か、PDF/X-1a:2003 か"),
    (("output_profile", "output_condition"), "出力プロファイルのファイルと、出力条件の名は何か"),
    (
        ("imposition",),
        "1面と面付け済みのどちらを使うか。だれが面付けするか。枚葉かロールか、用紙の大きさ、くわえ、返し方、"
        "断裁の山の高さ、出力の順（昇順・降順）、トンボは要るか",
    ),
    (("lot_sheets", "lot_mb"), "1ファイルの枚数と大きさ（MB）の上限、ファイル名と順番の決まりはあるか"),
    (("colour",), "年度の色は特色か4色か。特色ならその名は何か"),
    (("dieline",), "ミシン目は、破線で刷るか、特色の版にするか、型だけで入れるか"),
    (
        ("matching_code", "machine"),
        "封入機の機種、読むコードの種類と場所、供給機の数と順、通し番号のけた、宛名の用紙は先か後か",
    ),
    ((), "刷りそこないの報告と、刷直しのデータの渡し方"),
    ((), "カメラ検査をするか。読取記録（ログ）の形"),
    ((), "データの受渡しの方法と、鍵（パスワード）の渡し方"),
)


def job_facts(prepared: Prepared, kit: PrintKit) -> JobFacts:
    """The facts that all units share."""
    order, printing = kit.order, kit.order.printing
    kind, encoding = _CODES[printing.matching_code]
    return JobFacts(
        version=kouki_print.__version__,
        job_id=order.job.id,
        title=order.job.title,
        insurer=order.insurer.name,
        by_group=prepared.loaded.by_group,
        data_on=order.job.data_on,
        mail_on=order.job.mail_on,
        press=press_of(kit),
        documents=tuple(_document(kit, key, layout) for key, layout in kit.layouts.items()),
        envelope=_envelope(order),
        colours=tuple(_colours(kit)),
        plates=tuple(spot.name for spot in kit.shared.spots),
        dies=tuple(die.name for die in dies_of(kit.layouts.values()) if printing.own_die_plate),
        standard=_STANDARD_JA[printing.standard],
        intent=f"{printing.output_condition}（プロファイル {printing.output_profile or '試験用の合成'}）",
        code_kind=f"{kind}。注文番号・{prepared.loaded.unit_ja}コード・通し番号・何枚目・組・検査文字",
        code_encoding=encoding,
        machine=machine_facts(prepared.machine, next(iter(kit.layouts.values())).sheet),
        warnings=tuple(_warnings(kit, prepared.machine)),
        questions=tuple(
            ("[printing] " + "・".join(keys) if keys else "（打合せの記録）", text)
            for keys, text in QUESTIONS
            if not printing.model_fields_set & set(keys)
        ),
    )


def press_of(kit: PrintKit) -> Press:
    """The press sheet of the lots with its slots and marks on both sides."""
    imposition, finished = kit.imposition, next(iter(kit.layouts.values())).sheet
    marks = kit.marks[: imposition.sides]
    sides = [
        tuple(
            Slot(
                Box(place.x, place.y, *place.size(finished)), place.rotation, _slot_name(imposition, side, at)
            )
            for at, place in enumerate(imposition.places(side, finished))
        )
        for side in range(imposition.sides)
    ]
    style = (
        "Simplex" if imposition.sides == 1 else "WorkAndBack" if imposition.turn == "turn" else "Perfecting"
    )
    return Press(
        name=imposition.name,
        title=imposition.title,
        size=(imposition.width, imposition.height),
        finished=(finished.width, finished.height),
        work_style=_WORK_STYLE.get(imposition.scheme, style),
        stacked=imposition.scheme in ("cut_and_stack", "lanes"),
        stack_depth=imposition.stack_depth,
        roll=imposition.scheme == "lanes",
        gripper_mm=imposition.gripper.mm,
        gripper_edge=imposition.gripper.edge,
        front=sides[0],
        back=sides[1] if len(sides) > 1 else (),
        sheet_lines=tuple(_line_box(each.line) for each in marks),
        marks=tuple(_marks_words(kit, marks)),
        notes=(*_press_notes(imposition), *piling(imposition)),
    )


def _slot_name(imposition: Imposition, side: int, slot: int) -> str:
    """Pile (山), lane (列) or slot (面) with its letter, and which side of the finished sheet is seen."""
    seen = "表裏"[side ^ imposition.turned[slot]]
    if imposition.up == 1:
        return seen
    return f"{pile_name(imposition, slot)} {seen}"


def _line_box(label: Label | None) -> Box | None:
    if label is None:
        return None
    size = (_LINE_DEEP, label.width) if label.place.rotation else (label.width, _LINE_DEEP)
    return Box(label.place.x, label.place.y, *size)


def _marks_words(kit: PrintKit, sides: Sequence[Marks]) -> Iterator[str]:
    """The marks that are on the sheet, and why others that were asked for are not."""
    placed = {mark for side in sides for mark in side.placed}
    layouts = kit.layouts.values()
    folds, torn = in_common(layouts)
    common: Mapping[str, Sequence[object]] = {"fold": folds, "perforation": torn}
    for mark in kit.imposition.marks:
        name = _MARKS_JA[mark]
        own = [getattr(layout, mark) for layout in layouts] if mark in common else []
        differ = any(len(each) > len(common[mark]) for each in own)
        if mark in placed:
            yield name + ("（すべての書類に共通の位置だけ）" if differ else "")
        elif differ and not common[mark]:
            yield f"{name}は書類ごとに位置が違うので入れない"
        elif any(own) or mark not in common:
            yield f"{name}は余白がないので入れない"


def _press_notes(imposition: Imposition) -> Iterator[str]:
    """Turning and gripper in words."""
    ways = {"turn": "左右に返す（縦の軸）", "tumble": "天地に返す（横の軸）"}
    heads = {"head": "表と裏の天は同じ側", "toe": "裏の天は表の地の側"}
    if imposition.sides == 2:
        yield f"両面、{ways[imposition.turn]}。{heads[imposition.head]}"
    else:
        yield "片面"
    grip = imposition.gripper
    edges = {"top": "上", "bottom": "下", "left": "左", "right": "右"}
    if grip.mm:
        yield f"くわえ: {edges[grip.edge]}の辺 {mm(grip.mm)}mm（何も印刷していない）"
    elif imposition.scheme != "lanes":
        yield "くわえ: 決めていない（印刷会社の機械に合わせて確かめる）"


def piling(imposition: Imposition) -> Iterator[str]:
    """How a lot's sheets are cut and laid together so that they follow each other, in words."""
    piles = [pile_name(imposition, slot) for slot in range(imposition.up)]
    depth = imposition.depth if imposition.up > 1 else 0
    roll = imposition.scheme == "lanes"
    start, cut = "1枚目の用紙の表を上にして重ね、", "断裁したら"
    if roll:
        lanes = "列ごとに切り離して" if imposition.up > 1 else ""
        start = f"ロール1本がロット1つ。{lanes}1枚ずつに断裁し、1枚目の表を上にして重ね、"
        cut = "列ごとの山にしたら"
    if imposition.up == 1:
        yield f"{start}上から順に取ると通し番号の順になる"
    elif imposition.scheme == "in_order":
        yield f"{start}{cut} {_listed(piles)} の山の上から1枚ずつ、この順に取る（丁合する）と通し番号の順になる"
    else:
        ordered = "をこの順に" if imposition.up > 2 else "を"
        yield f"{start}{cut} {piles[0]} の下に {_listed(piles[1:])} {ordered}重ねる。上から順に取ると通し番号の順になる"
    if any(imposition.turned):
        turned = [pile for pile, back in zip(piles, imposition.turned, strict=True) if back]
        yield f"{_listed(turned)} は裏が上で出る。重ねる前に山ごと裏返し、表を上にする"
    if depth:
        yield f"1回に断裁するのは {depth:,}枚まで。次の回に断裁して重ねた山は、前の回の山の下に続ける"
    if imposition.descending:
        last = (
            f"。断裁の {depth:,}枚ずつは1枚目の側から数える。最初に刷り上がるのは一番下に続ける最後の回の分で、"
            f"{depth:,}枚に足りないことがある"
        )
        yield f"最後の{'1枚' if roll else '用紙'}から印刷する（降順）" + (last if depth else "")


def _listed(piles: Sequence[str]) -> str:
    return "、".join(piles if len(piles) <= _MOST_PILES else [*piles[:2], "…", piles[-1]])


def _document(kit: PrintKit, key: str, layout: Layout) -> DocumentFacts:
    gsm, paper = _paper(kit.order, key)
    panel, envelope = panel_of(layout), kit.order.envelope
    return DocumentFacts(
        key=key,
        name=kit.order.document_ja(key),
        sheets=0,
        gsm=gsm,
        paper=paper,
        perforations=tuple(Box(each.x, each.y, each.width, each.height) for each in layout.perforation),
        folds_x=tuple(sorted(fold.x for fold in layout.fold if fold.x is not None)),
        folds_y=tuple(sorted(fold.y for fold in layout.fold if fold.y is not None)),
        code_front=_code_box(kit, layout.front.qr),
        code_back=_code_box(kit, layout.back.qr),
        panel=Box(panel.x, panel.y, panel.width, panel.height) if panel else None,
        seen=box_of(visible_always(envelope, panel)) if panel else None,
        seen_ever=box_of(visible_ever(envelope, panel)) if panel else None,
    )


def _code_box(kit: PrintKit, qr: Qr | None) -> Box | None:
    if qr is None:
        return None
    side = (kit.look.datamatrix or SIZE) * qr.module
    return Box(qr.x, qr.y, side, side)


def _paper(order: Order, document: str) -> tuple[str, str]:
    """Weight of a document's paper in g/m² (empty: nobody said), and paper and open size in words."""
    owners = [entry for entry in order.enclosure if entry.document == document]
    owners += [order.enclosure_of(entry.items[0]) for entry in order.set if entry.document == document]
    paper = next((entry.paper for entry in owners if entry.paper is not None), None)
    if paper is None:
        return "", "用紙は決まっていません"
    gsm = f"{paper.grams_per_m2:.1f}".removesuffix(".0")
    size = paper.size if isinstance(paper.size, str) else f"{paper.size[0]}×{paper.size[1]}mm"
    ream = f"（{paper.ream} 連量 {paper.ream_kg}kg）" if paper.ream_kg else ""
    return gsm, f"{gsm} g/m²{ream}　{size}"


def _envelope(order: Order) -> EnvelopeFacts:
    envelope = order.envelope
    place, window = outer_size(envelope), envelope.window
    return EnvelopeFacts(
        name=f"封筒 {envelope.name}",
        size=place,
        inner=(float(envelope.inner_width_mm), float(envelope.inner_height_mm)),
        window=Box(float(window.x), float(window.y), float(window.width), float(window.height)),
    )


def _colours(kit: PrintKit) -> Iterator[tuple[str, str]]:
    """Every plate, and what is on it."""
    printing = kit.order.printing
    yield (
        "墨（K）",
        "個人ごとの文字・照合コード・バーコード・けい線。K100%、オーバープリント（ノセ）のまま出力",
    )
    if (colour := printing.colour) is not None:
        shown = " ".join(f"{name}{mm(value)}" for name, value in zip("CMYK", colour.cmyk, strict=True))
        if colour.spot:
            yield f"年度の色 特色 {colour.spot}", f"枠・地色（画面での見え方 {shown}）"
        else:
            yield "年度の色 プロセス4色", f"枠・地色 {shown}"
    else:
        yield "年度の色", "なし（枠・地色も墨）"
    if any(side.artwork for layout in kit.layouts.values() for side in layout.sides()):
        yield "入稿デザイン", "背景に入稿PDFがあり、そのプロセス色・特色を使います"
    dielines: Mapping[str, str] = {
        "printed_dashes": "墨の破線で印刷",
        "separation": "Perforation の版（刷らない。型の位置を示す）",
        "separation+ocg": "Perforation の版とレイヤー（刷らない。型の位置を示す）",
        "none": "印刷しない（型だけで入れる）",
    }
    if any(layout.perforation for layout in kit.layouts.values()):
        yield "ミシン目", dielines[printing.dieline]


def _warnings(kit: PrintKit, machine: Machine | None) -> Iterator[str]:
    printing = kit.order.printing
    if not printing.output_profile:
        yield (
            f"出力インテントは試験用の合成プロファイル（{printing.output_condition}）です。本番の印刷に使わないでください。"
            "印刷会社のプロファイルを受け取り、作り直します。"
        )
    if machine is not None and not machine.proven:
        yield (
            f"封入機の設定「{machine.title}」は未確認です。試験用紙を封入機に通し、止まるべき所で止まることを"
            "確かめてから封入してください。"
        )
