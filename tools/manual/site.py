"""Hooks that MkDocs runs while it builds: pages from outside ``docs/``, links to them, and a nav of existing pages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
OUTSIDE = {
    "changelog.md": "CHANGELOG.md",
    "contributing.md": "CONTRIBUTING.md",
    "terms.md": "sim/data/un/TERMS.md",
}
"""Pages of the site that are elsewhere in the repository."""
OPENING = "<!-- the opening of the README -->"
"""The mark in a page that is replaced by the README's first paragraphs, with its picture."""
OPENING_ENDS = "\n## "
LINK = re.compile(r"(\]\()([^)#\s]+)([^)]*\))")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Remove pages that do not exist from the nav."""
    config.nav = _keep_existing(config.nav or [])
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages from outside ``docs/``."""
    for name, path in OUTSIDE.items():
        if (ROOT / path).is_file():
            text = (ROOT / path).read_text(encoding="utf-8")
            files.append(File.generated(config, name, content=_relink(text, Path(path).parent)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Put in the opening of the README, and point links out of ``docs/`` to pages of the site."""
    text = markdown.replace(OPENING, _opening())
    return text if page.file.src_uri in OUTSIDE else _relink(text, Path("docs") / Path(page.file.src_uri).parent)


def _opening() -> str:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    body = readme.split("\n", 1)[1].split(OPENING_ENDS)[0]
    return LINK.sub(lambda link: link[1] + link[2].removeprefix("docs/") + link[3], body.strip())


def _relink(text: str, folder: Path) -> str:
    """Rewrite the links of a page in this folder of the repository as links of the site."""
    pages = {(ROOT / path).resolve(): name for name, path in OUTSIDE.items()}
    depth = "../" * (len(folder.parts) - 1) if folder.parts[:1] == ("docs",) else ""

    def turned(link: re.Match[str]) -> str:
        target = link[2]
        if ":" in target:
            return link[0]
        path = (ROOT / folder / target).resolve()
        if path in pages:
            return f"{link[1]}{depth}{pages[path]}{link[3]}"
        if folder.parts[:1] != ("docs",) and path.is_relative_to(ROOT / "docs"):
            return f"{link[1]}{path.relative_to(ROOT / 'docs').as_posix()}{link[3]}"
        return link[0]

    return LINK.sub(turned, text)


def _keep_existing(entries: list[Any]) -> list[Any]:
    """A nav without entries whose page does not exist, and without sections that this leaves empty."""
    kept: list[Any] = []
    for entry in entries:
        if isinstance(entry, dict):
            ((title, below),) = entry.items()
            found = _keep_existing(below) if isinstance(below, list) else below if _is_there(below) else None
            if found:
                kept.append({title: found})
        elif _is_there(entry):
            kept.append(entry)
    return kept


def _is_there(name: str) -> bool:
    return (ROOT / OUTSIDE.get(name, f"docs/{name}")).is_file()
