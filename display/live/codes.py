"""Codes of rooms: four signs that are easy to read, say and type, and that spell nothing."""

import re
import secrets

# Neither vowels, so that no word appears, nor signs that are mistaken for one another.
ALPHABET = "CDFGHJKMNPQRTVWX34679"
LENGTH = 4
CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")

# What a reader makes a bad word of all the same, in Swedish or English.
OFFENSIVE = re.compile(
    "F[CVK]?K|KVK|KCK|[CK]V?NT|D[CV]?CK|KKK|WTF|FTT|FGT|F4[GN]|N3?G[GR]|N3GR|R4P|J4P|K4K|"
    "P3D|H4T|D34D|D3D|R3?T4?RD|TW4T|C4CK|P3N|M4RD|666|69"
)


def new_code() -> str:
    """Return a code by chance, perhaps one that a room has already."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if not OFFENSIVE.search(code):
            return code
