"""The command ``posting``: the papers for the post office once more, without pieces taken out (差出し)."""

from __future__ import annotations

from pathlib import Path

import click

from kouki_print.console import JapaneseCommand, watching


@click.command(cls=JapaneseCommand)
@click.argument("out", type=click.Path(path_type=Path), metavar="OUT")
@click.option(
    "--void",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="抜き取った郵便物の一覧（CSV。code（証票の番号・照合コード・引受番号）、"
    "または 市町村コード,通し番号。理由 の列は任意）",
)
@click.option(
    "--to",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="書類を置く新しいフォルダー（OUT の外）",
)
def posting(out: Path, void: Path | None, to: Path) -> None:
    """抜き取った郵便物を除いて、差出票・内訳票・欠番一覧を作り直します。OUT は変えません。

    例: kouki-print posting OUT --void void.csv --to POSTING
    """
    from kouki_print.job.posting.again import post_again

    with watching() as watcher:
        made = post_again(out, to, watcher, void)
    click.echo(
        f"印刷した郵便物 {made.printed:,}通 − 抜取り {made.taken:,}通 ＝ 差し出す {made.posted:,}通"
        f"　料金 {made.total_yen:,}円"
    )
    if made.unmailed:
        click.echo(f"郵送しない郵便物の抜取り {made.unmailed:,}通（欠番一覧の終わりにあります）")
    if made.own_fonts:
        click.echo("お知らせ: 登録した外字は、ここで作り直した差出票では〓になります。")
    click.echo(f"差出しの書類: {to}（市町村ごとの posting と、union/posting.xlsx）")
