"""The command ``preflight``: any PDF against the print standards, item by item."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kouki_print.console import JapaneseCommand, watching

_UNREAD, _DIFFERENT = 1, 3


@click.command(cls=JapaneseCommand)
@click.argument("files", type=click.Path(path_type=Path), metavar="FILE|DIR...", nargs=-1, required=True)
@click.option(
    "--standard",
    type=click.Choice(["x4", "x1a", "vt"]),
    default=None,
    help="確かめる規格（省略時はファイルが名乗る規格。vt は PDF/X-4＋PDF/VT-1）",
)
@click.option(
    "--house/--no-house",
    default=None,
    help="自社の決まりに反するものも誤りとする／注意とする（省略時は、このプログラムのファイルなら誤り）",
)
@click.option(
    "--json",
    "table",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="結果を機械で読む形（JSON）でも書く",
)
def preflight(files: tuple[Path, ...], standard: str | None, house: bool | None, table: Path | None) -> None:
    """印刷用PDFを45項目で確かめます。フォルダーなら、その中のすべてのPDFを確かめます。

    誤りのあるファイルがあれば終了コード3、なくても読めないファイルがあれば1。

    例: kouki-print preflight design.pdf --standard x4
    """
    from kouki_print.job.preflighting import preflight_files

    with watching() as watcher:
        report = preflight_files(files, watcher, standard=standard, house=house, table=table)
    for line in report.lines:
        click.echo(line)
    if report.mistakes or report.unread:
        sys.exit(_DIFFERENT if report.mistakes else _UNREAD)
