"""Formats that no single engine owns: exchange formats, Olink NPX, and plain matrices."""

from evcargo.proteins.tables.formats import Filter, Format

MZTAB = "mzTab 1.0.0, github.com/HUPO-PSI/mzTab"
MZID = "mzIdentML 1.2, 10.1074/mcp.M117.068429"
OLINK = "Olink NPX data format, OlinkAnalyze read_NPX"
MSSTATS_SPECTRONAUT = "MSstatsConvert SpectronauttoMSstatsFormat, qvalue_cutoff 0.01"

GROUPS = (
    *("majority protein ids", "protein ids", "protein.group", "proteingroups", "protein group"),
    *("protein_group", "accession", "accessions", "protein accession", "protein_id", "protein id"),
    *("uniprot", "uniprotkb", "t: majority protein ids", "uniprot accession", "uniprot id"),
    *("protein", "proteins", "feature"),
)
IONS = ("ion", "modified sequence", "modified_peptide", "precursor", "peptide", "sequence")

EXCHANGE = (
    Format(
        "mztab",
        "mzTab proteins",
        "protein",
        ("accession",),
        ("protein_abundance_assay[{run}]", "protein_abundance_study_variable[{run}]"),
        needs=(("prh",),),
        members=("ambiguity_members",),
        organism=("taxid",),
        filters=(Filter("opt_global_cv_MS:1002217_decoy_peptide", MZTAB, words=("1",)),),
        scale="linear",
    ),
    Format(
        "mztab",
        "mzTab peptides",
        "ion",
        ("accession",),
        ("peptide_abundance_assay[{run}]", "peptide_abundance_study_variable[{run}]"),
        needs=(("peh",),),
        peptide=("sequence",),
        ion=("sequence", "modifications", "charge"),
        unique=("unique",),
        filters=(Filter("opt_global_cv_MS:1002217_decoy_peptide", MZTAB, words=("1",)),),
        scale="linear",
    ),
    Format(
        "mztab",
        "mzTab PSMs",
        "psm",
        ("accession",),
        (),
        needs=(("psh",), ("ms_run",)),
        run=("ms_run",),
        peptide=("sequence",),
        psm=("psm_id",),
        filters=(Filter("opt_global_cv_MS:1002217_decoy_peptide", MZTAB, words=("1",)),),
        parsimony=True,
        scale="linear",
    ),
    Format(
        "mzidentml",
        "mzIdentML",
        "psm",
        ("proteins",),
        (),
        needs=(("pass_threshold",), ("decoy",)),
        run=("run",),
        peptide=("peptide",),
        q_value=(),
        filters=(
            Filter("decoy", MZID, words=("true",)),
            Filter("rank", MZID, only=("1",)),
            Filter("pass_threshold", MZID, only=("true",)),
            Filter("q_value", MZID, at_most=0.01, if_positive="q_value"),
        ),
        parsimony=True,
        scale="linear",
    ),
    Format(
        "msstats",
        "MSstats or quantms",
        "ion",
        ("proteinname",),
        ("intensity",),
        needs=(("proteinname",), ("peptidesequence",), ("precursorcharge",)),
        run=("reference", "run", "rawfile"),
        peptide=("peptidesequence",),
        ion=("peptidesequence", "precursorcharge", "fragmention", "productcharge"),
        filters=(
            Filter("IsotopeLabelType", "MSstats manual", words=("h", "heavy")),
            Filter("F.ExcludedFromQuantification", MSSTATS_SPECTRONAUT, words=("true",)),
        ),
        scale="linear",
        repeated="max",  # MSstats' summaryforMultipleRows
    ),
    Format(
        "olink",
        "Olink NPX",
        "protein",
        ("uniprot",),
        ("npx",),
        needs=(("npx",), ("olinkid", "assay"), ("sampleid",)),
        run=("sampleid", "sample_id"),
        gene=("assay",),
        name=("assay",),
        filters=(
            Filter("AssayType", OLINK, words=("ext_ctrl", "inc_ctrl", "amp_ctrl")),
            Filter("SampleQC", OLINK, words=("fail",)),
            Filter("QC_Warning", OLINK, words=("fail",)),
        ),
        scale="log2",
        relative="log2 values relative to the controls of the plate",
        repeated="mean",  # one protein in several panels
        engine_filter=(
            "values below the limit of detection and with QC warnings are kept",
            "olink.com/faq/why-does-olink-explore-not-use-limit-of-detection-lod",
        ),
    ),
    Format(
        "matrix",
        "ion matrix",
        "ion",
        GROUPS,
        ("{run}",),
        needs=(
            ("proteins", "protein", "protein_group", "protein group", "protein.group"),
            ("ion", "modified sequence", "modified_peptide", "precursor"),
        ),
        peptide=("sequence", "peptide", "stripped sequence", "modified_peptide"),
        ion=(*IONS, "charge"),
        parsimony=True,
    ),
    Format("matrix", "protein matrix", "protein", GROUPS, ("{run}",)),
)
