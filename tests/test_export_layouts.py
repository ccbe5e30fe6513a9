"""Any export by a layout file: the same people come out, and every fault says where it is."""

from __future__ import annotations

import re
import shutil
import tempfile
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from layout_kit import MINE, columns_of, fixed_bytes, fixed_layout, read_as, width_of
from small_job import DEFECTS, PERSON, export_text, number, person, take_in, write_job

from kouki_print.base.errors import JobError
from kouki_print.intake.datestyles import reader, style_fault
from kouki_print.intake.gaiji import code_of, private_of
from kouki_print.intake.guess import UNKNOWN, guess_layout
from kouki_print.intake.layouts import load_layout, parse_layout
from kouki_print.intake.load import read_export
from kouki_print.intake.shaping import composed_kana, full_width_kana
from kouki_print.intake.synonyms import HEADERS, plain_header, standard_of
from kouki_print.order.columns import BY_KEY, EXPORT_COLUMNS
from kouki_print.order.load import load_order

UTF8 = 'title = "見本"\nencoding = "utf-8"\n'
ENCODINGS = ("cp932", "utf-8", "utf-16le", "utf-16be", "shift_jis_2004")
FIVE = [person(count, name=f"見本　花子{count}") for count in range(1, 6)]


def column(key: str, **settings: object) -> str:
    lines = [f'[[column]]\nname = "{BY_KEY[key].header}"']
    for name, value in settings.items():
        if isinstance(value, dict):
            shown = "{ " + ", ".join(f'"{a}" = "{b}"' for a, b in value.items()) + " }"
        else:
            shown = str(value).lower() if isinstance(value, bool) else repr(value).replace("'", '"')
        lines.append(f"{name} = {shown}")
    return "\n".join(lines) + "\n"


def rejected(folder: Path, data: bytes, layout: str, gaiji: str | None = None) -> JobError:
    with pytest.raises(JobError) as caught:
        read_as(folder, data, layout, gaiji)
    for secret in ("見本", "花子", "みどり町"):
        assert secret not in str(caught.value)
    return caught.value


# --- every encoding, CSV and fixed width -------------------------------------------------------------

_TEXT = st.text(st.sampled_from("山田花子髙﨑ｶﾅ一二ABC-1 　、。①"), max_size=12).map(
    lambda text: text.strip(" 　")
)
_PLAIN = st.text(st.sampled_from("山田花子高崎カナ一二ABC-1 　、。"), max_size=12).map(
    lambda text: text.strip(" 　")
)


@st.composite
def _cases(draw: st.DrawFn) -> tuple[str, str, str, list[dict[str, str]], list[str], int]:
    encoding = draw(st.sampled_from(ENCODINGS))
    unit = draw(st.sampled_from(("bytes", "characters")))
    end = draw(st.sampled_from(("\r\n", "\n", "")))
    texts = _PLAIN if encoding == "shift_jis_2004" else _TEXT
    people = [
        person(count, name=draw(texts) or "無名", building=draw(texts), kana=draw(texts))
        for count in range(1, draw(st.integers(1, 5)) + 1)
    ]
    return encoding, unit, end, people, draw(st.permutations(columns_of(people))), draw(st.integers(0, 2))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_cases())
def test_a_fixed_width_layout_reads_back_what_was_written(
    case: tuple[str, str, str, list[dict[str, str]], list[str], int],
) -> None:
    encoding, unit, end, people, keys, spare = case
    widths = {
        key: width_of([each.get(key, "") for each in people], encoding, unit, spare if at else 0)
        for at, key in enumerate(keys)
    }
    more = "line_end = false\n" if end == "" else ""
    with tempfile.TemporaryDirectory() as folder:
        table = read_as(
            Path(folder) / "a",
            fixed_bytes(people, widths, encoding, unit, end),
            fixed_layout(widths, encoding, unit, more),
        ).people
        expected = take_in(Path(folder) / "b", people)[0].people
    assert table[list(BY_KEY)].equals(expected[list(BY_KEY)])


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(ENCODINGS),
    st.booleans(),
    st.booleans(),
    st.sampled_from((",", "\t", ";", "|")),
    st.lists(st.tuples(_PLAIN, _PLAIN), min_size=1, max_size=5),
)
def test_a_csv_layout_reads_back_what_was_written(
    encoding: str, headed: bool, bom: bool, delimiter: str, texts: list[tuple[str, str]]
) -> None:
    people = [person(at, name=a or "無名", building=b) for at, (a, b) in enumerate(texts, start=1)]
    lines = [line.split(",") for line in export_text(people).splitlines()]
    layout = f'title = "見本"\nencoding = "{encoding}"\ndelimiter = "{delimiter}"\nheader = {str(headed).lower()}\n'
    layout = layout.replace("\t", "\\t")
    if not headed:
        lines = lines[1:]
        keys = [key for key in dict.fromkeys(key for each in people for key in each) if key in BY_KEY]
        layout += "".join(column(key, number=at) for at, key in enumerate(keys, start=1))
    text = ("\ufeff" if bom and encoding.startswith("utf") else "") + "".join(
        delimiter.join(cells) + "\r\n" for cells in lines
    )
    with tempfile.TemporaryDirectory() as folder:
        found = read_as(Path(folder) / "a", text.encode(encoding), layout)
        expected = take_in(Path(folder) / "b", people)[0].people
    assert found.people[list(BY_KEY)].equals(expected[list(BY_KEY)])
    assert found.people["line"].tolist() == [at + headed for at in range(1, len(people) + 1)]


# --- what a layout says about columns and cells --------------------------------------------------------


def test_renames_maps_dates_constants_and_empty_marks(tmp_path: Path) -> None:
    layout = UTF8 + "skip_top = 2\nskip_bottom = 1\n" + "".join(
        [
            column("insured_number", header="被保番"),
            column("name", header="氏名（漢字）"),
            column("sex", header="性", values={"M": "男", "F": "女"}),
            column("birth_date", header="生年", date="wareki"),
            column("effective_on", header="発効", date="%Y年%m月%d日", empty=["0"]),
            column("data_on", constant="20260620"),
            column("linked", values={"有": "1", "無": "0"}),
        ]
    )  # fmt: skip
    plain = {key: text for key, text in PERSON.items() if key not in ("data_on", "name", "sex", "birth_date")}
    plain |= {"linked": "有"}
    plain.pop("effective_on")
    heads = [BY_KEY[key].header for key in plain] + ["被保番", "氏名（漢字）", "性", "生年", "発効"]
    rows = [
        [*plain.values(), number(1), "見本　花子", "F", "昭和16年7月5日", "2026年8月1日"],
        [*plain.values(), number(2), "見本　太郎", "M", "S16.7.5", "0"],
        [*plain.values(), number(3), "見本　二郎", "", "19410705", "2026年8月1日"],
    ]
    text = "一覧\n\n" + "".join(",".join(cells) + "\n" for cells in [heads, *rows]) + "件数,3\n"
    intake = read_as(tmp_path, text.encode(), layout)
    people = intake.people
    assert people["sex"].tolist() == ["female", "male", ""] and people["linked"].all()
    assert people["birth_date"].dt.strftime("%F").tolist()[:2] == ["1941-07-05"] * 2
    assert people["effective_on"].isna().tolist() == [False, True, False]
    assert people["line"].tolist() == [4, 5, 6]
    assert {(each.code, each.column, tuple(each.rows)) for each in intake.findings} == {
        ("DATE_BAD", "生年月日", (2,)),  # 19410705 is no 和暦: a style is never taken for another
        ("PRINTED_EMPTY", "発効期日", (1,)),
    }
    assert [file.name for file in intake.inputs] == ["export.csv", "layouts/mine.toml"]


def test_a_cell_outside_the_value_map_stops_the_job(tmp_path: Path) -> None:
    layout = UTF8 + column("sex", values={"1": "女"})
    error = rejected(tmp_path, export_text([person(1, sex="1"), person(2, sex="2")]).encode(), layout)
    assert (error.row, error.column) == (3, "性別") and "対応表にない" in error.what


def test_a_declared_column_must_be_there(tmp_path: Path) -> None:
    error = rejected(tmp_path, export_text(FIVE).encode(), UTF8 + column("protected", header="ＤＶ"))
    assert (error.row, error.column) == (1, "ＤＶ") and "支援措置" in error.what


def test_the_files_own_column_of_a_taken_name_is_told_apart(tmp_path: Path) -> None:
    people = [{**person(1), "本名": "見本　花江"}]
    intake = read_as(tmp_path, export_text(people, ["本名"]).encode(), UTF8 + column("name", header="本名"))
    assert intake.people["name"].tolist() == ["見本　花江"] and "氏名（元の列）" in intake.notes[0]


def test_kana_only_where_a_rule_says_so(tmp_path: Path) -> None:
    people = [person(1, kana="ﾐﾎﾝ ﾊﾅﾞｺﾞ", building="ﾋﾞﾙ1", name="見本　か\u3099こ")]
    plain = read_as(tmp_path / "a", export_text(people).encode(), UTF8)
    assert plain.people["kana"].tolist() == ["ﾐﾎﾝ ﾊﾅﾞｺﾞ"] and plain.people["building"].tolist() == ["ﾋﾞﾙ1"]
    assert [each.code for each in plain.findings] == ["CHAR_COMBINING"]
    layout = UTF8 + column("kana", normalise=["halfwidth_kana"]) + column("name", normalise=["combining"])
    told = read_as(tmp_path / "b", export_text(people).encode(), layout)
    assert told.people["kana"].tolist() == ["ミホン ハナ゛ゴ"] and told.people["name"].tolist() == [
        "見本　がこ"
    ]
    assert told.people["building"].tolist() == ["ﾋﾞﾙ1"] and not told.findings


@given(st.text())
def test_kana_rules_change_nothing_else(text: str) -> None:
    kept = "".join(char for char in text if not "\uff61" <= char <= "\uff9f")
    assert full_width_kana(kept) == kept
    assert composed_kana(text.replace("\u3099", "").replace("\u309a", "")) == text.replace(
        "\u3099", ""
    ).replace("\u309a", "")


@pytest.mark.parametrize(
    ("style", "good", "bad"),
    [
        ("iso", "2026-08-01", "20260801"),
        ("compact", "20260801", "2026-08-01"),
        ("slash", "2026/08/01", "2026/8/1"),
        ("wareki7", "5080801", "20260801"),
        ("wareki", "令和8年8月1日", "平成40年1月1日"),
        ("wareki", "R08.08.01", "X8.8.1"),
        ("%Y.%m.%d", "2026.8.1", "2026.13.1"),
        ("%d%m%Y", "01082026", "182026"),
    ],
)
def test_date_styles(style: str, good: str, bad: str) -> None:
    found = reader(style)(good)
    assert found is not None and found.isoformat() == "2026-08-01"
    assert reader(style)(bad) is None and style_fault(style) == ""


# --- own characters --------------------------------------------------------------------------------------


def test_every_code_of_the_user_defined_area_maps_as_python_does() -> None:
    for lead in range(0xF0, 0xFA):
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFD)):
            char = bytes([lead, trail]).decode("cp932")
            assert private_of(lead * 256 + trail) == ord(char) and code_of(ord(char)) == lead * 256 + trail


GAIJI = "code,unicode,glyph,note\nF040,U+9AD9,,はしご高\nF041,U+845B U+E0100,,\nF042,,つちよし,\n"


@pytest.mark.parametrize("shipped", [True, False])
@pytest.mark.parametrize("fixed", [True, False])
def test_own_characters_by_the_mapping_file(tmp_path: Path, shipped: bool, fixed: bool) -> None:
    if shipped and fixed:
        return
    people = [person(at, name=chr(0xDFFF + at) + "　花子") for at in range(1, 5)]
    data, layout = (
        export_text(people).encode("cp932"),
        'title = "x"\nencoding = "cp932"\ngaiji = "gaiji.csv"\n',
    )
    if fixed:
        widths = {
            key: width_of([each[key] for each in people], "cp932", "bytes") for key in columns_of(people)
        }
        data = fixed_bytes(people, widths, "cp932", "bytes")
        layout = fixed_layout(widths, "cp932", more='gaiji = "gaiji.csv"\n')
    job = MINE.replace("layouts/mine.toml", "standard") if shipped else MINE
    intake = read_as(tmp_path, data, layout, GAIJI, job)
    assert intake.people["name"].tolist() == [
        "髙　花子",
        "葛\U000e0100　花子",
        "\ue002　花子",
        "\ue003　花子",
    ]
    (found,) = intake.findings
    assert found.code == "CHAR_PRIVATE" and found.rows.tolist() == [2, 3]
    assert found.values == ["外字 F042（U+E002、つちよし）", "外字 F043（U+E003）"]
    assert intake.inputs[-1].name == "gaiji.csv"


@pytest.mark.parametrize(
    ("name", "row", "column_", "words"),
    [
        ("gaiji_bad_code.csv", 2, "code", "F040〜F9FC"),
        ("gaiji_bad_unicode.csv", 2, "unicode", "U+20BB7"),
        ("gaiji_private_target.csv", 2, "unicode", "使えない文字"),
        ("gaiji_double_code.csv", 3, "code", "二度"),
        ("gaiji_header.csv", 1, "", "見出し"),
        ("gaiji_ragged.csv", 2, "", "見出し4、この行2"),
        ("gaiji_cp932.csv", None, "", "UTF-8"),
    ],
)
def test_mapping_file_defects(tmp_path: Path, name: str, row: int | None, column_: str, words: str) -> None:
    folder = write_job(tmp_path, job=MINE.replace("layouts/mine.toml", "standard"))
    shutil.copyfile(DEFECTS / name, folder / "gaiji.csv")
    with pytest.raises(JobError) as caught:
        load_layout("standard", folder)
    assert (caught.value.file, caught.value.row, caught.value.column) == ("gaiji.csv", row, column_)
    assert words in str(caught.value)


# --- faults of layouts and files ---------------------------------------------------------------------------

LAYOUT_DEFECTS = [
    ("layout_unknown_key.toml", "seperator: 知らない項目"),
    ("layout_bad_encoding.toml", 'encoding: 次のどれかにしてください: "cp932"'),
    ("layout_broken.toml", "TOML として読めません"),
    ("layout_unknown_column.toml", "1番目（電話番号）: 知らない列"),
    ("layout_double_column.toml", "2番目（氏名）: 同じ列が二度"),
    ("layout_overlap.toml", "「市町村コード」と「氏名」の場所が重なって"),
    ("layout_missing_required.toml", "必須の列がありません: 氏名"),
    ("layout_past_the_end.toml", "「住所」が1件の長さ 90 をはみ出して"),
    ("layout_fixed_with_delimiter.toml", "delimiter は form"),
    ("layout_bad_delimiter.toml", "delimiter は半角"),
    ("layout_bad_date.toml", "%Y %m %d を一度ずつ"),
    ("layout_date_of_text.toml", "日付の列だけ"),
    ("layout_place_of_csv.toml", "列の場所は header"),
    ("layout_constant_and_header.toml", "constant はほかの項目と"),
    ("layout_odd_utf16.toml", "UTF-16 の1文字は2バイト"),
    ("layout_individual_number.toml", "個人番号"),
    ("layout_gaiji_absent.toml", "ファイルがない"),
]


@pytest.mark.parametrize(("name", "words"), LAYOUT_DEFECTS)
def test_layout_defects(tmp_path: Path, name: str, words: str) -> None:
    error = rejected(tmp_path, export_text(FIVE).encode(), (DEFECTS / name).read_text(encoding="utf-8"))
    assert words in error.what and error.remedy
    assert error.file == ("none.csv" if "gaiji" in name else "layouts/mine.toml")


def test_every_layout_defect_file_is_tested() -> None:
    assert {path.name for path in DEFECTS.glob("layout_*")} == {name for name, _ in LAYOUT_DEFECTS}


@pytest.mark.parametrize("path", ["../mine.toml", "/etc/mine.toml", "C:\\mine.toml", "~/mine.toml"])
def test_a_layout_lies_in_the_job_folder(tmp_path: Path, path: str) -> None:
    with pytest.raises(JobError, match="フォルダーの外"):
        load_layout(path, tmp_path)
    with pytest.raises(JobError) as caught:
        load_layout("layouts/none.toml", tmp_path)
    assert caught.value.file == "layouts/none.toml"


def _five(encoding: str = "utf-8") -> tuple[dict[str, int], bytes]:
    widths = {key: width_of([each[key] for each in FIVE], encoding, "bytes") for key in columns_of(FIVE)}
    return widths, fixed_bytes(FIVE, widths, encoding, "bytes")


def test_a_record_of_another_length_is_found(tmp_path: Path) -> None:
    widths, data = _five()
    lines = data.splitlines(keepends=True)
    lines[3] = lines[3][:-3] + b"\r\n"
    error = rejected(tmp_path, b"".join(lines), fixed_layout(widths, "utf-8"))
    assert error.row == 4 and f"先頭から{len(lines[0]) * 3 + 1:,}バイト目" in error.what
    assert f"レイアウト{sum(widths.values()):,}バイト、この行{sum(widths.values()) - 1:,}バイト" in error.what


def test_header_and_trailer_records_are_skipped(tmp_path: Path) -> None:
    widths, data = _five("cp932")
    more = "skip_top = 1\nskip_bottom = 1\n"
    intake = read_as(tmp_path, b"H1\r\n" + data + b"T5\r\n\r\n", fixed_layout(widths, "cp932", more=more))
    assert intake.people["line"].tolist() == [2, 3, 4, 5, 6] and not intake.findings


def test_a_cut_through_a_character_names_the_column(tmp_path: Path) -> None:
    widths, data = _five("cp932")
    layout = tomllib.loads(fixed_layout(widths, "cp932"))
    start = next(each["start"] for each in layout["column"] if each["name"] == "氏名")
    shorter = {**widths, "name": 3, "rest": 0}
    parts = fixed_layout({key: width for key, width in shorter.items() if key != "rest"}, "cp932")
    cut = data.replace(b"\r\n", b"\n")
    length = sum(widths.values())
    records = [line[: start + 2] + line[start - 1 + widths["name"] :] for line in cut.split(b"\n")[:-1]]
    error = rejected(tmp_path, b"\n".join(records) + b"\n", parts)
    assert (error.row, error.column) == (1, "氏名") and "読めない文字" in error.what
    assert "文字の途中" in error.remedy and length


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "utf-16le", "utf-16be"])
@pytest.mark.parametrize(("code", "shown"), [("\0", "NUL"), ("\x1b", "ESC"), ("\x0e", "SO")])
def test_nul_and_shift_bytes_are_placed(tmp_path: Path, encoding: str, code: str, shown: str) -> None:
    text = export_text(FIVE)
    at = text.index("花子3")
    data = (text[:at] + code + text[at + 1 :]).encode(encoding)
    error = rejected(tmp_path, data, f'title = "x"\nencoding = "{encoding}"\n')
    own = len(text[:at].encode(encoding)) + 1
    assert error.row == 4 and shown in error.what and f"先頭から{own:,}バイト目" in error.what


def test_utf16_errors_are_placed(tmp_path: Path) -> None:
    text = export_text(FIVE)
    data = bytearray(text.encode("utf-16le"))
    at = text.index("花子4")
    data[2 * at : 2 * at + 2] = b"\x00\xdc"  # the second half of a pair alone
    error = rejected(tmp_path, bytes(data), 'title = "x"\nencoding = "utf-16le"\n')
    assert error.row == 5 and f"先頭から{2 * at + 1:,}バイト目" in error.what
    assert "guess" in error.remedy


def test_long_utf16_with_pairs_at_the_block_ends(tmp_path: Path) -> None:
    for encoding in ("utf-16le", "utf-16be"):
        people = [person(count, building="𠮷" * (count % 7)) for count in range(1, 2500)]
        data = export_text(people).encode(encoding)
        intake = read_as(tmp_path / encoding, data, f'title = "x"\nencoding = "{encoding}"\n')
        assert intake.people["building"].tolist() == [each["building"] for each in people]


def test_two_kinds_of_line_ends_are_a_note(tmp_path: Path) -> None:
    lines = export_text(FIVE).split("\r\n")
    mixed = "\r\n".join(lines[:3]) + "\n" + "\n".join(lines[3:])
    intake = read_as(tmp_path, mixed.encode(), UTF8)
    assert "CRLF 2行、LF 4行" in intake.notes[0] and len(intake.people) == 5
    quoted = mixed.replace("うるま市みどり町一丁目1番1号", '"うるま市"')
    assert "CRLF 2行、LF 4行" in read_as(tmp_path, quoted.encode(), UTF8).notes[0]


@pytest.mark.parametrize("quoted", [False, True])
def test_a_lone_carriage_return_is_refused(tmp_path: Path, quoted: bool) -> None:
    text = export_text(FIVE)
    if quoted:
        text = text.replace("うるま市みどり町一丁目1番1号", '"うるま市"')
    at = text.index("花子3")
    error = rejected(tmp_path, (text[:at] + "\r" + text[at:]).encode(), UTF8)
    assert error.row == 4 and f"先頭から{len(text[:at].encode()) + 1:,}バイト目" in error.what


def test_quotes_that_swallow_records_are_refused(tmp_path: Path) -> None:
    lines = export_text(FIVE).split("\r\n")
    last = lines[0].split(",").index("氏名")
    for at in (2, 4):
        cells = lines[at].split(",")
        cells[last] = '"' + cells[last] if at == 2 else cells[last] + '"'
        lines[at] = ",".join(cells)
    error = rejected(tmp_path, "\r\n".join(lines).encode(), UTF8)
    assert error.row == 3 and "改行をまたいで" in error.what and "バイト目" in error.what


def test_all_cells_quoted_and_another_quote_sign(tmp_path: Path) -> None:
    rows = [line.split(",") for line in export_text(FIVE).splitlines()]
    text = "".join(";".join(f"'{cell}'" for cell in cells) + "\n" for cells in rows)
    intake = read_as(tmp_path, text.encode(), UTF8 + 'delimiter = ";"\nquote = "\'"\n')
    assert not intake.findings and len(intake.people) == 5


def test_ragged_rows_without_a_header(tmp_path: Path) -> None:
    lines = export_text(FIVE).splitlines()
    layout = UTF8 + "header = false\nskip_top = 1\n"
    keys = [key for key in dict.fromkeys(key for each in FIVE for key in each) if key in BY_KEY]
    layout += "".join(column(key, number=at) for at, key in enumerate(keys, start=1))
    lines[3] += ",余り"
    error = rejected(tmp_path, ("\n".join(lines) + "\n").encode(), layout)
    assert error.row == 4 and "1行目" in error.what


# --- proposing a layout --------------------------------------------------------------------------------------


def _guessed(folder: Path, data: bytes) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sample.dat").write_bytes(data)
    text = guess_layout(folder / "sample.dat")
    assert text == guess_layout(folder / "sample.dat")
    for secret in ("見本", "花子", "みどり町", number(1)):
        assert secret not in text
    return text


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_guessed_layout_reads_the_file(tmp_path: Path, encoding: str) -> None:
    names = {
        "氏名": "氏名（漢字）",
        "被保険者番号": "被保番",
        "生年月日": "生年月日（西暦）",
        "性別": "性別コード",
    }
    people = [person(at, birth_date=f"194107{at:02d}", sex="M", name="見本　花子") for at in range(1, 9)]
    if encoding == "shift_jis_2004":
        people[0]["name"] = "俱本　花子"  # JIS X 0213 only
    rows = [line.split(",") for line in export_text(people).splitlines()]
    rows[0] = [names.get(header, header) for header in rows[0]]
    text = "抽出結果\n" + "".join("\t".join(cells) + "\n" for cells in rows) + "END\t8\n"
    guess = _guessed(tmp_path, text.encode(encoding))
    spec = parse_layout(guess.encode(), "mine.toml")
    assert (spec.encoding, spec.delimiter, spec.skip_top, spec.skip_bottom) == (encoding, "\t", 1, 1)
    assert {each.name: each.header for each in spec.column if each.header} == names
    assert next(each.date for each in spec.column if each.name == "生年月日") == "compact"
    assert next(each.values for each in spec.column if each.name == "性別") == {"M": "1"}
    intake = read_as(tmp_path / "job", text.encode(encoding), guess)
    assert not intake.findings and set(intake.people["sex"]) == {"male"}


def test_a_word_to_fill_in_holds_the_person(tmp_path: Path) -> None:
    data = export_text([person(1, sex="Z")]).encode()
    guess = _guessed(tmp_path, data)
    assert f'"Z" = "{UNKNOWN}"' in guess
    assert [each.code for each in read_as(tmp_path / "job", data, guess).findings] == ["CODE_BAD"]


def test_guesses_without_a_header_and_of_fixed_width(tmp_path: Path) -> None:
    lines = export_text([person(at, birth_date=f"31607{at:02d}") for at in range(1, 9)]).splitlines()[1:]
    guess = _guessed(tmp_path / "a", "".join(line + "\n" for line in lines).encode("cp932"))
    found = {each.name for each in parse_layout(guess.encode(), "mine.toml").column}
    assert {"基準日", "被保険者番号", "保険者番号", "生年月日", "郵便番号", "住所"} <= found
    _, data = _five("cp932")
    fixed = tomllib.loads(_guessed(tmp_path / "b", data))
    assert fixed["form"] == "fixed" and fixed["record_length"] == len(data.splitlines()[0])


_MANY = [
    person(
        at * 977,
        birth_date=f"3{10 + at % 7:02d}07{at:02d}",
        sex="12"[at % 2],
        name="見本　花子" + "郎" * (at % 3),
        kana="ﾐﾎﾝ ﾊﾅｺ",
        municipality_code="47213" if at % 2 else "47201",
        address=f"那覇市みどり町{'一二三四五六七'[at % 7]}丁目" + "あ" * (at % 5),
        building="みどり荘" * (at % 2),
        qualified_on=f"2020{at % 12 + 1:02d}01",
        category=("一般Ⅰ", "区分Ⅱ", "")[at % 3],
    )
    for at in range(1, 29)
]


@pytest.mark.parametrize(
    ("encoding", "unit"), [("cp932", "bytes"), ("utf-8", "characters"), ("utf-16le", "characters")]
)
def test_a_fixed_width_guess_lacks_only_names(tmp_path: Path, encoding: str, unit: str) -> None:
    digits = ("used_12m", "used_3m", "linked", "copay")  # nothing proves where they part
    people = [{key: text for key, text in each.items() if key not in digits} for each in _MANY]
    widths = {
        key: width_of(
            [each[key] for each in people], encoding, unit, 3 if key in ("name", "kana", "address") else 0
        )
        for key in columns_of(people)
    }
    data = fixed_bytes(people, widths, encoding, unit)
    guess = _guessed(tmp_path, data)
    for text in ("みどり", "ﾐﾎﾝ", "47213", "39472139", "3100728"):
        assert text not in guess
    found = {each["name"] for each in tomllib.loads(guess)["column"]}
    assert found == {"基準日", "被保険者番号", "保険者番号", "市町村コード", "性別", "生年月日", "郵便番号"}
    starts, at = {}, 1
    for key, width in widths.items():
        starts[at], at = BY_KEY[key].header, at + width
    named = re.sub(
        r"# \[\[column\]\](.*)\n# name = .*\n# start = (\d+)\n# length = (\d+)(?:\n# (date = .*))?",
        lambda part: (
            f'[[column]]\nname = "{starts[int(part[2])]}"\nstart = {part[2]}\nlength = {part[3]}\n{part[4] or ""}'
        ),
        guess,
    )
    table = read_as(tmp_path / "a", data, named).people
    expected = take_in(tmp_path / "b", people)[0].people
    assert table[list(BY_KEY)].equals(expected[list(BY_KEY)])


def test_a_sample_with_mistakes_is_guessed_all_the_same(tmp_path: Path) -> None:
    people = [*_MANY, person(977), person(9, birth_date="", sex=""), person(10)]
    widths = {
        key: width_of([each.get(key, "") for each in people], "cp932", "bytes") for key in columns_of(people)
    }
    guess = tomllib.loads(_guessed(tmp_path, fixed_bytes(people, widths, "cp932", "bytes")))
    assert {"被保険者番号", "生年月日", "性別"} <= {each["name"] for each in guess["column"]}


def test_few_records_prove_nothing(tmp_path: Path) -> None:
    widths = {key: width_of([_MANY[0][key]], "cp932", "bytes") for key in _MANY[0]}
    guess = _guessed(tmp_path, fixed_bytes(_MANY[:1] * 2, widths, "cp932", "bytes"))
    assert "column" not in tomllib.loads(guess)
    assert "必須の列「被保険者番号」" in guess


def test_a_file_in_no_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes("氏名\n".encode("cp932") + b"\x81\x20\n")
    with pytest.raises(JobError, match="文字コードが分かりません") as caught:
        guess_layout(tmp_path / "x")
    assert caught.value.row == 2


def test_synonyms_are_known_headers_and_mean_one_column() -> None:
    assert set(HEADERS) <= {each.header for each in EXPORT_COLUMNS}
    meant: dict[str, set[str]] = {}
    for key, each in HEADERS.items():
        for name in (key, *each):
            meant.setdefault(plain_header(name), set()).add(key)
    assert [name for name, keys in meant.items() if len(keys) > 1] == []
    assert standard_of("氏 名 （漢字）") == "氏名" and standard_of("電話") == ""


def test_shipped_layouts_are_read_unchanged(tmp_path: Path) -> None:
    write_job(tmp_path)
    assert read_export(load_order(tmp_path), tmp_path).inputs[0].name == "export.csv"
