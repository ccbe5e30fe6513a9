"""The shipped sample from the export to the finished folders: complete, in balance, and each piece its own."""

from __future__ import annotations

import csv
import random
import re
from collections import Counter, defaultdict

import openpyxl
import pypdfium2 as pdfium
import pytest
import zxingcpp
from line_fixtures import PARTS, SAMPLE, STATUSES, Finished, cli
from stdnum.iso7064 import mod_37_36

pytest_plugins = ("line_fixtures",)
pytestmark = pytest.mark.xdist_group("shipped")

REGISTER = (
    "row,insured_number,municipality_code,status,document,reason,set_code,piece_id,sequence,weight_g,"
    "size_class,mail_service,postage_yen,no_forward,problems"
)
PIECES = (
    "piece_id,sequence,document,set_code,items,sheets,weight_g,size_class,mail_service,postage_yen,"
    "no_forward,sealed,matching_code,postcode,customer_barcode,registered_number,box,position,print_pdf,"
    "print_page,imposed_pdf,imposed_sheet,imposed_slot"
)
BUDGET = (
    "municipality_code,name,document,set_code,mail_service,size_class,max_grams,pieces,unit_yen,total_yen"
)
GUIDE = "https://www.example.jp/"  # page for the public, as a code on the backs
BLANKS = re.compile(r"[\s\u3000\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def counts(finished: Finished) -> Counter[str]:
    return Counter(line["status"] for line in finished.register())


def codes_on(page: pdfium.PdfPage) -> set[str]:
    """QR codes anywhere on a whole rendered page."""
    image = page.render(scale=300 / 72, grayscale=True).to_pil()
    return {code.text for code in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)}


def plain(text: str) -> str:
    """Text without blanks and variation selectors, which readers give back as they like."""
    return BLANKS.sub("", text)


def apart(text: str, person: dict[str, str]) -> str:
    """Text in which the person's own numbers end runs of digits, so that no window spans two of them."""
    for header in ("被保険者番号", "保険者番号", "郵便番号"):
        text = text.replace(person[header].replace("-", ""), "|") if person[header] else text
    return text


def test_folder_and_headers_are_those_of_the_contract(shipped: Finished) -> None:
    out = shipped.out
    assert {path.name for path in out.iterdir()} == PARTS
    assert {path.name for path in (out / "union").iterdir()} == {
        "register.csv",
        "held.csv",
        "unissued.csv",
        "problems.csv",
        "protected.csv",
        "characters.csv",
        "fitted_fields.csv",
        "check.html",
        "check.xlsx",
        "unissued.xlsx",
        "unissued_summary.csv",
        "posting.csv",
        "posting.xlsx",
        "areas.csv",
    }
    assert {path.name for path in (out / "finance").iterdir()} == {
        "budget.csv", "budget.xlsx", "budget.pdf", "enclosures.csv", "discount_hints.csv",
    }  # fmt: skip
    heads = {"union/register.csv": REGISTER, "finance/budget.csv": BUDGET}
    heads |= {f"vendor/{folder.name}/pieces.csv": PIECES for folder in shipped.towns()}
    for name, head in heads.items():
        data = (out / name).read_bytes()
        assert data.startswith(head.encode() + b"\n") and data.endswith(b"\n") and b"\r" not in data
    for folder in shipped.towns():
        assert {path.name for path in folder.iterdir()} <= {
            "manifest.json", "pieces.csv", "print", "imposed", "envelope.pdf", "box_labels.pdf",
            "pallet_labels.pdf", "dividers.pdf", "boxes.csv", "bundles.csv", "delivery_note.pdf",
            "delivery_note.csv", "blank_certificate.pdf",
            "work_order.pdf", "ticket.xjdf",
        }  # fmt: skip
    assert len(shipped.towns()) == 41
    assert not list(out.rglob(".*"))


def test_counts_balance_everywhere(shipped: Finished) -> None:
    found = counts(shipped)
    assert set(found) == set(STATUSES) and found["printed"] > 1500
    assert sum(found.values()) == len(shipped.people()) == 1650
    ledger = dict(shipped.ask("SELECT status, COUNT(*) FROM record GROUP BY status"))
    assert ledger == found
    outside = Counter(
        line["status"]
        for line in shipped.register()
        if not (shipped.out / "vendor" / line["municipality_code"]).is_dir()
    )
    assert set(outside) <= {"held", "excluded", "unissued"}
    for status in STATUSES:
        manifests = sum(manifest["counts"][status] for manifest in shipped.manifests())
        assert manifests + outside[status] == found[status], status
    for manifest in shipped.manifests():
        assert manifest["counts"]["records"] == sum(manifest["counts"][status] for status in STATUSES)
    sentence = (
        f"件数突合: 移行データ 1,650 ＝ 印刷 {found['printed']:,} ＋ 保留 {found['held']:,}"
        f" ＋ 対象外 {found['excluded']:,} ＋ 未発行 {found['unissued']:,}"
    )
    assert sentence in shipped.console
    assert "held.csv" in shipped.console


def test_register_has_a_line_per_record_in_export_order(shipped: Finished) -> None:
    lines, people = shipped.register(), shipped.people()
    assert [int(line["row"]) for line in lines] == list(range(1, 1651))
    assert [line["insured_number"] for line in lines] == [person["被保険者番号"] for person in people]
    of_pieces = ("document", "reason", "set_code", "piece_id", "sequence", "weight_g", "postage_yen")
    for line in lines:
        filled = [bool(line[name]) for name in of_pieces]
        assert all(filled) if line["status"] == "printed" else not any(filled)


def test_register_and_pieces_agree_piece_by_piece(shipped: Finished) -> None:
    pieces = {piece["piece_id"]: piece for piece in shipped.all_pieces()}
    printed = {line["piece_id"]: line for line in shipped.register() if line["status"] == "printed"}
    assert pieces.keys() == printed.keys()
    shared = ("sequence", "document", "set_code", "weight_g", "size_class", "mail_service", "postage_yen")
    for name, piece in pieces.items():
        assert [piece[key] for key in (*shared, "no_forward")] == [
            printed[name][key] for key in (*shared, "no_forward")
        ]


def test_sequences_run_from_one_without_a_gap(shipped: Finished) -> None:
    for folder in shipped.towns():
        pieces = shipped.pieces(folder.name)
        assert [int(piece["sequence"]) for piece in pieces] == list(range(1, len(pieces) + 1))
        for piece in pieces:
            assert piece["piece_id"] == f"OKR08-{folder.name}-{int(piece['sequence']):07d}"
            code = piece["matching_code"]
            assert code.startswith(f"{piece['piece_id']}-1{piece['sheets']}-{piece['set_code']}-")
            assert mod_37_36.is_valid(code.replace("-", ""))


def test_delivery_order_goes_by_postcode(shipped: Finished) -> None:
    for folder in shipped.towns():
        pieces = shipped.pieces(folder.name)
        apart = {line["piece_id"] for line in shipped.protected()}
        usual = [piece for piece in pieces if piece["piece_id"] not in apart]
        kept = [
            (piece["mail_service"] == "none", piece["no_forward"] == "1", piece["postcode"])
            for piece in usual
        ]
        assert kept == sorted(kept)  # what never shares a box stands apart: counter, 転送不要
        assert all(piece["piece_id"] in apart for piece in pieces[len(usual) :])  # they come last


def test_boxes_are_filled_in_order_and_within_their_limits(shipped: Finished) -> None:
    for folder in shipped.towns():
        pieces = shipped.pieces(folder.name)
        boxes: dict[int, list[dict[str, str]]] = defaultdict(list)
        for piece in pieces:
            boxes[int(piece["box"])].append(piece)
        assert list(boxes) == list(range(1, len(boxes) + 1))
        assert shipped.manifest(folder.name)["counts"]["boxes"] == len(boxes)
        for inside in boxes.values():
            assert [int(piece["position"]) for piece in inside] == list(range(1, len(inside) + 1))
            assert len(inside) <= 300 and sum(float(piece["weight_g"]) for piece in inside) <= 15_000


def test_places_in_the_print_files_are_exact(shipped: Finished) -> None:
    """Each piece has its own two pages 1-up, and its own slot of a press sheet that is cut and stacked."""
    for folder in shipped.towns():
        pieces = shipped.pieces(folder.name)
        files = {entry["path"]: entry for entry in shipped.manifest(folder.name)["files"]}
        pages = Counter((piece["print_pdf"], int(piece["print_page"])) for piece in pieces)
        slots = Counter(
            (piece["imposed_pdf"], piece["imposed_sheet"], piece["imposed_slot"]) for piece in pieces
        )
        assert set(pages.values()) <= {1} and set(slots.values()) <= {1}
        for piece in pieces:
            single, imposed = files[piece["print_pdf"]], files[piece["imposed_pdf"]]
            offset = int(piece["sequence"]) - single["first_sequence"]
            assert int(piece["print_page"]) == 2 * offset + 1 < single["pages"]
            sheets = imposed["pages"] // 2
            assert int(piece["imposed_sheet"]) == offset % sheets + 1
            assert int(piece["imposed_slot"]) == offset // sheets + 1 <= 2


def test_yen_are_the_same_everywhere(shipped: Finished) -> None:
    pieces = shipped.all_pieces()
    yen = sum(int(piece["postage_yen"]) for piece in pieces)
    assert yen > 0
    assert sum(manifest["postage"]["total_yen"] for manifest in shipped.manifests()) == yen
    assert sum(int(line["total_yen"]) for line in shipped.budget()) == yen
    assert sum(int(line["postage_yen"] or 0) for line in shipped.register()) == yen
    assert shipped.ask("SELECT SUM(postage_yen), COUNT(*) FROM piece") == [(yen, len(pieces))]
    assert f"{yen:,}" in shipped.console
    for line in shipped.budget():
        assert int(line["total_yen"]) == int(line["pieces"]) * int(line["unit_yen"])
    for manifest in shipped.manifests():
        code = manifest["municipality"]["jis_code"]
        mine = [line for line in shipped.budget() if line["municipality_code"] == code]
        assert sum(int(line["total_yen"]) for line in mine) == manifest["postage"]["total_yen"]


def test_the_workbook_opens_with_the_same_total(shipped: Finished) -> None:
    yen = sum(int(line["total_yen"]) for line in shipped.budget())
    book = openpyxl.load_workbook(shipped.out / "finance" / "budget.xlsx", data_only=True)
    cells = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    assert yen in cells and len(shipped.all_pieces()) in cells
    formulas = openpyxl.load_workbook(shipped.out / "finance" / "budget.xlsx")
    assert any(
        str(cell.value).startswith("=") for sheet in formulas for row in sheet.iter_rows() for cell in row
    )


def test_held_people_have_a_reason_and_nothing_else(shipped: Finished) -> None:
    held = {line["row"] for line in shipped.register() if line["status"] == "held"}
    listed = shipped.held()
    apart = {line["row"] for line in shipped.protected() if line["status"] == "held"}
    assert apart and {line["row"] for line in listed} == held - apart
    people = shipped.people()
    for line in listed:
        assert re.fullmatch(r"[A-Z0-9_]+", line["codes"]) and "対処: " in line["messages"]
        assert line["file"] == "export.csv" and int(line["line"]) == int(line["row"]) + 1
        assert line["insured_number"] == people[int(line["row"]) - 1]["被保険者番号"]
    assert held.isdisjoint(str(row) for (row,) in shipped.ask("SELECT row FROM piece"))


def test_every_page_holds_its_own_person_and_no_other(shipped: Finished) -> None:
    """Text of every 1-up page by plain extraction: own number, name and address, nobody else's number."""
    everybody = shipped.people()
    people = {line["piece_id"]: everybody[int(line["row"]) - 1] for line in shipped.register()}
    numbers = {person["被保険者番号"] for person in everybody} - {
        person["保険者番号"] for person in everybody
    }
    seen = 0
    for folder in shipped.towns():
        by_file: dict[str, list[dict[str, str]]] = defaultdict(list)
        for piece in shipped.pieces(folder.name):
            by_file[piece["print_pdf"]].append(piece)
        for name, pieces in by_file.items():
            with pdfium.PdfDocument(folder / name) as document:
                for piece in pieces:
                    person = people[piece["piece_id"]]
                    at = int(piece["print_page"]) - 1
                    front, back = (
                        plain(document[page].get_textpage().get_text_range()) for page in (at, at + 1)
                    )
                    for text in (front, back):
                        assert set(re.findall(r"OKR08-\d{5}-\d{7}-11-[AB]-[0-9A-Z]", text)) == {
                            piece["matching_code"]
                        }
                    digits = {
                        run[start : start + 8]
                        for run in re.findall(r"\d{8,}", apart(front, person) + " " + apart(back, person))
                        for start in range(len(run) - 7)
                    }
                    assert not digits & (numbers - {person["被保険者番号"]})
                    assert person["被保険者番号"] in front
                    assert plain(person["氏名"]) + "様" in front
                    assert f"{piece['postcode'][:3]}-{piece['postcode'][3:]}" in front
                    seen += 1
    assert seen == len(shipped.all_pieces())


def test_people_who_are_not_printed_are_on_no_page_and_in_no_vendor_table(shipped: Finished) -> None:
    people = shipped.people()
    gone = [people[int(line["row"]) - 1] for line in shipped.register() if line["status"] != "printed"]
    kept = [people[int(line["row"]) - 1] for line in shipped.register() if line["status"] == "printed"]
    numbers = {person["被保険者番号"] for person in gone} - {person["被保険者番号"] for person in kept}
    pages: list[str] = []
    for path in (shipped.out / "vendor").rglob("print/*.pdf"):
        with pdfium.PdfDocument(path) as document:
            pages.extend(
                document[page].get_textpage().get_text_range() for page in range(0, len(document), 2)
            )
    text = "\n".join(pages)
    assert len(numbers) > 50 and not [number for number in numbers if number in text]


def test_codes_read_from_whole_pages_are_the_pieces_own(shipped: Finished) -> None:
    """A dozen pieces anywhere: whole pages rendered, every QR on them read without knowing its place."""
    choice = random.Random(8).sample(shipped.all_pieces(), 12)
    for piece in choice:
        code = piece["piece_id"].split("-")[1]
        folder = shipped.out / "vendor" / code
        with pdfium.PdfDocument(folder / piece["print_pdf"]) as document:
            at = int(piece["print_page"]) - 1
            assert codes_on(document[at]) == {piece["matching_code"]}
            assert codes_on(document[at + 1]) == {piece["matching_code"], GUIDE}
        together = {
            other["matching_code"]
            for other in shipped.pieces(code)
            if (other["imposed_pdf"], other["imposed_sheet"])
            == (piece["imposed_pdf"], piece["imposed_sheet"])
        }
        with pdfium.PdfDocument(folder / piece["imposed_pdf"]) as document:
            at = 2 * int(piece["imposed_sheet"]) - 2
            assert codes_on(document[at]) == together and codes_on(document[at + 1]) == together | {GUIDE}


@pytest.mark.slow
def test_every_page_read_back_is_right(shipped: Finished) -> None:
    """``verify --full``: every QR decoded, every character on every page accounted for."""
    result = cli("verify", shipped.out, "--full")
    assert result.exit_code == 0, result.output
    assert f"読み返した通数 {len(shipped.all_pieces()):,}" in result.output and "違い 0" in result.output


def test_nothing_personal_is_in_the_pdf_metadata(shipped: Finished) -> None:
    for path in (shipped.out / "vendor").rglob("*.pdf"):
        with pdfium.PdfDocument(path) as document:
            said = {"work_order": "作業指示書", "delivery_note": "納品書", "volumes_notice": "数量の事前通知"}
            title = document.get_metadata_dict()["Title"]
            assert title.startswith(said.get(path.stem, path.stem)), path.name


def test_the_check_report_names_rows_and_no_person(shipped: Finished) -> None:
    html = (shipped.out / "union" / "check.html").read_text(encoding="utf-8")
    bare = plain(html)
    for person in shipped.people():
        assert person["被保険者番号"] not in html
        assert not person["氏名"] or plain(person["氏名"]) not in bare
        assert not person["住所"] or plain(person["住所"]) not in bare
    assert "http://" not in html and "https://" not in html and "<script src" not in html
    for status, count in zip(
        ("印刷", "保留", "対象外", "未発行"), map(counts(shipped).get, STATUSES), strict=True
    ):
        assert status in html and f"{count:,}" in html


def test_the_shipped_sample_is_untouched_by_running_it(shipped: Finished) -> None:
    assert {path.name for path in SAMPLE.iterdir()} == {
        "export.csv",
        "job.toml",
        "municipalities.csv",
        "survey.csv",
        "forecast.toml",
        "counts.csv",
        "population.csv",
        "scenarios.toml",
    }
    with (SAMPLE / "export.csv").open(encoding="utf-8", newline="") as handle:
        assert sum(1 for _ in csv.reader(handle)) == 1651
