"""From the old Zawgyi encoding of Burmese to Unicode.

Zawgyi keeps the look of a syllable: signs stand in the order in which they are seen, one sign has a code
for each of its widths, and the codes of the medial consonants are other ones. Here every code becomes the
letter or the signs that it shows, and then each syllable is put in the order of Unicode.
"""

import re
import unicodedata

STACK, ASAT, KINZI = "\u1039", "\u103a", "\u1004\u103a\u1039"
YA, RA, WA, HA = "\u103b", "\u103c", "\u103d", "\u103e"

# Consonants under another one, from U+1060 on.
UNDER = {
    "\u1060": "က", "\u1061": "ခ", "\u1062": "ဂ", "\u1063": "ဃ", "\u1065": "စ", "\u1066": "ဆ", "\u1067": "ဆ",
    "\u1068": "ဇ", "\u1069": "ဈ", "\u106c": "ဋ", "\u106d": "ဌ", "\u1070": "ဏ", "\u1071": "တ", "\u1072": "တ",
    "\u1073": "ထ", "\u1074": "ထ", "\u1075": "ဒ", "\u1076": "ဓ", "\u1077": "န", "\u1078": "ပ", "\u1079": "ဖ",
    "\u107a": "ဗ", "\u107b": "ဘ", "\u107c": "မ", "\u1085": "လ", "\u1093": "ဘ",
}  # fmt: skip
SHOWS = {
    "\u1033": "\u102f", "\u1034": "\u1030", "\u1039": ASAT, "\u103a": YA, "\u103b": RA, "\u103c": WA,
    "\u103d": HA, "\u105a": "\u102b" + ASAT, "\u106a": "ဉ", "\u106b": "ည", "\u106e": "ဍ" + STACK + "ဍ",
    "\u106f": "ဍ" + STACK + "ဎ", "\u107d": YA, "\u1086": "ဿ", "\u1087": HA, "\u1088": HA + "\u102f",
    "\u1089": HA + "\u1030", "\u108a": WA + HA, "\u108e": "\u102d\u1036", "\u108f": "န", "\u1090": "ရ",
    "\u1091": "ဏ" + STACK + "ဍ", "\u1092": "ဋ" + STACK + "ဌ", "\u1094": "\u1037", "\u1095": "\u1037",
    "\u1096": STACK + "တ" + WA, "\u1097": "ဋ" + STACK + "ဋ",
}  # fmt: skip
SHOWS |= {code: STACK + letter for code, letter in UNDER.items()}
SHOWS |= {chr(code): RA for code in range(0x107E, 0x1085)}
TABLE = str.maketrans(SHOWS)

# The order of the signs of a syllable in Unicode: medials, vowels, then what ends it.
ORDER = "\u103b\u103c\u103d\u103e\u1031\u102d\u102e\u1032\u102f\u1030\u102b\u102c\u1036\u103a\u1037\u1038"
BEHIND = ORDER.replace("\u1031", "").replace(RA, "")  # the letter; the others are seen before it
SYLLABLE = re.compile(f"(\u1031?)({RA}?)([က-ဪဿ])((?:{STACK}[က-အ])*)([{BEHIND}]*)")


def to_unicode(text: str) -> str:
    """The text in Unicode, of which every code is read as Zawgyi's."""
    text = re.sub("(.)\u1064", rf"{KINZI}\1", text)  # over the letter that it stands behind
    text = re.sub(
        "၀(?=[\u1000-\u1099])|(?<=[\u1000-\u1039])၀", "ဝ", text
    )  # a nought for a letter of its shape
    text = SYLLABLE.sub(_ordered, text.translate(TABLE))
    return unicodedata.normalize("NFC", text)


def _ordered(match: re.Match[str]) -> str:
    e, ra, letter, under, signs = match.groups()
    return letter + under + "".join(sorted(e + ra + signs, key=ORDER.index))
