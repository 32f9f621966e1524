"""Names and sites of modifications, as people and programs write them, against UNIMOD's table."""

import gzip
from importlib import resources
from xml.etree import ElementTree

import pandas as pd
import pytest
from proteins_helpers import search_options
from study_files import StudyFiles

from evcargo.errors import EvcargoError
from evcargo.proteins.database import Protein
from evcargo.proteins.engine import build_index
from evcargo.proteins.modifications import (
    NoModification,
    fixed_clash,
    parse_modification,
    parse_modifications,
    parse_sites,
    site_name,
    split_modification,
)
from evcargo.proteins.settings import SearchSettings
from evcargo.proteins.unimod import (
    SYNONYMS,
    UNCLEAR,
    USUAL_SITES,
    find_title,
    mass_of_atoms,
    unimod,
)
from evcargo.study.sdrf_table import _modifications as sdrf_modifications
from evcargo.study.spectra import spectra_warnings

TMT6, TMTPRO = ("TMT6plex", 229.162932), ("TMTpro", 304.207146)
OXIDATION, ACETYL, CAM = (
    ("Oxidation", 15.994915),
    ("Acetyl", 42.010565),
    ("Carbamidomethyl", 57.02146),
)


def read(text):
    """Name, mass and sites of one text."""
    found = parse_modification(text)
    assert len({(one.name, one.mass, one.number) for one in found}) == 1
    return (found[0].name, pytest.approx(found[0].mass, abs=1e-5)), [one.site for one in found]


@pytest.mark.parametrize(
    ("text", "expected", "sites"),
    [
        ("TMT6plex (K, N-term)", TMT6, "K ^"),
        ("tmt6plex (N-term,K)", TMT6, "^ K"),
        ("TMT10plex (K/N-term)", TMT6, "K ^"),
        ("TMT 11-plex (K)", TMT6, "K"),
        ("UNIMOD:737 (K)", TMT6, "K"),
        ("UniMod:737 (K)", TMT6, "K"),
        ("TMTpro (K)", TMTPRO, "K"),
        ("TMT16plex (K and N-term)", TMTPRO, "K ^"),
        ("TMTpro 18plex (N-terminal)", TMTPRO, "^"),
        ("iTRAQ 4-plex (K)", ("iTRAQ4plex", 144.102063), "K"),
        ("Carbamidomethyl (C)", CAM, "C"),
        ("carbamidomethylation (Cys)", CAM, "C"),
        ("Oxidation(M)", OXIDATION, "M"),
        ("Oxidation (MW)", OXIDATION, "M W"),
        ("Oxidation (M, W)", OXIDATION, "M W"),
        ("Acetyl (Protein N-term)", ACETYL, "["),
        ("Acetylation (Prot. N-terminus)", ACETYL, "["),
        ("Acetyl (Any N-term)", ACETYL, "^"),
        ("Acetyl (protein n-term M)", ACETYL, "[M"),
        ("Phospho (STY)", ("Phospho", 79.966331), "S T Y"),
        ("Phosphorylation (S T Y)", ("Phospho", 79.966331), "S T Y"),
        ("Deamidation (NQ)", ("Deamidated", 0.984016), "N Q"),
        ("GlyGly (K)", ("GG", 114.042927), "K"),
        ("Gln->pyro-Glu (N-term Q)", ("Gln->pyro-Glu", -17.026549), "^Q"),
        ("Amidated (Protein C-term)", ("Amidated", -0.984016), "]"),
        ("Methyl (I)", ("Methyl", 14.01565), "L"),
        ("Hex(5)HexNAc(4) (N)", ("Hex(5)HexNAc(4)", 1622.581608), "N"),
        ("Label:13C(6)15N(2) (K)", ("Label:13C(6)15N(2)", 8.014199), "K"),
        ("Xlink:DSS[138] (K)", ("Xlink:DSS[138]", 138.06808), "K"),
        ("DiART6plex116/119 (K)", ("DiART6plex116/119", 217.168776), "K"),
        # MaxQuant, with the site in the name
        ("TMT10plex-Lys126C", TMT6, "K"),
        ("TMT6plex-Nterm126", TMT6, "^"),
        ("Arg10", ("Label:13C(6)15N(4)", 10.008269), "R"),
        ("DimethNter4", ("Dimethyl:2H(4)", 32.056407), "^"),
        # other programs
        ("M[Oxidation]", OXIDATION, "M"),
        ("M[U:35]", OXIDATION, "M"),
        ("[Acetyl]-", ACETYL, "^"),
        ("Oxidation[M]", OXIDATION, "M"),
        ("Acetyl[ProteinN-term]", ACETYL, "["),
        ("Acetyl@Protein_N-term", ACETYL, "["),
        ("Common Variable:Oxidation on M", OXIDATION, "M"),
        ("Oxidation / +15.995 Da (M)", OXIDATION, "M"),
        ("UniMod:35,15.994915,M", OXIDATION, "M"),
        ("UniMod:1,42.010565,*n", ACETYL, "["),
        ("NT=Oxidation;AC=UNIMOD:35;MT=Variable;TA=M;PP=Anywhere", OXIDATION, "M"),
        ("NT=Phospho;MT=Variable;TA=S,T", ("Phospho", 79.966331), "S T"),
        ("NT=Acetyl;MT=Variable;PP=Protein N-term", ACETYL, "["),
        ("NT=Gln->pyro-Glu;PP=Any N-term;TA=Q", ("Gln->pyro-Glu", -17.026549), "^Q"),
        # masses
        ("229.1629 (K, N-term)", ("+229.1629", 229.1629), "K ^"),
        ("+57.021 (C)", ("+57.021", 57.021), "C"),
        ("+57.0215 Da (C)", ("+57.0215", 57.0215), "C"),
        ("\N{MINUS SIGN}17.0265 (N-term Q)", ("-17.0265", -17.0265), "^Q"),
        ("C[+57.021]", ("+57.021", 57.021), "C"),
        ("[+229.163]-", ("+229.163", 229.163), "^"),
        ("15.9949 M 3", ("+15.9949", 15.9949), "M"),
        ("42.0106 [^ 1", ("+42.0106", 42.0106), "["),
        ("K: 229.1629", ("+229.1629", 229.1629), "K"),
        ("^: 304.207", ("+304.207", 304.207), "^"),
    ],
)
def test_a_modification_is_read_as_it_is_written(text, expected, sites):
    assert read(text) == (expected, sites.split())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Oxidaton (M)", "no modification of UNIMOD.*Did you mean 'Oxidation'"),
        ("TMT7plex (K)", "no modification of UNIMOD.*'TMT[26]plex'"),
        ("Carbamidometyl (C)", "Did you mean 'Carbamidomethyl'"),
        ("MOD:00397 (C)", "no modification of UNIMOD.*'UNIMOD:35"),
        ("UNIMOD:99999 (C)", "no modification of UNIMOD"),
        ("", "no modification of UNIMOD"),
        ("TMT (K)", "several modifications.*TMT6plex .*TMTpro.*UNIMOD:739"),
        ("iTRAQ (K)", "several modifications.*iTRAQ4plex or iTRAQ8plex"),
        ("pyro-Glu (Q)", "several modifications.*Gln->pyro-Glu"),
        ("Oxidation (M), Acetyl (Protein N-term)", "several modifications.*entry of the list"),
        ("iTRAQ4plex", r"has no site.*'iTRAQ4plex \(K, N-term\)'"),
        ("UNIMOD:737", r"has no site.*'TMT6plex \(K, N-term\)'"),
        ("229.1629", r"has no site.*'\+229\.1629 \(K, N-term\)'"),
        ("Label:13C(6)", r"has no site.*'Label:13C\(6\) \(K\)'"),
        ("Xlink:DSS[138]", "has no site"),
        ("Oxidation (m)", "'m' is none"),
        ("Oxidation (Protein end)", "'Protein end' is none"),
        ("Oxidation (MX)", "'MX' is none"),
        ("TMT6plex (K N-term)", r"'K N-term' is none.*\(K, N-term\)"),  # at the end, or both?
        ("TMT6plex (LYS)", "'LYS' is none"),  # leucine, tyrosine and serine?
        ("57,021 (C)", r"comma.*'57\.021'.*Carbamidomethyl \(\+57\.021464\)"),
        ("16 (M)", r"not precise.*Oxidation \(\+15\.994915\)"),
        ("57.02 (C)", r"3 decimals.*Carbamidomethyl"),
    ],
)
def test_what_is_not_clear_is_refused_with_what_is_near(text, words):
    with pytest.raises(NoModification, match=words):
        parse_modification(text)
    with pytest.raises(EvcargoError, match=r"config, option: .*"):
        parse_modifications(["Oxidation (M)", text], "option")


def test_every_name_and_number_of_unimod_is_found():
    table = unimod()
    assert len(table.number_of) > 1500
    clear = [title for title in table.number_of if title.casefold() not in UNCLEAR]
    assert len(clear) == len(table.number_of) - 1  # TMT
    for title in clear:
        number = table.number_of[title]
        for text in (title, title.upper(), number, number.lower(), f"U:{number[7:]}"):
            assert find_title(text) == (title, ""), text
        for text in (f"{title} (K)", f"{title}(K)", f"K[{title}]", f"{number} (K)"):
            assert [(one.name, one.site) for one in parse_modification(text)] == [(title, "K")], (
                text
            )
    assert read("UNIMOD:739 (K)") == (("TMT", pytest.approx(224.152478, abs=1e-5)), ["K"])


def test_names_of_our_own_lead_to_titles():
    titles = set(unimod().number_of)
    assert {title for title, _ in SYNONYMS.values()} <= titles >= set(USUAL_SITES)
    assert all(parse_sites(site) for _, site in SYNONYMS.values() if site)
    assert all(parse_sites(sites) for sites in USUAL_SITES.values())
    # A synonym is not another modification's title.
    plain = {title.casefold(): title for title in titles}
    assert all(plain.get(name, title) == title for name, (title, _) in SYNONYMS.items())


def test_every_mass_is_that_of_unimod():
    """Two thirds are the engine's; the others are the sums of their atoms."""
    packed = resources.files("psims") / "controlled_vocabulary" / "vendor" / "unimod_tables.xml.gz"
    with packed.open("rb") as raw, gzip.open(raw) as stream:
        rows = ElementTree.parse(stream).getroot().iter()
        theirs = {
            row.get("record_id"): float(row.get("mono_mass"))
            for row in rows
            if row.tag.endswith("modifications_row")
        }
    table = unimod()
    lacking = [number for number in table.number_of.values() if number not in table.mass_of]
    assert len(lacking) > 500
    for number in table.number_of.values():
        assert table.mass(number) == pytest.approx(theirs[number[7:]], abs=2e-4), number
    for number in set(table.number_of.values()) & set(table.mass_of):
        atoms = mass_of_atoms(table.composition_of[number])
        assert atoms == pytest.approx(table.mass_of[number], abs=2e-5), number


def test_the_engine_takes_every_name():
    """One peptide with each modification of UNIMOD on its lysine: all forms are in the index."""
    table = unimod()
    names = [name for name in table.number_of if name != "TMT"]
    settings = SearchSettings.from_config(
        search_options(
            fixed_modifications=[],
            variable_modifications=[f"{name} (K)" for name in names],
            max_variable_modifications=1,
            peptide_mass=[200, 20000],
        )
    )
    index = build_index([Protein("P", "ELVESFEDGTHNVAK")], settings)
    forms = [index[i] for i in range(index.num_peptides)]
    plain = min(abs(one.mono_isotopic) for one in forms if not any(one.modifications))
    shifts = sorted(one.mono_isotopic - plain for one in forms if not one.decoy)
    expected = sorted({0.0} | {round(table.mass(table.number_of[name]), 4) for name in names})
    missing = [
        mass
        for mass in expected
        if plain + mass > 200 and min(abs(shift - mass) for shift in shifts) > 2e-3
    ]
    assert missing == []


def test_fixed_modifications_of_one_place_clash():
    def clash(*written):
        found = fixed_clash(parse_modifications(written, "option"))
        return found and tuple(f"{one.name} {site_name(one.site)}" for one in found)

    assert clash("TMT6plex (K, N-term)", "Carbamidomethyl (C)", "TMT6plex (K)") is None
    assert clash("TMT6plex (N-term)", "Gln->pyro-Glu (N-term Q)") is None  # end and residue
    assert clash("TMT6plex (K)", "TMTpro (K)") == ("TMT6plex K", "TMTpro K")
    assert clash("Acetyl (Protein N-term)", "TMT6plex (N-term)") == (
        "Acetyl Protein N-term",
        "TMT6plex N-term",
    )
    assert clash("Methyl (K)", "Acetyl (N-term K)") == ("Methyl K", "Acetyl N-term K")


def test_sites_are_told_from_names_without_the_table():
    assert split_modification("Label:13C(6)") == ("Label:13C(6)", "")
    assert split_modification("  Hex(5)HexNAc(4)   (N) ") == ("Hex(5)HexNAc(4)", "N")
    assert split_modification("Cation:Fe[II] (DE)") == ("Cation:Fe[II]", "DE")


def test_the_dry_run_names_every_mistake(files: StudyFiles) -> None:
    files.config["proteins"]["search"] = {
        "fixed_modifications": ["TMT6plx (K)", "Carbamidomethyl (C)", "Methylthio (C)"],
        "variable_modifications": ["Oxidation", "TMT (K)"],
    }
    found = {(p.column, p.value): f"{p.message}. {p.remedy}" for p in files.problems()}
    option = "proteins.search"
    assert "'TMT6plex'" in found.pop((f"{option}.fixed_modifications", "TMT6plx (K)"))
    assert "Oxidation (M)" in found.pop((f"{option}.variable_modifications", "Oxidation"))
    assert "TMTpro" in found.pop((f"{option}.variable_modifications", "TMT (K)"))
    clash = found.pop((f"{option}.fixed_modifications", ""))
    assert "Carbamidomethyl (C) and Methylthio (C)" in clash
    assert found == {}


def test_a_study_of_labels_is_told_what_is_not_read(files: StudyFiles) -> None:
    fixed = ["Carbamidomethyl (C)", "TMT10plex (K, N-term)"]
    files.config["proteins"]["search"] = {"fixed_modifications": fixed}
    (warning,) = [text for text in files.load().warnings if "label" in text]
    assert "TMT6plex on K, N-term" in warning and "reporter ions are not read" in warning
    samples = pd.DataFrame({"sample": ["a"], "biofluid": ["plasma"]})
    runs = pd.DataFrame({"assay": ["proteins"], "format": ["mzml"], "sample": ["a"]})
    config = {"proteins": {"contaminants": True, "search": search_options()}}
    assert spectra_warnings(config, samples, runs) == ()


def test_the_sdrf_has_terms_for_all_of_them():
    search = {
        "fixed_modifications": ["TMT10plex (K, N-term)", "57.0215 (C)"],
        "variable_modifications": ["Phospho (STY)", "Gln->pyro-Glu (N-term Q)"],
    }
    columns = sdrf_modifications(search, 2)
    assert {header for header, _ in columns} == {"comment[modification parameters]"}
    assert all(cells[0] == cells[1] for _, cells in columns)
    assert [cells[0] for _, cells in columns] == [
        "NT=TMT6plex;AC=UNIMOD:737;MT=Fixed;TA=K",
        "NT=TMT6plex;AC=UNIMOD:737;MT=Fixed;PP=Any N-term",
        "NT=+57.0215;MM=57.0215;MT=Fixed;TA=C",
        "NT=Phospho;AC=UNIMOD:21;MT=Variable;TA=S,T,Y",
        "NT=Gln->pyro-Glu;AC=UNIMOD:28;MT=Variable;TA=Q;PP=Any N-term",
    ]
