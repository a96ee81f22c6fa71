"""Where the files are that are not code: beside the source tree, else inside the installed package."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_TREE = _PACKAGE.parent


def _in_source_tree() -> bool:
    return (_TREE / "setup.cfg").is_file() and (_TREE / "templates").is_dir()


def templates_folder() -> Path:
    """The folder of the Jinja templates."""
    return _TREE / "templates" if _in_source_tree() else _PACKAGE / "_templates"


def catalog_path() -> Path:
    """The delivered service catalogue; HELPDESK_CATALOG names another one."""
    return _TREE / "catalog.yaml" if _in_source_tree() else _PACKAGE / "_data" / "catalog.yaml"


def translations_folder() -> Path:
    """The folder of the compiled translations."""
    return _PACKAGE / "translations"


def static_folder() -> Path:
    """The folder of style sheets, scripts and pictures."""
    return _PACKAGE / "static"
