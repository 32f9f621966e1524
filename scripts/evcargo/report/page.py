"""The report: one HTML file that opens without a network."""

import base64
import hashlib
import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from evcargo.job import whole_file
from evcargo.report import parts
from evcargo.report.answer import answer_section
from evcargo.report.biomarkers import biomarkers_section
from evcargo.report.contrasts import contrasts_section
from evcargo.report.ev_index import ev_index_parts
from evcargo.report.inputs import inputs_section
from evcargo.report.interpretation import interpretation_section
from evcargo.report.known_names import ASSAY_WORDS
from evcargo.report.methods import base_name, methods_section
from evcargo.report.purity import purity_section
from evcargo.report.quality import quality_section
from evcargo.report.results import Results
from evcargo.report.sources import sources_section

HERE = Path(__file__).resolve().parent
SYMBOLS = {"pass": "pass", "warn": "warn", "fail": "fail", "not assessed": "na"}


def write_page(results: Results, path: str | Path) -> None:
    """Write the report, whole or not at all."""
    text = render(results)
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8")


def render(results: Results) -> str:
    """Render the report of a study as one HTML document.

    Parameters
    ----------
    results
        The tables of all stages; see `evcargo.report.results.read_results`.

    Returns
    -------
    str
        The document; the same tables give the same text.
    """
    contrasts = contrasts_section(results)
    specs = {
        block["volcano"].ident: block["volcano"].spec
        for contrast in contrasts
        for block in contrast["blocks"]
        if block["volcano"]
    }
    scripts = [Markup((HERE / "assets" / "page.js").read_text(encoding="utf-8"))]
    if specs:
        scripts.insert(0, _vega())
    return _environment().get_template("page.html.j2").render(
        title=results.config["report"]["title"] or results.config["study"],
        study=_study(results),
        inputs=inputs_section(results),
        answer=answer_section(results),
        purity=purity_section(results) | ev_index_parts(results),
        contrasts=contrasts,
        interpretation=interpretation_section(results),
        sources=sources_section(results),
        biomarkers=biomarkers_section(results),
        quality=quality_section(results),
        methods=methods_section(results),
        style=Markup((HERE / "assets" / "page.css").read_text(encoding="utf-8")),
        scripts=scripts,
        script_hashes=[_hash(script) for script in scripts],
        specs=safe_json(specs),
    )  # fmt: skip


def safe_json(value: Any) -> Markup:
    """JSON that can stand in a script element: no name in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return Markup(text)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "figure": parts.figure_text,
        "p": parts.p_text,
        "share": parts.share_text,
        "capital": parts.capital,
        "listed": parts.listed,
        "base_name": base_name,
        "data_uri": parts.data_uri,
        "symbol": lambda verdict: SYMBOLS.get(verdict, "na"),
    }
    environment.globals["counted"] = parts.counted
    environment.globals["missing"] = parts.MISSING
    return environment


def _study(results: Results) -> dict[str, Any]:
    materials = Counter(results.samples["material"].fillna(""))
    samples = [
        f"{materials[name]:,} {word}"
        for name, word in parts.MATERIAL_WORDS.items()
        if materials.get(name)
    ]
    fluids = sorted(set(results.samples["biofluid"].dropna()))
    counted = results.samples["particle_count"].notna().any()  # in the sheet, without a size table
    words = ASSAY_WORDS | ({"particles": "particle sizes"} if counted else {})
    return {
        "name": results.config["study"],
        "organism": results.config.get("organism", ""),
        "samples": samples,
        "n": len(results.samples),
        "biofluids": [fluid.replace("_", " ") for fluid in fluids],
        "isolation": sorted(set(results.samples["isolation"].dropna())),
        "assays": [ASSAY_WORDS[assay] for assay in results.assays],
        "missing": [word for assay, word in words.items() if assay not in results.assays],
    }


@cache
def _vega() -> Markup:
    """Vega, Vega-Lite and Vega-Embed as one script, as the installed Altair needs them."""
    import altair
    import vl_convert

    spoken = ".".join(altair.SCHEMA_VERSION.split(".")[:2])
    bundle = vl_convert.javascript_bundle("window.evcargoEmbed = vegaEmbed;", vl_version=spoken)
    return Markup(bundle.replace("</script", "<\\/script").replace("<!--", "<\\!--"))


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
