# PYTHON_ARGCOMPLETE_OK (completes `python -m bench` where argcomplete is activated for all programs)
"""`python -m bench`."""

from bench.cli import main

main()
