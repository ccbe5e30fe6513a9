"""The console in Japanese: help, usage errors, broken jobs and progress bars."""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kouki_print.base.errors import JobError
from kouki_print.job.watch import Silent, Watcher

if TYPE_CHECKING:
    from rich.progress import Progress

_USAGE_STATUS = 2
_INTERRUPTED = 130


class JapaneseCommand(click.Command):
    """A command whose help reads in Japanese throughout."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = [piece.replace("[OPTIONS]", "[オプション]") for piece in self.collect_usage_pieces(ctx)]
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix="使い方: ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        records = [
            record for record in (param.get_help_record(ctx) for param in self.get_params(ctx)) if record
        ]
        with formatter.section("オプション"):
            formatter.write_dl([(name, _japanese(text)) for name, text in records if text])
        if isinstance(self, click.Group):
            commands = [
                (name, command.get_short_help_str(100)) for name, command in sorted(self.commands.items())
            ]
            with formatter.section("コマンド"):
                formatter.write_dl(commands)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "この説明を表示して終わる"
        return option


class JapaneseSubgroup(JapaneseCommand, click.Group):
    """A command that has commands of its own."""

    command_class = JapaneseCommand

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return ["[オプション]", "コマンド", "..."]


class JapaneseGroup(JapaneseSubgroup):
    """The program: turns a broken job or wrong usage into one Japanese message and its exit status."""

    group_class = JapaneseSubgroup

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> Any:
        """Run; ``standalone_mode`` false hands exceptions to the caller, as click's tests do."""
        if not options.get("standalone_mode", True):
            return super().main(args, *rest, **options)
        options["standalone_mode"] = False
        signal.signal(signal.SIGTERM, _interrupt)  # a closed window ends as cleanly as Ctrl+C
        try:
            status = super().main(args, *rest, **options)
        except JobError as error:
            click.echo(f"エラー: {error.message()}", err=True)
            status = error.exit_status
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.ctx.get_help() if error.ctx else "", err=True)
            status = _USAGE_STATUS
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else "kouki-print"
            click.echo(
                f"使い方の誤り: {usage_sentence(error)}\n対処: 「{command} --help」で使い方を見てください。",
                err=True,
            )
            status = _USAGE_STATUS
        except (click.Abort, KeyboardInterrupt):
            click.echo("中断しました。途中の出力は残していません。もう一度実行できます。", err=True)
            status = _INTERRUPTED
        except Exception as error:
            click.echo(unexpected(error), err=True)
            status = 1
        sys.exit(status if isinstance(status, int) else 0)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def unexpected(error: Exception) -> str:
    """One sentence for a fault of the program: kind and place, never values, which may be personal."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name} {frames[-1].lineno}行" if frames else "不明"
    return (
        f"エラー: プログラムの誤りで止まりました（{type(error).__name__}、{place}）。途中の出力は残していません。\n"
        "対処: この行を開発元に知らせてください。"
    )


def usage_sentence(error: click.UsageError) -> str:
    """What was wrong with the command line, in Japanese."""
    if isinstance(error, click.MissingParameter):
        name = error.param.opts[-1] if isinstance(error.param, click.Option) else (error.param_hint or "")
        if isinstance(error.param, click.Argument):
            name = error.param.make_metavar(error.ctx) if error.ctx else (error.param.name or "")
        return f"「{name}」を指定してください。"
    if isinstance(error, click.NoSuchOption):
        return f"オプション「{error.option_name}」はありません。"
    if isinstance(error, click.BadParameter):
        name = error.param.opts[-1] if error.param is not None else ""
        choices = getattr(error.param.type, "choices", None) if error.param is not None else None
        if choices:
            return f"「{name}」は次のいずれかにしてください: {'、'.join(choices)}"
        return f"「{name}」の値が正しくありません。"
    if "No such command" in error.message:
        return "その名前のコマンドはありません。"
    if "Missing command" in error.message:
        return "コマンドを指定してください。"
    return "引数が多いか、正しくありません。"


def _japanese(text: str) -> str:
    return text.replace("[required]", "[必須]").replace("[default: ", "[既定: ")


class Bars:
    """Progress bars on a terminal, one per stage."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", visible=False)

    def begin(self, stage: str, total: int) -> None:
        """A new bar; without a known total it only shows that work goes on."""
        self._task = self._progress.add_task(stage, total=total or None)

    def step(self, count: int) -> None:
        """Advance the bar."""
        self._progress.advance(self._task, count)

    def end(self) -> None:
        """Fill the bar."""
        total = self._progress.tasks[self._task].total or 1
        self._progress.update(self._task, total=total, completed=total)


@contextmanager
def watching() -> Iterator[Watcher]:
    """Bars on standard error when it is a terminal; silence in a log file."""
    if not sys.stderr.isatty():
        yield Silent()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.progress import TimeRemainingColumn as Remaining

    console = Console(stderr=True, highlight=False)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), Remaining(),
    )  # fmt: skip
    with Progress(*columns, console=console) as progress:
        yield Bars(progress)
