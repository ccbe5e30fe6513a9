"""The command that makes the proof pack (校正一式)."""

from __future__ import annotations

from pathlib import Path

import click

from kouki_print.console import JapaneseCommand, watching


@click.command(cls=JapaneseCommand)
@click.argument("job", type=click.Path(path_type=Path), metavar="JOB")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="出力フォルダー", metavar="OUT")
@click.option(
    "--dummy", is_flag=True, help="氏名・住所・番号・日付を架空の値に替える（委託先などに渡すとき）"
)
@click.option("--specimen/--no-specimen", default=True, help="紙面に大きく「見本」と入れる（省略時は入れる）")
def proof(job: Path, out: Path, dummy: bool, specimen: bool) -> None:
    """すべての場合を少ない人数で見られる校正紙と、承認書を作ります。

    例: kouki-print proof samples/okinawa-r08 --out KOSEI --dummy
    """
    from kouki_print.job.proof.pack import proof as make_proof

    with watching() as watcher:
        made = make_proof(job, out, watcher, dummy=dummy, specimen=specimen)
    click.echo(f"校正紙: {made.examples:,}例　{made.pages:,}ページ（{made.cases:,}種の場合をすべて含む）")
    if made.sealed:
        click.echo(f"支援措置の人だけの場合 {made.sealed:,}例は、架空の値で載せました。")
    if not dummy:
        click.echo("実際の人の値が載っています。取扱いに注意してください。")
    click.echo(f"次は: {out / 'proof.html'} を開いて確かめ、signoff.pdf で承認をもらってください。")
