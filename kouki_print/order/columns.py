"""The columns of the export (移行データ): Japanese header, key, and how each cell is read.

The one table that intake reads by, rules are checked against and the sample is written with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["text", "date", "flag", "override", "count", "ratio", "word", "postcode", "codes"]

KIND_JA: dict[str, str] = {
    "flag": "1、0 または空欄",
    "override": "1、0 または空欄",
    "count": "0以上の整数",
    "ratio": "1、2、3 のいずれか",
}


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """One column of the export.

    ``required`` columns must exist and be filled; ``printed`` ones may be absent but a document
    cannot be made without the value; ``words`` maps the cell to the value in the people table;
    ``codes`` are the parts allowed in a cell joined by ``;``.
    """

    header: str
    key: str
    kind: Kind = "text"
    required: bool = False
    printed: bool = False
    words: Mapping[str, str] = field(default_factory=dict)
    codes: tuple[str, ...] = ()

    def allowed(self) -> str:
        """What a cell may hold, in words for a message."""
        if self.words:
            return "、".join(self.words) + " または空欄"
        if self.codes:
            return "、".join(self.codes) + "（複数は ; でつなぐ）または空欄"
        return KIND_JA[self.kind]


SEX = {"1": "male", "2": "female", "男": "male", "女": "female"}
MAIL_KINDS = ("全て", "資格", "賦課", "収納", "給付", "減額査定", "医療費", "後発")
COPAY_OF_CATEGORY = {
    "現役Ⅲ": 3,
    "現役Ⅱ": 3,
    "現役Ⅰ": 3,
    "一般Ⅱ": 2,
    "一般Ⅰ": 1,
    "区分Ⅱ": 1,
    "区分Ⅰ": 1,
}
LIMIT_CATEGORIES = ("現役Ⅱ", "現役Ⅰ", "区分Ⅱ", "区分Ⅰ")  # only these are printed as 限度区分
GIVEN_DOCUMENTS = {"1": "certificate", "2": "notice"}
EVENTS = {"新規": "new", "変更": "changed", "再交付": "reissue"}
RELATIONS = {"本人": "member", "家族": "dependant"}
UNISSUED_REASONS = ("1", "2", "2b", "3", "4", "5", "6", "7")
DISEASES = ("A", "B", "C")

EXPORT_COLUMNS: tuple[ExportColumn, ...] = (
    ExportColumn("基準日", "data_on", "date", required=True),
    ExportColumn("被保険者番号", "insured_number", required=True),
    ExportColumn("保険者番号", "insurer_number", required=True),
    ExportColumn("市町村コード", "municipality_code", required=True),
    ExportColumn("世帯番号", "household_number"),
    ExportColumn("氏名", "name", required=True),
    ExportColumn("氏名カナ", "kana"),
    ExportColumn("性別", "sex", "word", words=SEX),
    ExportColumn("生年月日", "birth_date", "date", required=True),
    ExportColumn("郵便番号", "postcode", "postcode"),
    ExportColumn("住所", "address", required=True),
    ExportColumn("方書", "building"),
    ExportColumn("送付先区分", "mail_kind", "word", words={kind: kind for kind in MAIL_KINDS}),
    ExportColumn("送付先郵便番号", "mail_postcode", "postcode"),
    ExportColumn("送付先住所", "mail_address"),
    ExportColumn("送付先方書", "mail_building"),
    ExportColumn("送付先氏名", "mail_name"),
    ExportColumn("様方", "care_of"),
    ExportColumn("送付先終了日", "mail_until", "date"),
    ExportColumn("資格取得年月日", "qualified_on", "date", printed=True),
    ExportColumn("発効期日", "effective_on", "date", printed=True),
    ExportColumn("有効期限", "expires_on", "date"),
    ExportColumn("負担割合", "copay", "ratio", printed=True),
    ExportColumn("旧負担割合", "previous_copay", "ratio"),
    ExportColumn("負担区分", "category", "word", words={name: name for name in COPAY_OF_CATEGORY}),
    ExportColumn("限度区分併記", "limit_shown", "flag"),
    ExportColumn("限度区分発効期日", "limit_effective_on", "date"),
    ExportColumn("長期入院該当年月日", "long_stay_on", "date"),
    ExportColumn("特定疾病区分", "disease", "codes", codes=DISEASES),
    ExportColumn("特定疾病発効期日", "disease_effective_on", "date"),
    ExportColumn("交付書類区分", "document_given", "word", words=GIVEN_DOCUMENTS),
    ExportColumn("マイナ保険証登録", "linked", "flag"),
    ExportColumn("利用回数１年", "used_12m", "count"),
    ExportColumn("利用回数３月", "used_3m", "count"),
    ExportColumn("資格確認書申請", "certificate_applied", "flag"),
    ExportColumn("要配慮", "special_care", "flag"),
    ExportColumn("登録解除", "link_cancelled", "flag"),
    ExportColumn("電子証明書失効", "ecert_expired", "flag"),
    ExportColumn("支援措置", "protected", "flag"),
    ExportColumn("生活保護", "welfare", "flag"),
    ExportColumn("短期証", "short_term", "flag"),
    ExportColumn("減額証", "reduction_card", "flag"),
    ExportColumn("限度証", "limit_card", "flag"),
    ExportColumn("未発行理由", "unissued_reasons", "codes", codes=UNISSUED_REASONS),
    ExportColumn("転送不要", "no_forward", "override"),
    ExportColumn("窓口交付", "pickup", "flag"),
    ExportColumn("団体コード", "group_code"),
    ExportColumn("団体名", "group_name"),
    ExportColumn("在留期間満了日", "residence_until", "date"),
    ExportColumn("障害認定期限", "disability_until", "date"),
    ExportColumn("異動区分", "event", "word", words=EVENTS),
    ExportColumn("早期使用可", "usable_early", "flag"),
    ExportColumn("本人区分", "relation", "word", words=RELATIONS),
    ExportColumn("任意継続", "voluntary", "flag"),
    ExportColumn("世帯主氏名", "householder"),
)

OPTIONAL_KEYS = frozenset(  # of some systems only: samples carry them only where their preset looks at them
    {"residence_until", "disability_until", "event", "usable_early", "relation", "voluntary", "householder"}
)
BY_KEY: dict[str, ExportColumn] = {column.key: column for column in EXPORT_COLUMNS}


def header_of(key: str) -> str:
    """Japanese header of a people column, for messages."""
    return BY_KEY[key].header
