"""Where templates, layouts, fonts and data lie: in an installed wheel or in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
_SHIPPED = _PACKAGE / "_shipped"  # filled when the wheel is built, see pyproject.toml
_ROOT = _SHIPPED if _SHIPPED.is_dir() else _PACKAGE.parent


def template_dir() -> Path:
    """Folder of the words people read (Jinja templates)."""
    return _ROOT / "templates"


def layout_dir() -> Path:
    """Folder of the geometry in mm (TOML)."""
    return _ROOT / "layouts"


def font_dir() -> Path:
    """Folder of the fonts shipped with their licence."""
    return _ROOT / "fonts"


def data_dir() -> Path:
    """Folder of the shipped tables: tariffs, municipalities, towns, presets."""
    return _PACKAGE / "data"
