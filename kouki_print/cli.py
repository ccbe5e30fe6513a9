"""The command line: one command, one function.  The only room with a clock and a console.

Each command imports what it needs: help answers at once, and worker processes, which import this
module again, stay small.
"""

from __future__ import annotations

import datetime as dt
import gc
import os
import sys
from contextlib import suppress
from pathlib import Path

import click

import kouki_print
from kouki_print.base.errors import JobError
from kouki_print.cli_handover import handover
from kouki_print.cli_impose import impose
from kouki_print.cli_layout import layout
from kouki_print.cli_letter import letter
from kouki_print.cli_machine import machine
from kouki_print.cli_posting import posting
from kouki_print.cli_preflight import preflight
from kouki_print.cli_proof import proof
from kouki_print.console import JapaneseGroup, watching
from kouki_print.job.watch import Silent
from kouki_print.results import balance, show_result

_HELD_PEOPLE = 1
_MOST_WORKERS = 8  # more than this only waits for the disk


def program() -> None:
    """The command as people start it: ends as soon as the answer is out.

    Taking the libraries down again would cost a tenth of a second; everything is written and closed by then.
    """
    status: object = 0
    try:
        main()
    except SystemExit as end:
        status = end.code
    with suppress(BrokenPipeError):  # the reader has gone: `kouki-print … | head`
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status if isinstance(status, int) else int(status is not None))


_JOB = click.argument("job", type=click.Path(path_type=Path), metavar="JOB")
_OUT = click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="出力フォルダー", metavar="OUT"
)

_LAST = click.option(
    "--last",
    type=click.Path(path_type=Path),
    default=None,
    help="前年のジョブのフォルダー（件数・送付先・連絡先の変わった点を載せる）",
    metavar="JOBDIR",
)


def _bom(encoding: str) -> str:
    """The codec of an encoding that people ask for: Excel knows UTF-8 by its BOM only."""
    return "utf-8-sig" if encoding == "utf-8" else encoding


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_CSV = click.option(
    "--csv-encoding",
    default="utf-8",
    show_default=True,
    type=click.Choice(["utf-8", "cp932"]),
    help="人が開く一覧（CSV）の文字コード（utf-8 は BOM 付き。cp932 にない文字は 〓）",
)


@click.group(cls=JapaneseGroup, context_settings={"help_option_names": ["-h", "--help"], "obj": _now})
@click.version_option(kouki_print.__version__, prog_name="kouki-print", help="版を表示して終わる")
def main() -> None:
    """後期高齢者医療の資格確認書などを作成し、封入・発送の指示と郵送料をまとめます。

    例: kouki-print run samples/okinawa-r08 --out OUT
    """


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--preset", metavar="P", required=True, help="年度の規則（一覧は kouki-print presets）")
@click.option("--count", required=True, type=click.IntRange(1, 2_000_000), metavar="N", help="人数")
@click.option("--seed", metavar="N", default=1, show_default=True, help="乱数の種（同じ値なら同じデータ）")
@click.option(
    "--encoding",
    default="cp932",
    show_default=True,
    type=click.Choice(["cp932", "utf-8"]),
    help="移行データの文字コード",
)
def sample(folder: Path, preset: str, count: int, seed: int, encoding: str) -> None:
    """架空の人だけの見本ジョブを作ります。

    例: kouki-print sample DIR --preset r08 --count 1650 --seed 1
    """
    from kouki_print.sample import write_sample

    write_sample(folder, preset=preset, count=count, seed=seed, encoding=encoding)  # type: ignore[arg-type]
    click.echo(f"見本ジョブを作りました: {folder}（{count:,}人）")
    click.echo(f"次は: kouki-print run {folder} --out OUT")


@main.command()
@_JOB
@_OUT
@_LAST
@_CSV
def check(job: Path, out: Path, last: Path | None, csv_encoding: str) -> None:
    """入力を読んで検査し、検査報告だけを作ります。"""
    from kouki_print.job import checking

    counts, notes = checking.check(job, out, Silent(), last, _bom(csv_encoding))
    click.echo(balance(counts))
    for note in notes:
        click.echo(f"お知らせ: {note}")
    click.echo(f"検査報告: {out / 'union' / 'check.html'}")


@main.command()
@_JOB
@_OUT
@click.option("--forecast", is_flag=True, help="移行データを使わず、見込み（forecast.toml）で計算する")
@click.option(
    "--compare",
    type=click.Path(path_type=Path),
    default=None,
    help="前の予算の出力フォルダー（見込みと実績の差を、通数・郵便種別・重さに分けて載せる）",
    metavar="OUTDIR",
)
def budget(job: Path, out: Path, forecast: bool, compare: Path | None) -> None:
    """重量と郵送料を計算し、予算書だけを作ります。移行データがなければ見込みで計算します。

    例: kouki-print budget samples/okinawa-r08 --forecast --out MIKOMI
    """
    from kouki_print.job import budgeting

    made = budgeting.budget(job, out, Silent(), forecast=forecast, compare=compare)
    click.echo(f"{made.basis}による予算: 通数 {made.pieces:,}　郵送料 {made.total_yen:,}円")
    for line in made.scenarios[1:]:
        click.echo(f"試算 {line.name}: {line.total_yen:,}円（{line.difference_yen:+,}円）")
    for warning in made.warnings:
        click.echo(f"お知らせ: {warning}")
    click.echo(f"予算書: {out / 'finance'}（budget.csv, budget.xlsx, budget.pdf, enclosures.csv）")


@main.command()
@_JOB
@_OUT
@click.option(
    "--workers",
    type=click.IntRange(1, 61),
    metavar="N",
    default=None,
    help="並列数（省略時はCPUの数、8まで）",
)
@click.option("--strict", is_flag=True, help="保留の人が一人でもいれば終了コード1にする（出力は残す）")
@_LAST
@_CSV
def run(
    job: Path, out: Path, workers: int | None, strict: bool, last: Path | None, csv_encoding: str
) -> None:
    """移行データから印刷ファイル・一覧・予算まで、検証済みの一式を作ります。

    例: kouki-print run samples/okinawa-r08 --out OUT
    """
    from kouki_print.job.run import run as run_job

    with watching() as watcher:
        result = run_job(
            job,
            out,
            workers=workers or min(os.cpu_count() or 1, _MOST_WORKERS),
            now=_now(),
            watcher=watcher,
            last=last,
            csv_encoding=_bom(csv_encoding),
        )
    show_result(result, out)
    if strict and result.counts["held"]:
        click.echo(f"保留が{result.counts['held']:,}件あります（--strict）。", err=True)
        sys.exit(_HELD_PEOPLE)


@main.command()
@_JOB
@click.option("--insured", required=True, metavar="N", help="被保険者番号（8桁）")
def explain(job: Path, insured: str) -> None:
    """一人について、なぜその書類になるのかを一行ずつ示します。

    例: kouki-print explain samples/okinawa-r08 --insured 12345678
    """
    gc.disable()  # a moment's work: looking for garbage would take a tenth of it
    try:
        from kouki_print.job.explaining import explain as explain_person

        for line in explain_person(job, insured):
            click.echo(line)
    finally:
        gc.enable()


@main.group(invoke_without_command=True)
@click.pass_context
def presets(ctx: click.Context) -> None:
    """年度の規則の一覧を表示します。二つの違いは presets diff で見られます。"""
    from kouki_print.order.presets import list_presets

    if ctx.invoked_subcommand is None:
        for preset in list_presets():
            click.echo(f"{preset.name:<12} {preset.title}")
            if preset.source:
                click.echo(f"{'':<12} 根拠: {preset.source}")


@presets.command("diff")
@click.argument("first", metavar="規則1")
@click.argument("second", metavar="規則2")
def presets_diff(first: str, second: str) -> None:
    """二つの年度の規則の違いを言葉で示します。

    例: kouki-print presets diff r07 r08
    """
    from kouki_print.order.presets import diff_presets

    lines = diff_presets(first, second)
    for line in lines or [f"{first} と {second} に違いはありません。"]:
        click.echo(line)


@main.command()
@click.argument("out", type=click.Path(path_type=Path), metavar="OUT")
@click.option("--full", is_flag=True, help="全ページを読み返す（省略時は各ロットの最初と最後）")
def verify(out: Path, full: bool) -> None:
    """完成した印刷ファイルを読み返し、記録と比べます。違いがあれば終了コード3。"""
    from kouki_print.job import proving

    with watching() as watcher:
        result = proving.verify(out, full=full, watcher=watcher)
    click.echo(f"ロット {result.lots:,}　読み返した通数 {result.pieces:,}　違い 0")


@main.command()
@click.argument("out", type=click.Path(path_type=Path), metavar="OUT")
def status(out: Path) -> None:
    """ジョブの状態（件数と出来事）を表示します。"""
    from kouki_print.job import proving

    facts = proving.status(out)
    click.echo(f"{facts.title}（{facts.job_id}）")
    click.echo(balance(facts.counts))
    click.echo(f"通数 {facts.pieces:,}　ロット {facts.lots:,}　郵送料 {facts.total_yen:,}円")
    for at, kind, count in facts.events:
        click.echo(f"{at} {kind} {count:,}")


@main.group(cls=JapaneseGroup)
def survey() -> None:
    """市町村へのアンケートの様式を作り、記入されたものをまとめます。"""


@survey.command("make")
@_JOB
@click.option(
    "--to", required=True, type=click.Path(path_type=Path), metavar="DIR", help="様式を置くフォルダー"
)
@click.option(
    "--last",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="昨年の survey.csv（灰色で示す）",
)
def survey_make(job: Path, to: Path, last: Path | None) -> None:
    """市町村ごとの様式（Excel）を作ります。

    例: kouki-print survey make samples/okinawa-r08 --to forms
    """
    from kouki_print.job import surveys

    forms = surveys.make_forms(job, to, last)
    click.echo(f"様式を作りました: {to}（{len(forms):,}件）")
    click.echo(
        f"次は: 市町村に送り、戻ったものを集めて kouki-print survey read DIR --job {job} --out survey.csv"
    )


@survey.command("read")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--job", required=True, type=click.Path(path_type=Path), metavar="JOB", help="ジョブのフォルダー"
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="FILE", help="まとめる先（survey.csv）"
)
@click.option(
    "--last",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="昨年の survey.csv（変わった点を示す）",
)
def survey_read(folder: Path, job: Path, out: Path, last: Path | None) -> None:
    """記入された様式（Excel・CSV）を読み、survey.csv にまとめます。矛盾があれば終了コード1。

    例: kouki-print survey read forms --job samples/okinawa-r08 --out survey.csv
    """
    from kouki_print.job import surveys

    merged, lines = surveys.read_answers(folder, job, out, last)
    for line in lines:
        click.echo(line)
    click.echo(f"確認の一覧: {surveys.report_path(out)}")
    if merged.blocking:
        raise JobError(
            f"読めない回答か矛盾する回答があります（{merged.blocking:,}件）。{out.name} は作っていません。",
            remedy="上の一覧のとおりに直し、もう一度実行してください。",
        )
    click.echo(f"まとめました: {out}（{len(merged.lines):,}市町村）")


main.add_command(handover)
main.add_command(impose)
main.add_command(layout)
main.add_command(proof)
main.add_command(letter)
main.add_command(machine)
main.add_command(preflight)
main.add_command(posting)
