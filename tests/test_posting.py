"""The papers for the post office: they count to the budget, and after voids to what is left."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from line_fixtures import Finished, cli, finished, said, table, tree
from post_builders import loaded_order
from small_job import JOB, person, write_job

from kouki_print.base.errors import OutputDiffers
from kouki_print.handover.posting_papers import read_breakdown_totals
from kouki_print.job.posting import again
from kouki_print.job.posting.again import post_again
from kouki_print.job.watch import Silent
from kouki_print.post.posting import NO_OFFICE, AreaLine, area_lines, mark_notes, postings_of
from kouki_print.post.registered import number_of, shown
from kouki_print.verify.papers import paper_text

URUMA, NAHA, GINOWAN = "47213", "47201", "47205"
SETTINGS = """\
used_numbers = "used.csv"
[mail]
notice = "ordinary"
[checks]
protected_without_instruction = "print"
[marks]
without_local_special = ["47201"]
[marks.offices]
47213 = "具志川"
[posting]
customer = "具志川 第12号"
least_per_area = 3
"""
SEALED = "隠岐　花子"
USED = "市町村コード,開始番号,終了番号,差出日\n"


def _people() -> list[dict[str, str]]:
    """8 pieces of うるま市 by 簡易書留 and 3 by ordinary mail, 2 of 那覇市, 1 of 宜野湾市, which mails nothing."""
    naha = {"municipality_code": NAHA, "insurer_number": "39472014", "postcode": "900-0021"}
    return [
        *(person(at, name=f"見本　{at}郎".translate(str.maketrans("0123456789", "〇一二三四五六七八九")), linked="0")
          for at in range(1, 7)),
        person(7, linked="0", postcode="904-1111"),
        person(8, name=SEALED, linked="0", protected="1"),
        *(person(at, birth_date="3200705") for at in range(9, 12)),
        *(person(at, linked="0", address=f"那覇市泉崎{at}番", **naha) for at in (12, 13)),
        person(14, linked="0", municipality_code=GINOWAN, insurer_number="39472055", postcode="901-2211"),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("posting") / "job"
    write_job(
        folder, _people(), JOB + SETTINGS, changes={GINOWAN: {"郵送": "しない", "受渡方法": "市で配る"}}
    )
    bands = [f"{URUMA},{number_of(300)},{number_of(304)}", f"{URUMA},{number_of(500)},{number_of(599)}"]
    (folder / "numbers.csv").write_text(
        "\n".join(["市町村コード,開始番号,終了番号", *bands, ""]), encoding="utf-8"
    )
    (folder / "used.csv").write_text(f"{USED}{URUMA},{number_of(100)},{number_of(199)},2025-07-14\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def made(job: Path) -> Finished:
    """The job run once.  Read-only."""
    return finished(job, job.parent / "out")


def breakdown(folder: Path, code: str) -> list[dict[str, str]]:
    return table(folder / "municipalities" / code / "posting" / "breakdown.csv")


def sums(lines: list[dict[str, str]]) -> tuple[int, int]:
    return sum(int(line["pieces"]) for line in lines), sum(int(line["total_yen"]) for line in lines)


def text_of(path: Path) -> str:
    return subprocess.run(
        ["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True
    ).stdout


# --- the run ---


def test_papers_of_a_run_count_to_the_budget(made: Finished) -> None:
    budget = [line for line in made.budget() if line["mail_service"] != "none"]
    wanted: Counter[tuple[str, ...]] = Counter()
    for line in budget:
        key = (line["municipality_code"], line["mail_service"], line["size_class"], line["max_grams"])
        wanted[(*key, line["unit_yen"])] += int(line["pieces"])
    found: Counter[tuple[str, ...]] = Counter()
    for code in (URUMA, NAHA):
        for line in breakdown(made.out, code):
            assert int(line["total_yen"]) == int(line["pieces"]) * int(line["unit_yen"])
            key = (code, line["mail_service"], line["size_class"], line["max_grams"], line["unit_yen"])
            found[key] += int(line["pieces"])
    assert found == wanted and sum(found.values()) == 13
    assert sums(table(made.out / "union" / "posting.csv")) == sums(budget)
    assert not (made.out / "municipalities" / GINOWAN / "posting").exists()  # mails nothing


def test_a_breakdown_tells_office_day_and_step(made: Finished) -> None:
    lines = breakdown(made.out, URUMA)
    assert list(lines[0].values()) == [
        "具志川", "simple_registered", "standard", "50", "460", "8", "3680", "2026-07-13",
    ]  # fmt: skip
    assert [line["mail_service"] for line in lines] == ["simple_registered", "ordinary"]
    assert breakdown(made.out, NAHA)[0]["office"] == NO_OFFICE


def test_the_breakdown_paper_has_all_that_the_office_asks_for(made: Finished) -> None:
    words = text_of(made.out / "municipalities" / URUMA / "posting" / "breakdown.pdf")
    first, second, end = words.split("\f")
    for word in (
        "内訳票", "令和8年7月13日", "具志川", "うるま市", "料金後納", "具志川 第12号", "簡易書留", "50gまで", "3,680",
        "11通", "000-00-00300-6", "000-00-00304-3", "割引は入れていません", "郵便局の様式ではありません", "印",
    ):  # fmt: skip
        assert word in re.sub("　", " ", first), word
    assert "差出しの集計" in second and "11" in second and not end
    naha = text_of(made.out / "municipalities" / NAHA / "posting" / "breakdown.pdf")
    assert "未定" not in naha and re.search("引受郵便局 +＿{8}", naha), "room to write the office"


def test_papers_for_the_office_have_nothing_of_the_houses_own(made: Finished) -> None:
    for path in (made.out / "municipalities").glob("*/posting/*.pdf"):
        words = text_of(path)
        assert not [word for word in ("要確認", "郵便区", "連合の", "xlsx") if word in words], path


def test_the_breakdown_is_read_back(made: Finished) -> None:
    path = made.out / "municipalities" / URUMA / "posting" / "breakdown.pdf"
    for text in (text_of(path), paper_text(path)):
        assert read_breakdown_totals(text) == (11, 3 * 110 + 8 * 460)
        for broken in (text.replace("11通", "12通", 1), text.replace("円", "", 40), text.split("\f")[0][:99]):
            with pytest.raises(ValueError, match="totals"):
                read_breakdown_totals(broken)


def test_the_posting_list_goes_by_office(made: Finished) -> None:
    lines = table(made.out / "union" / "posting.csv")
    assert [
        (line["office"], line["municipality_code"], line["mail_service"], line["pieces"]) for line in lines
    ] == [
        (NO_OFFICE, NAHA, "simple_registered", "2"),
        ("具志川", URUMA, "simple_registered", "8"),
        ("具志川", URUMA, "ordinary", "3"),
    ]
    assert (lines[1]["first_number"], lines[1]["last_number"]) == (number_of(300), number_of(502))
    assert lines[0]["first_number"] == lines[2]["first_number"] == ""
    book = openpyxl.load_workbook(made.out / "union" / "posting.xlsx")
    assert book.sheetnames == ["局別", "郵便区別", "引受番号"]
    rows = [[cell.value for cell in row] for row in book["局別"].iter_rows()]
    assert ["具志川", URUMA, "うるま市", "簡易書留", 8, 3680, "000-00-00300-6", "000-00-00502-5"] in rows
    assert ["差出日 令和8年7月13日"] in [row[:1] for row in rows]
    rows = [[cell.value for cell in row] for row in book["引受番号"].iter_rows()]
    assert [URUMA, "うるま市", "簡易書留", "000-00-00300-6", "000-00-00304-3", 5, 0] in rows


def test_used_numbers_go_on_from_job_to_job(made: Finished) -> None:
    text = (made.out / "union" / "used_numbers.csv").read_text("utf-8-sig")
    assert list(csv.reader(io.StringIO(text)))[1:] == [
        [URUMA, "000-00-00100-2", "000-00-00199-3", "2025-07-14"],
        [URUMA, "000-00-00300-6", "000-00-00304-3", "2026-07-13"],
        [URUMA, "000-00-00500-3", "000-00-00502-5", "2026-07-13"],
    ]
    bands = table(made.out / "union" / "registered_numbers.csv")
    of = [
        (each["市町村コード"], each["使った数"], each["残り"], each["最後の番号"], each["備考"])
        for each in bands
    ]
    assert of[0][:3] == (NAHA, "", "") and of[0][4].endswith("（2通）") and bands[0]["郵便種別"] == "簡易書留"
    assert of[1:] == [(URUMA, "5", "0", "000-00-00304-3", ""), (URUMA, "3", "97", "000-00-00502-5", "")]


def test_the_next_job_is_refused_the_same_numbers(made: Finished, job: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    again.mkdir()
    for path in job.iterdir():
        (again / path.name).write_bytes(path.read_bytes())
    (again / "used.csv").write_bytes((made.out / "union" / "used_numbers.csv").read_bytes())
    message = said(cli("run", again, "--out", tmp_path / "out", "--workers", 1))
    assert message.startswith("エラー: numbers.csv 2行目 「開始番号」列: この範囲には使用済みの番号")
    assert "used.csv 3行目、差出日 2026-07-13" in message
    assert not (tmp_path / "out").exists()


def test_districts_with_too_few_marked_pieces_are_told(made: Finished) -> None:
    lines = table(made.out / "union" / "areas.csv")
    of = [(line["municipality_code"], line["area"], line["mail_service"], line["pieces"]) for line in lines]
    assert of == [
        (NAHA, "那覇 900", "simple_registered", "2"),
        (URUMA, "うるま 904-11", "simple_registered", "1"),
        (URUMA, "うるま 904-22", "ordinary", "3"),
        (URUMA, "うるま 904-22", "simple_registered", "7"),
    ]
    assert [line["marked"] + line["ok"] for line in lines] == ["00", "10", "11", "11"]
    note = next(line for line in made.console.splitlines() if "郵便区内特別" in line)
    assert "【要確認】" in note and "うるま市 1通" in note and "那覇市" not in note
    sheet = openpyxl.load_workbook(made.out / "union" / "posting.xlsx")["郵便区別"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert ["具志川", "うるま市", "うるま 904-11", "簡易書留", 1, "あり", "要確認: 通数が足りない"] in rows


# --- counting ---


def pieces(*rows: tuple[str, str, int], weight_cg: int = 4600, size: str = "standard") -> pd.DataFrame:
    """Pieces of (unit, district, count)."""
    found = [(unit, area) for unit, area, count in rows for _ in range(count)]
    return pd.DataFrame(found, columns=["unit_code", "area"]).assign(
        piece_id=[f"P{at}" for at in range(len(found))],
        sequence=range(1, len(found) + 1),
        mail_service="simple_registered",
        size_class=size,
        max_grams=50,
        postage_yen=460,
        weight_cg=weight_cg,
        registered_number="",
    )


def test_why_the_mark_would_be_wrong() -> None:
    order = loaded_order(marks={"without_local_special": [NAHA]}).order
    heavy = pieces((URUMA, "西", 200), weight_cg=25_001, size="nonstandard_regular")
    plan = pd.concat([pieces((URUMA, "西", 100), (URUMA, "東", 99), (URUMA, "", 4), (NAHA, "西", 1)), heavy])
    service = "simple_registered"
    assert area_lines(order, plan) == {
        NAHA: [AreaLine("西", service, 1, False, "few")],
        URUMA: [
            AreaLine("", service, 4, True, "outside"),
            AreaLine("東", service, 99, True, "few"),
            AreaLine("西", service, 200, True, "heavy"),
            AreaLine("西", service, 100, True, ""),
        ],
    }
    (note,) = mark_notes(order, {URUMA: "うるま市", NAHA: "那覇市"}, plan)
    assert "うるま市 303通。" in note and "那覇市" not in note and "without_local_special" in note
    assert mark_notes(loaded_order(posting={"least_per_area": 0}).order, {URUMA: "うるま市"}, plan) == []
    assert mark_notes(loaded_order(marks={"local_special": False}).order, {URUMA: "うるま市"}, plan) == []


def test_many_units_are_not_all_named() -> None:
    order = loaded_order().order
    names = {f"47{at}": f"第{at}市" for at in range(300, 312)}
    (note,) = mark_notes(order, names, pieces(*((code, "西", 1) for code in names)))
    assert "第307市 1通、ほか4件。" in note and "第308市" not in note


def test_a_unit_without_mail_has_no_posting() -> None:
    order = loaded_order().order
    plan = pieces((URUMA, "西", 2), (NAHA, "西", 1))
    plan.loc[plan["unit_code"] == NAHA, "mail_service"] = "none"
    assert list(postings_of(order, {NAHA: "那覇市", URUMA: "うるま市"}, plan)) == [URUMA]
    emptied = postings_of(order, {URUMA: "うるま市"}, plan, {"P0": "a", "P1": "b"})[URUMA]
    assert (emptied.pieces, emptied.total_yen, len(emptied.voids)) == (0, 0, 2)


# --- voids ---


def void_file(folder: Path, *rows: str, header: str = "code,理由") -> Path:
    path = folder / "void.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def column_of(made: Finished, code: str, column: str) -> list[str]:
    rows = made.ask(f"SELECT {column} FROM piece WHERE unit_code = '{code}' ORDER BY sequence")
    return [str(value) for (value,) in rows]


def test_posting_without_voids_makes_the_same_papers(made: Finished, tmp_path: Path) -> None:
    result = cli("posting", made.out, "--to", tmp_path / "to")
    assert result.exit_code == 0, result.output
    assert "印刷した郵便物 13通 − 抜取り 0通 ＝ 差し出す 13通" in result.output
    new, old = tree(tmp_path / "to"), tree(made.out)
    assert {"posting_slips.pdf", "breakdown.pdf", "posting.csv"} <= {Path(name).name for name in new}
    assert [name for name, data in new.items() if old[name] != data] == []


def test_voids_are_left_out_and_listed(made: Finished, tmp_path: Path) -> None:
    before = tree(made.out)
    ids, codes, numbers = (
        column_of(made, URUMA, name) for name in ("piece_id", "matching_code", "registered_number")
    )
    hyphens = shown(numbers[2])
    plain = numbers.index("")
    path = void_file(tmp_path, f"{ids[0]},死亡", f"{codes[1]},=転出", f"{hyphens},", f"{ids[plain]},転出")
    result = cli("posting", made.out, "--void", path, "--to", tmp_path / "to")
    assert result.exit_code == 0, result.output
    assert "13通 − 抜取り 4通 ＝ 差し出す 9通　料金 3,440円" in result.output
    assert tree(made.out) == before
    to = tmp_path / "to"
    assert sums(breakdown(to, URUMA)) == (7, 5 * 460 + 2 * 110)
    assert breakdown(to, NAHA) == breakdown(made.out, NAHA)
    voids = table(to / "municipalities" / URUMA / "posting" / "void_list.csv")
    assert [void["piece_id"] for void in voids] == [*ids[:3], ids[plain]]
    assert [void["registered_number"] for void in voids] == [*numbers[:3], ""]
    assert [void["reason"] for void in voids] == ["死亡", "'=転出", "", "転出"]
    assert table(to / "union" / "void_list.csv") == voids
    assert not (to / "municipalities" / NAHA / "posting" / "void_list.csv").exists()
    words = text_of(to / "municipalities" / URUMA / "posting" / "void_list.pdf")
    assert hyphens in words and "欠番" in words and "抜き取った" in words
    assert "印刷した 11通 − 抜き取った 4通" in text_of(
        to / "municipalities" / URUMA / "posting" / "breakdown.pdf"
    )
    slips = text_of(to / "municipalities" / URUMA / "posting" / "posting_slips.pdf")
    assert hyphens not in slips and shown(numbers[3]) in slips
    book = openpyxl.load_workbook(to / "union" / "posting.xlsx")
    assert book.sheetnames[-1] == "欠番" and book["欠番"]["A7"].value is not None


def test_protected_people_are_on_sealed_papers_only(made: Finished, tmp_path: Path) -> None:
    (sealed,) = made.ask("SELECT piece_id, registered_number FROM piece WHERE apart = 1")
    path = void_file(tmp_path, f"{URUMA},1,転出", header="市町村コード,通し番号,理由")
    assert cli("posting", made.out, "--void", path, "--to", tmp_path / "to").exit_code == 0
    own = tmp_path / "to" / "municipalities" / URUMA
    assert shown(sealed[1]) in text_of(own / "sealed" / "posting_slips.pdf")
    assert shown(sealed[1]) not in text_of(own / "posting" / "posting_slips.pdf")
    assert sums(breakdown(tmp_path / "to", URUMA)) == (10, 7 * 460 + 3 * 110)  # counted in the totals
    for name, data in tree(tmp_path / "to").items():
        if "sealed" not in name and name.endswith(".pdf"):
            assert SEALED.replace("　", "") not in text_of(tmp_path / "to" / name).replace("　", "").replace(
                " ", ""
            )
        assert SEALED.encode() not in data


BY_CODE, BY_NUMBER = "code,理由", "市町村コード,通し番号,理由"
FIRST, UNKNOWN = "OKR08-47213-0000001", "このジョブにありません"


@pytest.mark.parametrize(
    ("header", "rows", "where", "what"),
    [
        (BY_CODE, [FIRST, "OKR08-47213-0000009999"], "3行目 「code」列", UNKNOWN),
        (BY_CODE, ["39960000006"], "2行目 「code」列", UNKNOWN),
        (BY_CODE, [f"{FIRST}-11-B-?"], "2行目 「code」列", UNKNOWN),
        (BY_CODE, [",死亡"], "2行目 「code」列", "空欄"),
        (BY_CODE, ["隠岐 花子,死亡"], "2行目 「code」列", "この欄の値の郵便物は、" + UNKNOWN),
        (BY_CODE, [FIRST, FIRST], "3行目 「code」列", "2行目にもあります"),
        (BY_NUMBER, ["47213,99"], "2行目 「通し番号」列", "（うるま市の通し番号は1から11まで）"),
        (BY_NUMBER, ["47213,一"], "2行目 「通し番号」列", "番号ではありません"),
        (BY_NUMBER, ["47213,"], "2行目 「通し番号」列", "空欄"),
        (BY_NUMBER, ["47299,1"], "2行目 「市町村コード」列", "「47299」は、このジョブにないコード"),
        (BY_NUMBER, ["うるま市,1"], "2行目 「市町村コード」列", "名前です（コードは 47213）"),
        ("市町村コード,理由", ["47213"], "1行目 「code」列", "必要な列がありません"),
        (BY_CODE, [], "", "1件もありません"),
    ],
)
def test_a_void_that_cannot_be_is_refused(
    made: Finished, tmp_path: Path, header: str, rows: list[str], where: str, what: str
) -> None:
    commas = header.count(",")
    path = void_file(tmp_path, *(row + "," * (commas - row.count(",")) for row in rows), header=header)
    message = said(cli("posting", made.out, "--void", path, "--to", tmp_path / "to"))
    assert message.startswith(f"エラー: {f'void.csv {where}'.strip()}: ") and what in message, message
    assert not (tmp_path / "to").exists()


def test_all_that_is_wrong_in_a_list_is_told_at_once(made: Finished, tmp_path: Path) -> None:
    rows = [
        "47213,1,",
        "47213,99,",
        "47299,1,",
        "472131,１,",
        *(f"47213,{at},同じ" for at in range(100, 120)),
    ]
    path = void_file(tmp_path, *rows, header=BY_NUMBER)
    message = said(cli("posting", made.out, "--void", path, "--to", tmp_path / "to"))
    lines = message.splitlines()
    assert lines[0] == "エラー: void.csv: 直すところが23件あります。"
    assert lines[1].startswith("・3行目 「通し番号」列: ") and lines[2].startswith(
        "・4行目 「市町村コード」列: "
    )
    assert lines[3].startswith("・5行目 「通し番号」列: OKR08-47213-0000001 は2行目にも")
    assert len(lines) == 1 + 20 + 2 and lines[21] == "（ほか3件）" and lines[22].startswith("対処: ")


def test_codes_as_people_type_them(made: Finished, tmp_path: Path) -> None:
    path = void_file(tmp_path, "４７２１３,１,a", "472131,2,b", "47213,0000003,c", header=BY_NUMBER)
    assert cli("posting", made.out, "--void", path, "--to", tmp_path / "a").exit_code == 0
    wide = "OKR08-47213-0000001".translate({at: at + 0xFEE0 for at in range(0x21, 0x7F)})
    path = void_file(tmp_path, f"{wide},a", "OKR08-47213-0000002,b", "000-00-00302-1,c")
    assert cli("posting", made.out, "--void", path, "--to", tmp_path / "b").exit_code == 0
    lists = [table(tmp_path / name / "union" / "void_list.csv") for name in "ab"]
    assert lists[0] == lists[1] and [each["sequence"] for each in lists[0]] == ["1", "2", "3"]


def test_a_list_that_is_not_there_or_empty(made: Finished, tmp_path: Path) -> None:
    missing, empty = tmp_path / "no.csv", tmp_path / "empty.csv"
    empty.write_bytes(b"")
    message = said(cli("posting", made.out, "--void", missing, "--to", tmp_path / "to"))
    assert (
        message.startswith(f"エラー: {missing}: 抜取りの一覧のファイルがありません")
        and "ジョブの" not in message
    )
    message = said(cli("posting", made.out, "--void", empty, "--to", tmp_path / "to"))
    assert message.startswith("エラー: empty.csv: ファイルが空です") and "code,理由" in message


def test_pieces_that_are_not_mailed_are_listed_apart(made: Finished, tmp_path: Path) -> None:
    path = void_file(tmp_path, f"{GINOWAN},1,死亡", f"{NAHA},1,転出", header=BY_NUMBER)
    result = cli("posting", made.out, "--void", path, "--to", tmp_path / "to")
    assert result.exit_code == 0, result.output
    assert "印刷した郵便物 13通 − 抜取り 1通 ＝ 差し出す 12通" in result.output
    assert "郵送しない郵便物の抜取り 1通" in result.output
    own = tmp_path / "to" / "municipalities"
    assert [each.name for each in sorted((own / GINOWAN / "posting").iterdir())] == [
        "void_list.csv", "void_list.pdf",
    ]  # fmt: skip
    words = text_of(own / GINOWAN / "posting" / "void_list.pdf")
    assert "市町村用" in words and "OKR08-47205-0000001" in words and "郵便局（確認）" not in words
    assert "市町村用" not in text_of(own / NAHA / "posting" / "void_list.pdf")
    (line,) = table(own / GINOWAN / "posting" / "void_list.csv")
    assert (line["mail_service"], line["registered_number"], line["reason"]) == ("none", "", "死亡")
    assert len(table(tmp_path / "to" / "union" / "void_list.csv")) == 2
    assert {line["municipality_code"] for line in table(tmp_path / "to" / "union" / "posting.csv")} == {
        NAHA,
        URUMA,
    }


@pytest.mark.parametrize("place", ["", "P", "municipalities/P", "../there"])
def test_papers_lie_in_a_new_folder_outside_the_result(made: Finished, tmp_path: Path, place: str) -> None:
    out = tmp_path / "out"
    shutil.copytree(made.out, out)
    (tmp_path / "there").mkdir()
    before = tree(tmp_path)
    message = said(cli("posting", out, "--to", out / place))
    assert ("もうあります" if ".." in place else "出力フォルダーの中に") in message
    assert tree(tmp_path) == before and not (out / "P").exists()


def test_papers_that_do_not_count_end_with_exit_3(
    made: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def short(folder: Path, order: object, posting: object, sender: object) -> None:
        folder.mkdir(parents=True)
        (folder / "breakdown.csv").write_text("pieces,total_yen\n1,460\n", encoding="utf-8")

    monkeypatch.setattr(again, "write_papers", short)
    with pytest.raises(OutputDiffers, match="差し出す通数が2です（正しくは13）"):
        post_again(made.out, tmp_path / "to", Silent())
    assert not (tmp_path / "to").exists()


def test_help_is_in_japanese() -> None:
    result = cli("posting", "--help")
    assert result.exit_code == 0
    assert (
        "使い方: " in result.output and "抜き取った郵便物" in result.output and "Options" not in result.output
    )
