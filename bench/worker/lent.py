"""`python -P lent.py PLACE… MODULE OPTIONS…`: runs a module of ours on an interpreter that has none of it.

Each place is a package as `name=folder`. The interpreter can import these packages from there, and nothing else of the
environment that they are in. This program is run by its path, so it imports the standard library only.
"""

import itertools
import runpy
import sys
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location


class Lender:
    """Finds the packages that are lent, before any others of these names."""

    def __init__(self, folders: Mapping[str, str]) -> None:
        self._folders = folders

    def find_spec(self, name: str, _path: Sequence[str] | None = None, _target: object = None) -> ModuleSpec | None:
        """Where the package is, if it is lent; the parts of a package are found beside it."""
        if name not in self._folders:
            return None
        folder = self._folders[name]
        return spec_from_file_location(name, f"{folder}/__init__.py", submodule_search_locations=[folder])


def main() -> None:
    """Run the module as `python -m` would."""
    words = sys.argv[1:]
    folders = dict(word.split("=", 1) for word in itertools.takewhile(lambda word: "=" in word, words))
    sys.meta_path.insert(0, Lender(folders))
    sys.argv[:] = words[len(folders) :]
    module = sys.argv[0]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
