"""Commands about layouts: of the export (列の並び) and of the page (様式)."""

from __future__ import annotations

from pathlib import Path

import click

from kouki_print.console import JapaneseSubgroup, watching


@click.group(cls=JapaneseSubgroup)
def layout() -> None:
    """移行データのレイアウトの案を作り、様式のファイルを確かめます。"""


@layout.command("guess")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    metavar="TOML",
    help="案を書くファイル（省略時は画面）",
)
def guess(file: Path, out: Path | None) -> None:
    """移行データの見本からレイアウトの案（TOML）を作ります。

    例: kouki-print layout guess export.csv --out layouts/mine.toml
    """
    from kouki_print.job.layout_guess import propose

    text = propose(file, out)
    if out is None:
        click.echo(text, nl=False)
    else:
        click.echo(f"レイアウトの案を書きました: {out}")
        click.echo(
            "次は: 中身を確かめ、「？」を埋めて、job.toml の [input] layout にこのファイルを書いてください。"
        )


@layout.command("preview")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="PDF と PNG を置くフォルダー"
)
@click.option(
    "--job",
    type=click.Path(path_type=Path),
    default=None,
    metavar="JOB",
    help="ジョブのフォルダー（その人たちの文字で試す。省略時は作り物の見本）",
)
@click.option(
    "--insured", default="", metavar="N", help="選んで載せる人の被保険者番号（8桁。--job とともに）"
)
@click.option(
    "--preset",
    default="",
    metavar="P",
    help="--job がないときの年度の規則（省略時は、この様式を使う規則のうち新しいもの）",
)
def preview(file: Path, out: Path, job: Path | None, insured: str, preset: str) -> None:
    """様式のファイルを、いちばん長い文字・短い文字・一人の文字で試し刷りします（案内線つきの PDF と PNG）。

    例: kouki-print layout preview layouts/notice.toml --out PREVIEW
    """
    from kouki_print.job.preview import preview as make_preview

    with watching() as watcher:
        made = make_preview(file, out, watcher, job=job, insured=insured, preset=preset)
    for line in made.misfits:
        click.echo(f"お知らせ: {line}")
    click.echo(f"試し刷り: {out}（{'、'.join(path.name for path in made.files)}）")


@layout.command("schema")
def schema() -> None:
    """様式のファイルの JSON Schema を表示します（エディターが項目名と値を確かめるのに使います）。

    例: kouki-print layout schema
    """
    from kouki_print.page.layouts.schema import schema_path

    click.echo(schema_path().read_text(encoding="utf-8"), nl=False)
