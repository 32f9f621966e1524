"""Instruments whose tables are read by their headers alone; only their name is looked for."""

from evcargo.particles.formats.layout import Layout, pattern

LAYOUTS = tuple(
    Layout(program=program, marks=(pattern(mark),))
    for program, mark in (
        ("NanoFCM", r"\b(?:Nano ?FCM|Flow NanoAnalyzer|NF Profession)\b[^\n,;\t]*"),
        ("Videodrop", r"\b(?:Videodrop|QVIR)\b[^\n,;\t]*"),
        ("Leprechaun", r"\bLeprechaun\b[^\n,;\t]*"),
        ("ExoView", r"\b(?:ExoView|NanoViewer)\b[^\n,;\t]*"),
        ("CytoFLEX nano", r"\bCytoFLEX\b[^\n,;\t]*"),
        ("Apogee", r"\bApogee\b[^\n,;\t]*"),
        ("ViewSizer", r"\bViewSizer\b[^\n,;\t]*"),
    )
)
