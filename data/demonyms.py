"""Demonyms of an encyclopaedia's categories, as countries: the sure ones, and hard cases with a reason."""

# One word, one country.
COUNTRY_OF = {
    demonym: country
    for country, demonyms in {
        "Afghanistan": "Afghan", "Albania": "Albanian", "Algeria": "Algerian", "Andorra": "Andorran",
        "Angola": "Angolan", "Argentina": "Argentine", "Armenia": "Armenian", "Australia": "Australian",
        "Austria": "Austrian", "Azerbaijan": "Azerbaijani", "Bahamas": "Bahamian", "Bahrain": "Bahraini",
        "Bangladesh": "Bangladeshi", "Barbados": "Barbadian", "Belarus": "Belarusian", "Belgium": "Belgian",
        "Belize": "Belizean", "Benin": "Beninese", "Bhutan": "Bhutanese", "Bolivia": "Bolivian",
        "Botswana": "Botswana", "Brazil": "Brazilian", "Brunei": "Bruneian", "Bulgaria": "Bulgarian",
        "Burkina Faso": "Burkinabé", "Burundi": "Burundian", "Cambodia": "Cambodian",
        "Cameroon": "Cameroonian", "Canada": "Canadian", "Chad": "Chadian", "Chile": "Chilean",
        "China": "Chinese", "Colombia": "Colombian", "Comoros": "Comorian", "Cuba": "Cuban",
        "Cyprus": "Cypriot", "Czechia": "Czech", "Djibouti": "Djiboutian", "Ecuador": "Ecuadorian",
        "Egypt": "Egyptian", "El Salvador": "Salvadoran", "Equatorial Guinea": "Equatoguinean",
        "Eritrea": "Eritrean", "Estonia": "Estonian", "Eswatini": "Swazi", "Ethiopia": "Ethiopian",
        "Faroe Islands": "Faroese", "France": "French", "Gabon": "Gabonese", "Gambia": "Gambian",
        "Germany": "German", "Ghana": "Ghanaian", "Greece": "Greek", "Grenada": "Grenadian",
        "Guatemala": "Guatemalan", "Guyana": "Guyanese", "Haiti": "Haitian", "Honduras": "Honduran",
        "Hungary": "Hungarian", "India": "Indian", "Indonesia": "Indonesian", "Iran": "Iranian",
        "Iraq": "Iraqi", "Ireland": "Irish", "Israel": "Israeli", "Italy": "Italian", "Jamaica": "Jamaican",
        "Japan": "Japanese", "Jordan": "Jordanian", "Kazakhstan": "Kazakh", "Kenya": "Kenyan",
        "Kiribati": "I-Kiribati", "Kuwait": "Kuwaiti", "Kyrgyzstan": "Kyrgyz",
        "Laos": "Lao", "Latvia": "Latvian", "Lebanon": "Lebanese", "Liberia": "Liberian", "Libya": "Libyan",
        "Lithuania": "Lithuanian", "Madagascar": "Malagasy", "Malawi": "Malawian", "Malaysia": "Malaysian",
        "Maldives": "Maldivian", "Mali": "Malian", "Malta": "Maltese", "Marshall Islands": "Marshallese",
        "Mauritania": "Mauritanian", "Mauritius": "Mauritian", "Mexico": "Mexican", "Moldova": "Moldovan",
        "Mongolia": "Mongolian", "Montenegro": "Montenegrin", "Morocco": "Moroccan",
        "Mozambique": "Mozambican", "Myanmar": "Burmese", "Namibia": "Namibian", "Nauru": "Nauruan",
        "Nepal": "Nepalese", "Netherlands": "Dutch", "Nicaragua": "Nicaraguan", "Niger": "Nigerien",
        "Nigeria": "Nigerian", "Norway": "Norwegian", "Oman": "Omani", "Pakistan": "Pakistani",
        "Palau": "Palauan", "Palestine": "Palestinian", "Panama": "Panamanian", "Paraguay": "Paraguayan",
        "Peru": "Peruvian", "Philippines": "Filipino", "Portugal": "Portuguese", "Qatar": "Qatari",
        "Romania": "Romanian", "Russia": "Russian", "Rwanda": "Rwandan", "Samoa": "Samoan",
        "San Marino": "Sammarinese", "Saudi Arabia": "Saudi", "Senegal": "Senegalese",
        "Singapore": "Singaporean", "Slovakia": "Slovak", "Somalia": "Somali", "Sudan": "Sudanese",
        "Suriname": "Surinamese", "Syria": "Syrian", "Taiwan": "Taiwanese", "Tajikistan": "Tajik",
        "Tanzania": "Tanzanian", "Thailand": "Thai", "Togo": "Togolese", "Tonga": "Tongan",
        "Trinidad and Tobago": "Tobagonian", "Tunisia": "Tunisian", "Tuvalu": "Tuvaluan",
        "Uganda": "Ugandan", "Ukraine": "Ukrainian", "United Arab Emirates": "Emirati",
        "United States": "American", "Uruguay": "Uruguayan", "Uzbekistan": "Uzbek", "Vanuatu": "Vanuatuan",
        "Venezuela": "Venezuelan", "Vietnam": "Vietnamese", "Yemen": "Yemeni", "Zambia": "Zambian",
    }.items()
    for demonym in demonyms.split()
}  # fmt: skip

# Hard cases with an answer, and the reason.
DECIDED: dict[str, tuple[str, str]] = {
    "English": ("United Kingdom", "a country of the United Kingdom"),
    "British": ("United Kingdom", "the demonym of the state"),
    "Welsh": ("United Kingdom", "a country of the United Kingdom"),
    "Manx": (
        "United Kingdom",
        "the Isle of Man belongs to the Crown; its names are those of the British Isles",
    ),
    "Catalan": ("Spain", "a nation in Spain; the few of France are not told apart"),
    "Basque": ("Spain", "a nation mostly in Spain; the few of France are not told apart"),
    "Dominican": (
        "Dominican Republic",
        "nine in ten; the rest are friars of the order and people of Dominica: beside another demonym "
        "the other counts",
    ),
    "Georgian": (
        "Georgia",
        "of the country, all that were looked at: people of the American state are American",
    ),
    "Korean": (
        "South Korea",
        "nearly all; family names in the spelling of the North alone (Ri, Pak, Rim …) are left out",
    ),
    "Macedonian": ("North Macedonia", "nearly all; some of antiquity, Greece and Bulgaria among them"),
    "Slovene": ("Slovenia", "writers and politicians of Slovenia"),
}

# Demonyms that name no country.
DROPPED: dict[str, str] = {
    "Aruban": "a territory that is left out",
    "Bermudian": "a territory that is left out",
    "Gibraltarian": "a territory that is left out",
    "Bosniak": "people of Türkiye and Serbia of that descent stand beside those of Bosnia and Herzegovina",
    "Breton": "half are ice-hockey players and politicians of Cape Breton, Canada",
    "Congolese": "of both Congos",
    "Croat": "three people, of Bosnia and Herzegovina or Serbia",
    "Dane": "people of Dane County, United States",
    "Finn": "footballers of Finn Harps, Ireland, and sailors of the Finn class",
    "Guinean": "of Guinea and of Papua New Guinea",
    "Pole": "of the poles of the Earth and of families; none of Poland",
    "Serb": "mostly people of Bosnia and Herzegovina, Croatia and Montenegro",
    "Sotho": "of South Africa and of Lesotho, as the language is",
    "Syriac": "of a church from Iraq to Kerala; names of office",
    "Tamil": "of India and of Sri Lanka",
    "Tibetan": "of China and in exile, in names of religion; students from elsewhere among them",
    "Turk": "race horses of the line of Byerley Turk",
    "Vincentian": "priests of the Congregation of the Mission, from anywhere",
}

# Weak demonyms count only if they stand alone.
ONLY_ALONE = frozenset({"Dominican"})
# Family names as the North of Korea spells them, and the South does not.
NORTH_KOREAN = frozenset({"Ri", "Pak", "Rim", "Ro", "Ryang", "Ryu", "Jon", "Jong", "Hyon", "Kye", "Choe"})


def countries_of(demonyms: list[str]) -> tuple[str, ...]:
    """The countries of a person, each once; none if no demonym names one."""
    found = {demonym: country for demonym in demonyms if (country := country_of(demonym))}
    strong = [country for demonym, country in found.items() if demonym not in ONLY_ALONE]
    return tuple(sorted(set(strong or found.values())))


def country_of(demonym: str) -> str:
    """The country of a demonym, or nothing for one that says none. Raises KeyError for an unknown one."""
    if demonym in DROPPED:
        return ""
    return DECIDED[demonym][0] if demonym in DECIDED else COUNTRY_OF[demonym]
