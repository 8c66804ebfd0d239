"""What the program reports, as types: every field has a label, a unit and a description."""
