"""The manual: reference pages written from the code (``python -m tools.manual``), and the hooks of the MkDocs site."""
