"""SVG elements as text: what every drawing is made of. All texts are cleaned and escaped here."""

from collections.abc import Mapping
from html import escape

from bench.reports.pictures import Subject
from bench.reports.prose import line as cleaned

SHAPES = (
    "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0-5 0Z",  # a disc
    "M-4.5-4.5H4.5V4.5H-4.5Z",  # a square
    "M0-6L5.5 4.5H-5.5Z",  # a triangle
    "M0-6.5L6 0L0 6.5L-6 0Z",  # a diamond
    "M-2-6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z",  # a cross
    "M0 6L5.5-4.5H-5.5Z",  # a triangle upside down
)


def tag(name: str, attributes: Mapping[str, object], content: str = "") -> str:
    """One element; its content is markup already, its attributes are texts."""
    written = "".join(f' {key}="{escape(str(value))}"' for key, value in attributes.items())
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def words(text: str) -> str:
    """A text between two tags."""
    return escape(cleaned(text))


def says(text: str) -> str:
    """What an element says to those who point at it."""
    return tag("title", {}, words(text)) if text else ""


def of_subject(subject: Subject) -> dict[str, object]:
    """The attributes by which readers choose what is shown."""
    fields = {"data-loop": subject.loop, "data-scenario": subject.scenario, "data-verdict": subject.verdict}
    return {name: cleaned(text) for name, text in fields.items() if text}
