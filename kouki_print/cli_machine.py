"""Commands about the inserter (封入機): the test deck that it must stop at."""

from __future__ import annotations

from pathlib import Path

import click

from kouki_print.console import JapaneseSubgroup


@click.group(cls=JapaneseSubgroup)
def machine() -> None:
    """封入機の設定を、印刷の前に確かめます。"""


@machine.command("deck")
@click.argument("job", type=click.Path(path_type=Path), metavar="JOB")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="出力フォルダー")
def deck(job: Path, out: Path) -> None:
    """わざと間違えた用紙を含む試験用紙（PDF）、その一覧（CSV）、手順（PDF）を作ります。

    JOB の job.toml に、封入機の設定（[printing] machine）が要ります。

    例: kouki-print machine deck JOB --out DECK
    """
    from kouki_print.job.inserter.deck import write_deck

    made = write_deck(job, out)
    click.echo(
        f"試験用紙を作りました: {made.folder}（{made.sheets}枚。うち{made.stops}枚で機械が止まること）"
    )
    click.echo("次は: guide.pdf の手順で、封入会社の機械に流してください。")
