"""What a page brings along: style, program and template. Nothing of it is fetched from elsewhere."""

from importlib.resources import files

CHART_CSS, PAGE_CSS, PAGE_JS, PAGE_TEMPLATE = (
    files(__name__).joinpath(name).read_text("utf-8")
    for name in ("chart.css", "page.css", "page.js", "page.html.jinja")
)
