"""The house as it was agreed: who may import whom, what is documented, what is translated."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from display.live import messages
from display.settings import parser

ROOT = Path(__file__).parent.parent
MODULES = [ROOT / "app.py", *sorted((ROOT / "display").rglob("*.py"))]
MAY_IMPORT = {
    "app": {"addresses", "commands", "first_start", "live", "log", "serving", "settings", "web"},
    "serving": {"serving", "settings"},
    "web": {"web", "live", "room", "log"},
    "live": {"live", "room", "cloud", "log"},
    "room": {"room"},
    "cloud": {"cloud"},
    "log": {"log"},
    "commands": {"log"},
    "settings": set(),
    "addresses": set(),
    "first_start": set(),
    "__init__": set(),
}
ONLY_IN = {
    "eventlet": ["serving"],
    "engineio": ["serving"],
    "flask": ["app", "web"],  # app.py names it as a type
    "flask_socketio": ["web"],
    "flask_babel": ["web"],
    "sqlite3": ["log"],
    "numpy": ["cloud"],
    "uharfbuzz": ["cloud"],
    "simplemma": ["room"],
    "rapidfuzz": ["room"],
}
NO_CHANCE_NO_CLOCK_NO_IO = {
    "asyncio", "datetime", "logging", "os", "random", "secrets", "socket", "sqlite3",
    "subprocess", "threading", "time", "urllib",
}  # fmt: skip
CATALOGUE = ROOT / "display" / "translations" / "sv" / "LC_MESSAGES" / "messages"
PAGES = sorted(
    path
    for folder in ("templates", "static")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".html", ".js", ".css", ".svg")
)
OTHER_HOST = re.compile(
    r"""(?:\b(?:src|srcset|href|action|poster)\s*=\s*|\burl\(\s*|@import\s+|\bfrom\s*|\bimport\s*\(?
    \s*|\b(?:fetch|importScripts|Worker|EventSource|WebSocket|sendBeacon)\(\s*)
    ["'`]?\s*(?:(?:https?|wss?):)?//""",
    re.VERBOSE,
)
TEXT_AS_CODE = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\|\s*safe\b"
    r"|Markup\(|<style|\bstyle=|\bon[a-z]+=\""
)


def part_of(path: Path) -> str:
    """Return which part of the house a file belongs to."""
    name = path.relative_to(ROOT).with_suffix("").parts
    return name[0] if len(name) == 1 else name[1]


def imports(path: Path) -> Iterator[str]:
    """Yield the full names of the modules that a file imports, wherever it does."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"a relative import in {path}"
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def catalogue(suffix: str) -> Catalog:
    with CATALOGUE.with_suffix(suffix).open("rb") as file:
        return read_po(file, locale="sv") if suffix == ".po" else read_mo(file)


def translations(catalog: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return each text and its translation; those that depend on a number have several forms."""
    return {forms(message.id): forms(message.string) for message in catalog if message.id}


def forms(text: object) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, list | tuple) else (str(text),)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_downwards_only(path: Path) -> None:
    used = {name.split(".")[1] for name in imports(path) if name.startswith("display.")}
    assert used <= MAY_IMPORT[part_of(path)]
    assert "display" not in set(imports(path))


@pytest.mark.parametrize("library", ONLY_IN)
def test_each_library_is_known_in_one_part_of_the_house(library: str) -> None:
    users = {
        part_of(path)
        for path in MODULES
        if library in {name.split(".")[0] for name in imports(path)}
    }
    assert users <= set(ONLY_IN[library])


@pytest.mark.parametrize("part", ["room", "cloud"])
def test_room_and_cloud_know_neither_clock_nor_chance_nor_the_world(part: str) -> None:
    for path in (ROOT / "display" / part).rglob("*.py"):
        used = {name.split(".")[0] for name in imports(path)}
        assert not used & NO_CHANCE_NO_CLOCK_NO_IO, path


def test_every_setting_is_in_the_readme_and_in_the_help() -> None:
    readme, shown = (ROOT / "README.md").read_text(), parser({}).format_help()
    options = [name for action in parser({})._actions for name in action.option_strings[:1]]
    assert len(options) > 1
    for option in set(options) - {"-h", "--version"}:
        variable = "ORDMOLN_" + option.strip("-").replace("-", "_").upper()
        for text in (readme, shown):
            assert option in text
            assert variable in text


def test_every_text_has_a_swedish_translation(tmp_path: Path) -> None:
    found = tmp_path / "messages.pot"
    babel = [sys.executable, "-m", "babel.messages.frontend", "-q"]
    extract = ["extract", "-F", ".babel.cfg", "-o", str(found), "."]
    subprocess.run([*babel, *extract], cwd=ROOT, check=True)
    with found.open("rb") as file:
        used = set(translations(read_po(file)))
    translated = translations(catalogue(".po"))
    assert len(used) > 50
    assert used == set(translated)
    assert [text for text, swedish in translated.items() if not all(swedish)] == []


def test_a_translation_has_the_same_blanks_to_fill_in() -> None:
    blanks = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
    for text, swedish in translations(catalogue(".po")).items():
        wanted = set(blanks.findall(text[-1]))
        assert [form for form in swedish if set(blanks.findall(form)) != wanted] == []


def test_the_compiled_translations_are_those_of_the_source() -> None:
    assert not [message.id for message in catalogue(".po") if message.id and message.fuzzy]
    assert translations(catalogue(".mo")) == translations(catalogue(".po"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_asks_another_host_for_anything(path: Path) -> None:
    assert OTHER_HOST.findall(path.read_text()) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_turns_text_into_markup_or_code(path: Path) -> None:
    if "vendor" not in path.parts:
        assert TEXT_AS_CODE.findall(path.read_text()) == []


def test_the_languages_are_named_in_one_place_alone() -> None:
    named = [path.name for path in (*MODULES, *PAGES) if "Svenska" in path.read_text("utf-8")]
    assert named == ["languages.py"]


def test_all_that_a_phone_says_when_it_watches_is_documented() -> None:
    line = (ROOT / "static" / "lib" / "line.js").read_text("utf-8")
    (said,) = re.findall(r"const watch = \{(.*)\}", line)
    readme = (ROOT / "README.md").read_text("utf-8")
    (documented,) = re.findall(r"Socket\.IO `watch (\{.*?\})`", readme)
    names = [part.split(":")[0].strip() for part in said.split(",")]
    assert json.loads(documented.replace("{", "[").replace("}", "]")) == names
    wire = str(messages.__doc__)
    assert all(f'"{name}"' in wire or f"`{name}`" in wire for name in names)
