"""The problem codes of intake: one meaning, one cause and one remedy each."""

from __future__ import annotations

from kouki_print.base.problems import ProblemKind

_FIX = "移行データの元を直し、作り直してください。"

PROBLEMS: dict[str, ProblemKind] = {
    "REQUIRED_EMPTY": ProblemKind("hold", "必須の欄が空です", _FIX),
    "PRINTED_EMPTY": ProblemKind("hold", "書類に印刷する欄が空です", _FIX),
    "NUMBER_FORM": ProblemKind(
        "hold", "被保険者番号が8桁の数字ではありません", "正しい被保険者番号に直してください。"
    ),
    "NUMBER_CHECK": ProblemKind(
        "warn",
        "被保険者番号の検査数字が合いません",
        "番号を確かめてください。検査数字を使わない番号なら [checks] insured_number_check を off にします。",
    ),
    "NUMBER_DUPLICATE": ProblemKind(
        "hold", "同じ被保険者番号がほかにもあります（通し行 {value}）", "正しい1件だけを残してください。"
    ),
    "INSURER_CHECK": ProblemKind(
        "hold", "保険者番号が8桁でないか、検査数字が合いません", "正しい保険者番号に直してください。"
    ),
    "INSURER_MISMATCH": ProblemKind(
        "warn",
        "保険者番号が一覧または注文の番号と違います（正しくは {value}）",
        "移行データの番号と、連絡先一覧（団体ごとの注文では job.toml の [insurer] number）を確かめてください。",
    ),
    "UNKNOWN_MUNICIPALITY": ProblemKind(
        "hold",
        "連絡先一覧にない市町村コードです（{value}）",
        "市町村コードを直すか、連絡先一覧に加えてください。",
    ),
    "DATE_BAD": ProblemKind(
        "hold", "日付として読めません（{value}）", "実在する日付に直してください。推測はしません。"
    ),
    "BIRTH_FUTURE": ProblemKind(
        "hold", "生年月日が基準日より後です（{value}）", "生年月日を確かめてください。"
    ),
    "DATE_ORDER": ProblemKind("hold", "日付の前後が合いません（{value}）", "両方の日付を確かめてください。"),
    "AFTER_SWITCH": ProblemKind(
        "hold",
        "切替日より後の日付です（{value}）",
        "日付を確かめてください。正しければ、切替日が誤っていないか job.toml の [job] switch_on を確かめてください。",
    ),
    "AFTER_EXPIRY": ProblemKind(
        "hold",
        "書類の有効期限より後の日付です（{value}）",
        "日付と有効期限を確かめてください。",
    ),
    "AGE_UNLIKELY": ProblemKind(
        "warn",
        "切替日の年齢が、この保険の人としては若すぎるか高すぎます（{value}）",
        "生年月日（元号の取り違えなど）を確かめてください。",
    ),
    "EXPIRY_PAST": ProblemKind(
        "hold", "有効期限が切替日より前です（{value}）", "新しい書類の有効期限を確かめてください。"
    ),
    "NAME_HONORIFIC": ProblemKind(
        "hold",
        "氏名に敬称（様、殿、さまなど）が付いています。このままでは券面に敬称が印字されます",
        "氏名の列に敬称を含めないように移行データを作り直してください。",
    ),
    "UNKNOWN_GROUP": ProblemKind(
        "hold",
        "団体の一覧にない団体コードです（{value}）",
        "団体コードを直すか、groups.csv に加えてください。",
    ),
    "GROUP_MISSING": ProblemKind(
        "warn",
        "団体コードが空欄で、任意継続でもありません。個人あてに送ります",
        "団体コードを入れるか、任意継続を1にした移行データで作り直してください。",
    ),
    "HOUSEHOLD_MEMBERS": ProblemKind(
        "hold",
        "同じ世帯番号に被保険者本人が二人以上います",
        "世帯番号と本人区分を直してください。別の世帯の人が同じ書類に載るおそれがあります。",
    ),
    "CARD_CATEGORY": ProblemKind(
        "hold",
        "減額証・限度証と負担区分が合いません（{value}）",
        "減額証は区分Ⅱ・区分Ⅰ、限度証は現役Ⅱ・現役Ⅰの人だけです。移行データを確かめてください。",
    ),
    "GROUP_NAME_DIFFERS": ProblemKind(
        "warn",
        "団体名が団体の一覧と違います（{value}）",
        "団体コードの取り違えや行のずれがないか確かめてください。",
    ),
    "EXPIRY_LATER": ProblemKind(
        "warn",
        "移行データの有効期限が注文より後です（{value}）。注文の有効期限で印刷します",
        "移行データと job.toml の [job] expires_on のどちらが正しいか確かめてください。",
    ),
    "CODE_BAD": ProblemKind("hold", "使えない値です（{value}）", "決められた値に直してください。"),
    "COUNT_ORDER": ProblemKind(
        "warn",
        "3か月の利用回数が1年の利用回数より多くなっています（{value}）",
        "利用回数を確かめてください。",
    ),
    "COPAY_CATEGORY": ProblemKind(
        "hold", "負担割合と負担区分の組合せがありません（{value}）", "負担割合か負担区分を直してください。"
    ),
    "LIMIT_INCOMPLETE": ProblemKind(
        "hold", "限度区分を併記する人の欄が空です", "負担区分と限度区分発効期日を入れてください。"
    ),
    "LIMIT_NONE": ProblemKind(
        "warn",
        "限度区分のない負担区分に併記の指定があります（{value}）",
        "限度区分併記を確かめてください。印刷はしません。",
    ),
    "LONG_STAY_CATEGORY": ProblemKind(
        "warn",
        "区分Ⅱ以外の人に長期入院該当年月日があります（{value}）。長期入院該当年月日は印刷しません",
        "負担区分と長期入院該当年月日を確かめてください。",
    ),
    "DISEASE_INCOMPLETE": ProblemKind(
        "hold", "特定疾病の区分と発効期日の一方が空です", "両方を入れるか、両方を空にしてください。"
    ),
    "POSTCODE_BAD": ProblemKind(
        "hold", "郵便番号が7桁の数字ではありません", "正しい郵便番号を入れてください。"
    ),
    "MAIL_KIND_MISSING": ProblemKind(
        "hold", "送付先住所があるのに送付先区分が空です", "送付先区分を入れるか、送付先を消してください。"
    ),
    "MAIL_ADDRESS_EMPTY": ProblemKind(
        "hold",
        "送付先区分があるのに送付先住所が空です",
        "送付先住所を入れるか、送付先区分を空にしてください。",
    ),
    "UNISSUED_CODE": ProblemKind(
        "hold",
        "知らない未発行理由です（{value}）",
        "1、2、2b、3、4、5、6、7（複数は ; でつなぐ）にしてください。",
    ),
    "CHAR_GAIJI": ProblemKind(
        "hold",
        "外字の代わりの記号があります（{value}）",
        "外字を登録してデータを作り直すか、手書きで作成してください。",
    ),
    "CHAR_PRIVATE": ProblemKind(
        "hold", "外字領域の文字があります（{value}）", "標準の文字に置き換えるか、手書きで作成してください。"
    ),
    "CHAR_UNASSIGNED": ProblemKind(
        "hold",
        "文字の割当てがない番号です（{value}）",
        "データが壊れていないか、レイアウトの encoding が正しいか確かめてください。",
    ),
    "CHAR_CONTROL": ProblemKind(
        "hold", "見えない制御文字があります（{value}）", "この文字を消してください。"
    ),
    "CHAR_COMBINING": ProblemKind(
        "hold",
        "濁点などが分かれた結合文字があります（{value}）",
        "合成済みの1文字（「か」＋U+3099 ではなく「が」）にしてデータを作り直してください。",
    ),
    "CHAR_NO_GLYPH": ProblemKind(
        "hold",
        "使う書体にない文字です（{value}）",
        "印刷できる文字に置き換えるか、手書きで作成してください。",
    ),
    "CHAR_NO_VARIANT": ProblemKind(
        "hold",
        "使う書体にない異体字です（{value}）",
        "印刷できる異体字に置き換えるか、手書きで作成してください。",
    ),
}
