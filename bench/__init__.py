"""Measures what the project costs beside peers, on this machine, in one run: `python -m bench`."""
