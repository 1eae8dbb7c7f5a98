"""Build the table of countries that the package reads, from the Unicode CLDR.

`python data/territories.py` writes rnn_names/names/countries.tsv: for each country its ISO 3166 codes,
its English name, its population, its region and its other names. With `--check` it writes nothing, and
exits with 1 when the committed file differs.
"""

import io
import json
import sys
import tarfile
from typing import Any

from output import run
from sources import HERE, fetch

TABLE = HERE.parent / "rnn_names" / "names" / "countries.tsv"
COLUMNS = ("alpha2", "alpha3", "name", "population", "region", "other_names")

# Names that differ from CLDR's: shorter, or without a mark that people leave out.
NAMES = {
    "CD": "DR Congo",
    "CG": "Congo",
    "HK": "Hong Kong",
    "MM": "Myanmar",
    "MO": "Macao",
    "PS": "Palestine",
    "VC": "Saint Vincent and the Grenadines",
}

# Names that people write, beside those that CLDR lists as variants.
OTHER_NAMES = {
    "AE": ("UAE", "Emirates"),
    "BN": ("Brunei Darussalam",),
    "BO": ("Plurinational State of Bolivia",),
    "CD": ("Democratic Republic of the Congo", "Democratic Republic of Congo", "Congo DR", "DRC", "Zaire"),
    "CG": ("Republic of the Congo", "Republic of Congo", "Congo Republic"),
    "CI": ("Ivory Coast",),
    "CN": ("People's Republic of China", "PRC", "PR China", "Mainland China"),
    "CV": ("Cabo Verde",),
    "CZ": ("Czech Republic",),
    "FM": ("Federated States of Micronesia",),
    "GB": ("Great Britain", "Britain", "England", "Scotland", "Wales", "Northern Ireland"),
    "HK": ("Hong Kong SAR",),
    "IE": ("Republic of Ireland", "Eire"),
    "IR": ("Islamic Republic of Iran", "Persia"),
    "KG": ("Kyrgyz Republic",),
    "KP": ("Democratic People's Republic of Korea", "DPRK", "DPR Korea", "Korea DPR"),
    "KR": ("Republic of Korea", "Korea", "Korea Republic"),
    "LA": ("Lao People's Democratic Republic", "Lao PDR"),
    "MD": ("Republic of Moldova",),
    "MK": ("Macedonia", "FYR Macedonia", "Republic of North Macedonia"),
    "MM": ("Burma",),
    "MO": ("Macau", "Macao SAR", "Macau SAR"),
    "NL": ("Holland",),
    "PS": ("State of Palestine",),
    "RU": ("Russian Federation",),
    "SA": ("KSA",),
    "ST": ("Sao Tome",),
    "SK": ("Slovak Republic",),
    "SY": ("Syrian Arab Republic",),
    "SZ": ("Swaziland",),
    "TL": ("East Timor",),
    "TR": ("Turkey",),
    "TW": ("Chinese Taipei", "Republic of China"),
    "TZ": ("United Republic of Tanzania",),
    "US": ("United States of America", "America"),
    "VA": ("Holy See", "Vatican"),
    "VE": ("Bolivarian Republic of Venezuela",),
    "VN": ("Viet Nam",),
}

# CLDR has codes of its own for countries that ISO 3166 does not list.
ALPHA3 = {"XK": "XKX"}

# The United Nations' M49 subregions; those of many countries by their intermediate regions.
REGIONS = {
    "005": "South America", "011": "Western Africa", "013": "Central America", "014": "Eastern Africa",
    "015": "Northern Africa", "017": "Middle Africa", "018": "Southern Africa", "021": "Northern America",
    "029": "Caribbean", "030": "Eastern Asia", "034": "Southern Asia", "035": "South-eastern Asia",
    "039": "Southern Europe", "053": "Australia and New Zealand", "054": "Melanesia", "057": "Micronesia",
    "061": "Polynesia", "143": "Central Asia", "145": "Western Asia", "151": "Eastern Europe",
    "154": "Northern Europe", "155": "Western Europe",
}  # fmt: skip

# Countries that M49 does not list, placed with their neighbours.
PLACED = {"TW": "030", "XK": "039", "AX": "154"}

# Of no permanent population, or no territory of ISO 3166.
LEFT_OUT = frozenset(
    "AQ BV GS HM TF UM IO CP DG IC EA TA AC CQ QO EU UN ZZ".split()  # noqa: SIM905 (eighteen codes)
)


def member(key: str, name: str) -> Any:
    """The JSON file of this name in an npm package."""
    with tarfile.open(fetch(key)) as archive:
        file = archive.extractfile(f"package/{name}")
        assert file is not None
        return json.load(io.TextIOWrapper(file, encoding="utf-8"))


def english(name: str, saint: str = "Saint") -> str:
    """CLDR's English name with `and` in full, `Saint` too if asked for, and the plain apostrophe."""
    name = name.replace(" & ", " and ").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return name.replace("St. ", f"{saint} ")


def table() -> str:
    """The text of the table: a header, then a row for each country, sorted by name."""
    names = member("cldr-names", "main/en/territories.json")
    names = names["main"]["en"]["localeDisplayNames"]["territories"]
    core = {
        file: member("cldr", f"supplemental/{file}.json")["supplemental"][file]
        for file in ("territoryInfo", "codeMappings", "territoryContainment")
    }
    region_of = {
        code: region
        for number, region in REGIONS.items()
        for code in core["territoryContainment"][number]["_contains"]
    } | {code: REGIONS[number] for code, number in PLACED.items()}
    rows = []
    for code, about in core["territoryInfo"].items():
        if code in LEFT_OUT or len(code) != 2:
            continue
        name = NAMES.get(code, english(names[code]))
        others = {names[key] for key in names if key.partition("-alt-")[0] == code}  # St. Lucia too
        others = {english(other, saint="St.") for other in {*others, *OTHER_NAMES.get(code, ())}}
        alpha3 = ALPHA3.get(code, core["codeMappings"][code]["_alpha3"])
        shown = ";".join(sorted(others - {name}))
        rows.append((code, alpha3, name, about["_population"], region_of[code], shown))
    rows.sort(key=lambda row: row[2])
    return "".join("\t".join(row) + "\n" for row in [COLUMNS, *rows])


if __name__ == "__main__":
    sys.exit(run("Build the table of countries.", lambda: {TABLE: table().encode("utf-8")}))
