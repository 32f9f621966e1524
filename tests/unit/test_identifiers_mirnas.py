"""Which miRNA a text stands for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from identifiers_helpers import ORGANISMS, mirnas_of

from evcargo.identifiers.mirnas import HAIRPIN, MATURE, RELEASES, SPECIES


@pytest.mark.parametrize(
    ("text", "name", "by"),
    [
        ("hsa-miR-451a", "hsa-miR-451a", "v22 name"),
        ("hsa-miR-451", "hsa-miR-451a", "name of release 17"),
        ("hsa-miR-103", "hsa-miR-103a-3p", "name of release 16"),
        ("hsa-miR-103-as", "hsa-miR-103b", "name of release 16"),
        ("hsa-miR-21*", "hsa-miR-21-3p", "name of release 17"),
        ("hsa-miR-128b", "hsa-miR-128-3p", "name of release 10"),
        ("MIMAT0001631", "hsa-miR-451a", "MIMAT"),
        ("MIMAT0000062_1", "hsa-let-7a-5p", "MIMAT"),
        ("hsa-miR-21-5p_MIMAT0000076", "hsa-miR-21-5p", "MIMAT"),
        ("hsa-miR-21-5p MIMAT0000076 Homo sapiens miR-21-5p", "hsa-miR-21-5p", "MIMAT"),
        (
            "hsa-miR-451a|miRNA|hsa-miR-451a|hsa-miR-451a|hsa-miR-451a|0|22",
            "hsa-miR-451a",
            "v22 name",
        ),
        ("hsa-miR-451a:MIMAT0001631:Homo:sapiens:miR-451a", "hsa-miR-451a", "MIMAT"),
        ("hsa-mir-451a|MIMAT0001631", "hsa-miR-451a", "MIMAT"),
        ("hsa-miR-21-5p#hsa-mir-21", "hsa-miR-21-5p", "v22 name"),
        ("miR-21-5p", "hsa-miR-21-5p", "v22 name, without species"),
        ("miR-21", "hsa-miR-21-5p", "name of release 17, without species"),
        ("mir-21-5p", "hsa-miR-21-5p", "v22 name, without species, case"),
        ("HSA-MIR-21-5P", "hsa-miR-21-5p", "v22 name, case"),
        ("hsa_miR_21_5p", "hsa-miR-21-5p", "v22 name, spelling"),
        ("hsa.miR.21.5p", "hsa-miR-21-5p", "v22 name, spelling"),
        ("hsa-miR\u201321\u20135p", "hsa-miR-21-5p", "v22 name, spelling"),
        ("hsa-let7a-5p", "hsa-let-7a-5p", "v22 name, spelling"),
        ("microRNA-21-5p", "hsa-miR-21-5p", "v22 name, without species, spelling"),
        ("miR21-5p", "hsa-miR-21-5p", "v22 name, without species, spelling"),
        ("hsa-miR-21#", "hsa-miR-21-3p", "name of release 17"),
        ("hsa-miR-21-star", "hsa-miR-21-3p", "name of release 17"),
        ("hsa-miR-21_st", "hsa-miR-21-5p", "name of release 17"),
        ("hsa-miR-21-star_st", "hsa-miR-21-3p", "name of release 17"),
        ("hsa-miR-21-5p_v19.0", "hsa-miR-21-5p", "v22 name"),
        ("hsa-miR-21-000397", "hsa-miR-21-5p", "name of release 17"),
        ("hsa-miR-16-4373121", "hsa-miR-16-5p", "name of release 17"),
        ("hsa-miR-486-3p.1", "hsa-miR-486-3p", "v22 name"),
        ("hsa-miR-124-3p_R-1", "hsa-miR-124-3p", "v22 name"),
        ("hsa-miR-124-3p_L+1R-2", "hsa-miR-124-3p", "v22 name"),
    ],
)
def test_matures(text: str, name: str, by: str) -> None:
    mirna = mirnas_of("human").resolve(text)
    assert mirna is not None
    assert (mirna.name, mirna.kind, mirna.by) == (name, MATURE, by)
    assert mirna.accession.startswith("MIMAT")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("hsa-mir-451a", "hsa-mir-451a"),
        ("hsa-let-7a-1", "hsa-let-7a-1"),
        ("hsa-let-7b", "hsa-let-7b"),
        ("MI0000077", "hsa-mir-21"),
        ("MIR451A", "hsa-mir-451a"),
        ("Mir451a", "hsa-mir-451a"),
        ("MIRLET7A1", "hsa-let-7a-1"),
        ("MIR16-1", "hsa-mir-16-1"),
        ("MIR199A1", "hsa-mir-199a-1"),
        ("MIR1291", "hsa-mir-1291"),
        ("MIR129-1", "hsa-mir-129-1"),
        ("hp_hsa-mir-21_st", "hsa-mir-21"),
        ("HSA-MIR-451A", "hsa-mir-451a"),
    ],
)
def test_hairpins_are_never_taken_for_matures(text: str, name: str) -> None:
    mirna = mirnas_of("human").resolve(text)
    assert mirna is not None
    assert (mirna.name, mirna.kind) == (name, HAIRPIN)
    assert mirna.accession.startswith("MI0")


def test_the_rest_of_the_column_can_tell_matures() -> None:
    mirnas = mirnas_of("human")
    for text, name in (("hsa-let-7b", "hsa-let-7b-5p"), ("hsa-mir-451a", "hsa-miR-451a")):
        mirna = mirnas.resolve(text, context=MATURE)
        assert mirna is not None
        assert (mirna.name, mirna.kind) == (name, MATURE)
    symbol = mirnas.resolve("MIR451A", context=MATURE)
    assert symbol is not None
    assert symbol.kind == HAIRPIN


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("hsa-let-7a-5p/7c-5p", ["hsa-let-7a-5p", "hsa-let-7c-5p"]),
        ("hsa-miR-103a-3p/107", ["hsa-miR-103a-3p", "hsa-miR-107"]),
        (
            "hsa-miR-378a-3p/378c/378d/378e",
            ["hsa-miR-378a-3p", "hsa-miR-378c", "hsa-miR-378d", "hsa-miR-378e"],
        ),
        ("hsa-miR-4454+hsa-miR-7975", ["hsa-miR-4454", "hsa-miR-7975"]),
        ("hsa-miR-21-5p", ["hsa-miR-21-5p"]),
        ("nonsense", []),
    ],
)
def test_names_of_several_miRNAs(text: str, names: list[str]) -> None:
    mirnas = mirnas_of("human")
    assert [mirna.name for mirna in mirnas.resolve_all(text)] == names
    assert (mirnas.resolve(text) is not None) is (len(names) == 1)


@pytest.mark.parametrize(
    "text",
    [
        *("mmu-miR-21a-5p", "cel-miR-39-3p", "hsa-piR-1234", "piR-36742|piRNA|x|1", "MIR22HG"),
        *("tRNA-Gly-GCC", "mirage", "miRNAtotal", "miRNA", "21", "miR-99999-5p", "let", "", "|"),
        *("Sum", "__no_feature", "ENSG00000010278", "lin", "MIMAT9999999"),
    ],
)
def test_no_miRNAs_of_human(text: str) -> None:
    assert mirnas_of("human").resolve(text) is None


def test_a_removed_miRNA_keeps_its_last_name() -> None:
    mirna = mirnas_of("human").resolve("hsa-miR-672")
    assert mirna is not None
    assert (mirna.name, mirna.current) == ("hsa-miR-672", False)


def test_a_name_that_moved_from_one_miRNA_to_another() -> None:
    mirnas = mirnas_of("human")
    new = mirnas.resolve("hsa-miR-378")
    old = mirnas.resolve("hsa-miR-378", release=RELEASES.index("9"))
    assert new is not None
    assert old is not None
    assert (new.name, new.also) == ("hsa-miR-378a-3p", ("hsa-miR-378a-5p",))
    assert (old.name, old.also) == ("hsa-miR-378a-5p", ("hsa-miR-378a-3p",))


@pytest.mark.parametrize("organism", ORGANISMS)
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_all_spellings_of_a_mature_lead_to_it(organism: str, data: st.DataObject) -> None:
    mirnas = mirnas_of(organism)
    accessions = sorted(mirnas._accessions)
    mirna = mirnas._accessions[data.draw(st.sampled_from(accessions))]
    if mirna.kind != MATURE or not mirna.current:
        return
    name, plain = mirna.name, mirna.name.removeprefix(f"{SPECIES[organism]}-")
    texts = [name, plain, mirna.accession, name.replace("-", "_"), name.upper(), name.lower()]
    texts += [f"{name}|miRNA|{name}|0|22", f"{name}:{mirna.accession}:x:y:{plain}", f"{name}_st"]
    resolved = [mirnas.resolve(text, context=MATURE) for text in texts]
    assert {one.name if one else None for one in resolved} == {name}
