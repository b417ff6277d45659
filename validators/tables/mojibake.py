"""Mojibake: UTF-8 text that was decoded with another encoding, such as â€™ for ’; detected and undone by ftfy.

A regular expression in DuckDB picks the texts that can be mojibake, so that Python only ever sees those.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from duckdb import DuckDBPyConnection

ENCODINGS = ["latin_1", "cp1252", "cp1251", "cp1250", "cp1253", "cp1254", "cp1257", "iso8859_2", "mac_roman", "cp437"]
"""Encodings that ftfy considers."""

PUNCTUATION = "‘’“”«»…–—"
"""Lead bytes in Mac Roman that sound text has before accented letters too, as in l’été; those are not looked at."""


def _decoded(encoding: str, *bounds: int) -> str:
    """A character class of what the bytes from each first to each last bound become when decoded."""
    octets = [octet for first, last in zip(bounds[::2], bounds[1::2], strict=True) for octet in range(first, last + 1)]
    # Bytes without a character in the encoding stay control characters.
    return f"[{''.join(bytes([octet]).decode(encoding, 'ignore') or chr(octet) for octet in octets)}]"


def _utf8_start(encoding: str) -> str:
    """Pattern of the first two bytes of a UTF-8 sequence decoded with an encoding; 0xA0 may have become a space.

    Longer patterns would be more exact, but take 12 ms to compile for each query.
    """
    lead = _decoded(encoding, 0xC0, 0xF4).translate(dict.fromkeys(map(ord, PUNCTUATION)))
    lead_before_space = _decoded(encoding, 0xC2, 0xC3, 0xC5, 0xC5, 0xCE, 0xCE, 0xD0, 0xD0, 0xD9, 0xD9)
    return f"{lead}{_decoded(encoding, 0x80, 0xBF)}|{lead_before_space} "


SUSPICIOUS = "|".join([r"[\x{80}-\x{9f}]", *map(_utf8_start, ENCODINGS)])
"""RE2 pattern, without quotes, that matches nearly every text that ftfy would change, and some others."""


FINAL_A_TILDE = re.compile(r"(?<=[A-ZÀ-Ý])Ã(?=[”“»’ \xa0](?:\W|$))")
"""Ã that ends a word in capitals before a quotation mark, as in “MAÇÃ”: sound Portuguese that ftfy takes for Ô."""


def is_mojibake(text: str) -> str:
    """SQL that is true of a text that is mojibake; `text` is the SQL of a text that is not null."""
    return f"(CASE WHEN {_is_suspicious(text)} THEN {text} <> fix_encoding({text}) ELSE false END)"


def fixed(text: str) -> str:
    """SQL of a text with its encoding fixed."""
    return f"CASE WHEN {_is_suspicious(text)} THEN fix_encoding({text}) ELSE {text} END"


def _is_suspicious(text: str) -> str:
    # Comparing lengths in bytes and characters rules out ASCII before any pattern is tried.
    return f"strlen({text}) > length({text}) AND regexp_matches({text}, '{SUSPICIOUS}')"


def fix_encoding(text: str) -> str:
    """Undo mojibake, also where a text was garbled more than once; quotes, ligatures and widths stay as they are."""
    fix, config = _ftfy()
    return text if FINAL_A_TILDE.search(text) else str(fix(text, config))


@cache
def _ftfy() -> tuple[Any, Any]:
    import ftfy  # 40 ms, and most datasets have no suspicious text

    config = ftfy.TextFixerConfig(
        unescape_html=False,
        remove_terminal_escapes=False,
        fix_encoding=True,
        restore_byte_a0=True,
        replace_lossy_sequences=False,
        decode_inconsistent_utf8=True,
        fix_c1_controls=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        fix_surrogates=False,
        remove_control_chars=False,
        normalization=None,
        explain=False,
    )
    return ftfy.fix_encoding, config


def register_fix_encoding(connection: DuckDBPyConnection) -> None:
    """Add the SQL function `fix_encoding(text)` to a connection."""
    connection.create_function("fix_encoding", fix_encoding, ["VARCHAR"], "VARCHAR")
