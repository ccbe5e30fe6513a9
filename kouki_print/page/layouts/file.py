"""Layout files (様式のファイル): TOML with its parts becomes a checked layout, or a list of all its mistakes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from kouki_print.base.errors import JobError
from kouki_print.base.resources import layout_dir, template_dir
from kouki_print.order.documents import of_the_job
from kouki_print.order.load import TEMPLATES
from kouki_print.order.names import nearest
from kouki_print.order.toml_files import read_toml
from kouki_print.page.items import Code, Text
from kouki_print.page.layout import Layout
from kouki_print.page.layouts.checks import Located, layout_faults, located
from kouki_print.page.layouts.completeness import room_faults
from kouki_print.page.layouts.faults import Fault, fault_error, type_faults
from kouki_print.page.layouts.repeats import expanded
from kouki_print.page.layouts.toml_lines import Path as Place
from kouki_print.page.layouts.toml_lines import lines_of
from kouki_print.page.words import undefined_words


def load_layout(name: str, folder: Path | None = None, words: Collection[str] | None = None) -> Layout:
    """``layouts/<name>.toml``, or a file of the job's ``folder`` where ``name`` is a path."""
    if folder is not None and of_the_job(name):
        if not (folder / name).is_file():
            raise JobError(
                f"様式「{name}」がジョブのフォルダーにありません",
                remedy="ファイルを置くか、[documents] の layout を直してください。",
                file="job.toml",
            )
        return parse_layout(folder / name, folder, words)
    known = sorted(entry.stem for entry in layout_dir().glob("*.toml"))
    if name not in known:
        raise JobError(
            f"様式「{name}」がありません",
            remedy=f"[documents] の layout を次のいずれかにしてください: {'、'.join(known)}",
            file="job.toml",
        )
    path = layout_dir() / f"{name}.toml"
    if folder is not None and (folder / TEMPLATES).is_dir():
        return parse_layout(path, folder, words)
    return _shipped(path, None if words is None else frozenset(words))


@lru_cache(maxsize=64)
def _shipped(path: Path, words: frozenset[str] | None) -> Layout:
    """A layout of the product, which is the same for all jobs without words of their own."""
    return parse_layout(path, None, words)


def parse_layout(path: Path, folder: Path | None = None, words: Collection[str] | None = None) -> Layout:
    """Read a layout file; what ``include`` names is taken from ``parts/`` beside it or of the product.

    ``folder`` is the job's, whose ``templates/`` come before the product's; ``words`` are the names that its
    [words] have, where there is an order.  JobError with every mistake.
    """
    if not path.is_file():
        raise JobError(
            "様式のファイルがないか、読めません。",
            remedy="ファイルの場所と名前を確かめてください。",
            file=path.name,
        )
    own, text = read_toml(path)
    merged = _Merged()
    faults = [*_add_parts(merged, own.get("include"), path)]
    merged.add(path.name, own, text)
    if "name" in own:
        remedy = "名前はファイルの名前です。この行を消してください。"
        faults.append(Fault(("name",), "様式に知らない項目「name」があります。", remedy))
    values = {**merged.values, "name": path.stem}
    folders = [template_dir() / "words", *([folder / TEMPLATES] if folder else [])]
    known_words = sorted({entry.stem for each in folders for entry in each.glob("*.txt")})
    faults += [*type_faults(Layout, values), *layout_faults(values, known_words)]
    items = list(located(values))
    faults += room_faults(values, items)
    if words is not None and not faults:
        faults += _undefined(items, words)
    if faults:
        raise fault_error(faults, merged.places(), path.name)
    layout = Layout.model_validate(values)
    return layout.model_copy(update={"front": expanded(layout.front), "back": expanded(layout.back)})


def _add_parts(merged: _Merged, include: object, path: Path) -> Iterator[Fault]:
    """Add the parts that a layout includes; a fault for each that is nowhere."""
    folders = [path.parent / "parts", layout_dir() / "parts"]
    for position, name in enumerate(include if isinstance(include, list) else []):
        part = next((each / f"{name}.toml" for each in folders if (each / f"{name}.toml").is_file()), None)
        if part is None:
            known = sorted({entry.stem for each in folders for entry in each.glob("*.toml")})
            what = f"include の部品「{name}」がありません。"
            yield Fault(("include", position), what, nearest(str(name), known))
        else:
            merged.add(f"parts/{part.name}", *read_toml(part))


def _undefined(items: Iterable[Located], words: Collection[str]) -> Iterator[Fault]:
    """A fault for each name after ``words.`` that the order does not have."""
    for each in items:
        for name in undefined_words(each.item.text, words) if isinstance(each.item, Text | Code) else ():
            what = f"{each.label}の {{{{ }}}} にある「words.{name}」は、この注文の [words] にありません。"
            yield Fault((*each.path, "text"), what, nearest(name, words))


@dataclass(slots=True)
class _Merged:
    """Values of a layout and its parts, and the files they came from."""

    values: dict[str, Any] = field(default_factory=dict)
    files: list[tuple[str, str, dict[Place, int]]] = field(default_factory=list)

    def add(self, file: str, values: Mapping[str, Any], text: str) -> None:
        """Lay one file over what was there."""
        moved: dict[Place, int] = {}
        _merge(self.values, values, (), moved)
        self.files.append((file, text, moved))

    def places(self) -> dict[Place, tuple[str, int]]:
        """File and line of each value."""
        return {
            _shifted(path, moved): (file, row)
            for file, text, moved in self.files
            for path, row in lines_of(text).items()
        }


def _merge(target: dict[str, Any], source: Mapping[str, Any], at: Place, moved: dict[Place, int]) -> None:
    """Tables merge, lists of tables are joined (``moved``: by how many), anything else of ``source`` wins."""
    for key, value in source.items():
        old = target.get(key)
        if isinstance(value, dict) and isinstance(old, dict):
            _merge(old, value, (*at, key), moved)
        elif isinstance(old, list) and _are_tables(old) and _are_tables(value):
            moved[*at, key] = len(old)
            target[key] = [*old, *value]
        else:
            target[key] = value


def _are_tables(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _shifted(path: Place, moved: Mapping[Place, int]) -> Place:
    """The place of a value after its list was joined to another."""
    for cut in range(1, len(path)):
        by, position = moved.get(path[:cut]), path[cut]
        if by is not None and isinstance(position, int):
            return (*path[:cut], position + by, *path[cut + 1 :])
    return path
