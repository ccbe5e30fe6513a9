"""The command that packs a finished job for its receivers, and opens and checks a package there (引渡し)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from kouki_print.console import JapaneseCommand, JapaneseSubgroup, watching


@click.command(cls=JapaneseCommand)
@click.argument("out", type=click.Path(path_type=Path), metavar="OUT")
@click.option(
    "--to",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="パッケージを置く新しいフォルダー",
)
@click.option(
    "--passwords",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="受け取る側ごとにパスワードを作って書く新しいファイル（DIR と OUT の外）",
)
@click.option(
    "--method",
    type=click.Choice(["zip", "age", "gpg"]),
    default="zip",
    show_default=True,
    help="暗号化の方法（age と gpg は、そのプログラムと公開鍵があるとき）",
)
@click.option(
    "--keys",
    type=click.Path(path_type=Path),
    default=None,
    metavar="KEYDIR",
    help="age・gpg の公開鍵のフォルダー（V-01.pub、M-47201.asc など）",
)
@click.pass_obj
def pack(
    now: Callable[[], str],
    out: Path,
    to: Path,
    passwords: Path | None,
    method: Any,
    keys: Path | None,
) -> None:
    """印刷会社と市町村ごとに、暗号化したパッケージと引渡し・消去の書類を作ります。

    例: kouki-print handover OUT --to WATASHI --passwords PW.csv

    受け取った側で開いて確かめるには: kouki-print handover check PACKAGE --to DIR
    """
    from kouki_print.job.packages.write import PACKAGES, Locks, hand_over

    locks = Locks(method, passwords, keys)
    with watching() as watcher:
        made = hand_over(out, to, locks, now=now(), watcher=watcher)
    for each in made:
        files = each.receiver.told_files
        told = each.receiver.content if files is None else f"ファイル {files:,}"
        click.echo(f"{each.name}　{each.receiver.name}　{told}")
    click.echo(f"パッケージ: {to}（{len(made):,}件。一覧は {PACKAGES}、書類は同じ名前の PDF）")
    if passwords is not None:
        click.echo(f"パスワード: {passwords}（パッケージとは別の方法で伝えてください）")


class _Handover(JapaneseSubgroup):
    """Packs, unless its first word is a command of its own."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Of packing, under the name of the group, or of the command."""
        if args and args[0] in self.commands:
            return super().make_context(info_name, args, parent, **extra)
        return pack.make_context(info_name, args, parent, **extra)


@click.group(cls=_Handover)
def handover() -> None:
    """印刷会社と市町村に渡すパッケージを作り、受け取った側で開いて確かめます。"""


@handover.command("check")
@click.argument("package", type=click.Path(path_type=Path), metavar="PACKAGE")
@click.option(
    "--to", required=True, type=click.Path(path_type=Path), metavar="DIR", help="中身を置く新しいフォルダー"
)
@click.option(
    "--password-file",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="パスワードだけを書いたファイル（省略時は入力する）",
)
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="age の秘密鍵のファイル（gpg は自分の鍵束を使う）",
)
@click.option("--sha256", default="", metavar="HEX", help="引渡書の SHA-256（はじめの16字だけでもよい）")
def check(package: Path, to: Path, password_file: Path | None, key: Path | None, sha256: str) -> None:
    """受け取ったパッケージを開き、中身が送られたものと同じで、そろっていることを確かめます。

    例: kouki-print handover check OKR08-V-01.zip --to NAKAMI

    違いがあれば終了コード3で、フォルダーは残しません。
    """
    from kouki_print.job.packages.check import check_package, needs_password, password_in

    locked, password = needs_password(package), ""
    if password_file is not None:
        password = password_in(password_file, package)
    elif locked:
        password = str(click.prompt("パスワード", hide_input=True, err=True))
    opened = check_package(package, to, password=password, key=key, sha256=sha256)
    contents = opened.contents
    click.echo(
        f"{contents.title}（{contents.job}）　{contents.insurer} から {contents.name}: {contents.content}"
    )
    pieces = "" if opened.pieces is None else f"、通数 {opened.pieces:,}"
    click.echo(f"一致しました: ファイル {opened.files:,}{pieces}")
    click.echo(f"中身: {to}")
