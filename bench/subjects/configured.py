"""What the current folder's pyproject.toml has for this program, in its table [tool.evloop-bench]. Light.

Anybody may have written that file. Nothing that it names is imported here: only what the user then runs imports it.
"""

import os
from collections.abc import Mapping

from bench.errors import BenchError

FILE, NAME = "pyproject.toml", "evloop-bench"
TABLE, LOOPS = f"{FILE}, [tool.{NAME}]", "loops"
MOST = 1 << 20  # bytes


def table() -> Mapping[str, object]:
    """The table; empty where there is none. Raises BenchError for a file that has our name in it, and can't be read."""
    if not os.path.isfile(FILE):  # noqa: PTH113  (pathlib is not light)
        return {}
    with open(FILE, "rb") as file:  # noqa: PTH123  (the same)
        content = file.read(MOST)
    if NAME.encode() not in content:
        return {}
    import tomllib

    try:
        tools = tomllib.loads(content.decode()).get("tool", {})
    except (ValueError, RecursionError) as error:
        raise BenchError(f"{FILE} is not TOML: {str(error)!r:.200}\nfix it, or work in another folder") from None
    return _table(_table(tools, f"{FILE}, [tool]").get(NAME, {}), TABLE)


def places() -> Mapping[str, str]:
    """The loops, by name: for each the place of its factory, as package.module:factory; raises BenchError."""
    where = f"{FILE}, [tool.{NAME}.{LOOPS}]"
    return {
        name: _text(place, f"{where} {name!r:.100}") for name, place in _table(table().get(LOOPS, {}), where).items()
    }


def _table(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise BenchError(f"{where}: it is not a table")
    return value


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise BenchError(f"{where}: {value!r:.100} is not a text")
    return value
