"""Size tables as spreadsheets and people write them: axes, blocks, rows that are no bins."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from size_files import AMOUNTS, CENTRES, EDGES, Locale, figures_of, table, truth, write

from evcargo.errors import EvcargoError
from evcargo.particles.size_tables import SizeReading, read_sizes

PLAIN = ((50.0, 100.5, 150.0), (1e8, 2.5e8, 0.0))
PER_ML = "Concentration (particles/ml)"


def _read(tmp_path: Path, data: str | bytes, column: str = "", **options: object) -> SizeReading:
    return read_sizes(write(tmp_path, data), column, **options)  # type: ignore[arg-type]


def _assert_truth(reading: SizeReading, factor: float = 1.0, rel: float = 1e-4) -> None:
    assert reading.table.quantity == "concentration"
    found = figures_of(reading)
    assert {name: found[name] for name in truth()} == pytest.approx(truth(factor), rel=rel)


@pytest.mark.parametrize(
    "data",
    [
        f"Diameter (nm)\t{PER_ML}\n50\t1e8\n100.5\t2.5e8\n150\t0\n",
        "size_nm,concentration_per_ml\n50,1e8\n100.5,2.5e8\n150,0\n",
        "Particle Size (nm),Concentration Average (particles / ml),Stdev\n"
        "50,1e8,1\n100.5,2.5e8,9\n150,0,0\n",
        "Size;Conc. / mL\n50;100000000\n100,5;2,5e8\n150;0\n",
        'Size,Concentration /ml\n50,"100,000,000"\n100.5,"250,000,000"\n150,0\n',
        "Size\tConcentration /ml\n50\t100.000.000,0\n100,5\t250.000.000,0\n150\t0,0\n",
        "Size\tConcentration /ml\n50\t100 000 000\n100,5\t250 000 000\n150\t0\n",
        "Diameter (\u00b5m);Conc (E6 particles/ml)\n0,05;100\n0,1005;250\n0,15;0\n",
        "Diameter\tConcentration (10^6/ml)\n50\t100\n100.5\t250\n150\t0\n",
        f"Diameter (nm)\t{PER_ML}\n50\t1 x 10^8\n100.5\t2.5 × 10^8\n150\t0\n",
        f"Diameter (nm)\t{PER_ML}\n50 nm\t1e8\n100.5 nm\t2.5e8\n150 nm\t0\n",
        f"Diameter (nm)  {PER_ML}\n50             1e8\n100.5          2.5e8\n150            0\n",
        "diameter_nm conc_per_ml\n50 1e8\n100.5 2.5e8\n150 0\n",
        '"Diameter\n(nm)","Concentration\n(particles/ml)"\n50,1e8\n100.5,2.5e8\n150,0\n',
        "Size\tConcentration\nnm\tparticles/ml\n50\t1e8\n100.5\t2.5e8\n150\t0\n",
        "Concentration (particles/ml)\n\nSize (nm),EV\n50,1e8\n100.5,2.5e8\n150,0\n",
        f"sep=;\nDiameter (nm);{PER_ML}\n50;1e8\n100.5;2.5e8\n150;0\n;;\n",
        f"Diameter (nm),{PER_ML},,\n50,1e8,,\n100.5,2.5e8,,\n150,0,,\n,,,\n",
        f"Diameter (nm)\t{PER_ML}\n150\t0\n100.5\t2.5e8\n50\t1e8\n",
        f"Diameter (nm)\t{PER_ML}\n100.5\t2.5e8\n150\t0\n50\t1e8\n",
        "\n".join(
            ["NTA export", "Mean size (nm)\t112", "Size range\t0-1000", f"Diameter (nm)\t{PER_ML}"]
            + ["50\t1e8", "100.5\t2.5e8", "150\t0", "", "Percentile\tSize (nm)", "10\t50"]
        ),
    ],
)
def test_spellings_of_one_table(tmp_path: Path, data: str) -> None:
    found = _read(tmp_path, data).table
    assert found.quantity == "concentration"
    assert found.diameter_nm == pytest.approx(PLAIN[0])
    assert found.amount == pytest.approx(PLAIN[1])


TABLE = "Diameter (\u00b5m)\tConcentration (E6 particles/ml)\n0.05\t100\n0.1005\t250\n0.15\t0\n"


@pytest.mark.parametrize("ends", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman"])
@pytest.mark.parametrize("packed", [False, True])
def test_encodings_and_line_ends(tmp_path: Path, ends: str, encoding: str, packed: bool) -> None:
    if encoding == "mac_roman" and ends != "\r":
        return  # an old Mac writes its own line ends
    data = TABLE.replace("\n", ends).encode(encoding)
    found = _read(tmp_path, gzip.compress(data) if packed else data).table
    assert found.diameter_nm == pytest.approx(PLAIN[0])
    assert found.amount == pytest.approx(PLAIN[1])


AXES = {
    "Diameter (nm)": CENTRES,
    "Größe (nm)": CENTRES,
    "Durchmesser [nm]": CENTRES,
    "Diamètre (nm)": CENTRES,
    "Taille (nm)": CENTRES,
    "Tamaño (nm)": CENTRES,
    "Dimensione (nm)": CENTRES,
    "粒径 (nm)": CENTRES,
    "Bin centre (nm)": CENTRES,
    "Size / nm": CENTRES,
    "d (nm)": CENTRES,
    "Diameter (µm)": CENTRES / 1000,
    "Size radius (nm)": CENTRES / 2,
    "Radius (um)": CENTRES / 2000,
    "log10 size (nm)": np.log10(CENTRES),
    "log(Diameter/nm)": np.log10(CENTRES),
    "ln diameter (nm)": np.log(CENTRES),
    "Bin start (nm)": EDGES[:-1],
    "Size, upper edge of bin (nm)": EDGES[1:],
    "Bin edge (nm)": EDGES[:-1],
    "Размер (нм)": CENTRES,
    "GrÃ¶ÃŸe (nm)": CENTRES,
}
UNITS = {
    "Concentration (particles/ml)": 1.0,
    "Concentration / cm-3": 1.0,
    "Concentration (10⁶ particles/mL)": 1e6,
    "Concentration (x106 particles/mL)": 1e6,
    "Concentration (E6 particles/ml)": 1e6,
    "Konzentration (Mio. Partikel/ml)": 1e6,
    "Concentration (million particles per mL)": 1e6,
    "Concentración (partículas/µl)": 1e3,
    "Particles per microlitre": 1e3,
    "Concentration (µL⁻¹)": 1e3,
    "Concentration (particles/L)": 1e-3,
    "浓度 (个/mL)": 1.0,
    "濃度 (10^8個/mL)": 1e8,
    "Концентрация (частиц/мл)": 1.0,
    "Konzentration (10â\x81¶ Partikel/ml)": 1e6,  # UTF-8 read as Windows-1252
    "10 % FBS (particles/ml)": 1.0,
    "EV 30 min, surface CD63 (particles/ml)": 1.0,
}
DENSITIES = {
    "Concentration Spectral Density [/mL/nm]": np.diff(EDGES),
    "Concentration (particles mL⁻¹ nm⁻¹)": np.diff(EDGES),
    "dN/dlogDp (#/cm³)": np.diff(np.log10(EDGES)),
}


@pytest.mark.parametrize("header", AXES)
def test_axes(tmp_path: Path, header: str) -> None:
    _assert_truth(_read(tmp_path, table(header, PER_ML, AXES[header])))


@pytest.mark.parametrize("header", UNITS)
def test_units(tmp_path: Path, header: str) -> None:
    digits = table("Diameter (nm)", header, amounts=AMOUNTS / UNITS[header])
    _assert_truth(_read(tmp_path, digits))


@pytest.mark.parametrize("header", DENSITIES)
def test_densities(tmp_path: Path, header: str) -> None:
    reading = _read(tmp_path, table("Diameter (nm)", header, amounts=AMOUNTS / DENSITIES[header]))
    _assert_truth(reading)
    assert any("times the width of the bin" in note for note in reading.notes)


def test_a_density_per_nm_of_the_radius(tmp_path: Path) -> None:
    text = table("Radius (nm)", "dN/dr (/ml/nm)", CENTRES / 2, AMOUNTS / (np.diff(EDGES) / 2))
    _assert_truth(_read(tmp_path, text))


@given(
    locale=st.sampled_from(
        [
            Locale(),
            Locale(delimiter=","),
            Locale(",", delimiter=";"),
            Locale(",", ".", ";"),
            Locale(".", ",", ","),
            Locale(",", "\u202f", "\t"),
            Locale(".", "'", ";"),
        ]
    ),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    ends=st.sampled_from(["\n", "\r", "\r\n"]),
    axis=st.sampled_from(sorted(AXES)),
    unit=st.sampled_from(sorted(UNITS)),
    descending=st.booleans(),
    total=st.booleans(),
    packed=st.booleans(),
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_same_distribution_whatever_the_spelling(
    tmp_path: Path,
    locale: Locale,
    encoding: str,
    ends: str,
    axis: str,
    unit: str,
    descending: bool,
    total: bool,
    packed: bool,
) -> None:
    sizes, amounts = AXES[axis], AMOUNTS / UNITS[unit]
    step = -1 if descending else 1
    text = table(axis, unit, sizes[::step], amounts[::step], locale)
    if total:
        text += locale.row(["Total", locale.number(amounts.sum())]) + "\n"
    data = text.replace("\n", ends).encode(encoding)
    _assert_truth(_read(tmp_path, gzip.compress(data) if packed else data))


def test_logarithmic_bins_have_edges_at_their_geometric_middle(tmp_path: Path) -> None:
    edges = np.geomspace(10, 1000, 41)
    middles = np.sqrt(edges[1:] * edges[:-1])
    found = _read(tmp_path, table("Size (nm)", PER_ML, middles, np.arange(1, 41))).table
    assert found.edges_nm == pytest.approx(edges, rel=1e-4)


def test_starts_and_ends_of_bins(tmp_path: Path) -> None:
    rows = "".join(
        f"{low},{high},{amount}\n"
        for low, high, amount in zip(EDGES[:-1], EDGES[1:], AMOUNTS, strict=True)
    )
    header = f"Size Bin Start (nm),Size Bin End (nm),{PER_ML}\n"
    _assert_truth(_read(tmp_path, header + rows))
    intervals = "".join(
        f"{low:g} - {high:g};{amount}\n"
        for low, high, amount in zip(EDGES[:-1], EDGES[1:], AMOUNTS, strict=True)
    )
    _assert_truth(_read(tmp_path, f"Size range of bin (nm);{PER_ML}\n" + intervals))
    # A bin that is left out is empty; bins that overlap are refused.
    text = f"Bin start (nm),Bin end (nm),{PER_ML}\n10,20,5\n30,50,6\n"
    found = _read(tmp_path, text).table
    assert found.edges_nm == (10, 20, 30, 50)
    assert found.amount == (5, 0, 6)
    with pytest.raises(EvcargoError, match="line 3: the bin begins at 15 nm, inside the bin above"):
        _read(tmp_path, text.replace("30,50", "15,50"))
    with pytest.raises(EvcargoError, match="line 3: the bin ends at 20 nm, before it begins"):
        _read(tmp_path, text.replace("30,50", "30,20"))


def test_numbers_and_shares_have_no_totals(tmp_path: Path) -> None:
    found = _read(tmp_path, "Size / nm\tNumber\tVolume / nm^3\n50\t3\t1\n100\t4\t1\n")
    assert found.table.quantity == "number"
    for header in ("Number (%)", "Normalized concentration", "Concentration", "Anteil (%)", "EV1"):
        reading = _read(tmp_path, table("Size (nm)", header, amounts=AMOUNTS / 1e6))
        assert reading.table.quantity == "relative", header
        found_figures = figures_of(reading)
        assert np.isnan(found_figures["particles_per_ml"])
        assert found_figures["d50_nm"] == pytest.approx(truth()["d50_nm"], rel=1e-4)
        assert "totals are not known" in reading.notes[-1]


def test_rows_in_any_order(tmp_path: Path) -> None:
    reading = _read(tmp_path, "Size\tNumber\n100\t4\n150\t1\n50\t3\n")
    assert reading.table.diameter_nm == (50.0, 100.0, 150.0)
    assert reading.table.amount == (3.0, 4.0, 1.0)
    assert "rows were not in order of size" in reading.notes


def test_a_column_is_chosen_by_name(tmp_path: Path) -> None:
    text = "Size (nm)\tConcentration A\tConcentration B\n50\t1\t3\n60\t2\t4\n"
    assert _read(tmp_path, text, "concentration b").table.amount == (3.0, 4.0)
    with pytest.raises(EvcargoError, match=r"line 1: several amounts .*Concentration A"):
        _read(tmp_path, text)
    with pytest.raises(EvcargoError, match=r"no column 'C'.*Concentration B"):
        _read(tmp_path, text, "C")


def test_wide_tables(tmp_path: Path) -> None:
    text = "Size (nm),EV1,EV2,EV2 SD\n" + "".join(
        f"{size},{amount},{2 * amount},9e9\n" for size, amount in zip(CENTRES, AMOUNTS, strict=True)
    )
    reading = _read(tmp_path, text, "EV2")
    assert reading.table.amount == pytest.approx(2 * AMOUNTS)
    assert reading.table.quantity == "relative"
    assert "'EV2' states no unit" in reading.reason
    # The name of the sample finds its column; a unit above the table holds for all.
    titled = _read(tmp_path, f"{PER_ML}\n{text}", sample="EV1")
    _assert_truth(titled)
    assert "the column of the sample's name" in titled.reason
    merged = f",{PER_ML},,\n{text}"
    _assert_truth(_read(tmp_path, merged, "EV2"), 2.0)
    with pytest.raises(EvcargoError, match="several amounts EV1, EV2"):
        _read(tmp_path, text)
    # A shorter column leaves out the bins that it does not have.
    short = "Size (nm),A (/ml),B (/ml)\n50,1,2\n60,3,4\n70,,5\n"
    reading = _read(tmp_path, short, "A (/ml)")
    assert reading.table.amount == (1, 3)
    assert "1 bins at the ends have no value and are left out" in reading.notes
    with pytest.raises(EvcargoError, match=r"line 3: no amount in 'A \(/ml\)'"):
        _read(tmp_path, short.replace("60,3", "60,").replace("70,,", "70,4,"), "A (/ml)")


def test_names_of_columns_without_unit_and_average(tmp_path: Path) -> None:
    rows = "".join(
        f"{size},{amount},5,{2 * amount},6\n" for size, amount in zip(CENTRES, AMOUNTS, strict=True)
    )
    units = "Size (nm),EV1 mean (/ml),EV1 SD (/ml),EV2 mean (/ml),EV2 SD (/ml)\n"
    _assert_truth(_read(tmp_path, units + rows, "EV2"), 2.0)
    # Names of groups above, as merged cells are saved.
    groups = ",EV1,,EV2,\nSize (nm),Mean (/ml),SD (/ml),Mean (/ml),SD (/ml)\n"
    _assert_truth(_read(tmp_path, groups + rows, "EV2"), 2.0)
    _assert_truth(_read(tmp_path, groups + rows, sample="EV1"))
    with pytest.raises(EvcargoError, match="several amounts 'EV1 Mean"):
        _read(tmp_path, groups + rows)


def test_samples_that_are_called_standard(tmp_path: Path) -> None:
    rows = "".join(f"{s},{a},{2 * a}\n" for s, a in zip(CENTRES, AMOUNTS, strict=True))
    text = f"Size (nm),std_1_before,std_2_after\n{rows}"
    assert _read(tmp_path, text, "std_2_after").table.amount == pytest.approx(2 * AMOUNTS)
    with pytest.raises(EvcargoError, match="no column holds amounts of particles: std_1_before"):
        _read(tmp_path, text)


def test_columns_that_number_the_rows_are_no_amounts(tmp_path: Path) -> None:
    pairs = list(zip(CENTRES, AMOUNTS, strict=True))
    rows = "".join(f"{at},{size},{amount}\n" for at, (size, amount) in enumerate(pairs))
    assert _read(tmp_path, f"#,Size (nm),EV1\n{rows}").table.amount == pytest.approx(AMOUNTS)
    rows = "".join(f'"{at}",{size},{amount}\n' for at, (size, amount) in enumerate(pairs, 1))
    _assert_truth(_read(tmp_path, f'"Size (nm)","Concentration (/ml)"\n{rows}'))


def test_edges_of_bins_with_one_more_than_bins(tmp_path: Path) -> None:
    rows = "".join(f"{edge},{amount}\n" for edge, amount in zip(EDGES[:-1], AMOUNTS, strict=True))
    reading = _read(tmp_path, f"Bin edges (nm),{PER_ML}\n{rows}{EDGES[-1]},\n")
    _assert_truth(reading)
    assert reading.table.edges_nm == pytest.approx(EDGES)


def test_the_scale_of_the_run_sheet(tmp_path: Path) -> None:
    assert (
        _read(tmp_path, table("Size (nm)", PER_ML), scale="relative").table.quantity == "relative"
    )
    _assert_truth(_read(tmp_path, table("Size (nm)", PER_ML), scale="auto"))
    with pytest.raises(EvcargoError, match="states scale log10, but size tables hold amounts"):
        _read(tmp_path, table("Size (nm)", PER_ML), scale="log10")


def test_a_distribution_that_does_not_come_down(tmp_path: Path) -> None:
    text = table("Size (nm)", PER_ML, CENTRES[:30], AMOUNTS[:30])
    assert "larger particles may be missing" in " ".join(_read(tmp_path, text).notes)
    assert "larger" not in " ".join(_read(tmp_path, table("Size (nm)", PER_ML)).notes)


def _pairs(width: int) -> str:
    rows = zip(CENTRES, AMOUNTS, strict=True)
    return "".join(",".join([f"{size},{amount}"] * width) + "\n" for size, amount in rows)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (f"Size (nm),{PER_ML},Size (nm),{PER_ML}\n" + _pairs(2), "distributions are side by side"),
        ("Size (nm),EV1,,\n" + _pairs(2), "column 3, right of 'EV1', has no name, but numbers"),
        (f"Size (nm),{PER_ML}\n" + _pairs(2), "row names without a header, or decimal commas"),
        (f"Size (nm),{PER_ML}\n50,1\n60,2,3\n", "line 3: has 3 cells, but the header names 2"),
        (
            "Size (nm),Number (%),Total conc. (/ml)\n"
            + "".join(f"{size},{size},3e8\n" for size in CENTRES),
            "holds 3e[+]08 in every bin: a total",
        ),
        ("Diameter (nm),Brightness\n101,5\n93,7\n99,4\n", "a list with one row per particle"),
        ("Diameter (nm),Brightness\n101,5\n93,7\n93,4\n", "is there twice: .*row per particle"),
        ("Size (nm)\n101\n93\n93\n", "A list with one row per particle is no size distribution"),
        (
            "Sample,Size (nm),Concentration (particles/ml)\nA,120,1e9\nB,130,2e9\nC,99,3e9\n",
            "each row has a name of its own in column 'Sample'",
        ),
        ("Size (nm),Concentration (10? particles/ml)\n50,1\n60,2\n", "read in two ways"),
        ("Size (nm),Concentration (particles/100 ml)\n50,1\n60,2\n", "read in two ways"),
        ("Size range (nm),Count\nOct-60,5\n60-110,9\n110-160,4\n", "no number .'Oct-60'"),
    ],
)
def test_tables_that_would_be_read_wrongly(tmp_path: Path, data: str, message: str) -> None:
    with pytest.raises(EvcargoError, match=message):
        _read(tmp_path, data)


def test_long_tables(tmp_path: Path) -> None:
    text = f"Sample,Size (nm),{PER_ML}\n" + "".join(
        f"{sample},{size},{factor * amount}\n"
        for sample, factor in (("EV-1", 1), ("EV-2", 3))
        for size, amount in zip(CENTRES, AMOUNTS, strict=True)
    )
    _assert_truth(_read(tmp_path, text, "EV-2"), 3.0)
    _assert_truth(_read(tmp_path, text, sample="EV-1"))
    _assert_truth(_read(tmp_path, text, PER_ML, sample="EV-1"))
    blank = text.replace("EV-2,12.5", "\nEV-2,12.5", 1)
    _assert_truth(_read(tmp_path, blank, "EV-2"), 3.0)
    with pytest.raises(EvcargoError, match=r"told apart by column 'Sample' .*EV-1, EV-2.*none is"):
        _read(tmp_path, text, "EV-3")


def test_captures_of_one_name_are_averaged(tmp_path: Path) -> None:
    text = f"Bin centre (nm),{PER_ML},{PER_ML},{PER_ML}\n" + "".join(
        f"{size},{amount},{0.5 * amount},{1.5 * amount}\n"
        for size, amount in zip(CENTRES, AMOUNTS, strict=True)
    )
    for column in ("", PER_ML):
        reading = _read(tmp_path, text, column)
        _assert_truth(reading)
        assert "mean of 3 captures, totals 1.5e+08 to 4.5e+08" in " ".join(reading.notes)
    numbered = text.replace(PER_ML, "Replicate 1 (/ml)", 1).replace(PER_ML, "Replicate 2 (/ml)", 1)
    _assert_truth(_read(tmp_path, numbered.replace(PER_ML, "Replicate 3 (/ml)")))
    pandas = text.replace(f"{PER_ML},{PER_ML},{PER_ML}", f"{PER_ML},{PER_ML}.1,{PER_ML}.2")
    _assert_truth(_read(tmp_path, pandas))


def test_a_spread_is_never_taken(tmp_path: Path) -> None:
    text = "Diameter (nm),SD conc. (particles/mL),Mean conc. (particles/mL)\n" + "".join(
        f"{size},1e5,{amount}\n" for size, amount in zip(CENTRES, AMOUNTS, strict=True)
    )
    _assert_truth(_read(tmp_path, text))
    with pytest.raises(EvcargoError, match=r"is a spread.*amounts are in 'Mean conc"):
        _read(tmp_path, text, "SD conc. (particles/mL)")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "Total\t{total}\n"),
        ("", "Summe:\t{total}\nMittelwert\t5\nSD\t3\nD50\t111\n"),
        ("Sum\t{total}\n", ""),
        ("", "\t{total}\n"),
        ("\t{total}\n", ""),
        ("", "\nmeasured by hand\t\n"),
        ("", "no more particles were counted\n"),
        ("", "\n\nPercentile\tSize (nm)\n10\t61\n50\t100\n"),
    ],
)
def test_rows_that_are_no_bins(tmp_path: Path, before: str, after: str) -> None:
    head, body = table("Size (nm)", PER_ML).split("\n", 1)
    total = f"{AMOUNTS.sum():.1f}"
    reading = _read(
        tmp_path, head + "\n" + before.format(total=total) + body + after.format(total=total)
    )
    _assert_truth(reading)
    assert reading.dropped or "what stands below the table is not read" in reading.notes


def test_blank_rows_and_comments_do_not_end_a_table(tmp_path: Path) -> None:
    lines = table("Size (nm)", PER_ML).split("\n")
    text = "\n".join([*lines[:20], "", "", *lines[20:40], "camera was moved", *lines[40:]])
    reading = _read(tmp_path, text)
    _assert_truth(reading)
    assert reading.dropped == ("camera was moved",)


def test_two_distributions_below_each_other(tmp_path: Path) -> None:
    first = table("Size (nm)", PER_ML)
    body = first.split("\n", 1)[1]
    reading = _read(tmp_path, first + body)  # the same again: nothing is counted twice
    _assert_truth(reading)
    assert any("stands below in other bins" in note for note in reading.notes)
    other = table("Size (nm)", PER_ML, amounts=2 * AMOUNTS).split("\n", 1)[1]
    for gap in ("", "\n\n"):
        with pytest.raises(EvcargoError, match=r"line 8[24]: the sizes start again"):
            _read(tmp_path, first + gap + other)
    _assert_truth(_read(tmp_path, first + "\n10\t61\n50\t100\n"))  # percentiles of no name
    with pytest.raises(EvcargoError, match="line 83: another table of sizes begins here, below"):
        _read(tmp_path, first + "\n" + table("Size (nm)", PER_ML, amounts=2 * AMOUNTS))


def test_a_subtracted_blank(tmp_path: Path) -> None:
    net = AMOUNTS - 2e5
    reading = _read(tmp_path, table("Size (nm)", PER_ML, amounts=net))
    assert sum(reading.table.amount) == pytest.approx(net[net > 0].sum())
    below = int((net < 0).sum())
    assert any(f"{below} bins are below 0" in note for note in reading.notes)
    with pytest.raises(EvcargoError, match="add up to .* of the particles: more was subtracted"):
        _read(tmp_path, table("Size (nm)", PER_ML, amounts=AMOUNTS - AMOUNTS.max() / 2))
    marked = AMOUNTS.copy()
    marked[-3:] = -1
    reading = _read(tmp_path, table("Size (nm)", PER_ML, amounts=marked))
    assert "3 bins hold -1, as programs write for no value: taken for 0" in reading.notes


def test_an_empty_measurement_is_no_error(tmp_path: Path) -> None:
    reading = _read(tmp_path, table("Size (nm)", PER_ML, amounts=0 * AMOUNTS))
    assert reading.table.is_empty
    assert "no particle was measured" in reading.notes


def test_the_decimal_sign_is_asked_for_where_nothing_proves_it(tmp_path: Path) -> None:
    text = f"Size (nm);{PER_ML}\n50;1.234\n100;2.345\n150;1.111\n"
    with pytest.raises(EvcargoError, match="column 'decimal' of the run sheet"):
        _read(tmp_path, text)
    assert _read(tmp_path, text, decimal="comma").table.amount == (1234, 2345, 1111)
    assert _read(tmp_path, text, decimal="point").table.amount == (1.234, 2.345, 1.111)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("Diameter (nm)\tVolume\n50\t1\n60\t1\n", "weighted by volume, surface or intensity"),
        ("Size (d.nm)\tIntensity (Percent)\n50\t1\n60\t2\n", "Export the distribution by number"),
        ("Diameter (nm)\tCumulative (%)\n50\t1\n60\t100\n", "cumulated, or spreads"),
        ("Concentration\tNumber\n50\t1\n", "no size table found. It needs a header such as"),
        ("Size\tConcentration\n", "line 1: the header has no numbers below it"),
        ("50\t1\n60\t2\n70\t3\n80\t4\n90\t2\n95\t1\n", "has numbers, but no header above them"),
        (
            "Sample\tMean size (nm)\tMode (nm)\tConcentration (particles/ml)\n"
            "A\t120\t95\t1e9\nB\t130\t99\t2e9\n",
            "holds one row per measurement",
        ),
        (
            "Sample," + ",".join(map(str, range(10, 200, 10))) + "\nA" + ",5" * 19 + "\n",
            "its sizes stand in one row",
        ),
        ("Size [bp]\tConcentration [ng/ul]\n25\t1\n100\t2\n", "no size table found"),
        ("Bin centre (E4 nm²/s)\tConcentration (/ml)\n25\t1\n100\t2\n", "no size table found"),
        ("Size\tNumber\n50\t1\n60\t-2\n70\t9\n", r"1 amounts in 'Number' are negative"),
        ("Size\tNumber\n50\t1\n0\t2\n", "line 3: size 0 nm is not above 0, with an amount of 2"),
        ("Size\tNumber\n50\t1\n-5\t2\n", "line 3: size -5 nm is not above 0"),
        ("Size\tNumber\n50\t1\n50.0\t2\n", "line 3: size 50 nm is there twice"),
        ("Size\tNumber\n50\t1\n60\tn/a\n", "line 3: no amount in 'Number'"),
        ("Size\tNumber\n50\t1\n6O\t3\n", r"line 3: Size is no number \('6O'\)"),
        ("Size\tNumber\n50\t1\n60\t1O\n70\t3\n", r"line 3: Number is no number \('1O'\)"),
        ("Size\tNumber\n50\t1\n60\tinf\n", "line 3: no amount in 'Number'"),
        ("Size\tNumber\n50\t1\n60\t\n", "line 3: no amount in 'Number'"),
        ("Size\tNumber\n50\t1\n60\n", "line 3: the last row has 1 of 2 cells: the file is cut"),
        ("Size\tNumber\n50\t1\n60\t2\n\t7\n", r"line 4: an amount \(7\) without a size"),
        ("Size\tConcentration (10e6/ml)\n50\t1\n60\t1\n", "can be read in two ways"),
        ("Size\tConcentration (10^-6/ml)\n50\t1\n60\t1\n", "can be read in two ways"),
        ("Size\tlog10 concentration (/ml)\n50\t1\n60\t1\n", "the amounts are logarithms"),
        ("Size (nm)\tNumber\n50\t1\n", "line 2: a size distribution needs at least 2 bins"),
        ("Size (nm)\tNumber\n0.05\t1\n0.06\t2\n", "may be in um or log10 of nm"),
        ("Size\tNumber\n1.7\t1\n1.9\t2\n", "the header states no unit.*may be in um or log10"),
        (b"PK\x03\x04rest", "is an Excel workbook.*Save the size table as CSV"),
        (b"FCS3.1  rest", "is an FCS file of single events"),
        (b"%PDF-1.7 rest", "is a PDF"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, data: str | bytes, message: str) -> None:
    with pytest.raises(EvcargoError, match=rf"sizes\.txt.*{message}") as caught:
        _read(tmp_path, data)
    assert "\n" not in str(caught.value)
    assert "elete the row" not in str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(EvcargoError, match="cannot be read"):
        read_sizes(tmp_path / "absent.csv")
