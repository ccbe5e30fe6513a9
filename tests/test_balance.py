"""``verify`` on an output that somebody changed: exit 3, and the message names the file."""

# ruff: noqa: E501 (one line per change reads as a table)

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from line_fixtures import Finished, cli, finished, tree
from small_job import person, write_job

from kouki_print.base.errors import OutputDiffers
from kouki_print.job.balance import check_balance
from kouki_print.job.proving import verify
from kouki_print.job.watch import Silent

pytest_plugins = ("line_fixtures",)
TOWN = "vendor/47213"


def flip(pattern: str, place: float) -> Callable[[Path], None]:
    """Change one byte of a file, at this part of its length."""

    def change(out: Path) -> None:
        (path,) = out.glob(pattern)
        data = bytearray(path.read_bytes())
        data[int(len(data) * place)] ^= 1
        path.write_bytes(data)

    return change


def remove(pattern: str) -> Callable[[Path], None]:
    return lambda out: [path.unlink() for path in out.glob(pattern)].clear()


def rewrite(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(out: Path) -> None:
        text = (out / name).read_bytes().decode("utf-8")
        assert old in text
        (out / name).write_bytes(text.replace(old, new, 1).encode())

    return change


def add_line(name: str, line: str) -> Callable[[Path], None]:
    def change(out: Path) -> None:
        with (out / name).open("a", encoding="utf-8") as handle:
            handle.write(line)

    return change


def ask(*queries: str) -> Callable[[Path], None]:
    def change(out: Path) -> None:
        with closing(sqlite3.connect(out / "job.sqlite")) as connection:
            for query in queries:
                assert connection.execute(query).rowcount
            connection.commit()

    return change


def swap_people(out: Path) -> None:
    """Two lines of the register change places in status: all counts stay the same."""
    path = out / "union" / "register.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace(",printed,", ",X,", 1).replace(",held,", ",printed,").replace(",X,", ",held,"), "utf-8"
    )


def digest_in_manifest(out: Path) -> None:
    path = out / TOWN / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["files"][0]["sha256"] = "0" * 64
    path.write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")


def other_pdf(out: Path) -> None:
    """A whole, readable PDF, but another one."""
    (single,) = (out / TOWN / "print").iterdir()
    (imposed,) = (out / TOWN / "imposed").iterdir()
    single.write_bytes(imposed.read_bytes())


def cut_file(name: str) -> Callable[[Path], None]:
    """Take the last line away."""
    return lambda out: cut(out / name)


STEM = "OKR08-47213-L01-0000001-0000002.pdf"
CHANGES: list[tuple[str, Callable[[Path], None], str, str]] = [
    ("a byte of a print file", flip(f"{TOWN}/print/*.pdf", 0.5), f"47213/print/{STEM}", "SHA-256"),
    ("the last byte of a print file", flip(f"{TOWN}/print/*.pdf", 0.99999), f"47213/print/{STEM}", "SHA-256"),
    ("a byte of an imposed file", flip(f"{TOWN}/imposed/*.pdf", 0.7), f"47213/imposed/{STEM}", "SHA-256"),
    ("another file", other_pdf, f"47213/print/{STEM}", "SHA-256"),
    ("no print file", remove(f"{TOWN}/print/*.pdf"), f"47213/print/{STEM}", "ファイルがありません"),
    ("no imposed file", remove(f"{TOWN}/imposed/*.pdf"), f"47213/imposed/{STEM}", "ファイルがありません"),
    ("status in the register", rewrite("union/register.csv", ",printed,", ",held,"), "union/register.csv 2行目 「status」列", "台帳"),
    ("two people in the register", swap_people, "union/register.csv 2行目 「status」列", "台帳"),
    ("a line more in the register", add_line("union/register.csv", "9,1,47213,printed,,,,,,,,,,,\n"), "union/register.csv", "件数が4です（正しくは3）"),
    ("nobody in the held list", cut_file("union/held.csv"), "union/held.csv", "保留の件数が0です（正しくは1）"),
    ("somebody else in the held list", rewrite("union/held.csv", "3,export.csv", "1,export.csv"), "union/held.csv", "違う人"),
    ("somebody more in the held list", add_line("union/held.csv", "2,export.csv,3,47213,1,a,X,x,\n"), "union/held.csv", "保留の件数が2です（正しくは1）"),
    ("a held list without rows", rewrite("union/held.csv", "row,", "rows,"), "union/held.csv", "壊れて"),
    ("no held list", remove("union/held.csv"), "union/held.csv", "ファイルがありません"),
    ("somebody in the unissued list", add_line("union/unissued.csv", "1,47213,1,1,a\n"), "union/unissued.csv", "未発行の件数が1です（正しくは0）"),
    ("no unissued list", remove("union/unissued.csv"), "union/unissued.csv", "ファイルがありません"),
    ("no reason for the held", rewrite("union/problems.csv", "hold,", "warn,"), "union/problems.csv", "理由のある保留の件数が0です（正しくは1）"),
    ("a problem of nobody", add_line("union/problems.csv", "note,X,,export.csv,9,8,x,y\n"), "union/problems.csv", "移行データにない行の数が1です（正しくは0）"),
    ("words for a row in the problems", add_line("union/problems.csv", "note,X,,export.csv,9,x,x,y\n"), "union/problems.csv", "壊れて"),
    ("no problems list", remove("union/problems.csv"), "union/problems.csv", "ファイルがありません"),
    ("half a report", cut_file("union/check.html"), "union/check.html", "壊れて"),
    ("no report", remove("union/check.html"), "union/check.html", "ファイルがありません"),
    ("no register", remove("union/register.csv"), "union/register.csv", "ファイルがありません"),
    ("register of another kind", lambda out: (out / "union/register.csv").write_bytes(b"\xff\xfe"), "union/register.csv", "壊れて"),
    ("yen in the budget", rewrite("finance/budget.csv", ",460,920", ",460,921"), "finance/budget.csv", "郵送料が921です（正しくは920）"),
    ("pieces in the budget", rewrite("finance/budget.csv", ",2,460", ",3,460"), "finance/budget.csv", "通数が3です（正しくは2）"),
    ("words in the budget", rewrite("finance/budget.csv", ",460,920", ",460,many"), "finance/budget.csv", "壊れて"),
    ("no budget", remove("finance/budget.csv"), "finance/budget.csv", "ファイルがありません"),
    ("printed in the manifest", rewrite(f"{TOWN}/manifest.json", '"printed": 2', '"printed": 3'), f"{TOWN}/manifest.json", "印刷の件数が3です（正しくは2）"),
    ("held in the manifest", rewrite(f"{TOWN}/manifest.json", '"held": 1', '"held": 0'), f"{TOWN}/manifest.json", "保留の件数が0です（正しくは1）"),
    ("yen in the manifest", rewrite(f"{TOWN}/manifest.json", '"total_yen": 920', '"total_yen": 1'), f"{TOWN}/manifest.json", "郵送料が1です（正しくは920）"),
    ("records in the manifest", rewrite(f"{TOWN}/manifest.json", '"records": 3', '"records": 4'), f"{TOWN}/manifest.json", "件数が4です（正しくは3）"),
    ("half a manifest", rewrite(f"{TOWN}/manifest.json", '"counts"', '"count'), f"{TOWN}/manifest.json", "壊れて"),
    ("no manifest", remove(f"{TOWN}/manifest.json"), f"{TOWN}/manifest.json", "ファイルがありません"),
    ("a line less of the pieces", lambda out: cut(out / TOWN / "pieces.csv"), f"{TOWN}/pieces.csv", "通数が1です（正しくは2）"),
    ("no pieces", remove(f"{TOWN}/pieces.csv"), f"{TOWN}/pieces.csv", "ファイルがありません"),
    ("a piece in the ledger", ask("DELETE FROM piece WHERE sequence = 2"), "job.sqlite", "通に載っている人数が1です（正しくは2）"),
    ("a carrier in the ledger", ask("UPDATE record SET carrier_row = 1"), "job.sqlite", "印刷対象の通数が2です（正しくは1）"),
    ("a record in the ledger", ask("DELETE FROM record WHERE row = 3"), "job.sqlite", "件数が2です（正しくは3）"),
    ("a digest in the manifest", digest_in_manifest, "47213/manifest.json", "一覧が台帳と違います"),
    ("a print file too many", lambda out: (out / TOWN / "print" / "more.pdf").write_bytes(b"%PDF"), "47213/print/more.pdf", "台帳にない印刷ファイル"),
    ("a lot in the ledger", ask("DELETE FROM lot"), "job.sqlite", "ロット"),
    ("matching code in the ledger", ask("UPDATE piece SET matching_code = 'OKR08-47213-0000001-11-A-0' WHERE sequence = 1"), f"{TOWN}/pieces.csv 2行目 「matching_code」列", "台帳と違います"),
    ("pages in the ledger", ask("UPDATE piece SET print_page = 5 - print_page - 1"), STEM, "印刷ページ・面の位置が違います"),
    ("a broken ledger", lambda out: (out / "job.sqlite").write_bytes(b"x" * 5000), "job.sqlite", "台帳を読めません"),
    ("an empty ledger", lambda out: (out / "job.sqlite").write_bytes(b""), "job.sqlite", "台帳を読めません"),
]  # fmt: skip


def cut(path: Path) -> None:
    path.write_bytes(b"\n".join(path.read_bytes().split(b"\n")[:-2]) + b"\n")


@pytest.mark.parametrize(
    ("change", "file", "words"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES]
)
def test_a_changed_output_is_found(
    spoiled: Finished, change: Callable[[Path], None], file: str, words: str
) -> None:
    change(spoiled.out)
    before = tree(spoiled.out)
    result = cli("verify", spoiled.out)
    assert result.exit_code == 3, result.output
    assert result.stdout == "" and result.stderr.startswith("エラー: ") and "\n対処: " in result.stderr
    assert file in result.stderr and words in result.stderr, result.stderr
    for secret in ("見本", "花子", "太郎", "みどり町", "00000018"):
        assert secret not in result.stderr
    assert tree(spoiled.out) == before


def test_an_unchanged_output_is_right(spoiled: Finished) -> None:
    for flags in ([], ["--full"]):
        result = cli("verify", spoiled.out, *flags)
        assert result.exit_code == 0 and "ロット 1　読み返した通数 2　違い 0" in result.output
    manifest = json.loads((spoiled.out / TOWN / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["counts"]["printed"] == 2


@pytest.mark.parametrize(
    "name",
    [
        "union/held.csv", "union/unissued.csv", "union/check.html", "finance/budget.xlsx", "finance/budget.pdf",
        "vendor/47213/pieces.csv",
    ],
)  # fmt: skip
@pytest.mark.parametrize("damage", ["changed", "deleted"])
def test_verify_names_every_damaged_list(spoiled: Finished, name: str, damage: str) -> None:
    path = spoiled.out / name
    if damage == "deleted":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes().replace(b"1", b"2", 1) + b"\n")
    with pytest.raises(OutputDiffers) as caught:
        verify(spoiled.out, full=False, watcher=Silent())
    assert Path(name).name in str(caught.value)


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Two people of unknown municipalities and somebody unissued beside two who are printed."""
    people = [
        person(1),
        person(2, municipality_code="472999"),
        person(3, municipality_code=""),
        person(4, unissued_reasons="5"),
        person(5),
    ]
    folder = tmp_path_factory.mktemp("strangers")
    return finished(write_job(folder / "job", people), folder / "out")


def test_manifests_and_people_of_unknown_municipality_add_up(strangers: Finished) -> None:
    records = sum(manifest["counts"]["records"] for manifest in strangers.manifests())
    towns = [manifest["municipality"]["jis_code"] for manifest in strangers.manifests()]
    found = check_balance(strangers.out, 5, towns)
    assert (records, found.unknown_unit) == (3, 2)
    assert found.counts == {"printed": 2, "held": 2, "excluded": 0, "unissued": 1}
    assert "（市町村不明）" in (strangers.out / "union" / "check.html").read_text(encoding="utf-8")
    assert cli("verify", strangers.out).exit_code == 0


def test_a_municipality_that_lacks_its_folder_is_missed(strangers: Finished, tmp_path: Path) -> None:
    shutil.copytree(strangers.out, tmp_path / "out")
    shutil.rmtree(tmp_path / "out" / TOWN)
    with pytest.raises(OutputDiffers) as caught:
        check_balance(tmp_path / "out", 5, ["47213"])
    assert caught.value.file == f"{TOWN}/manifest.json"


def test_an_unissued_list_that_is_cut_is_found(strangers: Finished, tmp_path: Path) -> None:
    shutil.copytree(strangers.out, tmp_path / "out")
    cut(tmp_path / "out" / "union" / "unissued.csv")
    with pytest.raises(OutputDiffers, match="未発行の件数が0です（正しくは1）") as caught:
        check_balance(tmp_path / "out", 5, ["47213"])
    assert caught.value.file == "union/unissued.csv"
