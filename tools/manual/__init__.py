"""The manual: reference pages written from the code (``python -m tools.manual``), and what MkDocs makes a site with."""
