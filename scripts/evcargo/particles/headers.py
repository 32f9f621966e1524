"""What the headers of a size table mean, in the languages and spellings that people have.

A column is a size (the axis), an amount of particles, or neither: spreads, cumulated shares and
distributions by volume or intensity are never taken for particles.
"""

import re
import unicodedata
from enum import Enum

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_SUPERSCRIPT_RUN = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+")
_RUSSIAN = {"нм": "nm", "мкм": "um", "мкл": "ul", "мл": "ml"}
_RUSSIAN_UNIT = re.compile(r"(?<!\w)(нм|мкм|мкл|мл)(?!\w)")
_SIGNS = str.maketrans({"−": "-", "–": "-", "—": "-", "×": "x", "·": " ", "•": " ", "∙": " "})

SIZE = re.compile(
    r"\b\w*(sizes?|durchmesser|grosse|groesse|grossen|grootte)\b"
    r"|\b(diameters?|diametres?|diametros?|diametri|taille|tamano|tamanho|dimensione|dimensioni"
    r"|srednica|rozmiar|storlek|esd|ecd)\b|ø"
    r"|粒径|粒子径|直径|粒度|尺寸|크기|직경|размер|диаметр"
)
RADIUS = re.compile(
    r"\b(radius|radii|rayon|radio|raggio|halbmesser|\w*radius|rh)\b|\br\.? ?\(?nm\b"
)
_BARE_SIZE = re.compile(r"(d|dp|dh|x|d\.)? ?[\[(/]? ?(nm|um) ?[\])]?")
BIN = re.compile(r"\b(bins?|class(es)?|channels?|\w*klassen?|kanal|intervals?|intervalle?)\b")
CENTRE = re.compile(r"\b(cent(re|er)s?|centros?|centri|mid\w*|mitte|milieu|medio|mean)\b")
START = re.compile(
    r"\b(starts?|begin\w*|from|lower|low|min|minimum|left|von|untere\w*|anfang|debut|inicio|inizio"
    r"|inf\w*)\b"
)
EDGE = re.compile(r"\b(edges?|bounds?|boundary|boundaries|grenzen?)\b")
END = re.compile(
    r"\b(ends?|to|upper|high|max|maximum|right|bis|obere\w*|ende|fin|fine|final|sup\w*)\b"
)
# Words beside "size" that make it no size of bins.
_NO_AXIS = re.compile(
    r"\b(widths?|breite|largeur|ancho|bin ?size|step|distributions?|verteilung|sample size)\b|:$"
)
_NEVER = re.compile(r"(?!)")
_COUNTED = re.compile(r"\b(counts?|numbers?|anzahl|nombre|numero)\b")
LOG10 = re.compile(r"\b(log ?10|lg|log|logarithm\w*)\b|\blog(?=\W*\()")
LN = re.compile(r"\bln\b")
# Of one whole measurement, and so no axis of bins.
STATISTIC = re.compile(
    r"\b(mean|modes?|modal|modus|median|average|averaged|avg|mittel\w*|moyenne?|media|mediana|moda"
    r"|d[vn]? ?\(?\d\d\)?|x ?\(?\d\d\)?|peaks?|z-? ?av\w*|span|pdi|polydispersity|cut-?off)\b"
)
_OTHER_UNIT = re.compile(
    r"\b(bp|nt|kb|kda|da|mv|px|pixels?|au)\b|a\.u|\bnm ?\^?[23]\b|/ ?s\b|%|\bpercent\b"
)
_LENGTHS = (
    (re.compile(r"\bnm\b|\bnanom\w*"), 1.0),
    (re.compile(r"\bum\b|\bmicrons?\b|\bmi[ck]rom\w*"), 1000.0),
    (re.compile(r"\bangstroms?\b|[\[(/] ?a ?[\])]"), 0.1),
    (re.compile(r"[\[(/] ?m ?[\])]?$"), 1e9),
)

_SPREAD = re.compile(
    r"\b(std|stdev|stddev|stabw|sd|sem|se|standardabweichung|deviation|abweichung|errors?|fehler"
    r"|erreur|errore|ecart|desviacion|deviazione|cv|rsd|ci|confidence|variance|var|uncertainty"
    r"|(lower|upper) (95|limit|bound)\w*)\b|±|\+/-"
)
_CUMULATIVE = re.compile(r"\b(cumulat\w*|kumulat\w*|cumulee?|acumulad\w*|undersize|oversize|cdf)\b")
_WEIGHTED = re.compile(
    r"\b((?<!per )volumes?|volumen|areas?|surfaces?|\w*oberflache|flache|superfici\w*|intensit\w*"
    r"|intensidad\w*|mass|masse|masa|massa|diffusion)\b|\b[unmpf]?g ?/|\b[pnfum]?mol\b"
    r"|体积|强度|面积"
)
CONCENTRATION = re.compile(
    r"\bconc\b|\bkonz\b|concentra\w*|konzentra\w*|koncentra\w*|stezenie|浓度|濃度|농도|концентрац"
)
_NUMBER = re.compile(
    r"\b(numbers?|counts?|anzahl|zahl|nombre|numero|aantal|liczba|antal|events|particles?"
    r"|\w*partikel|teilchen|particules|particulas|particelle|deeltjes|n|tracks|traces)\b|#"
    r"|个数|個数|数量|计数|颗粒数|число|количество"
)
_RELATIVE = re.compile(
    r"%|\b(percent\w*|prozent\w*|pourcent\w*|porcent\w*|pct|normali[sz]\w*|normiert\w*|relativ\w*"
    r"|fractions?(?! ?\d)|shares?|anteil\w*|frequency|frequencies|haufigkeit\w*|frequence"
    r"|frecuencia|frequenza|probabilit\w*|pdf|arb|arbitrary|densityfunction)\b"
    r"|\bdensity function\b|a\.u|百分比|频率|相对"
)
AVERAGE = re.compile(r"\b(average|averaged|avg|mean|mittel\w*|moyenne?|media)\b")
# Particles per volume are that, whatever else the name of a sample says (10 % FBS, surface CD63).
_PARTICLES = re.compile(
    r"\b(particles?|p\.|partikel|teilchen|particules|particulas|particelle)|частиц"
)
_STILL_RELATIVE = re.compile(r"\b(normali[sz]\w*|normiert\w*|relativ\w*|weighted)\b")
# What makes the amounts those of the preparation, before it was diluted.
UNDILUTED = re.compile(r"\b(orig\w*|undiluted|stock|unverdunnt\w*|dilution[- ]corrected)\b")


class Kind(Enum):
    """What a column that is not the axis holds."""

    CONCENTRATION = "concentration"
    NUMBER = "number"
    RELATIVE = "relative"
    UNKNOWN = "unknown"
    SPREAD = "spread"
    CUMULATIVE = "cumulative"
    WEIGHTED = "weighted"


AMOUNTS = (Kind.CONCENTRATION, Kind.NUMBER, Kind.RELATIVE)


def plain(cell: str) -> str:
    """Write a header in lower case, without accents, superscripts as ``^6``, the micro sign as u.

    UTF-8 that a program took for Windows-1252 (``Âµm``) is mended.
    """
    text = _mended(cell)
    if "м" in text:  # the units of Russian programs
        text = _RUSSIAN_UNIT.sub(lambda unit: _RUSSIAN[unit[0]], text)
    text = _SUPERSCRIPT_RUN.sub(lambda run: "^" + run[0].translate(_SUPERSCRIPTS), text)
    text = text.replace("µ", "u").replace("μ", "u").translate(_SIGNS).casefold()
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text.replace("ø", "\x00"))
        parts = "".join(sign for sign in parts if not unicodedata.combining(sign))
        text = unicodedata.normalize("NFKC", parts).replace("\x00", "ø")
    return re.sub(r"[\s_]+", " ", text).strip()


def _mended(text: str) -> str:
    if text.isascii():
        return text
    try:
        return b"".join(map(_windows_byte, text)).decode("utf-8")
    except UnicodeError:
        return text


def _windows_byte(sign: str) -> bytes:
    """Byte of a sign in Windows-1252, which leaves five bytes without one."""
    return sign.encode("latin-1" if "\x80" <= sign <= "\x9f" else "cp1252")


def is_size(header: str) -> bool:
    """Whether a header (as `plain` writes it) names sizes of bins."""
    if _NO_AXIS.search(header) or _OTHER_UNIT.search(header):
        return False
    if _BARE_SIZE.fullmatch(header):
        return True
    binned = bool(BIN.search(header))
    edge = any(word.search(header) for word in (CENTRE, START, END, EDGE))
    named = SIZE.search(header) or RADIUS.search(header)
    if not named and not (binned and (edge or length_factor(header))):
        return False
    if STATISTIC.search(header) and not binned:
        return False
    if _COUNTED.search(header) and not length_factor(header):
        return False
    return CONCENTRATION.search(header) is None and not _CUMULATIVE.search(header)


def length_factor(header: str) -> float:
    """Factor of the header's unit to nm; 0 if it states none."""
    return next((factor for unit, factor in _LENGTHS if unit.search(header)), 0.0)


def kind_of_amount(header: str, per_volume: bool) -> Kind:
    """Tell what a column that is no size holds.

    Parameters
    ----------
    header
        As `plain` writes it.
    per_volume
        Whether its unit is one of a concentration.
    """
    certain = per_volume and _PARTICLES.search(header) and not _STILL_RELATIVE.search(header)
    for kind, pattern in (
        (Kind.CUMULATIVE, _CUMULATIVE),
        (Kind.SPREAD, _SPREAD),
        (Kind.CONCENTRATION, _PARTICLES if certain else _NEVER),
        (Kind.WEIGHTED, _WEIGHTED),
        (Kind.RELATIVE, _RELATIVE),
        (Kind.CONCENTRATION, CONCENTRATION),
    ):
        if pattern.search(header):
            return kind
    if per_volume:
        return Kind.CONCENTRATION
    return Kind.NUMBER if _NUMBER.search(header) else Kind.UNKNOWN
