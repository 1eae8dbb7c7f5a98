"""Write names in Latin letters in other alphabets by rule, where no list has these letters, or few have.

The results are what a reader of the alphabet would say aloud, not always what the person writes.
"""

import re
import unicodedata
from collections.abc import Callable

from romanise import serbian_cyrillic, table


def plain(latin: str) -> str:
    """The name in small letters, without marks and apostrophes, hyphens as blanks."""
    latin = unicodedata.normalize("NFKD", latin.casefold()).replace("-", " ")
    return "".join(c for c in latin if c.isascii() and (c.isalpha() or c == " "))


# --- Letter by letter ---------------------------------------------------------------------------

BELARUSIAN = table(
    "a=а b=б c=ц č=ч ć=ць ch=ч d=д dz=дз e=е é=е f=ф g=г h=г i=і j=й k=к kh=х l=л ł=л m=м n=н ń=нь o=о p=п "
    "q=к r=р s=с š=ш ś=сь sh=ш shch=шч t=т ts=ц u=у ŭ=ў v=в w=ў x=кс y=ы z=з ž=ж ź=зь zh=ж "
    "ya=я ia=я ja=я ye=е ie=е je=е yo=ё io=ё jo=ё yu=ю iu=ю ju=ю au=аў eu=еў ou=оў "
    "she=шэ zhe=жэ che=чэ tse=цэ de=дэ re=рэ te=тэ"
)
TAJIK = table(
    "a=а b=б c=к ch=ч d=д dzh=ҷ e=е f=ф g=г gh=ғ h=ҳ i=и ī=ӣ iy=ӣ j=ҷ k=к kh=х l=л m=м n=н o=о p=п q=қ r=р "
    "s=с sh=ш shch=щ t=т ts=ц u=у ū=ӯ v=в w=в x=кс y=й ya=я ye=е yo=ё yu=ю z=з zh=ж"
)


def by_table(spelling: dict[str, str]) -> Callable[[str], str]:
    """A writer that takes the longest spelling first."""
    pattern = re.compile("|".join(sorted(map(re.escape, spelling), key=len, reverse=True)))

    def write(name: str) -> str:
        written = pattern.sub(lambda match: spelling[match[0]], name.lower().replace("'", ""))
        return re.sub(r"\b\w", lambda match: match[0].upper(), written)

    return write


# The BGN/PCGN systems and the national one of Belarus, read from right to left.
_belarusian, _tajik = by_table(BELARUSIAN), by_table(TAJIK)


def belarusian(name: str) -> str:
    """Alyaksandr Аляксандр; y is й behind a vowel."""
    return _belarusian(re.sub("(?<=[aeiou])y(?![aeou])", "j", name))


def tajik(name: str) -> str:
    """Rahmon Раҳмон; y is и behind a consonant."""
    return _tajik(re.sub("(?<![aeiou])(?<=\\w)y(?![aeou])", "i", name))


# --- Ethiopic: a letter is a consonant with its vowel ---------------------------------------------

ETHIOPIC = table(
    "h=ሀ l=ለ m=መ r=ረ s=ሰ sh=ሸ q=ቀ b=በ v=ቨ t=ተ ch=ቸ n=ነ ny=ኘ k=ከ kh=ኸ c=ከ w=ወ z=ዘ zh=ዠ y=የ d=ደ j=ጀ g=ገ "
    "ts=ጸ tz=ጸ p=ፐ f=ፈ ph=ፈ th=ተ dh=ደ gh=ገ x=ከ"
)
# A consonant has seven forms in a row: with ä, u, i, a, e, none or o. What Latin letters write as e is ä
# mostly.
ETHIOPIC_FORMS = table("e=ሀ u=ሁ ou=ሁ oo=ሁ i=ሂ ee=ሂ a=ሃ aa=ሃ ie=ሄ o=ሆ")
_SYLLABLE = re.compile("(sh|ch|ny|kh|zh|gh|th|dh|ts|tz|ph|[^aeiou ])?(ie|ee|oo|ou|aa|[aeiou])?")


def ethiopic(name: str) -> str:
    """Amharic and Tigrinya: Abebe አበበ."""
    return _SYLLABLE.sub(_syllable, re.sub(r"([^aeiou])\1", r"\1", plain(name)))


def _syllable(match: re.Match[str]) -> str:
    consonant, vowel = match[1], match[2]
    if not consonant and not vowel:
        return ""
    form = ord(ETHIOPIC_FORMS[vowel] if vowel else "ህ") - ord("ሀ")
    if not consonant:
        return "አ" if vowel == "a" else chr(ord("አ") + form)
    return chr(ord(ETHIOPIC[consonant]) + form)


# --- The scripts of India -------------------------------------------------------------------------

DEVANAGARI = table(
    "k=क kh=ख g=ग gh=घ c=क ch=च chh=छ j=ज jh=झ t=त th=थ d=द dh=ध n=न p=प ph=फ b=ब bh=भ m=म y=य r=र l=ल v=व "
    "w=व s=स sh=श h=ह f=फ z=ज q=क x=क्स"
)
DEVANAGARI_VOWELS = table("a=अ aa=आ i=इ ee=ई ii=ई u=उ oo=ऊ uu=ऊ e=ए ai=ऐ o=ओ au=औ ou=औ ie=ई ei=ए")
SIGNS = table("a= aa=ा i=ि ee=ी ii=ी u=ु oo=ू uu=ू e=े ai=ै o=ो au=ौ ou=ौ ie=ी ei=े")
AT_THE_END = table("a=ा i=ी u=ू")
VIRAMA, ANUSVARA = "्", "ं"
_AKSHARA = re.compile(
    "(chh|[kgcjtdpbs]h|[b-df-hj-np-tv-z])|(aa|ai|au|ee|ei|ie|ii|oo|ou|uu|[aeiou])", flags=re.ASCII
)


def devanagari(word: str) -> str:
    """A word in plain letters as Hindi is usually spelled: narendra नरेंद्र."""
    parts = _AKSHARA.findall(re.sub(r"([^aeiou])\1", r"\1", word))
    written, bare = "", False  # whether the last letter is a consonant that has no vowel yet
    for at, (consonant, vowel) in enumerate(parts):
        after = parts[at + 1][0] if at + 1 < len(parts) else None
        if consonant == "n" and not bare and after and after[0] in "kgcjtd":
            written += ANUSVARA
        elif consonant:
            written += (VIRAMA if bare else "") + DEVANAGARI[consonant]
            bare = True
        elif not bare:
            written += DEVANAGARI_VOWELS[vowel]
        else:
            cluster = VIRAMA in written[-2:] or ANUSVARA in written[-3:]
            end = after is None and not (vowel == "a" and cluster and written[-1] in "रय")
            written += AT_THE_END.get(vowel, SIGNS[vowel]) if end else SIGNS[vowel]
            bare = False
    return written


# Millions of people in India by the script of their first language: Census of India 2011, Paper 1 of 2018,
# table C-16. Devanagari is that of Hindi and Marathi, Bengali that of Assamese, too.
WRITERS = {
    "DEVANAGARI": 611.4,
    "BENGALI": 112.5,
    "TELUGU": 81.1,
    "TAMIL": 69.0,
    "GUJARATI": 55.5,
    "KANNADA": 43.7,
    "ORIYA": 37.5,
    "MALAYALAM": 34.8,
    "GURMUKHI": 33.1,
}
# Unicode lays the blocks of these scripts out alike, with holes where a script lacks a letter.
FIRST = {
    "DEVANAGARI": 0x900,
    "BENGALI": 0x980,
    "GURMUKHI": 0xA00,
    "GUJARATI": 0xA80,
    "ORIYA": 0xB00,
    "TAMIL": 0xB80,
    "TELUGU": 0xC00,
    "KANNADA": 0xC80,
    "MALAYALAM": 0xD00,
}
# The nearest letter of Devanagari, for one that a script lacks.
NEAREST = table("ख=क ग=क घ=ग छ=च झ=ज ठ=ट ड=ट ढ=ड थ=त द=त ध=द फ=प ब=प भ=ब व=ब श=स ष=श ळ=ल")


def in_script(name: str, script: str) -> str:
    """A name in Devanagari in another script of India, letter by letter."""
    if script == "TAMIL":
        name = name.replace(ANUSVARA, "न" + VIRAMA)
    words = ("".join(_in_script(c, script) for c in word) for word in name.split())
    return " ".join(filter(None, words))


def _in_script(letter: str, script: str) -> str:
    shifted = chr(ord(letter) - FIRST["DEVANAGARI"] + FIRST[script])
    if unicodedata.name(shifted, "").startswith(script):
        return shifted
    return _in_script(NEAREST[letter], script) if letter in NEAREST else ""


# --- Lao ------------------------------------------------------------------------------------------

# Thai and Lao lay their blocks out alike. Lao writes what is heard: it has one letter for a sound.
HEARD = str.maketrans("ฆฌฎฏฐฑฒณธภศษฬฤ", "คชดตถททนทพสสลร")
SILENT = re.compile(".[ิุ]?์")


def lao(thai: str) -> str:
    """A name that is in Thai letters."""
    heard = SILENT.sub("", thai).translate(HEARD).replace("็", "")
    shifted = (chr(ord(c) + 0x80) for c in heard)
    return "".join(c for c in shifted if unicodedata.name(c, "").startswith("LAO"))


RULES: dict[str, Callable[[str], str]] = {
    "Belarus": belarusian,
    "Eritrea": ethiopic,
    "Ethiopia": ethiopic,
    "Serbia": serbian_cyrillic,
    "Tajikistan": tajik,
}
