"""What only maintainers run: deriving the data, writing the validation page and the manual."""
