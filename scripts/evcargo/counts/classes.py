"""RNA classes as tables write them, in the words of the workflow."""

from types import MappingProxyType

from evcargo.counts.layout import plain_key

MIRNA, PRECURSOR, SPIKE_IN, TRANSCRIPT = "miRNA", "miRNA_precursor", "spike_in", "transcript"
CLASS_WORDS = MappingProxyType(
    {
        word: name
        for name, words in {
            MIRNA: "mirna mirnas microrna maturemirna mirnamature mature mirnaknown knownmirna mir",
            PRECURSOR: "premirna mirnaprecursor hairpin mirnahairpin hairpinmirna precursor"
            " stemloop primirna mirnaprimarytranscript mirbasemirna",
            "tRNA": "trna trnas trf tsrna tirna trnafragment trnafragments mttrna gtrnadbtrna"
            " mttrnadbmttrna trnahalf trnahalves trnaderived",
            "Y_RNA": "yrna yrnas ryrna rny yrnafragment",
            "rRNA": "rrna rrnas mtrrna ribosomalrna rsrna rrnafragment rrnadbrrna",
            "piRNA": "pirna pirnas pirbasepirna pirnabankpirna",
            "snoRNA": "snorna snornas scarna cdbox hacabox",
            "snRNA": "snrna snrnas",
            "vault": "vault vaultrna vtrna vrna",
            SPIKE_IN: "spikein spikeins spike ercc erccs exogenousspikein",
        }.items()
        for word in words.split()
    }
)
_ENDS = ("matchgenome", "unmatchgenome")


def known_class(text: str) -> str:
    """Class of the workflow that a word stands for; empty where it stands for none.

    Examples
    --------
    >>> known_class("mature_miRNA"), known_class("Y RNA"), known_class("protein_coding")
    ('miRNA', 'Y_RNA', '')
    """
    key = plain_key(text)
    for end in _ENDS:
        key = key.removesuffix(end)
    return CLASS_WORDS.get(key, "")
