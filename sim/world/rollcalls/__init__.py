"""Roll calls in files: in the project's own format, and as people have them."""
