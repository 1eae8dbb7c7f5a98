"""Words in lists of people that are not part of a name, and the order of the names in each list."""

import re


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Before a name, whatever the country; with a full stop or without.
BEFORE = words(
    "dr dr. dra. drs. prof prof. professor mr mr. mrs mrs. ms ms. miss mme mme. mlle mlle. sir dame hon. "
    "rt. shri smt smt. senator eng. engr. ing. dipl.-ing. dipl.-kffr. mag. mmag. mmmag. ddr. doc. prim. "
    "col. gen. maj. lt. brig. brg. capt. cpt. rev. rtd. adv. ambassador adm. sh. hj. hjh. phd sgt. "
    "pdt. apt."
)
# Before a name in the lists of one country: elsewhere these are names.
BEFORE_IN: dict[str, frozenset[str]] = {
    country: words(text)
    for country, text in {
        "Afghanistan": "haji hajji hajii engineer engr qazi mawlavi mullah general hujatulislam alhaj",
        "Australia": "senator the hon",
        "Austria": "mag dr",
        "Bangladesh": "advocate alhaj alhajj barrister professor begum engineer major general gen",
        "Barbados": "the hon her honour",
        "Belize": "rt hon",
        "Bhutan": "lyonpo lyonchhen dasho dy speaker",
        "Brazil": "deputada deputado delegado delegada pastor pr cabo coronel capitão major professora "
        "sargento padre subtenente",
        "Brunei": "pehin awang haji hajah dato datin paduka dayang pengiran datu "
        "kapitan lela diraja seri setia orang kaya jaya putera maha bijaya negara imam maharaja kerna",
        "Burkina Faso": "mme",
        "Cameroon": "mme née fon fon.",
        "Côte d'Ivoire": "mme",
        "Fiji": "ratu",
        "Gambia": "alh hon",
        "India": "shri smt kumari adv advocate er km sadhvi swami yogi",
        "Indonesia": "h hj ir kh drg",
        "Malaysia": "haji hajah datuk dato dato' datin tan-sri tun puan-sri hj almarhum",
        "Montenegro": "dr mr prim doc",
        "Niger": "elh elhadj mme",
        "Pakistan": "engr alhaj alhaaj haji hajji",
        "Panama": "h.d. h.d",
        "Portugal": "dr",
        "Saudi Arabia": "eng",
        "Sierra Leone": "p.c p.c. pc",
        "Singapore": "haji",
        "Slovenia": "mag",
        "Somalia": "sh",
        "Suriname": "hr mw mr drs ir",
        "Togo": "m. m mme",
        "Tonga": "lord",
        "United Kingdom": "lord lady baroness baron",
        "Zambia": "hon lt col gen brig",
    }.items()
}
# Before a name in other scripts, where no blank need follow.
BEFORE_GLUED = re.compile(
    r"^(?:(?:माननीय|मा|डा|डॉ|श्रीमती|श्री|सुश्री)(?:\.\s*|\s+)"
    r"|(?:الدكتورة|الدكتور|الشيخة|الشيخ|المهندس|العميد|اللواء)\s+|[دم](?:\s?\.\s*|\s+)"
    r"|(?:นางสาว|นาย|นาง|พลตำรวจเอก|พลตำรวจโท|พลเอก|พลโท|พลตรี|พันเอก|ศาสตราจารย์|รองศาสตราจารย์|ดร\.?|"
    r"ม\.[รลจ]\.|หม่อมหลวง|หม่อมราชวงศ์|คุณหญิง|คุณ)\s*(?=\S))"
    r"|^.*\bH\.D\. "  # honourable deputy, with initials of second names before it: Panama
)
# Words that are no part of a name wherever they stand in it.
ANYWHERE = words(
    "dr. prof. eng. col. gen. maj. lt. brig. capt. hj. née née. ép ép. ep. sh. épse épouse veuve vve shri "
    "smt. alm. iii jr. sr. jr jun."
) | {"හිමි"}

# Behind a name, without their full stops: generations anywhere, honours and degrees behind a comma.
GENERATIONS = words("jr jnr sr snr esq mp pc st ml bsc msc bba llb bth mpa llm lsc gcds atassut siumut")
SUFFIXES = GENERATIONS | words(
    "qc kc jp msc mse bsc ba bth bba llb llm mba phd dpa qsm cmg obe cbe cch dr drs ing mag mas ma deputy "
    "speaker presidente chairman hon bir uttam bikram pratik psc ndc reds inuit ataqatigiit"
)
# Behind a comma, with what follows: `Baroness Smith of Basildon`, `Deputy Speaker National Assembly`.
PEERAGE = words(
    "baron baroness lord lady earl viscount viscountess duke duchess count countess deputy speaker"
)
# In Indonesian lists, before and behind the name, without full stops.
DEGREES = words(
    "h hj ir kh drs dra dr drg prof mm mh mhum se sh mba ma st sp mt msi ak ca lc ba bba bsc msc sip ss "
    "ing mpd spd phd sag mag sth mth ssos mkes skm mkom skom amd md stp mp msp lic econ comm bcomm mcom "
    "mcomn pdt apt si pd sos hum kom shi mhi thi spsi mpsi spt mmt skep dea ec mbl llm bbus"
)

# Afghan members stand with their province behind a comma.
AFTER_COMMA_IS_A_PLACE = frozenset({"Afghanistan"})

# Lists that write the family name first, without a comma, in countries where both orders are in use.
# (Where nobody writes it last, as in China, Korea, Vietnam and Cambodia, the order is kept.)
FAMILY_FIRST = frozenset(
    {(country, "") for country in (
        "Algeria", "Belarus", "Burkina Faso", "Congo", "Cyprus", "Greece", "Liechtenstein", "Romania",
        "Russia", "Tajikistan", "Ukraine", "Uzbekistan",
    )}
    | {("Cyprus", "el"), ("Kyrgyzstan", "ky"), ("Kyrgyzstan", "ru")}
)  # fmt: skip
FAMILY_PARTICLES = words("ben bou el ould ait aït si sidi abou al de van")

# Words that a name may begin with in small letters.
SMALL = words(
    "de di da do du del della van von der den ter ten te la le el al dela delos bin ben ibn zu af av"
)

# Names that end in a word that something must follow.
CUT_OFF = words("bin binti bint ibn de da dos van von der al el née dit")
# Countries where a person may have one name only.
MONONYMS = frozenset({"Indonesia"})
# Scripts that write a full name without a blank, or may.
NO_BLANKS = frozenset({"CJK", "HANGUL", "HIRAGANA", "KATAKANA", "MYANMAR"})
