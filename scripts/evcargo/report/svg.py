"""Matplotlib figures as inline SVG that follows the theme of the page.

Colours that depend on the theme are drawn as placeholders and become CSS variables; ids get the
name of the figure, so that many figures can share one page; the same figure gives the same bytes.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import matplotlib
from lxml import etree
from markupsafe import Markup
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

# Okabe and Ito's colours for the colour-blind (jfly.uni-koeln.de/color); two of them get lighter in
# the dark theme.
ORANGE, SKY, GREEN, YELLOW = "#e69f00", "#56b4e9", "#009e73", "#f0e442"
BLUE, VERMILLION, PURPLE = "#0072b2", "#d55e00", "#cc79a7"

INK, MUTED, LINE, SURFACE, FAINT = "#010203", "#010204", "#010205", "#010206", "#010207"
VERDICT_COLOURS = {
    "pass": "#010208",
    "warn": "#010209",
    "fail": "#01020a",
    "not assessed": "#01020b",
}
THEME = {
    INK: "--ink",
    MUTED: "--muted",
    LINE: "--line",
    SURFACE: "--surface",
    FAINT: "--faint",
    VERDICT_COLOURS["pass"]: "--pass",
    VERDICT_COLOURS["warn"]: "--warn",
    VERDICT_COLOURS["fail"]: "--fail",
    VERDICT_COLOURS["not assessed"]: "--na",
    BLUE: "--blue",
    VERMILLION: "--vermillion",
}

_NAMESPACE = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "evcargo",
    "text.parse_math": False,  # a name may hold dollar signs
    "font.size": 9,
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "text.color": INK,
    "legend.frameon": False,
    "legend.handlelength": 1,
    "legend.handleheight": 1,
    "hatch.linewidth": 0.8,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}


@contextmanager
def drawing() -> Iterator[None]:
    """Draw in the style of the page."""
    with matplotlib.rc_context(_STYLE):
        yield


def inline_svg(figure: Figure, ident: str, title: str, description: str) -> Markup:
    """Turn a figure into SVG that can stand in an HTML page.

    Parameters
    ----------
    figure
        Figure drawn within `drawing`.
    ident
        Unique id within the page.
    title, description
        What a screen reader says.
    """
    with BytesIO() as stream, matplotlib.rc_context(_STYLE):
        FigureCanvasSVG(figure)
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
        root = etree.fromstring(stream.getvalue())
    for element in list(root.iter(f"{_NAMESPACE}metadata", f"{_NAMESPACE}style", etree.Comment)):
        element.getparent().remove(element)
    _own_ids(root, ident)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("role", "img")
    root.set("aria-labelledby", f"{ident}-t {ident}-d")
    for place, (tag, suffix, text) in enumerate(
        (("title", "t", title), ("desc", "d", description))
    ):
        element = etree.Element(f"{_NAMESPACE}{tag}", id=f"{ident}-{suffix}")
        element.text = text
        root.insert(place, element)
    etree.cleanup_namespaces(root)
    return Markup(_themed(etree.tostring(root, encoding="unicode")))


def _own_ids(root: "etree._Element", ident: str) -> None:
    text = etree.tostring(root, encoding="unicode")
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', text))
    for element in root.iter():
        if (own := element.get("id")) is not None:
            if own in used:
                element.set("id", f"{ident}-{own}")
            else:
                del element.attrib["id"]
        if (link := element.get(_LINK, "")).startswith("#"):
            element.set(_LINK, f"#{ident}-{link[1:]}")
        for name, value in element.attrib.items():
            if "url(#" in value:
                element.set(name, value.replace("url(#", f"url(#{ident}-"))


def _themed(text: str) -> str:
    text = re.sub(r"font-family: [^;\"]+;? ?", "", text)
    text = re.sub(r"font: ((?:bold|700) )?([\d.]+px) [^;\"]+", _font, text)
    text = re.sub(r' transform="rotate\(-?0 [^"]*\)"', "", text)
    text = re.sub(r"<g/>|>\s+(?=<)", lambda found: ">" if found[0] != "<g/>" else "", text)
    for placeholder, variable in THEME.items():
        text = text.replace(placeholder, f"var({variable})")
    return text


def _font(found: re.Match[str]) -> str:
    weight = "font-weight: 600; " if found[1] else ""
    return f"{weight}font-size: {found[2]}"
