"""Names of samples, groups and donors, guessed from what files and tables call them."""

import pytest

from evcargo.start.design import guess_design, proposed_contrasts
from evcargo.start.folder_names import names_of_files, order_of_table
from evcargo.start.recognised import Recognised
from evcargo.start.sample_names import (
    matched_to,
    names_of_columns,
    safe_names,
    split_series,
    why_no_sample,
)


@pytest.mark.parametrize(
    ("names", "groups"),
    [
        ("A1 A2 A3 B1 B2 B3", "A A A B B B"),
        ("control_1 control_2 TGFB_1 TGFB_2", "control control TGFB TGFB"),
        ("EV_tumour_1 EV_tumour_2 EV_healthy_1 EV_healthy_2", "tumour tumour healthy healthy"),
        ("WT-1-EV WT-2-EV KO-1-EV KO-2-EV", "WT WT KO KO"),
        ("Sample_1S3 Sample_1S6 Sample_N1 Sample_N7", "1S 1S N N"),
        ("0301_T1_01 0301_T2_02 0302_H1_03 0302_H2_04", "T T H H"),
        ("ctrl_rep1 ctrl_rep2 drug_rep1 drug_rep2", "ctrl ctrl drug drug"),
        ("T1 T2 T3 H1", "T T T H"),
    ],
)
def test_groups_are_what_stands_before_the_number(names, groups):
    design = guess_design(names.split())
    assert list(design.conditions.values()) == groups.split()
    assert design.reason
    assert not design.subjects


@pytest.mark.parametrize(
    "names",
    ["S1 S2 S3 S4", "1 2 3 4", "RNA014937 RNA014938 RNA014939 RNA014940", "A1 B1 C1 D1", "A1 B1"],
)
def test_names_that_tell_no_groups(names):
    assert not guess_design(names.split()).conditions


@pytest.mark.parametrize(
    ("names", "subjects"),
    [
        ("P1_pre P1_post P2_pre P2_post", "P1 P1 P2 P2"),
        ("D1_tumour D1_normal D2_tumour D2_normal", "D1 D1 D2 D2"),
        ("pre_01 post_01 pre_02 post_02", "01 01 02 02"),
        ("EV_pt1_t0 EV_pt1_t1 EV_pt2_t0 EV_pt2_t1", "pt1 pt1 pt2 pt2"),
    ],
)
def test_pairs(names, subjects):
    design = guess_design(names.split())
    assert list(design.subjects.values()) == subjects.split()
    assert len(design.groups) == 2


@pytest.mark.parametrize(
    "names", ["tumour_1 tumour_2 healthy_1 healthy_2", "T_rep1_x T_rep2_x H_rep1_x H_rep2_x"]
)
def test_numbers_that_start_again_in_each_group_pair_nobody(names):
    design = guess_design(names.split())
    assert len(design.groups) == 2
    assert not design.subjects


def test_contrasts_have_the_control_as_reference():
    assert proposed_contrasts(["control", "drug A"]) == [("drug_A_v_control", "drug A", "control")]
    assert proposed_contrasts(["post", "pre"]) == [("post_v_pre", "post", "pre")]
    three = [(test, reference) for _, test, reference in proposed_contrasts(["WT", "KO1", "KO2"])]
    assert three == [("KO1", "WT"), ("KO2", "WT"), ("KO1", "KO2")]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("Blank_PBS", "a blank"),
        ("20240101_QC_3", "a quality control"),
        ("Pool2", "a pool"),
        ("EMPTY", "a blank or control"),
        ("Undetermined", "reads of no sample"),
        ("miRNAtotal", ""),
        ("empty_vector_1", ""),
        ("control_1", ""),
        ("blank_subtracted", ""),
        ("T1", ""),
    ],
)
def test_runs_that_are_no_samples(name, what):
    assert why_no_sample(name) == what


def test_names_of_columns():
    columns = ["LFQ.intensity.A1", "LFQ.intensity.B1"]
    assert list(names_of_columns(columns).values()) == ["A1", "B1"]
    columns = ["/data/bam/T1.sorted.bam", "/data/bam/T2.sorted.bam"]
    assert list(names_of_columns(columns).values()) == ["T1", "T2"]
    columns = ["control Evs_1", "TGFB Evs_1"]
    assert list(names_of_columns(columns).values()) == columns
    columns = ["T1_counts", "T1_intensity"]
    assert list(names_of_columns(columns).values()) == columns


@pytest.mark.parametrize(
    ("path", "kind", "name"),
    [
        ("raw/P1_S3_L001_R1_001.fastq.gz", "fastq", "P1"),
        ("raw/P1_2.fastq.gz", "fastq", "P1"),
        ("raw/control_2.mzML", "mzml", "control_2"),
        ("star/C1ReadsPerGene.out.tab", "table", "C1"),
        ("salmon/T1/quant.sf", "table", "T1"),
        ("reads/T1/R1.fastq.gz", "fastq", "T1"),
        ("T1.fastq/readCounts_miRNAmature_sense.txt", "table", "T1"),
        ("T1/mature_sense_SA.grouped", "table", "T1"),
        ("T1/miRNAs_expressed_all_samples_22_02_2024_t_08_01_31.csv", "table", "T1"),
        ("T1/distribution.csv", "sizes", "T1"),
        ("nta/P1_size_488.txt", "sizes", "P1"),
        ("nta/P1_sizes.csv", "sizes", "P1"),
        ("nta/488.csv", "sizes", "488"),
        ("nta/SA.tsv", "table", "SA"),
        ("x/20240222.tsv", "table", "20240222"),
    ],
)
def test_names_of_files(path, kind, name):
    assert names_of_files([Recognised(path, "", kind, "")]) == {path: name}


@pytest.mark.parametrize(
    ("kind", "paths", "names"),
    [
        ("table", "EV1/lib_x.tsv EV2/lib_x.tsv", "EV1 EV2"),
        ("table", "EV1/x_2024-02-22.tsv EV2/x_2024-02-23_14-05.tsv", "EV1 EV2"),
        ("table", "EV1/x_1708589891.tsv EV2/x_1708590000.tsv", "EV1 EV2"),
        ("table", "EV1/out/x.tsv EV2/out/x.tsv", "EV1 EV2"),
        ("table", "EV1/run_20240222/x.tsv EV2/run_20240223/x.tsv", "EV1 EV2"),
        ("table", "EV1/20240222/x.tsv EV2/20240223/x.tsv", "EV1 EV2"),
        ("table", "b1/EV1/x.tsv b1/EV2/x.tsv b2/EV1/x.tsv", "b1_EV1 b1_EV2 b2_EV1"),
        ("table", "b1/T1.tsv b1/T2.tsv b2/T1.tsv b2/T2.tsv", "b1_T1 b1_T2 b2_T1 b2_T2"),
        ("table", "b1/T1.tsv b2/T2.tsv", "T1 T2"),
        ("table", "x/counts_20240222.tsv x/counts_20240223.tsv", "counts_20240222 counts_20240223"),
        ("table", "EV1/bacteria_sense.grouped EV1/mature_sense.grouped", "EV1 EV1"),
        ("table", "x.tsv EV2/x.tsv", "here EV2"),
        ("mzml", "d1/20240222_T.mzML d2/20240223_T.mzML", "20240222_T 20240223_T"),
        ("mzml", "b1/T1.mzML b1/T2.mzML b2/T1.mzML", "b1_T1 b1_T2 b2_T1"),
        ("fastq", "T1/r_R1.fq.gz T1/r_R2.fq.gz T2/r_R1.fq.gz", "T1 T1 T2"),
        ("fastq", "l1/T1.fq.gz l1/T2.fq.gz l2/T1.fq.gz l2/T2.fq.gz", "T1 T2 T1 T2"),
        ("sizes", "EV1/run1.csv EV1/run2.csv EV2/run1.csv", "EV1_run1 EV1_run2 EV2_run1"),
    ],
)
def test_folders_name_the_samples_of_files_named_alike(kind, paths, names, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    files = [Recognised(path, "", kind, "") for path in paths.split()]
    assert list(names_of_files(files).values()) == names.split()


def test_tables_of_one_sample_in_order():
    names = ["readCounts_tRNA_sense.txt", "readCounts_miRNAmature_antisense.txt"]
    names += ["readCounts_miRNAmature_sense.txt", "readCounts_miRNAprecursor_sense.txt"]
    ordered = [names[at] for at in (2, 0, 1, 3)]
    files = [Recognised(name, "rna", "table", "") for name in names]
    assert [file.path for file in sorted(files, key=order_of_table)] == ordered


def test_fractions_are_numbers_of_one_sample():
    names = ["T1_F1", "T1_F2", "T2_F1", "T2_F2", "H1_F7"]
    assert split_series(names, technical=False) == {
        "T1_F1": ("T1", 1),
        "T1_F2": ("T1", 2),
        "T2_F1": ("T2", 1),
        "T2_F2": ("T2", 2),
        "H1_F7": ("H1_F7", 1),
    }
    assert split_series(["T1_inj1", "T1_inj2"], technical=True)["T1_inj2"] == ("T1", 2)
    assert split_series(["T1_rep1", "T1_rep2"], technical=True)["T1_rep2"] == ("T1_rep2", 1)


def test_safe_names_differ():
    assert safe_names(["a b", "a_b", "A b", "c"]) == {
        "a b": "a_b",
        "a_b": "a_b_2",
        "A b": "A_b_3",
        "c": "c",
    }


def test_samples_of_another_assay():
    assert matched_to(["T1", "T11"], ["EV_T1_x", "EV_T11_x"]) == {
        "EV_T1_x": "T1",
        "EV_T11_x": "T11",
    }
    assert matched_to(["T1", "T2"], ["T1_a", "T1_b"]) == {}
