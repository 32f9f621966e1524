"""Write the shipped RNA references from the packages that hold their sources (see README.md).

Also writes the table of sources and the checksums into README.md.

python make.py OPTIMIR SEQKIT MIMSEQ SILVA

The first two are unpacked Debian packages, MIMSEQ is an unpacked wheel, SILVA the folder
`usr/share/ncbi/data` of Debian ncbi-rrna-data; blastdbcmd (Debian ncbi-blast+) must be installed.
"""

import gzip
import hashlib
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

HERE = Path(__file__).parent
SPIKE_INS = ("cel-miR-39-3p", "cel-miR-54-3p", "cel-miR-238-3p", "ath-miR159a")
# Name, database of Debian ncbi-rrna-data and entry in it.
RRNA = {
    "human": (("rRNA-18S", "SSU_nomito_nochloro_noplastid", "X03205"),),
    "mouse": (
        ("rRNA-18S", "SSU_nomito_nochloro_noplastid", "X00686"),
        ("rRNA-28S", "LSURef_93.fasta", "BK000964"),
    ),
    "rat": (
        ("rRNA-18S", "SSU_nomito_nochloro_noplastid", "V01270"),
        ("rRNA-28S", "LSURef_93.fasta", "V01270"),
    ),
}
# Beginnings of the symbols of kept_small_RNA.fa.
SMALL = {
    "vault": ("VTRNA",),
    "snRNA": ("RNU", "RN7S"),
    "snoRNA": ("SNORD", "SNORA", "SCARNA"),
}
# Genes that the wheel's README calls misnamed: their sequence is not that of their isodecoder.
RENAMED = {"tRNA-Asn-GTT-9-2": "tRNA-Asn-GTT-14-1", "tRNA-Asn-GTT-16-5": "tRNA-Asn-GTT-28-1"}

Record = tuple[str, str]


def main(optimir: Path, seqkit: Path, mimseq: Path, silva: Path) -> None:
    """Write every file but those kept by hand (kept_*.fa, human_Y_RNA.fa)."""
    fasta = optimir / "usr/lib/python3/dist-packages/optimir/resources/fasta"
    write("human_hairpin.fa", sorted(read(fasta / "hsa_hairpins_miRBase_v22.fa")))
    write("human_mature.fa", sorted(read(fasta / "hsa_matures_miRBase_v22.fa")))
    places = fasta.parent / "coordinates/hsa_miRBase_v22.gff3"
    (HERE / "human_mirna.gff3").write_bytes(places.read_bytes())

    examples = seqkit / "usr/share/doc/seqkit-examples/tests"
    hairpins = list(read(examples / "hairpin.fa.gz"))
    matures = list(read(examples / "mature.fa.gz"))
    for organism, prefix in (("mouse", "mmu-"), ("rat", "rno-")):
        write(f"{organism}_hairpin.fa", sorted(r for r in hairpins if r[0].startswith(prefix)))
        write(f"{organism}_mature.fa", sorted(r for r in matures if r[0].startswith(prefix)))
    write("spike_in.fa", sorted(r for r in matures if r[0].split()[0] in SPIKE_INS))

    write("human_tRNA.fa", trnas(mimseq / "mimseq/data/hg38-eColitK"))
    for kind, beginnings in SMALL.items():
        kept = read(HERE / "kept_small_RNA.fa")
        write(f"human_{kind}.fa", (one for one in kept if one[0].startswith(beginnings)))
    for organism, wanted in RRNA.items():
        kept = list(read(HERE / "kept_rRNA.fa")) if organism == "human" else []
        found = [
            (f"{name} {entry}", rrna(silva, database, entry)) for name, database, entry in wanted
        ]
        write(f"{organism}_rRNA.fa", [*found, *kept])
    describe()


def read(path: Path) -> Iterator[Record]:
    """Yield header without `>` and sequence in DNA letters."""
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    for block in text.split(">")[1:]:
        header, _, sequence = block.partition("\n")
        yield header.strip(), "".join(sequence.split()).upper().replace("U", "T")


def write(name: str, records: Iterable[Record]) -> None:
    """Write a FASTA file with one line per sequence."""
    with (HERE / name).open("w") as stream:
        for header, sequence in records:
            print(f">{header}\n{sequence}", file=stream)


def describe() -> None:
    """Bring the table of sources.tsv and the checksums into README.md, between their marks."""
    lines = (HERE / "sources.tsv").read_text().splitlines()[1:]
    table = ["| file | records | source | version | licence |", "|---|---|---|---|---|"]
    for name, *about in (line.split("\t") for line in lines):
        path = HERE / name
        places = (line for line in path.read_text().splitlines() if not line.startswith("#"))
        count = len(list(read(path))) if path.suffix == ".fa" else len(list(places))
        table.append(f"| {' | '.join((f'`{name}`', f'{count:,}', *about))} |")
    files = sorted(path for path in HERE.iterdir() if path.suffix in (".fa", ".gff3", ".tsv"))
    digests = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in files]
    readme = (HERE / "README.md").read_text()
    for mark, text in (("sources", table), ("sha256", ["```", *digests, "```"])):
        begin, end = f"<!-- {mark} -->", f"<!-- end of {mark} -->"
        before, _, rest = readme.partition(begin)
        readme = "\n".join([before + begin, *text, end]) + rest.partition(end)[2]
    (HERE / "README.md").write_text(readme)


def trnas(folder: Path) -> list[Record]:
    """Mature tRNAs: no intron, G before histidine tRNA, CCA; genes of one sequence are one."""
    introns = intron_bounds(folder / "hg38-tRNAs-detailed.out")
    genes: dict[str, list[str]] = defaultdict(list)
    for header, sequence in read(folder / "hg38-tRNAs.fa"):
        name = header.split()[0]
        if not name.startswith("Homo_sapiens_"):
            continue  # the E. coli spike
        gene = name.removeprefix("Homo_sapiens_")
        gene = RENAMED.get(gene, gene)
        scan = re.search(r"tRNAscan-SE ID: (\S+?)\)", header)
        if scan is None:
            raise SystemExit(f"no tRNAscan-SE ID in {header}")
        start, end = introns.get(scan[1], (0, 0))
        spliced = sequence[:start] + sequence[end:]
        guanosine = "G" if gene.startswith("tRNA-His") else ""
        genes[f"{guanosine}{spliced}CCA"].append(gene)
    named = [(isodecoder(names), sequence) for sequence, names in genes.items()]
    for header, sequence in read(folder / "hg38-mitotRNAs.fa"):
        _, _, _, amino_acid, anticodon = header.split("|")
        named.append((f"mt-tRNA-{amino_acid}-{anticodon}", sequence + "CCA"))
    return sorted(named, key=lambda record: natural(record[0]))


def intron_bounds(path: Path) -> dict[str, tuple[int, int]]:
    """Of each gene with an intron, its bounds in the gene: 0-based start and end."""
    found = {}
    for line in path.read_text().splitlines():
        cells = line.split()
        if len(cells) < 8 or not cells[1].isdecimal():
            continue  # a header
        begin, first, last = int(cells[2]), int(cells[6]), int(cells[7])
        if first and last:
            found[f"{cells[0]}.trna{cells[1]}"] = (abs(first - begin), abs(last - begin) + 1)
    return found


def isodecoder(genes: list[str]) -> str:
    """`tRNA-Gly-GCC-1` of the genes tRNA-Gly-GCC-1-1, -1-2 ...; the others follow in the header."""
    names = sorted({gene.rpartition("-")[0] for gene in genes}, key=natural)
    others = f" also {' '.join(names[1:])}" if names[1:] else ""
    return f"{names[0]}{others}"


def natural(name: str) -> list[tuple[int, str]]:
    """Sort key that puts tRNA-Gly-GCC-2 before tRNA-Gly-GCC-10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def rrna(silva: Path, database: str, entry: str) -> str:
    """Find an entry; the databases cannot be asked by accession, so all entries are read."""
    command = ["blastdbcmd", "-db", str(silva / database), "-entry", "all", "-outfmt", "%t;%s"]
    entries = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for line in entries.splitlines():
        if line.startswith(f"gb|{entry}|"):
            return line.rpartition(";")[2].upper()
    raise SystemExit(f"{entry} not found in {database}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
