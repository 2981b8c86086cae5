"""Charts to PNG, for papers. Only this module imports resvg_py, which comes with the extra `png`."""

import importlib.util
import re
from collections.abc import Iterator, Mapping

from bench.errors import INSTALLED, BenchError
from bench.reports import drawing
from bench.reports.assets import CHART_CSS
from bench.reports.document import Chart, Document

SCALE = 3  # 2280 pixels wide: 19 cm at 300 dots per inch
UNSAFE = re.compile(r"[^\w.-]")  # in a file name: groups have workloads such as turns=100
MEDIA = re.compile(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
DEFINED = re.compile(r"--(\w+):\s*([^;]+);?")
USED = re.compile(r"var\(--(\w+)\)")
# resvg has no font of its own, and takes no other than those that are named: one of these is on every desktop.
FAMILIES = (
    "Liberation Sans", "DejaVu Sans", "Noto Sans", "Roboto", "Inter", "Open Sans", "Ubuntu", "Cantarell", "FreeSans",
    "Arial", "Helvetica Neue", "Helvetica", "Segoe UI", "Verdana",
)  # fmt: skip
FONT = f".picture {{ font-size: 12px; font-family: {', '.join(map(repr, FAMILIES))}; }}"
LETTER = f'<svg xmlns="http://www.w3.org/2000/svg" class="picture" width="9" height="9"><style>{FONT}</style>{{}}</svg>'


def check() -> None:
    """Raise BenchError where charts can't be drawn as PNG."""
    if not importlib.util.find_spec("resvg_py"):
        raise BenchError(f"--png needs the extra png\ninstall it: pip install '{INSTALLED}[png]'")
    if _png(LETTER.replace("{}", '<text y="9">x</text>')) == _png(LETTER.replace("{}", "")):
        raise BenchError(
            "--png needs a font, and none that it knows is here\ninstall one, such as the package fonts-dejavu"
        )


def pictures(document: Document) -> Iterator[tuple[str, bytes]]:
    """The file name and the content of each chart."""
    plain = f"{without_variables(CHART_CSS)}\n{FONT}"
    for chart in (block for block in document.page() if isinstance(block, Chart)):
        text = drawing.svg(chart.picture, chart.about, alone=True)
        yield f"{UNSAFE.sub('-', chart.name)}.png", _png(text.replace(CHART_CSS, plain))


def without_variables(css: str) -> str:
    """The light colours of a style sheet, each where it is used: resvg knows no variables.

    A rule whose colour depends on the class of its mark becomes one rule for each of these classes.
    """
    rules = [(selector.strip(), body) for selector, body in RULE.findall(MEDIA.sub("", css))]
    known = {name: value for selector, body in rules if selector == ":root" for name, value in DEFINED.findall(body)}
    paints = {selector: _filled_in(DEFINED.findall(body), known) for selector, body in rules if selector != ":root"}
    paints = {selector: values for selector, values in paints.items() if values}
    lines = list[str]()
    for selector, body in rules:
        if selector != ":root" and selector not in paints:
            missing = {*USED.findall(body)} - {*known}
            for paint, values in paints.items() if missing else (("", {}),):
                if missing <= {*values}:
                    lines.append(f"{selector}{paint} {{{_replaced(body, {**known, **values})}}}")
    return "\n".join(lines)


def _filled_in(defined: list[tuple[str, str]], known: Mapping[str, str]) -> Mapping[str, str]:
    return {name: _replaced(value, known) for name, value in defined}


def _replaced(body: str, known: Mapping[str, str]) -> str:
    return USED.sub(lambda used: known[used[1]], body)


def _png(svg: str) -> bytes:
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=SCALE))
