"""Files as the program reads and writes them: regular, within limits, and written whole or not at all."""
