"""The command ``letter``: change letters (変更の通知文) for the people of a list."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from kouki_print.console import JapaneseCommand, watching


@click.command(cls=JapaneseCommand)
@click.argument("job", type=click.Path(path_type=Path), metavar="JOB")
@click.option(
    "--kind",
    required=True,
    type=click.Choice(["copay", "reduction", "limit"]),
    help="通知文の種類。copay 負担割合、reduction 減額証の限度額、limit 限度証の限度額",
)
@click.option(
    "--list",
    "list_file",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="変わった人の一覧（CSV。copay は 被保険者番号,新負担割合,適用年月日、"
    "ほかは 被保険者番号,旧区分,新区分,適用年月日）",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="出力フォルダー")
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    metavar="YYYY-MM-DD",
    help="通知文に載せる日付（省略時は job.toml の issued_on）",
)
def letter(job: Path, kind: str, list_file: Path, out: Path, on: dt.datetime | None) -> None:
    """負担割合や限度額が変わった人への通知文を、市町村ごとに作ります。

    例: kouki-print letter samples/okinawa-r08 --kind copay --list changed.csv --out OUT
    """
    from kouki_print.job import letters

    with watching() as watcher:
        made = letters.write_letters(job, kind, list_file, out, watcher, on.date() if on else None)
    folder = out / letters.FOLDER
    click.echo(f"通知文を作りました: {made.printed:,}人（{made.files:,}ファイル）　{folder}")
    if made.held:
        click.echo(f"印刷しない人が{made.held:,}人います。理由は {letters.LIST} にあります: {folder}")
