"""The 45 items: number, where they come from, what they are called, what to do when one is broken."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Standard(StrEnum):
    """What a file is checked as; a VT file is an X-4 file as well."""

    x1a = "x1a"
    x4 = "x4"
    vt = "vt"

    @property
    def marks(self) -> frozenset[str]:
        return _MARKS[self]


_MARKS = {
    Standard.x1a: frozenset({"1a"}),
    Standard.x4: frozenset({"4"}),
    Standard.vt: frozenset({"4", "VT"}),
}
STANDARD_NAMES = {
    Standard.x1a: "PDF/X-1a:2003",
    Standard.x4: "PDF/X-4",
    Standard.vt: "PDF/X-4＋PDF/VT-1",
}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is wrong: which item, on which page (0: the whole file), at which object, what."""

    item: int
    page: int
    object: str
    what: str
    #: Broken by our house rules only: a mistake in our files, a notice in a designer's.
    house: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    number: int
    marks: frozenset[str]
    name: str
    remedy: str

    def required(self, standard: Standard) -> bool:
        """Whether the standard itself asks for it (otherwise at most our house rules do)."""
        return bool(self.marks & standard.marks)

    @property
    def house(self) -> bool:
        return "H" in self.marks


def _table(*rows: tuple[str, str, str]) -> dict[int, Item]:
    return {
        number: Item(number, frozenset(marks.split()), name, remedy)
        for number, (marks, name, remedy) in enumerate(rows, 1)
    }


ITEMS = _table(
    ("1a 4", "PDFの版", "書き出しのPDFの版をX-1aは1.4、X-4は1.6にしてください。"),
    ("1a 4", "暗号化なし", "パスワードと権限の設定を外して書き出し直してください。"),
    ("1a 4", "ファイル識別子", "PDF/Xの設定で書き出し直してください（/IDが付きます）。"),
    ("1a", "圧縮された構造なし", "PDF 1.4の設定（オブジェクト圧縮なし）で書き出し直してください。"),
    ("1a 4 H", "追記・破損のないファイル", "受け取り直すか、追記保存をせずに書き出し直してください。"),
    ("1a 4", "外部参照・添付なし", "添付とリンク配置を外し、画像を埋め込んで書き出し直してください。"),
    ("1a 4", "題名", "文書情報に題名を入れてください。"),
    ("1a 4", "作成日・更新日", "文書情報の日付を正しい形で書き出し直してください。"),
    ("1a 4", "トラッピング情報", "「トラップ済み」をはい・いいえのどちらかにしてください。"),
    ("1a 4", "X-1aの宣言", "印刷規格の設定を、書き出す規格とそろえてください。"),
    ("4", "XMPメタデータ", "XMPを圧縮せずに付けて書き出し直してください。"),
    ("4", "X-4の宣言", "PDF/X-4の設定で書き出し直してください。"),
    ("4", "XMPの題名", "XMPと文書情報の題名をそろえてください。"),
    ("4", "XMPの日付", "XMPと文書情報の日付をそろえてください。"),
    ("4", "文書の識別番号", "PDF/X-4の設定で書き出し直してください（識別番号が付きます）。"),
    ("4", "XMPのトラッピング情報", "XMPと文書情報のトラッピング情報をそろえてください。"),
    ("VT", "VTの宣言", "PDF/VT-1の設定で書き出し直してください。"),
    ("VT", "VTの更新日", "VTの更新日をXMPの更新日とそろえてください。"),
    ("1a 4", "出力インテントの数", "PDF/X用の出力インテントを一つだけ付けてください。"),
    ("1a 4", "出力条件の名前", "出力条件の名前・説明・登録先を、印刷会社の指定のとおりに入れてください。"),
    ("1a 4", "出力プロファイル", "指定された出力プロファイルを埋め込んで書き出し直してください。"),
    ("1a 4", "プロファイルの種類", "印刷用（prtr）のCMYKプロファイルに替えてください。"),
    ("1a 4", "用紙枠と仕上がり枠", "すべてのページに用紙枠と仕上がり枠を付けてください。"),
    ("1a 4 H", "枠の重なり", "仕上がり枠を裁ち落とし枠の中、裁ち落とし枠を用紙枠の中に入れてください。"),
    ("H", "ページの大きさ", "すべてのページを指定の仕上がり寸法で書き出し直してください。"),
    ("1a 4 H", "注釈・入力欄なし", "注釈・リンク・入力欄を削除してください。"),
    ("1a 4", "動作・音声・動画なし", "JavaScript・動作・音声・動画を削除してください。"),
    ("1a 4", "フォントの埋め込み", "すべてのフォントを埋め込んで書き出し直してください。"),
    ("1a 4 H", "フォントの作り", "フォントを作り直して（埋め込み直して）ください。"),
    ("H", "文字と資源", "元のデータでこの文字や部品を直して、書き出し直してください。"),
    ("1a 4", "フォントの埋め込み許可", "埋め込みが許可されたフォントに替えてください。"),
    ("1a 4 H", "色空間", "RGBなどの色をCMYKか特色に変換してください。"),
    ("4 H", "特色", "同じ名前の特色の定義を一つにそろえてください。"),
    ("H", "墨一色とオーバープリント", "文字・コードを墨100%のみ、オーバープリントにしてください。"),
    ("1a H", "透明なし", "透明効果を分割・統合してください。"),
    ("1a 4", "描画の設定", "転送関数と特別な網点の設定を外してください。"),
    ("1a 4", "PostScript・OPIなし", "PostScript・OPI・代替画像を外してください。"),
    ("1a 4 H", "圧縮の方式", "Flate（ZIP）圧縮で書き出し直してください。"),
    ("1a 4 H", "レイヤー", "レイヤーを統合するか、すべて表示の設定にしてください。"),
    ("VT", "記録の木の根", "記録の木の根（DPartRoot）と段の名前を、PDF/VT-1の設定で書き出し直してください。"),
    ("VT", "記録の木の形", "記録の木（DPart）の親子のつながりを直して、書き出し直してください。"),
    ("VT", "記録のページ範囲", "すべてのページを順に一度だけ記録に割り当ててください。"),
    ("VT", "ページから記録", "各ページを正しい記録に結び付けてください。"),
    ("VT H", "記録の情報", "記録には連番と番号だけを入れ、個人情報を入れないでください。"),
    ("VT", "部品の有効範囲", "再利用する部品の有効範囲（GTS_Scope）を正しくしてください。"),
)  # fmt: skip

_AGAIN = "ファイルを受け取り直すか、元のデータから書き出し直してください。"
_FITTING = (  # remedies of what that of its item misses: item (0: any), words of the finding, remedy
    (0, "壊れていて", _AGAIN),
    (22, "ICCの版", "使える版のプロファイルを印刷会社に頼んでください。"),
    (23, "両方あります", "仕上がり枠（TrimBox）だけを残し、アート枠（ArtBox）を外してください。"),
    (23, "ページの木", _AGAIN),
    (23, "/Count", _AGAIN),
    (24, "裁ち落とし枠（/BleedBox）がありません", "裁ち落とし枠（BleedBox）を仕上がりの3mm外側に付けてください。"),
    (24, "トリミング枠", "トリミング枠（CropBox）を外して書き出し直してください。"),
    (25, "3mm外側", "裁ち落としを仕上がりの3mm外側にして書き出し直してください。"),
    (25, "/Rotate", "ページを回転させずに書き出し直してください。"),
    (25, "/UserUnit", "単位を変えずに、実寸で書き出し直してください。"),
    (32, "墨のk・K", "この色を、墨（CMYKのK）か特色に変換してください。"),
    (33, "注文にない", "特色の名前を注文（[printing] colour）とそろえるか、CMYKに変換してください。"),
    (34, "白（0%）", "白いところのオーバープリントを外してください。"),
)  # fmt: skip


def remedy_of(finding: Finding) -> str:
    """What to do about a finding: mostly the same for all of its item."""
    found = (told for item, words, told in _FITTING if item in (0, finding.item) and words in finding.what)
    return next(found, ITEMS[finding.item].remedy)
