"""Gene sets and tables of miRNA targets: read as their makers write them, and checked."""

import gzip
from pathlib import Path

import pandas as pd
import pytest
from study_files import StudyFiles

from evcargo.interpretation.gmt import read_gmt
from evcargo.interpretation.targets import read_targets, resolve
from evcargo.study.interpretation import check_interpretation
from evcargo.study.notes import Notes

GMT = [
    "HALLMARK_A\thttps://x.org/a\tCD63\tCD9\tCD9\t\tTSG101",
    "HALLMARK_B\tna\tALB,1.0\tAPOB,1.0",
    "",
]
MIRTARBASE = (
    "miRTarBase ID,miRNA,Species (miRNA),Target Gene,Target Gene (Entrez ID),Species (Target Gene),"
    "Experiments,Support Type,References (PMID)\n"
    'MIRT000002,hsa-miR-20a-5p,Homo sapiens,HIF1A,3091,Homo sapiens,"qRT-PCR; x",Functional MTI,1\n'
    "MIRT000002,hsa-miR-20a-5p,Homo sapiens,HIF1A,3091,Homo sapiens,Luciferase,Functional MTI,2\n"
    "MIRT000006,hsa-miR-146a-5p,Homo sapiens,CXCR4,7852,Homo sapiens,x,Functional MTI (Weak),3\n"
    "MIRT000007,hsa-miR-21-5p,Homo sapiens,CD63,1,Homo sapiens,x,Non-Functional MTI,3\n"
    "MIRT000012,mmu-miR-122-5p,Mus musculus,Cat1,3,Mus musculus,x,Functional MTI,4\n"
)
CONTEXT = (
    "Gene ID\tGene Symbol\tTranscript ID\tGene Tax ID\tmiRNA\tSite Type\tUTR_start\tUTR end\t"
    "context++ score\tcontext++ score percentile\tweighted context++ score\n"
    "ENSG1.1\tCD9\tENST1.1\t9606\thsa-miR-10a-5p\t2\t9\t16\t-0.2\t70\t-0.13\n"
    "ENSG1.1\tCd9\tENST1.1\t10090\tmmu-miR-10a-5p\t2\t9\t16\t-0.2\t70\t-0.13\n"
)
SCORES = (
    "Gene ID\tGene Symbol\tTranscript ID\tGene Tax ID\tmiRNA\tSite Type\tUTR_start\tUTR end\t"
    "context++ score\tcontext++ score percentile\tweighted context++ score\t"
    "weighted context++ score percentile\n"
    "ENSG1.1\tEZH2\tENST1.1\t9606\thsa-miR-101-3p.1\t3\t20\t27\t-0.4\t97\t-0.4\t98\n"
    "ENSG1.1\tEZH2\tENST1.1\t9606\thsa-miR-101-3p.2\t3\t21\t28\t-0.3\t94\t-0.3\t95\n"
    "ENSG2.1\tRHOA\tENST2.1\t9606\thsa-miR-124-3p.1\t1\t9\t15\t-0.1\t80\t-0.1\t81\n"
)
SUMMARY = (
    "Transcript ID\tGene Symbol\tmiRNA family\tSpecies ID\tTotal num conserved sites\t"
    "Number of conserved 8mer sites\tRepresentative miRNA\tTotal context++ score\t"
    "Cumulative weighted context++ score\tAggregate PCT\n"
    "ENST1.1\tEZH2\tACAGUAC\t9606\t1\t1\thsa-miR-101-3p.1\t-0.4\t-0.4\t0.9\n"
    "ENST2.1\tRHOA\tAAGGCAC\t9606\t1\t0\thsa-miR-124-3p.1\t-0.1\t-0.1\t0.6\n"
)
FAMILIES = (
    "miR Family\tGene ID\tGene Symbol\tTranscript ID\tSpecies ID\tUTR start\tPCT\n"
    "miR-15-5p/16-5p/195-5p\tENSG1.1\tCCND1\tENST1.1\t9606\t20\t0.9\n"
    "let-7-5p/98-5p\tENSG2.1\tLIN28B\tENST2.1\t9606\t20\t0.9\n"
    "miR-133a-3p.1\tENSG2.1\tCD63\tENST2.1\t9606\t20\t0.9\n"
)


def written(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.fixture
def study(files: StudyFiles) -> StudyFiles:
    files.config["interpretation"] = {"gene_sets": ["own.gmt"]}
    written(Path("own.gmt"), "\n".join(GMT))
    return files


def test_gmt_is_read_as_msigdb_and_enrichr_write_it(tmp_path):
    notes = Notes("own.gmt")
    path = tmp_path / "own.gmt.gz"
    path.write_bytes(gzip.compress("\r\n".join(GMT).encode("utf-8-sig")))
    first, second = read_gmt(path, notes)
    assert not notes.problems
    assert (first.collection, first.name, first.description) == (
        "own", "HALLMARK_A", "https://x.org/a",
    )  # fmt: skip
    assert first.genes == ("CD63", "CD9", "TSG101")
    assert second.genes == ("ALB", "APOB")


def test_sound_gene_sets_are_taken_without_a_word(study):
    assert not study.load().warnings


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("LONELY\tno genes", "is a set without genes"),
        ("LONELY", "is a set without genes"),
        ("HALLMARK_A\tx\tCD9", "is the name of two sets, see line 1"),
        ("\tx\tCD9", "has no name of the set"),
    ],
)
def test_a_malformed_line_is_told_with_file_and_line(study, line, said):
    written(Path("own.gmt"), "\n".join([*GMT[:2], line]))
    (problem,) = study.problems()
    assert problem.file == "own.gmt"
    assert problem.row == 3
    assert said in problem.message


@pytest.mark.parametrize(
    ("genes", "said"),
    [
        (["967", "928", "975"], "Entrez ids"),
        (["ENSG00000135404", "ENSG00000010278"], "Ensembl ids"),
        (["P08962", "P21926"], "accessions"),
        (["YFG1", "YFG2"], "2 genes of which 0 are gene symbols of human"),
        (["Cd63", "Cd9", "Alb"], "writes its genes as of mouse or rat"),
    ],
)
def test_sets_that_match_nothing_or_another_organism_are_refused(study, genes, said):
    written(Path("own.gmt"), "SET\tx\t" + "\t".join(genes))
    (problem,) = study.problems()
    assert said in problem.message


def test_genes_are_not_held_to_an_organism_that_is_a_mistake_itself(study):
    study.config["organism"] = "Mus musculus"
    written(Path("own.gmt"), "SET\tx\tCd63\tCd9\tAlb")
    (problem,) = study.problems()
    assert problem.column == "organism"


def test_human_sets_in_a_mouse_study_are_a_warning(study):
    options = {"gene_sets": ["own.gmt"], "targets": "", "set_size": [3, 500]}
    _, (warning,) = check_interpretation(
        {"organism": "mouse", "interpretation": options}, Notes("config.yaml")
    )
    assert "right for most orthologs" in warning


def test_files_that_are_missing_or_no_text_are_told(study):
    study.config["interpretation"] = {"gene_sets": ["none.gmt", "book.gmt"], "targets": "none.csv"}
    Path("book.gmt").write_bytes(b"PK\x03\x04" + bytes(600))
    told = [(problem.column, problem.message) for problem in study.problems()]
    assert ("interpretation.gene_sets[0]", "does not exist") in told
    assert ("interpretation.targets", "does not exist") in told
    assert any("Excel or zip" in message for _, message in told)


def test_two_files_of_one_name_are_told(study):
    Path("more").mkdir()
    written(Path("more/own.gmt"), "\n".join(GMT))
    study.config["interpretation"] = {
        "gene_sets": ["own.gmt", "more/own.gmt"],
    }
    said = " ".join(problem.message for problem in study.problems())
    assert "one collection" in said


def test_mirtarbase_keeps_functional_pairs_of_the_organism_once(tmp_path):
    notes = Notes("t")
    pairs = read_targets(written(tmp_path / "hsa_MTI.csv", MIRTARBASE), "human", notes)
    assert pairs[["mirna", "gene", "support"]].to_numpy().tolist() == [
        ["mir-20a-5p", "HIF1A", "Functional MTI"],
        ["mir-146a-5p", "CXCR4", "Functional MTI (Weak)"],
    ]
    mouse = read_targets(tmp_path / "hsa_MTI.csv", "mouse", notes)
    assert mouse["gene"].tolist() == ["CAT1"]
    assert not notes.problems


def test_targetscan_scores_and_families(tmp_path):
    notes = Notes("t")
    scores = read_targets(written(tmp_path / "scores.txt", CONTEXT), "human", notes)
    assert scores[["mirna", "gene", "support"]].to_numpy().tolist() == [
        ["mir-10a-5p", "CD9", "-0.13"]
    ]
    families = read_targets(written(tmp_path / "families.txt", FAMILIES), "human", notes)
    assert families["family"].all()
    known = "mir-15a-5p mir-15b-5p mir-16-5p mir-195-5p mir-16-1-3p let-7a-5p let-7i-5p mir-98-5p"
    found = resolve(families["mirna"], [*known.split(), "mir-133a-3p"], families=True)
    assert list(found.values()) == [
        ["mir-15a-5p", "mir-15b-5p", "mir-16-5p", "mir-195-5p"],
        ["let-7a-5p", "let-7i-5p", "mir-98-5p"],
        ["mir-133a-3p"],
    ]
    letters = resolve(["mir-200bc-3p/429"], ["mir-200a-3p", "mir-200b-3p", "mir-429"], True)
    assert letters == {"mir-200bc-3p/429": ["mir-200b-3p", "mir-429"]}
    assert not notes.problems


@pytest.mark.parametrize("text", [SCORES, SUMMARY])
def test_seeds_of_one_mirna_are_that_mirna(tmp_path, text):
    pairs = read_targets(written(tmp_path / "scores.txt", text), "human", Notes("t"))
    assert not pairs["family"].any()
    assert pairs[["mirna", "gene", "support"]].to_numpy().tolist() == [
        ["mir-101-3p", "EZH2", "-0.4"],
        ["mir-124-3p", "RHOA", "-0.1"],
    ]
    known = ["mir-101-3p", "mir-124-3p"]
    assert resolve(pairs["mirna"], known, families=False) == {name: [name] for name in known}


def test_a_plain_table_and_names_that_are_unknown(study):
    rows = {"miRNA": ["miR-21-5p", "hsa-miR-9999-5p"], "gene": ["CD63", "CD9"]}
    pd.DataFrame(rows).to_csv("targets.tsv", sep="\t", index=False)
    study.config["interpretation"] = {"targets": "targets.tsv"}
    (warning,) = study.load().warnings
    assert "1 of 2 miRNAs are no mature miRNA of human in miRBase" in warning
    assert "mir-9999-5p" in warning


def test_the_organisms_of_a_table_are_told_by_the_names_of_its_mirnas(tmp_path):
    notes = Notes("t")
    text = "mirna\tgene\nmmu-miR-21a-5p\tCd63\nmmu-let-7a-5p\tCd9\nrno-miR-1\tCd9\n"
    assert read_targets(written(tmp_path / "t.tsv", text), "human", notes) is None
    (problem,) = notes.problems
    assert "Give the table of human; it has mmu-, rno-" in str(problem)
    assert "mirna" in str(problem)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("miRNA\tprotein\nmiR-21-5p\tCD63\n", "has the header of no table of targets"),
        (MIRTARBASE.replace("Homo sapiens", "Mus musculus"), "has no target of human"),
        ("mirna\tgene\nmmu-miR-21a-5p\tCd63\n", "has no target of human"),
        (
            "miRNA,Target Gene,Support Type\nmmu-miR-21a-5p,Cd63,Functional MTI\n",
            "has no target of human",
        ),
        (
            "Gene Symbol\tmiRNA\tGene Tax ID\nCd63\tmmu-miR-21a-5p\t9606\n",
            "has no target of human",
        ),
        ("mirna\tgene\nmiR-21-5p\tENSG00000135404\n", "1 targets of which 0 are gene symbols"),
        ("mirna\tgene\nmiR-21*\tCD63\n", "none of them a mature miRNA of human"),
        ("mirna\tgene\n", "names no pair"),
    ],
)
def test_tables_that_are_no_targets_are_refused(study, text, said):
    written(Path("targets.csv"), text)
    study.config["interpretation"] = {"targets": "targets.csv"}
    (problem,) = study.problems()
    assert said in problem.message


@pytest.mark.parametrize("codec", ["cp1252", "utf-16", "utf-8-sig"])
def test_gene_sets_in_any_encoding(codec, tmp_path):
    notes = Notes("own.gmt")
    path = tmp_path / "own.gmt"
    path.write_bytes("SET\tVon M\u00fcller\tCD63\tCD9\t\t\r\n\t\t\r\n".encode(codec))
    (one,) = read_gmt(path, notes)
    assert not notes.problems
    assert (one.description, one.genes) == ("Von M\u00fcller", ("CD63", "CD9"))


@pytest.mark.parametrize("mark", ["\t", ";", ","])
@pytest.mark.parametrize("codec", ["cp1252", "utf-16"])
def test_targets_in_any_encoding_and_with_what_excel_leaves(mark, codec, tmp_path):
    rows = [["miRNA", "Gene", "Support"], ["hsa-miR-21-5p", "PTEN", "M\u00fcller"], ["", "", ""]]
    lines = [mark.join([*row, "", ""]) for row in rows]
    path = tmp_path / "t.txt"
    path.write_bytes("\r\n".join(["# from 2024", *lines]).encode(codec))
    notes = Notes(str(path))
    table = read_targets(path, "human", notes)
    assert not notes.problems
    assert table[["mirna", "gene", "support"]].to_numpy().tolist() == [
        ["mir-21-5p", "PTEN", "M\u00fcller"]
    ]


def test_a_damaged_file_of_targets_is_told(tmp_path):
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"mirna,gene\nmir-21,PTEN\n" * 100)[:40])
    notes = Notes(str(path))
    assert read_targets(path, "human", notes) is None
    (problem,) = notes.problems
    assert problem.message == "its compressed data are damaged or cut"
    assert problem.remedy == "Copy the file again"
