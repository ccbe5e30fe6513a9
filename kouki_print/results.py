"""Results on the console: what a run made, in a table and a few lines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from kouki_print.job.run import RunResult


def balance(counts: dict[str, int]) -> str:
    """The people of a job as one equation."""
    from kouki_print.job.report import STATUS_JA

    parts = " ＋ ".join(f"{STATUS_JA[status]} {counts[status]:,}" for status in STATUS_JA)
    return f"件数突合: 移行データ {sum(counts.values()):,} ＝ {parts}（人）"


def show_result(result: RunResult, out: Path) -> None:
    """What a run made, as a table and a few lines."""
    from rich.console import Console
    from rich.table import Table

    from kouki_print.order.models import SERVICE_JA

    console = Console(highlight=False)
    table = Table(title="書類別の通数と郵送料", title_justify="left")
    for name in ("書類", "組", "郵便", "単価（円）", "通数", "郵送料（円）"):
        table.add_column(name, justify="right" if name in ("単価（円）", "通数", "郵送料（円）") else "left")
    summary = result.budget.summary()
    keys = ["document", "set_code", "mail_service", "unit_yen"]  # at one price, size and weight say nothing
    sums = summary.groupby(keys, sort=False, as_index=False)[["pieces", "total_yen"]].sum()
    for row in sums.to_dict("records"):
        table.add_row(
            result.budget.document_names[row["document"]],
            row["set_code"],
            SERVICE_JA[row["mail_service"]],
            f"{row['unit_yen']:,}",
            f"{row['pieces']:,}",
            f"{row['total_yen']:,}",
        )
    table.add_section()
    table.add_row("計", "", "", "", f"{result.budget.pieces:,}", f"{result.budget.total_yen:,}")
    console.print(table)
    click.echo(balance(result.counts))
    if (people := result.counts["printed"]) != result.pieces:
        click.echo(f"印刷 {people:,}人分は {result.pieces:,}通です（世帯で1通のものがあります）")
    if result.unknown_unit:
        unit = result.unit_ja
        click.echo(f"うち{unit}の分からない人 {result.unknown_unit:,}（どの{unit}の明細にも入っていません）")
    click.echo(f"ロット {result.lots:,}　印刷ファイル {result.bytes / 1e6:,.1f} MB")
    for note in result.notes:
        click.echo(f"お知らせ: {note}")
    if result.counts["held"]:
        click.echo(f"保留の{result.counts['held']:,}件は {out / 'union' / 'held.csv'} を見てください。")
        click.echo("支援措置の人は protected.csv だけに載せています。")
    click.echo(f"次は: {out / 'union' / 'check.html'} を開いて問題を確かめてください。")
