"""Names in other scripts written in Latin letters: one standard per country, each cited.

Every function takes one name and returns its spellings, nearly always one. Apostrophes and
diacritics of a standard are dropped, as they are on passports; stress marks and the tonos too.
Letters that a table does not know stay as they are: the caller sees that the result is not Latin.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Literal

Kind = Literal["surnames", "given"]
Spellings = tuple[str, ...]

# U+0300 grave, U+0301 acute (stress, tonos): marks of reading, not of spelling, in these scripts.
STRESS = dict.fromkeys((0x0300, 0x0301))


def table(pairs: str) -> dict[str, str]:
    """Read a table written as "а=a б=b ь=" (an empty right side drops the letter)."""
    return dict(pair.split("=") for pair in pairs.split())


def letters(name: str, spelling: dict[str, str], initial: dict[str, str] | None = None) -> str:
    """Spell a name letter by letter, keeping capitals; `initial` holds for the first of a word."""
    name = unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).translate(STRESS))
    written: list[str] = []
    before = " "
    for letter in name:
        low = letter.lower()
        first = initial is not None and before in " -"
        latin = initial[low] if first and initial and low in initial else spelling.get(low, low)
        written.append(latin[:1].upper() + latin[1:] if letter != low else latin)
        before = letter
    return "".join(written)


def capitalise(name: str) -> str:
    """Capitalise every word and every part after a hyphen of a name in a script without case."""
    return re.sub(r"(^|[ -])(\w)", lambda m: m[1] + m[2].upper(), name)


# --- Cyrillic -----------------------------------------------------------------------------------

RUSSIAN = table(
    "а=a б=b в=v г=g д=d е=e ё=e ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh "
    "ц=ts ч=ch ш=sh щ=shch ъ= ы=y ь= э=e ю=yu я=ya"
)


def russian(name: str, kind: Kind = "surnames") -> Spellings:
    """BGN/PCGN 1947 system for Russian, without apostrophes and diaeresis (ë is written e).

    е and ё are "ye" at the start of a word and after a vowel, й, ъ and ь. Final -ий and -ый are
    "-y", the simplification which that system allows: Достоевский Dostoyevsky, Юрий Yury.
    """
    name = re.sub(r"(?i)(?<=[аеёиоуыэюяйъь])[её]|(?<![^\W_])[её]", _ye, name)
    name = re.sub(r"(?i)[иы]й(?!\w)", "й", name)
    return (letters(name, RUSSIAN),)


def _ye(match: re.Match[str]) -> str:
    return "Ye" if match[0].isupper() else "ye"


UKRAINIAN = table(
    "а=a б=b в=v г=h ґ=g д=d е=e є=ie ж=zh з=z и=y і=i ї=i й=i к=k л=l м=m н=n о=o п=p р=r с=s т=t "
    "у=u ф=f х=kh ц=ts ч=ch ш=sh щ=shch ь= ю=iu я=ia '="
)
UKRAINIAN_INITIAL = table("є=ye ї=yi й=y ю=yu я=ya")


def ukrainian(name: str, kind: Kind = "surnames") -> Spellings:
    """Cabinet of Ministers of Ukraine, resolution 55 of 27 January 2010 (the passport rules).

    є, ї, й, ю, я have a form of their own at the start of a word; зг is zgh; ь and ' are dropped.
    """
    name = name.replace("зг", "зgh").replace("Зг", "Зgh").replace("ЗГ", "Зgh")
    return (letters(name, UKRAINIAN, UKRAINIAN_INITIAL),)


BULGARIAN = table(
    "а=a б=b в=v г=g д=d е=e ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=h ц=ts "
    "ч=ch ш=sh щ=sht ъ=a ь=y ю=yu я=ya"
)


def bulgarian(name: str, kind: Kind = "surnames") -> Spellings:
    """Bulgarian Transliteration Act of 2009; final -ия is "-ia" (art. 6): Мария Maria."""
    return (letters(re.sub(r"(?<=и)я(?!\w)", "а", name), BULGARIAN),)


MACEDONIAN = table(
    "а=a б=b в=v г=g д=d ѓ=gj е=e ж=zh з=z ѕ=dz и=i ј=j к=k л=l љ=lj м=m н=n њ=nj о=o п=p р=r с=s "
    "т=t ќ=kj у=u ф=f х=h ц=c ч=ch џ=dj ш=sh ѐ=e ѝ=i"
)


def macedonian(name: str, kind: Kind = "surnames") -> Spellings:
    """Passports of North Macedonia: ICAO Doc 9303, part 3, with its Macedonian letters."""
    # Not letters(): ѓ and ќ decompose to an acute accent, which there is part of the letter.
    return ("".join(_cased(letter, MACEDONIAN) for letter in unicodedata.normalize("NFC", name)),)


def _cased(letter: str, spelling: dict[str, str]) -> str:
    latin = spelling.get(letter.lower(), letter.lower())
    return latin[:1].upper() + latin[1:] if letter != letter.lower() else latin


KAZAKH = table(
    "а=a ә=a б=b в=v г=g ғ=gh д=d е=e ё=yo ж=zh з=z и=i й=y к=k қ=q л=l м=m н=n ң=ng о=o ө=o п=p "
    "р=r с=s т=t у=u ұ=u ү=u ф=f х=kh һ=h ц=ts ч=ch ш=sh щ=shch ъ= ы=y і=i ь= э=e ю=yu я=ya"
)


def kazakh(name: str, kind: Kind = "surnames") -> Spellings:
    """BGN/PCGN 1979 system for Kazakh, its diacritics dropped (ә ä, ө ö, ү ü, у ū, и ī, э ė).

    Chosen because the Latin alphabet that is to replace Cyrillic is not settled yet.
    """
    return (letters(name, KAZAKH),)


SERBIAN = table(
    "lj=љ nj=њ dž=џ a=а b=б c=ц č=ч ć=ћ d=д đ=ђ e=е f=ф g=г h=х i=и j=ј k=к l=л m=м n=н o=о p=п r=р s=с "
    "š=ш t=т u=у v=в z=з ž=ж"
)


def serbian_cyrillic(name: str) -> str:
    """A name in Serbia's Latin alphabet in its Cyrillic one; each letter of one is a letter of the other.

    Vuk Karadžić 1818, Ljudevit Gaj 1835. lj, nj and dž are one letter each: few words have them as two.
    """
    name = unicodedata.normalize("NFC", name)
    return re.sub("lj|nj|dž|.", lambda m: _cased(m[0], SERBIAN), name, flags=re.IGNORECASE)


# --- Greek --------------------------------------------------------------------------------------

GREEK = table(
    "α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f χ=ch ψ=ps ω=o"
)
GREEK_PAIRS = table("γγ=ng γξ=nx γχ=nch ου=ou")
GREEK_VOICED = frozenset("αεηιοωυβγδζλμνρ")
TONOS, DIALYTIKA = "\u0301", "\u0308"


def greek(name: str, kind: Kind = "surnames") -> Spellings:
    """ELOT 743 (ISO 843:1997), type 2: transcription.

    ου is ou; γγ ng, γξ nx, γχ nch; μπ is b at either end of a word and mp inside; αυ, ευ, ηυ are
    av, ev, iv before a vowel or a voiced consonant and af, ef, if elsewhere. A tonos on its first
    vowel or a dialytika on its second makes two letters of a pair.
    """
    return ("".join(_greek_word(part) for part in re.split(r"([ -])", name)),)


def _greek_word(word: str) -> str:
    letters_of = re.findall(r".[\u0300-\u036f]*", unicodedata.normalize("NFD", word))
    low = [letter[0].lower() for letter in letters_of]
    written: list[str] = []
    at = 0
    while at < len(low):
        pair = "".join(low[at : at + 2])
        joined = len(pair) == 2 and TONOS not in letters_of[at] and DIALYTIKA not in letters_of[at + 1]
        size = 2
        if joined and pair in GREEK_PAIRS:
            latin = GREEK_PAIRS[pair]
        elif joined and pair in {"αυ", "ευ", "ηυ"}:
            voiced = at + 2 < len(low) and low[at + 2] in GREEK_VOICED
            latin = GREEK[low[at]] + ("v" if voiced else "f")
        elif pair == "μπ":
            latin = "b" if at == 0 or at + 2 == len(low) else "mp"
        else:
            latin, size = GREEK.get(low[at], low[at]), 1
        upper = letters_of[at][0] != low[at]
        written.append(latin[:1].upper() + latin[1:] if upper else latin)
        at += size
    return "".join(written)


# --- Armenian and Georgian ----------------------------------------------------------------------

ARMENIAN = table(
    "ա=a բ=b գ=g դ=d ե=e զ=z է=e ը=y թ=t ժ=zh ի=i լ=l խ=kh ծ=ts կ=k հ=h ձ=dz ղ=gh ճ=ch մ=m յ=y ն=n "
    "շ=sh ո=o չ=ch պ=p ջ=j ռ=r ս=s վ=v տ=t ր=r ց=ts ւ=v փ=p ք=k օ=o ֆ=f և=ev"
)
ARMENIAN_INITIAL = table("ե=ye և=yev ո=vo")


def armenian(name: str, kind: Kind = "surnames") -> Spellings:
    """BGN/PCGN 1981 system for Armenian, without apostrophes; ռ is r, as on Armenian passports.

    ու is u; ե is "ye" at the start of a word and after a vowel, ո "vo" at the start of one.
    """
    name = re.sub("[Ոո]ւ", lambda m: "U" if m[0][0] == "Ո" else "u", name)
    name = re.sub("(?<=[աեէըիոuօ])ե", "ye", name)
    return (letters(name, ARMENIAN, ARMENIAN_INITIAL),)


GEORGIAN = table(
    "ა=a ბ=b გ=g დ=d ე=e ვ=v ზ=z თ=t ი=i კ=k ლ=l მ=m ნ=n ო=o პ=p ჟ=zh რ=r ს=s ტ=t უ=u ფ=p ქ=k ღ=gh "
    "ყ=q შ=sh ჩ=ch ც=ts ძ=dz წ=ts ჭ=ch ხ=kh ჯ=j ჰ=h"
)


def georgian(name: str, kind: Kind = "surnames") -> Spellings:
    """National system of Georgia, 2002, without the apostrophes of the ejectives."""
    return (capitalise(letters(name, GEORGIAN)),)


# --- Korean -------------------------------------------------------------------------------------


def jamo(line: str) -> list[str]:
    """Read a row of jamo in Unicode's order; "-" is the silent one."""
    return line.replace("-", "").split(" ")


KOREAN_INITIALS = jamo("g kk n d tt r m b pp s ss - j jj ch k t p h")
KOREAN_VOWELS = jamo("a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i")
KOREAN_FINALS = jamo("- k k k n n n t l k m l l l p l m p p t t ng t t k t p t")

# Customary spellings, the usual ones first, where they differ from Revised Romanization.
KOREAN_SURNAMES: dict[str, Spellings] = {
    "강": ("Kang",),
    "고": ("Ko", "Koh"),
    "곽": ("Kwak",),
    "구": ("Koo", "Ku"),
    "국": ("Kook",),
    "권": ("Kwon",),
    "금": ("Keum",),
    "기": ("Ki",),
    "길": ("Gil", "Kil"),
    "김": ("Kim",),
    "남궁": ("Namgung", "Namkoong"),
    "노": ("Noh", "Roh"),
    "독고": ("Dokgo",),
    "류": ("Ryu", "Ryoo"),
    "문": ("Moon",),
    "박": ("Park", "Pak"),
    "배": ("Bae", "Pae"),
    "백": ("Baek", "Paik"),
    "변": ("Byun", "Byeon"),
    "부": ("Boo",),
    "석": ("Seok",),
    "선우": ("Sunwoo", "Seonu"),
    "설": ("Seol", "Sul"),
    "성": ("Sung", "Seong"),
    "손": ("Son", "Sohn"),
    "신": ("Shin",),
    "심": ("Shim", "Sim"),
    "양": ("Yang",),
    "어": ("Eo",),
    "여": ("Yeo",),
    "연": ("Yeon",),
    "염": ("Yeom", "Yum"),
    "오": ("Oh", "O"),
    "우": ("Woo",),
    "유": ("Yoo", "Yu", "You"),
    "윤": ("Yoon", "Yun"),
    "이": ("Lee", "Yi", "Rhee"),
    "임": ("Lim", "Im"),
    "전": ("Jeon", "Jun", "Chun"),
    "정": ("Jung", "Jeong", "Chung"),
    "제갈": ("Jegal",),
    "조": ("Cho", "Jo"),
    "주": ("Joo", "Ju"),
    "천": ("Cheon", "Chun"),
    "최": ("Choi",),
    "추": ("Choo", "Chu"),
    "편": ("Pyun", "Pyeon"),
    "하": ("Ha",),
    "허": ("Heo", "Hur", "Huh"),
    "현": ("Hyun", "Hyeon"),
    "황보": ("Hwangbo",),
}


def korean(name: str, kind: Kind = "surnames") -> Spellings:
    """Surnames by customary spelling where there is one, all else by Revised Romanization (2000).

    Syllable by syllable and joined without a hyphen: article 3(4) writes no sound change between
    the syllables of a given name. Only ㄹㄹ is ll.
    """
    if kind == "surnames" and name in KOREAN_SURNAMES:
        return KOREAN_SURNAMES[name]
    latin = "".join(_korean_syllable(syllable) for syllable in name)
    return (capitalise(latin.replace("lr", "ll")),)


def _korean_syllable(syllable: str) -> str:
    index = ord(syllable) - 0xAC00  # Unicode lays the syllables out as 19 x 21 x 28
    if not 0 <= index < 19 * 21 * 28:
        return syllable
    return KOREAN_INITIALS[index // (21 * 28)] + KOREAN_VOWELS[index // 28 % 21] + KOREAN_FINALS[index % 28]


# --- Chinese ------------------------------------------------------------------------------------

# Characters read otherwise as a surname than elsewhere.
CHINESE_SURNAMES = table(
    "单=shan 單=shan 仇=qiu 曾=zeng 解=xie 查=zha 尉迟=yuchi 尉遲=yuchi 区=ou 區=ou 朴=piao 任=ren "
    "华=hua 華=hua 盖=ge 乐=yue 樂=yue 种=chong 員=yun 员=yun 召=shao 繁=po 秘=bi 冼=xian 折=she "
    "黑=he 令狐=linghu 万俟=moqi 万=wan 澹台=tantai 长孙=zhangsun 長孫=zhangsun 宿=su 覃=qin "
    "翟=zhai 缪=miao 那=na 哈=ha 车=che 車=che 石=shi 贾=jia 賈=jia 盛=sheng 洗=xian 隗=wei "
    "郇=xun 郗=xi 谌=chen 祭=zhai 逄=pang 么=yao 过=guo 佴=nai 撒=sa 尹=yin 柏=bai 臧=zang "
    "宓=mi 卜=bu 燕=yan 葛=ge 於=yu 应=ying 宁=ning 相=xiang 会=gui 阚=kan 能=nai 沈=shen 俞=yu "
    "夏侯=xiahou 宰父=zaifu 单于=chanyu 公冶=gongye 濮阳=puyang 呼延=huyan 鲜于=xianyu "
    "皇甫=huangfu 子车=ziju 缑=gou 亢=kang 晟=cheng 都=du 巫=wu 莘=shen 仉=zhang 党=dang"
)


def chinese(name: str, kind: Kind = "surnames") -> Spellings:
    """Hanyu Pinyin without tones, one word a name; ü is yu (GB/T 28039-2011): 吕 Lyu.

    Surnames have readings of their own (单 Shan, 仇 Qiu, 曾 Zeng): CHINESE_SURNAMES.
    """
    if name.isascii():
        return (name,)
    if kind == "surnames" and name in CHINESE_SURNAMES:
        return (capitalise(CHINESE_SURNAMES[name]),)
    from pypinyin import Style, lazy_pinyin  # needed at build time only

    syllables = lazy_pinyin(name, style=Style.NORMAL)
    # pypinyin writes ü as v. üe after l and n is yue, as in lyue.
    return (capitalise("".join(syllables).replace("v", "yu")),)


# --- Japanese -----------------------------------------------------------------------------------

KANA_ROWS = (
    ("", "あいうえお"),
    ("k", "かきくけこ"),
    ("g", "がぎぐげご"),
    ("s", "さしすせそ"),
    ("z", "ざじずぜぞ"),
    ("t", "たちつてと"),
    ("d", "だぢづでど"),
    ("n", "なにぬねの"),
    ("h", "はひふへほ"),
    ("b", "ばびぶべぼ"),
    ("p", "ぱぴぷぺぽ"),
    ("m", "まみむめも"),
    ("r", "らりるれろ"),
)
KANA = {kana: row + vowel for row, line in KANA_ROWS for kana, vowel in zip(line, "aiueo", strict=True)}
KANA |= table("し=shi じ=ji ち=chi つ=tsu ぢ=ji づ=zu ふ=fu や=ya ゆ=yu よ=yo わ=wa を=o ゔ=vu")
KANA |= table("ん=n っ=* ー=")
KANA_SMALL = table("ゃ=a ゅ=u ょ=o")

# A second character whose reading begins with a vowel that does not lengthen the one before it.
KANJI_VOWEL_INITIAL = (
    "上うえ 植うえ 内うち 浦うら 梅うめ 海うみ 牛うし 臼うす 氏うじ 岡おか 丘おか 奥おく 沖おき "
    "荻おぎ 尾お 小お 男お 落おち 折おり 置おき 越おち 親おや 音おと 帯おび"
)


def japanese(name: str, kind: Kind = "surnames") -> Spellings:
    """Hepburn as on Japanese passports (Passport Act enforcement regulations).

    Long ō and ū are written o and u, but a final おお is oo (よこお Yokoo); ん is m before b, m, p;
    っ doubles the consonant, and is t before ch. The name is a reading in hiragana; after a blank
    may stand its kanji, which tell いのうえ 井上 (Inoue) from a long vowel. Romanised names of the
    sources are spelt so already.
    """
    reading, _, kanji = name.partition(" ")
    if not re.match("[\u3041-\u3096]", reading):
        return (name,)
    cut = _second_part(reading, kanji)
    latin = _short(_hepburn(reading[:cut])) + _short(_hepburn(reading[cut:]))
    final = "o" if _hepburn(reading).endswith("oo") and not latin.endswith("oo") else ""
    return (capitalise(re.sub(r"n(?=[bmp])", "m", latin) + final),)


def _second_part(reading: str, kanji: str) -> int:
    """Return where in the reading a second character with a vowel of its own begins."""
    for part in KANJI_VOWEL_INITIAL.split():
        if kanji[1:].endswith(part[0]) and reading.endswith(part[1:]):
            return len(reading) - len(part[1:])
    return len(reading) - 2 if not kanji and reading.endswith("うめ") else len(reading)


def _short(latin: str) -> str:
    return re.sub(r"o[ou]|uu", lambda m: m[0][0], latin)


def _hepburn(reading: str) -> str:
    latin = ""
    for kana in reading:
        if kana in KANA_SMALL:  # き + ゃ kya, but し + ゃ sha
            latin = latin[:-1] + ("" if re.search(r"(sh|ch|j)i$", latin) else "y")
            latin += KANA_SMALL[kana]
        else:
            latin += KANA.get(kana, kana)
    latin = re.sub(r"\*(?=ch)", "t", latin)
    return re.sub(r"\*(.)", r"\1\1", latin)


# --- The countries ------------------------------------------------------------------------------

ROMANISERS: dict[str, Callable[[str, Kind], Spellings]] = {
    "Armenia": armenian,
    "Bulgaria": bulgarian,
    "China": chinese,
    "Georgia": georgian,
    "Greece": greek,
    "Japan": japanese,
    "Kazakhstan": kazakh,
    "North Macedonia": macedonian,
    "Russia": russian,
    "South Korea": korean,
    "Ukraine": ukrainian,
}
