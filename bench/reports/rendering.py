"""Documents to characters: one renderer for each format."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from bench.reports import markdown, screen, separated
from bench.reports.document import Document
from bench.reports.grids import CSV, MARKDOWN, STYLES, TERMINAL

Renderer: TypeAlias = Callable[[Document, str, int | None], str]

PAGE = "github"  # the format of report.md and of summaries
RENDERERS: Mapping[str, Renderer] = {
    **dict.fromkeys((*STYLES, TERMINAL), screen.text),
    **dict.fromkeys(MARKDOWN, markdown.text),
    CSV: separated.text,
}


def render(document: Document, style: str, width: int | None = None) -> str:
    """The document in this format; for people, it is as wide as `width` where there is one."""
    return RENDERERS[style](document, style, width)
