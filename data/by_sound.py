"""Write names in Latin letters with the words of lists in other letters, each by one that sounds alike.

A word sounds alike if it has the same consonants (`consonants`) and few differences in its vowels
(`distance`). Of several the weight decides: how often lists have it, how near it is, and whether it is a
list of the same country. The draw among them depends on the name alone.
"""

import re
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable
from hashlib import blake2b
from itertools import accumulate
from math import exp
from unicodedata import name as character_name

from by_rule import devanagari, plain
from person import PERSIAN, WRITES_ARABIC, script
from romanise import ROMANISERS, table

ARABIC = table(
    "ا=a أ=a إ=i آ=a ٱ=a ب=b پ=p ت=t ث=th ج=j چ=ch ح=h خ=kh د=d ذ=dh ر=r ز=z ژ=zh س=s ش=sh ص=s ض=d ط=t ظ=z "
    "ع= غ=gh ف=f ڤ=v ق=q ك=k ک=k گ=g ل=l م=m ن=n ه=h ھ=h ہ=h ة=a و=u ؤ=u ي=i ی=i ى=a ئ=i ء= ں=n ٹ=t ڈ=d "
    "ڑ=r ے=i ە=a ێ=i ۆ=u ڕ=r ڵ=l"
)
ARAB = tuple(sorted(WRITES_ARABIC | {"Libya", "Mauritania", "Sudan"}))
PERSIANS = ("Afghanistan", "Iran", "Pakistan")
# Whose lists have the words of a country. Its own count OWN_TIMES as much.
LISTS_OF: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(ARAB, ARAB),
    **dict.fromkeys(PERSIANS, (*PERSIANS, *ARAB)),
    **{country: (country,) for country in ("Bulgaria", "Greece", "North Macedonia", "Russia", "Ukraine")},
    **{"Bangladesh": ("Bangladesh",), "India": ("India", "Nepal"), "Nepal": ("Nepal", "India")},
    **{"Belarus": ("Russia",), "Cyprus": ("Greece",)},
}
OWN_TIMES = 8
BY_RULE_TOO = ("India", "Nepal")
# Letters of Kurdish names, and of Persian ones, in lists of Arab countries: no other Arab country has them.
KURDISH, PERSIAN_ONLY = frozenset("ێۆەڕڵ\u200c"), frozenset("پچژگڤکی")
FARTHEST = 0.2  # apart, a sound: words beyond it are not alike

# In Arabic the article and "servant of the" are part of the word behind them.
ARTICLE, OF_THE = "+", "abdal"
_ARTICLE = re.compile(r"\b(?:[aeuo]l|a([sdrtzn])h?(?= \1)) (?=\w)")
_SERVANT = re.compile(r"\babd ?[aeou]l ?(?=\w)")
PARTICLES = table("bin=بن ben=بن ibn=ابن abu=أبو abou=أبو bou=بو")

SOUNDS = table(
    "shch=S tch=C sch=S sh=S ch=C kh=X gh=G th=T dh=D zh=Z dj=j ph=f ck=k tz=ts oo=u ou=u ee=i ie=i x=ks "
    "c=k w=u o=u y=i e=i"
)
INDIC = table("virama= nukta= anusvara=n candrabindu=n visarga=h ca=ch cha=ch ssa=sh r=ri")
VOWELS = frozenset("aiu")
ALIKE = str.maketrans("QqGgjXvpZzDSCT", "kkkkkhfbdddsst")
NEARNESS = 6
SHORT, LONG, OTHER_VOWEL, CONSONANT, OTHER = 0.3, 0.8, 0.5, 0.5, 2.0  # what a difference costs


def sounds(latin: str) -> str:
    """A word in plain letters with one character a sound."""
    for spelling, sound in SOUNDS.items():
        latin = latin.replace(spelling, sound)
    return re.sub(r"(.)\1+", r"\1", latin)


def consonants(sound: str) -> str:
    """What all spellings of a name share: its consonants, those that are confused as one."""
    return re.sub(r"(.)\1+", r"\1", "".join(c for c in sound if c not in VOWELS).translate(ALIKE))


def distance(latin: str, own: str) -> float:
    """The cost of the cheapest edits (Wagner, Fischer 1974): Arabic does not write its short vowels."""
    row = [LONG * j for j in range(len(own) + 1)]
    for a in latin:
        dropped = SHORT if a in VOWELS else CONSONANT
        before, row = row, [row[0] + dropped]
        for j, b in enumerate(own):
            of_a_kind = (a in VOWELS) == (b in VOWELS)
            replaced = 0.0 if a == b else OTHER_VOWEL if of_a_kind else OTHER
            row.append(min(before[j] + replaced, before[j + 1] + dropped, row[j] + LONG))
    return row[-1]


def heard(word: str, country: str) -> str:
    """The sounds of a word in the letters of a country."""
    if word[0] in ARABIC:
        return sounds("".join(ARABIC.get(c, "") for c in word))
    if country in ROMANISERS:
        return sounds(plain(ROMANISERS[country](word, "given")[0]))
    return sounds("".join(map(_indic, word)))


def _indic(letter: str) -> str:
    """The sound of a letter of India: its Unicode name, without the vowel that no sign says."""
    *_, sound = character_name(letter, "").lower().split()
    if sound in INDIC:
        return INDIC[sound]
    is_consonant = len(sound) > 1 and sound[0] not in "aeiou"
    return sound.removesuffix("a") if is_consonant else sound


# By their consonants: words in own letters with their sounds, and how often lists have them.
Words = dict[str, Counter[tuple[str, str]]]


class Lists:
    """Words in own letters that are known from lists, by country and consonants."""

    def __init__(self, listed: Iterable[tuple[str, str]]) -> None:
        """`listed` are names with their country; those in Latin letters are no use."""
        words: dict[str, Counter[str]] = defaultdict(Counter)
        for name, country in listed:
            if country != "India" or script(name[0]) == "DEVANAGARI":
                words[country].update(name.replace("عبد ال", "عبدال").split())
        self.words = {country: _by_consonants(country, words) for country in LISTS_OF}
        self.found: dict[tuple[str, str], dict[str, float]] = {}  # many people share a word

    def write(self, name: str, country: str) -> str:
        """The name in the letters of its country; "" if a word of it is in no list.

        In Devanagari one such word suffices; the others are written by rule.
        """
        words = _words(name, country)
        written = [self._word(word, country, name) for word in words]
        if country in BY_RULE_TOO and any(written):
            written = [own or devanagari(word) for own, word in zip(written, words, strict=True)]
        return " ".join(written) if len(written) > 1 and all(written) else ""

    def _word(self, word: str, country: str, name: str) -> str:
        """The word in own letters; "" if no word sounds alike."""
        if word in PARTICLES and _is_arabic(country):
            return PARTICLES[word]
        asked = word.removeprefix(ARTICLE), country
        if asked not in self.found:
            self.found[asked] = self._alike(*asked)
        if not self.found[asked]:
            return ""
        own = drawn_from(self.found[asked], f"{name} {word}")
        return "ال" + own.removeprefix("ال") if word.startswith(ARTICLE) else own

    def _alike(self, word: str, country: str) -> dict[str, float]:
        """The words that sound alike, and the weight of each."""
        sound, found = sounds(word), {}
        for (own, own_sound), times in sorted(self.words[country].get(consonants(sound), {}).items()):
            apart = distance(sound, own_sound)
            if apart <= FARTHEST * len(sound):
                found[own] = times * exp(-NEARNESS * apart)
        return found


def drawn(text: str, size: int = 8) -> bytes:
    """Bytes that depend only on the text: a draw that no other row changes."""
    return blake2b(text.encode(), digest_size=size).digest()


def drawn_from(weights: dict[str, float], text: str) -> str:
    """One of the keys, drawn by its weight."""
    of_one = int.from_bytes(drawn(text, 6)) / 2**48
    sums = [*accumulate(weights.values())]
    return [*weights][bisect(sums, of_one * sums[-1])]


def _is_arabic(country: str) -> bool:
    """Whether the country writes its names in Arabic letters."""
    return "Yemen" in LISTS_OF[country]


def _words(name: str, country: str) -> list[str]:
    """The plain words of a name. An Arabic article is a sign before its word."""
    text = plain(name)
    if _is_arabic(country):
        text = _ARTICLE.sub(ARTICLE, _SERVANT.sub(OF_THE, text))
    return text.split()


def _by_consonants(country: str, words: dict[str, Counter[str]]) -> Words:
    """The words of the lists of a country, and how often each is there."""
    made: Words = defaultdict(Counter)
    for source in LISTS_OF[country]:
        for word, times in words[source].items():
            foreign = KURDISH if country in PERSIANS else KURDISH | PERSIAN_ONLY
            if source != country and not foreign.isdisjoint(word):
                continue
            if country in PERSIANS:
                word = word.translate(PERSIAN)
            for own in {word, word.removeprefix("ال")} - {""}:
                sound = heard(own, source)
                made[consonants(sound)][own, sound] += times * (OWN_TIMES if source == country else 1)
    return made
