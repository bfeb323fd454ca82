"""Settings, each an option of `python app.py` and an environment variable; the server's secret."""

import argparse
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

PUBLIC_URL = re.compile(r"https?://(\[[0-9a-f:.]+\]|[^\s/?#@:\\\[\]]+)(:[0-9]{1,5})?/?")
INSTANCE = Path(__file__).parent.parent / "instance"


class StartError(Exception):
    """The server cannot start; the message is one sentence that says why and what to do."""


class Settings(NamedTuple):
    """What an operator decides."""

    host: str
    port: int
    public_url: str | None  # without a slash at its end; None: found out
    log: str


def read_settings(arguments: Sequence[str], environment: Mapping[str, str]) -> Settings:
    """Return the settings: an option goes before its environment variable, then the default.

    Errors: StartError for a value that cannot be meant; SystemExit for `--help` and typos.
    """
    given = parser(environment).parse_args(arguments)
    return Settings(given.host, port(given.port), public_url(given.public_url), given.log)


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

    add("host", "0.0.0.0", "the address to listen on; 127.0.0.1 for this machine alone")  # noqa: S104
    add("port", "5000", "the port to listen on")
    add("public-url", None, "where phones reach this server; found out if not given")
    add("log", f"sqlite:///{INSTANCE / 'ordmoln.db'}", "where answers are kept: sqlite:///FILE")
    return found


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
