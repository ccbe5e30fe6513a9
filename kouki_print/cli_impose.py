"""The command ``impose``: any PDF onto the press sheets of a layout."""

from __future__ import annotations

from pathlib import Path

import click

from kouki_print.console import JapaneseCommand, watching


@click.command(cls=JapaneseCommand)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--layout",
    required=True,
    metavar="L",
    help="面付けの名前（layouts/imposition にあるもの）か、面付けファイル（TOML）の場所",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    metavar="PDF",
    help="面付けした PDF（--plan-only のほかは必須）",
)
@click.option(
    "--pages", default="", metavar="N-M", help="面付けするページ（1-20、5、21- など。省略時は全部）"
)
@click.option("--plan", is_flag=True, help="先に、どの面にどのページが載るかの表を示す")
@click.option("--plan-only", is_flag=True, help="表だけを示し、PDF は作らない")
@click.pass_context
def impose(
    ctx: click.Context, file: Path, layout: str, out: Path | None, pages: str, plan: bool, plan_only: bool
) -> None:
    """PDF のページを、印刷用紙に面付けします。作る前に、仕上げると元の順番になるかを確かめます。

    用紙情報の印には、元のファイルの名前が入ります。

    例: kouki-print impose book.pdf --layout a3_2up --out imposed.pdf
    """
    from kouki_print.job import impose as imposing
    from kouki_print.job.impose_plan import notes, plan_lines, sums

    if out is None and not plan_only:
        raise click.MissingParameter(param_hint="--out", param_type="option", ctx=ctx)
    planned = imposing.plan_sheets(file, layout, pages)
    if plan or plan_only:
        for line in plan_lines(planned):
            click.echo(line)
    imposing.prove(planned)
    if out is None or plan_only:
        return
    with watching() as watcher:
        written = imposing.write_imposed(planned, out, watcher)
    for line in notes(planned):
        click.echo(f"お知らせ: {line}")
    if not plan:
        click.echo(sums(planned))
    click.echo(
        f"面付けしました: {click.format_filename(out)}（{written.bytes:,}バイト　SHA-256 {written.sha256}）"
    )
