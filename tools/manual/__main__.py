"""``python -m tools.manual``: write the pages of ``docs/reference`` again from the code, some twenty seconds."""

from __future__ import annotations

from tools.manual.reference import FOLDER, pages

for name, text in pages().items():
    (FOLDER / name).write_text(text, encoding="utf-8")
