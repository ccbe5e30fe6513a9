"""The manual is true: its snippets load, its commands run, and its tables are those of the models."""

from __future__ import annotations

import re
import shutil
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from line_fixtures import ROOT, SAMPLE, cli
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from small_job import JOB
from test_cli_readme import command_lines
from test_presets_diff import BASE, entries_of

from kouki_print.base.resources import data_dir
from kouki_print.order.columns import BY_KEY
from kouki_print.order.conditions import FLAG_KEYS, NUMBER_KEYS, WORD_KEYS
from kouki_print.order.load import merge, order_of
from kouki_print.page.words import WORDS

PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md"))
BLOCK = re.compile(r"^```(\w+)( order)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
R08 = tomllib.loads((data_dir() / "presets" / "r08.toml").read_text(encoding="utf-8"), parse_float=Decimal)
RULES = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")


def blocks(page: str, kind: str) -> list[tuple[str, bool]]:
    """Fenced blocks of a page of one kind: text, and whether it is marked as part of an order."""
    found = BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))
    return [(text, bool(order)) for name, order, text in found if name == kind]


SNIPPETS = [(page, *block) for page in PAGES for block in blocks(page, "toml")]


@pytest.mark.parametrize(("page", "text", "order"), SNIPPETS)
def test_every_snippet_is_what_it_says(page: str, text: str, order: bool) -> None:
    """TOML is valid; a part of an order, written into job.toml over r08, loads."""
    values = tomllib.loads(text, parse_float=Decimal)
    if order:
        order_of(merge(tomllib.loads(JOB), values), R08)


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_run_and_say_what_it_shows(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(SAMPLE, tmp_path / "samples" / "okinawa-r08")
    monkeypatch.chdir(tmp_path)
    said = ""
    for words in command_lines(page):
        result = cli(*words)
        assert result.exit_code == 0, (words, result.output)
        said += result.output
    for text, _ in blocks(page, "text"):
        assert text in said or all(line in said for line in text.splitlines()), text


@pytest.mark.parametrize("page", [*PAGES, "README.md", "README.ja.md"])
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    anchors = {
        re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }
    for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", text):
        assert not target or ((ROOT / page).parent / target).exists(), target
        assert target or anchor in anchors, anchor


def section(table: str) -> str:
    """The chapter of docs/rules.md about a table; that of the enclosures tells their paper and spread too."""
    inside = dict.fromkeys(("paper", "measured"), "enclosure") | dict.fromkeys(("fallback", "gaiji"), "fonts")
    inside |= {"window": "envelope", "colour": "printing"}
    name = inside.get(table, table)
    found = [part for part in RULES.split("\n## ")[1:] if f"[{name}]" in part.partition("\n")[0]]
    assert len(found) == 1, f"docs/rules.md has no chapter [{table}]"
    return found[0]


def rows(text: str) -> dict[str, list[str]]:
    """Lines of the chapter's tables by their key."""
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in text.splitlines()]
    return {row[0].strip("`"): row for row in cells if re.fullmatch("`[a-z0-9_]+`", row[0])}


def default_words(field: FieldInfo) -> str:
    """A default as TOML writes it, 必須 and なし."""
    default: Any = field.default
    if field.is_required():
        return "必須"
    if isinstance(default, list) and default:
        return "[" + ", ".join(f'"{each}"' for each in default) + "]"
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, BaseModel):
        return "{ " + ", ".join(f"{key} = {value}" for key, value in default) + " }"
    return (
        "なし"
        if default in (None, "", [], {})
        else f'"{default}"'
        if isinstance(default, str)
        else str(default)
    )


def choices_of(field: FieldInfo) -> list[str]:
    """The words among which a setting chooses."""
    found = re.findall(r"Literal\[([^]]*)\]", str(field.annotation))
    return re.findall(r"'([^']+)'", "".join(found))


MODELS: list[tuple[str, type[BaseModel]]] = [(table, type(entries[0])) for table, entries in entries_of(BASE)]


@pytest.mark.parametrize(("table", "model"), MODELS, ids=[table for table, _ in MODELS])
def test_the_manual_tells_every_setting_its_values_and_default(table: str, model: type[BaseModel]) -> None:
    text = section(table)
    told = rows(text)
    for key, field in model.model_fields.items():
        assert key in told, f"docs/rules.md does not tell [{table}] {key}"
        assert told[key][-1].strip("`") == default_words(field), f"[{table}] {key}"
        for value in choices_of(field):
            assert f'`"{value}"`' in (text if table == "mail" else told[key][-2]), f"[{table}] {key} {value}"


def test_the_manual_tells_no_setting_that_there_is_not() -> None:
    for chapter in {section(table) for table, _ in MODELS}:
        known = {key for table, model in MODELS if section(table) == chapter for key in model.model_fields}
        assert set(rows(chapter)) == known


def test_the_manual_tells_every_column_of_conditions() -> None:
    told = rows(RULES.split("\n## ")[3])
    assert set(told) == FLAG_KEYS | NUMBER_KEYS | WORD_KEYS
    for key in set(told) - {"age"}:
        assert told[key][1].startswith(BY_KEY[key].header)
        assert all(word in told[key][-1] for word in BY_KEY[key].words if key != "sex")


def test_the_manual_tells_the_usual_words() -> None:
    assert {key: row[-1] for key, row in rows(section("words")).items()} == WORDS
    assert section("excluded")
