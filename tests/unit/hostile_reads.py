"""Files that people give as FASTQ: what is in them."""

import bz2
import gzip
import lzma

import numpy as np

ADAPTER = "TGGAATTCTCGGGTGCCAAGG"
LET7 = "TGAGGTAGTAGGTTGTATAGTT"
MIR21 = "TAGCTTATCAGACTGATGTTGA"
READ = LET7 + ADAPTER


def record(name: str, read: str, plus: str = "", quality: str = "I") -> str:
    scores = (quality * len(read))[: len(read)]
    return f"@{name}\n{read}\n+{plus}\n{scores}\n"


def many(read: str = READ, n: int = 30, quality: str = "I", end: str = "") -> bytes:
    return "".join(record(f"r{i}{end}", read, quality=quality) for i in range(n)).encode()


def random(n: int, length: int) -> str:
    rng = np.random.default_rng(1)
    return "".join(
        record(f"r{i}", "".join("ACGT"[one] for one in rng.integers(4, size=length)))
        for i in range(n)
    )


WHOLE = many()
BAM = gzip.compress(b"BAM\x01" + bytes(2000), mtime=0)
PAIRS = "".join(
    record(f"r{i} {mate}:N:0:ACGT", READ if mate == 1 else MIR21 + "A" * 20)
    for i in range(30)
    for mate in (1, 2)
).encode()
SLASHED = PAIRS.replace(b" 1:N:0:ACGT", b"/1").replace(b" 2:N:0:ACGT", b"/2")
# As fasterq-dump and fastq-dump write both reads into one file.
SRA = PAIRS.replace(b"@r", b"@SRR1.").replace(b" 1:N:0:ACGT", b" x").replace(b" 2:N:0:ACGT", b" x")
SRA_SPLIT = SLASHED.replace(b"/1", b".1 x").replace(b"/2", b".2 x")
BROKEN = "not a whole FASTQ file"
NO_ADAPTER = "no known adapter"
NOTHING_LEFT = "no insert of 16 to 50 nt is left"
ODD_NAMES = (
    "a b",
    "a'b\"c",
    "a\tb",
    "a;b",
    "$(touch x)",
    "`x`",
    "-rf",
    "../..",
    "a,b|c&d",
    "@",
    "",
)

# What the job says: an error, a problem of the sample, or the inserts that are counted.
Expected = str | dict[str, int]
ALL = {LET7: 30}
# Suffix, content, what the job says, what the check of the study says (empty if it lets it pass).
INPUTS: dict[str, tuple[str, bytes, Expected, str]] = {
    "empty": ("fastq", b"", "holds no read", "is empty"),
    "empty gzip": ("fastq.gz", gzip.compress(b""), "holds no read", "is empty"),
    "no bytes as gzip": ("fastq.gz", b"", "holds no read", "is empty"),
    "only N": ("fastq", many("N" * 50), NO_ADAPTER, ""),
    "one read": ("fastq", many(n=1), {LET7: 1}, ""),
    "CRLF": ("fastq", WHOLE.replace(b"\n", b"\r\n"), ALL, ""),
    "CR": ("fastq", WHOLE.replace(b"\n", b"\r"), BROKEN, "old Mac"),
    "cut gzip": ("fastq.gz", gzip.compress(random(3000, 50).encode())[:-999], BROKEN, BROKEN),
    "cut short gzip": ("fastq.gz", gzip.compress(WHOLE)[:-9], BROKEN, "ends in the middle"),
    "cut record": ("fastq", WHOLE[:-30], "read 30 fails", "read 30 fails"),
    "no last line end": ("fastq", WHOLE[:-1], ALL, ""),
    "FASTA": ("fastq", b">a\nACGT\n", BROKEN, "is FASTA, not FASTQ"),
    "few qualities": ("fastq", WHOLE + b"@r\nACGT\n+\nII\n", "read 31 fails", "4 letters and 2"),
    "many qualities": ("fastq", b"@r\nACGT\n+\nIIIIII\n", BROKEN, "4 letters and 6"),
    "odd names": ("fastq", "".join(record(n, READ) for n in ODD_NAMES).encode(), {LET7: 11}, ""),
    "accents": ("fastq", record("\u00e9", READ).encode(), BROKEN, "not ASCII"),
    "Latin-1": ("fastq", record("\u00e9", READ).encode("latin-1"), BROKEN, "not ASCII"),
    "500 nt": ("fastq", many(READ + "ACGT" * 115), ALL, ""),
    "500 nt of no adapter": ("fastq", random(50, 500).encode(), NO_ADAPTER, ""),
    "one name": ("fastq", record("r", READ).encode() * 30, ALL, ""),
    "binary": ("fastq", bytes(range(128, 256)) * 20, BROKEN, "is a binary file"),
    "junk in gzip": (
        "fastq.gz",
        gzip.compress(WHOLE)[:10] + bytes(range(255, 0, -1)),
        BROKEN,
        "damaged gzip",
    ),
    "junk behind gzip": ("fastq.gz", gzip.compress(WHOLE) + b"junkjunk", BROKEN, BROKEN),
    "zeros behind gzip": ("fastq.gz", gzip.compress(WHOLE) + bytes(512), ALL, ""),
    "byte-order mark": ("fastq", b"\xef\xbb\xbf" + WHOLE, BROKEN, "byte-order mark"),
    "blank line behind": ("fastq", WHOLE + b"\n", ALL, ""),
    "blank lines behind": ("fastq", WHOLE + b"\r\n\n", ALL, ""),
    "blank lines only": ("fastq", b"\n\n", "holds no read", "is empty"),
    "blank line between": ("fastq", WHOLE + b"\n" + WHOLE, "read 31 fails", "at read 31"),
    "blank line before": ("fastq", b"\n" + WHOLE, BROKEN, "at read 1"),
    "lower case": ("fastq", many(READ.lower()), ALL, ""),
    "U for T": ("fastq", many(READ.replace("T", "U")), ALL, ""),
    "IUPAC": ("fastq", many("R" + READ), NOTHING_LEFT, ""),
    "dots for N": ("fastq", many("." + READ), NOTHING_LEFT, ""),
    "qualities ~": ("fastq", many(quality="~"), ALL, ""),
    "qualities ?": ("fastq", many(quality="?"), ALL, ""),
    "qualities blank": ("fastq", many(quality=" "), "below '!'", "below '!'"),
    "Phred+64": ("fastq", many(quality="hgfe"), ALL, ""),
    "Phred+64, poor": ("fastq", many(quality="h" * 10 + "B" * 33), NOTHING_LEFT, ""),
    "third line -": ("fastq", WHOLE.replace(b"+", b"-"), BROKEN, "is plain text"),
    "no third line": ("fastq", WHOLE.replace(b"+\n", b""), BROKEN, "is plain text"),
    "third line of another": ("fastq", record("r1", READ, "r2").encode(), BROKEN, "names another"),
    "third line repeats": ("fastq", record("r1", READ, "r1").encode(), {LET7: 1}, ""),
    "BAM": ("fastq.gz", BAM, BROKEN, "is a BAM file"),
    "SAM": ("fastq", b"@HD\tVN:1.6\nr1\t0\n", BROKEN, "is a SAM file"),
    "HTML": ("fastq", b"<html>404</html>\n", BROKEN, "is an HTML page"),
    "gzip members": ("fastq.gz", gzip.compress(WHOLE) * 3, {LET7: 90}, ""),
    "gzip in gzip": ("fastq.gz", gzip.compress(gzip.compress(WHOLE)), BROKEN, "is a binary file"),
    "one sequence": ("fastq", many(n=500), {LET7: 500}, ""),
    "dimers": ("fastq", many(ADAPTER + "AACTCC"), NOTHING_LEFT, ""),
    "short reads": ("fastq", many("ACGT"), NO_ADAPTER, ""),
    "reads of nothing": ("fastq", b"@r\n\n+\n\n" * 5, NO_ADAPTER, ""),
    "tails": ("fastq", many(LET7 + "A" * 30), "have a tail of A", "have a tail of A"),
    "colour space": ("fastq", many("T" + "0123" * 8), NO_ADAPTER, ""),
    "protein": ("fastq", many("MAVEGGMKCVKFLLYV" * 2), NO_ADAPTER, ""),
    "zero bytes": ("fastq", WHOLE.replace(b"TGAG", b"T\0AG"), NOTHING_LEFT, "is a binary file"),
    "bzip2": ("fastq.bz2", bz2.compress(WHOLE), ALL, ""),
    "xz": ("fastq.xz", lzma.compress(WHOLE), ALL, ""),
    "cut xz": ("fastq.xz", lzma.compress(WHOLE)[:-20], BROKEN, "ends in the middle"),
    "both reads of pairs": ("fastq", PAIRS, ALL, ""),
    "both reads, slashes": ("fastq", SLASHED, ALL, ""),
    "both reads, SRA": ("fastq", SRA, ALL, ""),
    "both reads, SRA, last lost": ("fastq", SRA[: SRA.rindex(b"@SRR")], ALL, ""),
    "both reads, .1 and .2": ("fastq", SRA_SPLIT, ALL, ""),
    "two reads of .1 and .2": (
        "fastq",
        (record("S.1", READ) + record("S.2", READ)).encode(),
        {LET7: 2},
        "",
    ),
    "names of SRA": (
        "fastq",
        "".join(record(f"SRR1.{n} {n}", READ) for n in range(1, 31)).encode(),
        ALL,
        "",
    ),
    "each read four times": (
        "fastq",
        "".join(record(f"r{n // 4}", READ) for n in range(28)).encode(),
        {LET7: 28},
        "",
    ),
    "read 2 of pairs": ("fastq", many(end=" 2:N:0:A"), "read 2 of pairs", "read 2 of pairs"),
    "gzip without .gz": ("fastq", gzip.compress(WHOLE), ALL, "is gzip data"),
    ".gz without gzip": ("fastq.gz", WHOLE, BROKEN, "is not compressed"),
}
