"""Factories of loops that are guests in another framework's loop, with invented frameworks in place of real ones."""

import os
import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from bench.subjects import guests, loops, places

LOOP = object()


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put a module with these attributes in the place of a real one."""

    def put(name: str, **attributes: object) -> None:
        module = ModuleType(name)
        vars(module).update(attributes)
        monkeypatch.setitem(sys.modules, name, module)

    return put


class Application:
    """Qt's: there is one at most."""

    one: "Application | None" = None

    def __init__(self, _: list[str]) -> None:
        assert Application.one is None
        Application.one = self

    @staticmethod
    def instance() -> "Application | None":
        """The one that there is."""
        return Application.one


@pytest.mark.parametrize(("name", "module", "class_name"), [
    ("qasync", "qasync", "QEventLoop"), ("qt", "PySide6.QtAsyncio", "QAsyncioEventLoop"),
])  # fmt: skip
def test_a_loop_on_qt_gets_the_only_application_and_needs_no_screen(
    name: str, module: str, class_name: str, pretend: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setattr(Application, "one", None)
    pretend("PySide6")
    pretend("PySide6.QtWidgets", QApplication=Application)
    pretend(module, **{class_name: lambda application: (LOOP, application)})

    factory = places.load(f"{loops.GUESTS}:{name}")
    first, second = factory(), factory()

    assert first == second == (LOOP, Application.one)
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"


def test_a_loop_on_glib_or_trio_is_made_as_they_document(pretend: Callable[..., None]) -> None:
    class Policy:
        def new_event_loop(self) -> object:
            """As asyncio's."""
            return LOOP

    pretend("gbulb", GLibEventLoop=lambda: LOOP)
    pretend("gi")
    pretend("gi.events", GLibEventLoopPolicy=Policy)
    pretend("trio_asyncio")
    pretend("trio_asyncio._sync", SyncTrioEventLoop=lambda: LOOP)

    assert [places.load(f"{loops.GUESTS}:{name}")() for name in ("gbulb", "glib", "trio")] == [LOOP] * 3


def test_a_framework_that_can_not_be_imported_is_noticed_with_the_factory(pretend: Callable[..., None]) -> None:
    pretend("gi")

    with pytest.raises(ImportError, match=r"gi\.events"):
        places.load(f"{loops.GUESTS}:glib")


def test_each_guest_is_a_loop_of_the_registry() -> None:
    named = {loop.factory for loop in loops.LOOPS if loop.factory.startswith(loops.GUESTS)}

    assert {place.partition(":")[2] for place in named} == set(guests.GUESTS)
    with pytest.raises(AttributeError, match="has no attribute 'gtk'"):
        places.load(f"{loops.GUESTS}:gtk")
