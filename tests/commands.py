"""Commands of `python -m bench`, called inside the process of a test."""

import pytest

from bench import cli


def main(*words: str) -> int:
    """The exit code of `python -m bench` with these words."""
    with pytest.raises(SystemExit) as end:
        cli.main(words)
    assert isinstance(end.value.code, int)
    return end.value.code
