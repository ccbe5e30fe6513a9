"""What several test files share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from made_lot import Made, make

from kouki_print.job.forms import load_styles
from kouki_print.page.type.fonts import Style


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Two small lots, 1-up and imposed, read-only."""
    return make(tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="session")
def made_x1a(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The same lots as PDF/X-1a, with a spot colour and perforations on a plate of their own."""
    spot = 'colour = { spot = "DIC 123", cmyk = [0, 35, 10, 0] }\n'
    more = f'[printing]\nstandard = "x1a"\ndieline = "separation"\n{spot}'
    return make(tmp_path_factory.mktemp("made_x1a"), more)


@pytest.fixture(scope="session")
def styles() -> dict[str, Style]:
    """The shipped styles of type."""
    return load_styles()


@pytest.fixture
def root() -> Path:
    """The checkout."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture
def single(made: Made) -> Iterator[pikepdf.Pdf]:
    """The 1-up file of the larger lot."""
    with pikepdf.open(made.single(), inherit_page_attributes=False) as opened:
        yield opened


@pytest.fixture
def imposed(made: Made) -> Iterator[pikepdf.Pdf]:
    """The imposed file of the larger lot."""
    with pikepdf.open(made.imposed(), inherit_page_attributes=False) as opened:
        yield opened


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups first, which one worker does in one go: single tests fill what is left of the time."""
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)
