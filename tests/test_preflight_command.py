"""The command ``preflight`` and the checks of a job's own files."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import broken_pdf as broken
import pikepdf
import pytest
from broken_pdf import edited, page
from line_fixtures import cli
from made_lot import Made
from pikepdf import Array, String

from kouki_print.job.preflighting import LotPreflight
from kouki_print.verify.preflight.check import MORE, Checked
from kouki_print.verify.preflight.items import ITEMS, Finding, Standard, remedy_of
from kouki_print.verify.preflight.report import page_ranges, report_lines


def test_good_files_pass(made: Made) -> None:
    done = cli("preflight", *made.all_files())
    assert done.exit_code == 0
    assert done.output.count("合格") == 4 and "不合格" not in done.output
    assert "PDF/X-4＋PDF/VT-1・自社の決まり として確かめました。" in done.output


def test_a_broken_file_is_told_with_pages_and_remedy(made: Made, tmp_path: Path) -> None:
    path = edited(made.single(1), tmp_path / "broken.pdf", broken.annotation)
    edited(path, tmp_path / "more.pdf", page(5, CropBox=Array([0, 0, 600, 800])))
    done = cli("preflight", tmp_path / "more.pdf", "--json", tmp_path / "result.json")
    assert done.exit_code == 3
    assert "[誤り] 26 注釈・入力欄なし" in done.output
    assert "・3ページ: 注釈（/Square）が裁ち落とし枠の内側にあります（" in done.output
    assert "対処: 注釈・リンク・入力欄を削除してください。" in done.output
    (file,) = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))["files"]
    assert (file["standard"], file["house"], file["pages"], file["passed"]) == ("vt", True, 8, False)
    assert [(each["item"], each["pages"]) for each in file["findings"]] == [(24, [5]), (26, [3]), (26, [3])]


def test_house_rules_can_be_asked_for(made: Made, tmp_path: Path) -> None:
    path = edited(made.single(1), tmp_path / "broken.pdf", page(5, CropBox=Array([0, 0, 600, 800])))
    relaxed = cli("preflight", path, "--no-house")
    assert relaxed.exit_code == 0 and "[注意] 24 枠の重なり" in relaxed.output
    assert cli("preflight", path).exit_code == cli("preflight", path, "--house").exit_code == 3


def test_a_file_without_a_standard_is_told_so(made: Made, tmp_path: Path) -> None:
    def plain(pdf: pikepdf.Pdf) -> None:
        broken.no_xmp(pdf)
        broken.no_record_tree(pdf)

    done = cli("preflight", edited(made.single(1), tmp_path / "plain.pdf", plain))
    assert done.exit_code == 3
    assert "このファイルは印刷規格を名乗っていません。PDF/X-4 として確かめました。" in done.output
    asked = cli("preflight", tmp_path / "plain.pdf", "--standard", "x1a")
    assert "PDF/X-1a:2003" in asked.output and "[誤り] 10 X-1aの宣言" in asked.output


UNREAD = {
    "words.pdf": "PDFではありません。",
    "none.pdf": "ファイルがありません。",
    "empty": "フォルダーの中にPDFがありません。",
}


def test_a_file_that_is_no_pdf_does_not_hide_the_others(made: Made, tmp_path: Path) -> None:
    (tmp_path / "words.pdf").write_text("words", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    wrong = edited(made.single(1), tmp_path / "wrong.pdf", broken.annotation)
    for name, sentence in UNREAD.items():
        for others, status in (([], 1), ([made.single(1)], 1), ([made.single(1), wrong], 3)):
            done = cli("preflight", tmp_path / name, *others, "--json", tmp_path / "result.json")
            assert done.exit_code == status and f"{tmp_path / name}　確かめられません" in done.stdout
            assert sentence in done.stdout and "対処: " in done.stdout
            unread, *read = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))["files"]
            assert unread["file"] == str(tmp_path / name) and sentence in unread["unread"]
            assert [each["file"] for each in read] == [str(path) for path in others]


def test_a_folder_is_all_the_pdfs_in_it(made: Made, tmp_path: Path) -> None:
    for name in ("b/print/lot.pdf", "b/imposed/lot.PDF", "a.pdf", "b/words.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made.single(1), tmp_path / name)
    done = cli("preflight", tmp_path, tmp_path / "a.pdf")
    assert done.exit_code == 0
    told = re.findall(r"^■ (.*?)　", done.stdout, re.MULTILINE)
    assert told == [str(tmp_path / name) for name in ("a.pdf", "b/imposed/lot.PDF", "b/print/lot.pdf")]


@pytest.mark.skipif(os.name == "nt", reason="names are characters there")
def test_a_name_of_another_encoding_is_read_all_the_same(made: Made, tmp_path: Path) -> None:
    shutil.copyfile(made.single(1), os.fsencode(tmp_path) + b"/" + "見本".encode("cp932") + b".pdf")
    done = cli("preflight", tmp_path, "--json", tmp_path / "result.json")
    assert done.exit_code == 0 and "合格" in done.stdout
    (told,) = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))["files"]
    assert told["passed"] and told["file"].startswith(str(tmp_path))


def test_items_and_places_are_counted_and_remedies_fit(made: Made, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        for number in range(1, 9):
            page(number, BleedBox=None)(pdf)
        page(3, CropBox=Array([0, 0, 600, 800]))(pdf)

    done = cli("preflight", edited(made.single(1), tmp_path / "broken.pdf", change))
    assert "不合格（誤り 1項目・9か所）" in done.stdout
    assert done.stdout.count("　　対処: ") == 2
    assert "裁ち落とし枠（BleedBox）を仕上がりの3mm外側に" in done.stdout
    many = (*(Finding(32, number, "", "だめ") for number in range(500)), Finding(32, 0, "", MORE))
    (line, *_) = report_lines(Checked(Path("a.pdf"), Standard.vt, True, True, 1, many, {}))
    assert line.endswith("不合格（誤り 1項目・500か所以上）")
    assert "墨" in remedy_of(Finding(32, 1, "", "DeviceGrayの色です（墨のk・Kと特色だけにします）"))
    assert ITEMS[40].remedy != ITEMS[41].remedy


def test_a_file_that_is_cut_off_is_not_said_to_have_revisions(made: Made, tmp_path: Path) -> None:
    data = made.single(1).read_bytes()
    (tmp_path / "cut.pdf").write_bytes(data[: len(data) // 2])
    done = cli("preflight", tmp_path / "cut.pdf")
    assert (
        done.exit_code == 3
        and "%%EOF）で終わっていません" in done.stdout
        and "版が重なって" not in done.stdout
    )


def test_page_ranges() -> None:
    assert page_ranges([7, 1, 2, 3, 3, 9, 10]) == "1-3、7、9-10"


def test_many_objects_are_counted() -> None:
    findings = tuple(Finding(45, 0, f"{number} 0 R", "だめ") for number in range(1, 9))
    checked = Checked(Path("a.pdf"), Standard.vt, True, True, 1, findings, {})
    assert "　　・だめ（1 0 R、2 0 R、3 0 R ほか5個）" in list(report_lines(checked))


def lot_check(made: Made, folder: Path | None = None) -> list[str]:
    task, kit = made.tasks[1], made.kit
    standard = LotPreflight(kit.order, kit.layouts, kit.imposition)
    printed = (folder or task.folder) / task.lot.print_path
    imposed = (folder or task.folder) / task.lot.imposed_path
    found = standard.check(printed, imposed, made.pieces(1)[:1], task.fields)
    return [each.sentence() for each in found]


def test_the_files_of_a_lot_are_checked_with_what_the_job_knows(made: Made, tmp_path: Path) -> None:
    assert lot_check(made) == []
    task = made.tasks[1]
    for name in (task.lot.print_path, task.lot.imposed_path):
        (tmp_path / name).parent.mkdir(parents=True)
        shutil.copyfile(task.folder / name, tmp_path / name)
    printed = tmp_path / task.lot.print_path
    person = str(task.fields.texts["name"].iloc[1])
    edited(made.single(1), printed, broken.told(Key=String(person)))
    (line,) = lot_check(made, tmp_path)
    assert line.startswith(
        f"{printed.name}: 印刷前検査 44「記録の情報」: 項目 /Key に個人の情報が入っています"
    )
    assert person not in line
    edited(
        made.single(1), printed, lambda pdf: [page(n, TrimBox=Array([0, 0, 9, 9]))(pdf) for n in range(1, 9)]
    )
    assert any("25「ページの大きさ」" in line for line in lot_check(made, tmp_path))


def test_the_page_of_the_manual_lists_the_45_items(root: Path) -> None:
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", _manual(root), re.MULTILINE)
    told = {int(number): (set(marks.split()), name, remedy) for number, marks, name, remedy in rows}
    assert told == {number: (item.marks, item.name, item.remedy) for number, item in ITEMS.items()}


def test_the_example_of_the_manual_is_what_the_program_says(made: Made, root: Path, tmp_path: Path) -> None:
    def design(pdf: pikepdf.Pdf) -> None:
        pdf.trailer.Info.Producer = String("Another")
        broken.annotation(pdf)
        for number in (1, 2, 7):
            page(number, CropBox=Array([0, 0, 600, 800]))(pdf)

    edited(made.single(1), tmp_path / "design.pdf", design)
    said = re.sub(r"\d+ 0 R", "12 0 R", cli("preflight", tmp_path / "design.pdf").output)
    said = said.replace(f"{tmp_path / 'design.pdf'}", "design.pdf")
    assert f"```\n{said}```" in _manual(root)


def _manual(root: Path) -> str:
    return (root / "docs" / "preflight.md").read_text(encoding="utf-8")
