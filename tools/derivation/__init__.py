"""How the tables of a world follow from published figures."""
