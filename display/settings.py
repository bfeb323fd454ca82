"""Settings, each an option of `python app.py` and an environment variable; the server's secret."""

import argparse
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

PUBLIC_URL = re.compile(r"https?://(\[[0-9a-f:.]+\]|[^\s/?#@:\\\[\]]+)(:[0-9]{1,5})?/?")
COLOUR = re.compile("#[0-9a-f]{6}")
SVG_ROOT = "{http://www.w3.org/2000/svg}svg"
PNG_START, PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
LARGEST_LOGO = 200_000  # bytes
MOST_DAYS = 3650
INSTANCE = Path(__file__).parent.parent / "instance"


class StartError(Exception):
    """The server cannot start; the message is one sentence that says why and what to do."""


class Settings(NamedTuple):
    """What an operator decides."""

    host: str
    port: int
    public_url: str | None  # without a slash at its end; None: found out
    log: str
    logo: bytes | None  # an SVG or PNG picture
    accent: str | None  # #rrggbb
    keep_days: int  # after a room's last answer
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]  # whose X-Forwarded-* count
    command: tuple[str, ...] = ()  # what to do instead of serving: a command and its argument


def read_settings(arguments: Sequence[str], environment: Mapping[str, str]) -> Settings:
    """Return the settings: an option goes before its environment variable, then the default.

    Errors: StartError for a value that cannot be meant; SystemExit for `--help`, `--version` and
    typos.
    """
    given = parser(environment).parse_args(arguments)
    return Settings(
        given.host,
        port(given.port),
        public_url(given.public_url),
        given.log,
        logo(given.logo),
        accent(given.accent),
        keep_days(given.keep_days),
        networks(given.trusted_proxies),
        command(given.command),
    )


def parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python app.py",
        description="Ordmoln: a live word cloud. Prints the links of coach, stage and phones.",
        epilog="Each option can also be set as an environment variable, such as ORDMOLN_PORT.",
    )

    def add(name: str, default: str | None, explanation: str) -> None:
        variable = "ORDMOLN_" + name.upper().replace("-", "_")
        shown = f" (default: {default})" if default else ""
        found.add_argument(
            f"--{name}",
            default=environment.get(variable) or default,
            help=f"{explanation}{shown} [{variable}]",
        )

    found.add_argument(
        "command",
        nargs="*",
        metavar="COMMAND",
        help="none: serve; 'check': see that the log is whole; 'backup FILE': copy it, also in use",
    )
    found.add_argument("--version", action="version", version=f"Ordmoln {version('ordmoln')}")
    add("host", "0.0.0.0", "the address to listen on; 127.0.0.1 for this machine alone")  # noqa: S104
    add("port", "5000", "the port to listen on")
    add("public-url", None, "where phones reach this server; found out if not given")
    add("log", f"sqlite:///{INSTANCE / 'ordmoln.db'}", "where answers are kept: sqlite:///FILE")
    add("logo", None, "the organisation's logo, for every page: a file, SVG or PNG")
    add("accent", None, "the organisation's colour, for buttons and links, such as '#0a5c8c'")
    add("keep-days", "30", "rooms are erased so many days after their last answer")
    add("trusted-proxies", None, "whose X-Forwarded-* count: addresses or networks, with commas")
    return found


def command(given: Sequence[str]) -> tuple[str, ...]:
    match tuple(given):
        case () | ("check",) | ("backup", _) as known:
            return known
    raise StartError(f"The commands are 'check' and 'backup FILE', not {' '.join(given)!r}.")


def port(given: str) -> int:
    if re.fullmatch("[0-9]{1,5}", given) and 0 < int(given) < 65536:
        return int(given)
    raise StartError(f"The port is a number from 1 to 65535, not {given!r}.")


def public_url(given: str | None) -> str | None:
    if given is None:
        return None
    url = given.lower()
    if PUBLIC_URL.fullmatch(url):
        return url.removesuffix("/")
    raise StartError(f"The public URL looks like https://ordmoln.example.se, not {given!r}.")


def logo(given: str | None) -> bytes | None:
    if given is None:
        return None
    try:
        picture = Path(given).read_bytes()
    except OSError as error:
        raise StartError(f"The logo {given} cannot be read: {error.strerror}.") from error
    if not (is_png(picture) or is_svg(picture)):
        raise StartError(f"The logo {given} is neither a whole SVG nor a whole PNG picture.")
    if len(picture) > LARGEST_LOGO:
        raise StartError(
            f"The logo {given} has {len(picture) // 1000} kB: make it {LARGEST_LOGO // 1000} kB at"
            f" most, since every phone fetches it."
        )
    return picture


def is_png(picture: bytes) -> bool:
    return picture.startswith(PNG_START) and picture.rstrip().endswith(PNG_END)


def is_svg(picture: bytes) -> bool:
    try:
        return ElementTree.fromstring(picture).tag == SVG_ROOT  # noqa: S314  # the operator's own
    except (ElementTree.ParseError, LookupError, ValueError):  # the latter two: its encoding
        return False


def accent(given: str | None) -> str | None:
    if given is None or COLOUR.fullmatch(given.lower()):
        return given and given.lower()
    raise StartError(f"The accent is a colour such as '#0a5c8c', not {given!r}.")


def keep_days(given: str) -> int:
    if re.fullmatch("[0-9]{1,4}", given) and 0 < int(given) <= MOST_DAYS:
        return int(given)
    raise StartError(f"Rooms are kept 1 to {MOST_DAYS} days, not {given!r}.")


def networks(given: str | None) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(one.strip()) for one in (given or "").split(",") if one.strip())
    except ValueError as error:
        raise StartError(
            f"Trusted proxies are addresses or networks such as '127.0.0.1, 10.0.0.0/8',"
            f" not {given!r}."
        ) from error


def read_secret(path: Path = INSTANCE / "secret") -> str:
    """Return the server's secret, made at the first start; only its owner may read the file."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return existing_secret(path)
        with open(descriptor, "w", encoding="ascii") as file:
            file.write(secret := secrets.token_urlsafe(32))
        return secret
    except OSError as error:
        raise StartError(f"The folder {path.parent} cannot be written to: {error}.") from error


def existing_secret(path: Path) -> str:
    secret = path.read_text(encoding="ascii", errors="ignore").strip()
    if not secret:
        raise StartError(f"The file {path} is empty: delete it, and a new secret is made.")
    return secret
