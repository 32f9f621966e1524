r"""Write mirnas.tsv.xz anew from the source in README.md.

    python make_mirnas.py sysdata.rda

`sysdata.rda` holds the tables of miRBase 6 to 22 as numbers that point into lists of accessions,
names and sequences. Needs `rdata`.
"""

import hashlib
import lzma
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import rdata

HERE = Path(__file__).parent
ORGANISMS = {"hsa": "human", "mmu": "mouse", "rno": "rat"}
COLUMNS = ("organism", "kind", "accession", "name", "names")
LAST = "22"

#: Third and fourth matures of a hairpin, for which the source has no room: names by miRNA.diff of
#: releases 13, 16 and 18.
ADDED = (
    ("mouse", "mature", "MIMAT0009461", "mmu-miR-1982.2-3p", "1982.2"),
    ("mouse", "mature", "MIMAT0014935", "mmu-miR-3102-3p.2-3p", "3102-3p.2"),
    ("mouse", "mature", "MIMAT0014936", "mmu-miR-3102-3p", "3102"),
)
Rows = Iterator[tuple[str, str, str, str, str]]


def natural(name: str) -> list[tuple[int, int, str]]:
    """Sort key that puts miR-9 before miR-10."""
    return [
        (0, int(part), "") if part.isdigit() else (1, 0, part)
        for part in re.split(r"(\d+)", name)
        if part
    ]


def rows(source: Mapping[str, Any]) -> Rows:
    """Yield release, kind, accession, name and sequence of every entry of every release."""
    species = source["SPE"]["organism"].tolist()
    for key, table in source["miRNA_data"].items():
        release = key.removeprefix("v").replace("_", ".")
        for entry in table.to_dict("records"):
            if missing(entry["Species"]) or species[int(entry["Species"]) - 1] not in ORGANISMS:
                continue
            yield release, "hairpin", *fields(source, entry, "Precursor")
            for number in "12":
                if not missing(entry[f"Mature{number}_Acc"]):
                    yield release, "mature", *fields(source, entry, f"Mature{number}")


def missing(number: Any) -> bool:
    """Whether a pointer of the tables points at nothing."""
    return number is None or number != number or str(number) == "<NA>"


def fields(source: Mapping[str, Any], entry: Mapping[str, Any], kind: str) -> tuple[str, str, str]:
    """Give accession, name and sequence of an entry."""
    sequence = entry[f"{kind}_Seq"]
    return (
        str(source["ACC"][int(entry[f"{kind}_Acc"]) - 1]),
        str(source["SYM"][int(entry[kind]) - 1]),
        "" if missing(sequence) else str(source["SEQ"][int(sequence) - 1]),
    )


def history(entries: Rows) -> tuple[list[str], dict[tuple[str, str], dict[str, tuple[str, str]]]]:
    """Releases in their order, and by kind and accession the name and sequence in each."""
    releases: list[str] = []
    known: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}
    for release, kind, accession, name, sequence in entries:
        if release not in releases:
            releases.append(release)
        known.setdefault((kind, accession), {})[release] = (name, sequence)
    return releases, known


def spans(names: Mapping[str, tuple[str, str]], releases: Sequence[str]) -> str:
    """Write which name an entry had from which release to which: hsa-let-7a=6-17;..."""
    parts: list[tuple[str, str, str]] = []
    for release in releases:
        if release not in names:
            continue
        name = names[release][0]
        if parts and parts[-1][0] == name:
            parts[-1] = (name, parts[-1][1], release)
        else:
            parts.append((name, release, release))
    return ";".join(f"{name}={first}-{last}" for name, first, last in parts)


def lines(source: Mapping[str, Any]) -> list[str]:
    """Lines of the table; an entry that was removed is called as the one of its sequence."""
    releases, known = history(rows(source))
    by_sequence: dict[tuple[str, str, str], list[str]] = {}
    for (kind, _), names in known.items():
        if LAST in names:
            name, sequence = names[LAST]
            by_sequence.setdefault((kind, name[:3], sequence), []).append(name)
    table = []
    for (kind, accession), names in known.items():
        name, sequence = names.get(LAST, ("", ""))
        if not name:
            last, sequence = names[max(names, key=releases.index)]
            alike = by_sequence.get((kind, last[:3], sequence), [])
            name = min(alike, key=natural) if alike and sequence else ""
        species = next(iter(names.values()))[0][:3]
        table.append((ORGANISMS[species], kind, accession, name, spans(names, releases)))
    for organism, kind, accession, name, before in ADDED:
        first = 13 if before.startswith("1982") else 16
        names = f"mmu-miR-{before}={first}-17;{name}=18-{LAST}"
        table.append((organism, kind, accession, name, names))
    return ["\t".join(cells) for cells in sorted(table)]


def main() -> None:
    """Write the table."""
    table = lines(rdata.read_rda(sys.argv[1]))
    text = "\n".join(["\t".join(COLUMNS), *table, ""]).encode()
    packed = lzma.compress(text, preset=9 | lzma.PRESET_EXTREME)
    (HERE / "mirnas.tsv.xz").write_bytes(packed)
    print(len(table), len(packed), hashlib.sha256(packed).hexdigest())


if __name__ == "__main__":
    main()
