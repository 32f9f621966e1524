"""What the proteins tests share."""

from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def search_options(**changes):
    """The defaults of ``proteins.search`` in the schema, with changes."""
    schema = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text())
    options = schema["properties"]["proteins"]["properties"]["search"]["properties"]
    return {**{name: option["default"] for name, option in options.items()}, **changes}


def mzml(spectra, head="", tail="</spectrumList></run></mzML>"):
    """A small mzML document; a spectrum is a dict with level, rt, mz, intensity and more."""
    import base64
    import zlib

    import numpy as np

    parts = ['<?xml version="1.0" encoding="utf-8"?>', head, '<mzML version="1.1.0">']
    parts.append('<run id="r"><spectrumList count="0">')
    for number, s in enumerate(spectra):
        cv = [("MS:1000511", s["level"]), (s.get("form", "MS:1000127"), "")]
        parts.append(
            f'<spectrum id="scan={number + 1}" index="{number}"'
            f' defaultArrayLength="{s.get("length", len(s["mz"]))}">'
        )
        parts += [f'<cvParam accession="{a}" value="{v}"/>' for a, v in cv]
        parts.append(
            '<scanList count="1"><scan><cvParam accession="MS:1000016"'
            f' value="{s["rt"]}" unitAccession="{s.get("unit", "UO:0000031")}"/></scan></scanList>'
        )
        if s["level"] == 2:
            charge = (
                f'<cvParam accession="MS:1000041" value="{s["charge"]}"/>' if "charge" in s else ""
            )
            parts.append(
                "<precursorList><precursor><isolationWindow>"
                '<cvParam accession="MS:1000827" value="400.1"/></isolationWindow><selectedIonList>'
                f'<selectedIon><cvParam accession="MS:1000744" value="{s["precursor"]}"/>{charge}'
                "</selectedIon></selectedIonList></precursor></precursorList>"
            )
        parts.append("<binaryDataArrayList>")
        for kind, values in (("MS:1000514", s["mz"]), ("MS:1000515", s["intensity"])):
            wide = s.get("dtype", "<f8")
            data = s.get("encoded", {}).get(kind, np.asarray(values, wide).tobytes())
            packing = s.get("packing", "MS:1000574")
            packing = packing.get(kind) if isinstance(packing, dict) else packing
            zipped = packing in ("MS:1000574", "MS:1002746", "MS:1002747", "MS:1002748")
            data = zlib.compress(data) if zipped else data
            precision = "MS:1000523" if wide == "<f8" else "MS:1000521"
            parts.append(
                f'<binaryDataArray><cvParam accession="{precision}"/><cvParam accession="{kind}"/>'
                f'<cvParam accession="{packing}"/>'
                f"<binary>{base64.b64encode(data).decode()}</binary></binaryDataArray>"
            )
        parts.append("</binaryDataArrayList></spectrum>")
    return "\n".join([*parts, tail])
