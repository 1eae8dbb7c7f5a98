"""Files that are not text, known by their first bytes: what each is, and how to make text of it."""

import codecs
import zlib
from contextlib import suppress

HEAD = 512  # bytes of a file's beginning that say what it is
GZIPPED = b"\x1f\x8b"
SAVE_TABLE = "save the table as CSV"
GIVE_TEXT = "give a file of text"
NO_TEXT = {
    GZIPPED: ("packed by gzip twice", "unpack it with gunzip"),  # once is no matter: see `packed`
    b"BZh": ("packed by bzip2", "unpack it with bunzip2"),
    b"\xfd7zXZ\0": ("packed by xz", "unpack it with unxz"),
    b"\x28\xb5\x2f\xfd": ("packed by zstd", "unpack it with unzstd"),
    b"\x04\x22\x4d\x18": ("packed by lz4", "unpack it with unlz4"),
    b"\x02\x21\x4c\x18": ("packed by lz4", "unpack it with unlz4"),
    b"LZIP": ("packed by lzip", "unpack it with lzip -d"),
    b"\x1f\x9d": ("packed by compress", "unpack it with uncompress"),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", "unpack it with 7z x"),
    b"Rar!\x1a\x07": ("a RAR archive", "unpack it with unrar x"),
    b"PK\x03\x04": ("a zip archive, as Excel and LibreOffice write tables", SAVE_TABLE),
    b"PK\x05\x06": ("an empty zip archive", "give one of the files that should be in it"),
    b"\xd0\xcf\x11\xe0": ("a table of old Excel", SAVE_TABLE),
    b"PAR1": ("Parquet", "save it as CSV or JSON lines"),
    b"ARROW1": ("an Arrow table (Feather)", "save it as CSV or JSON lines"),
    b"\x89HDF\r\n\x1a\n": ("an HDF5 file", SAVE_TABLE),
    b"\x93NUMPY": ("a NumPy array", "write its names as text, one a line"),
    b"SQLite format 3": ("an SQLite database", "export the table as CSV"),
    b"%PDF": ("a PDF", GIVE_TEXT),
    b"{\\rtf": ("RTF", "save it as plain text"),
    b"\x89PNG": ("a picture (PNG)", GIVE_TEXT),
    b"\xff\xd8\xff": ("a picture (JPEG)", GIVE_TEXT),
    b"GIF87a": ("a picture (GIF)", GIVE_TEXT),
    b"GIF89a": ("a picture (GIF)", GIVE_TEXT),
    b"II*\0": ("a picture (TIFF)", GIVE_TEXT),
    b"MM\0*": ("a picture (TIFF)", GIVE_TEXT),
    b"\x7fELF": ("a program", GIVE_TEXT),
}
TAR = b"ustar"
TAR_AT = 257  # bytes before it
MARKUP = {  # whatever the capitals, behind blanks and a byte order mark
    b"<!doctype html": "a web page (HTML)",
    b"<html": "a web page (HTML)",
    b"<?xml": "XML",
    b"<svg": "a picture (SVG)",
}


def no_text(head: bytes) -> tuple[str, str] | None:
    """What a file with this beginning is, and how to make text of it; None if it may be text."""
    for magic, told in NO_TEXT.items():
        if head.startswith(magic):
            return told
    if head[TAR_AT:].startswith(TAR):
        return "a tar archive", "unpack it with tar -xf, and give one of its files"
    text = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    for begins, what in MARKUP.items():
        if text.startswith(begins):
            return what, SAVE_TABLE
    if head.startswith((b"x\x01", b"x\x9c", b"x\xda")):  # zlib's; the rest must be, too
        with suppress(zlib.error):
            zlib.decompressobj().decompress(head)
            return "packed by zlib", "unpack it with zlib-flate -uncompress or pigz -dz"
    return None
