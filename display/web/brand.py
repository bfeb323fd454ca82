"""The organisation's own look: its logo, and its colour in the shades that are readable."""

from collections.abc import Sequence

from display.web.assets import Asset, asset

PNG = b"\x89PNG"
# Where the accent is seen, or white upon it: panels and the ground, of a light page and a dark
# stage. The theme of high contrast keeps its own accent.
LIGHT, DARK = ("#ffffff", "#fbfaf6"), ("#1d232d", "#11151c")
READABLE = 6.0  # to 1; WCAG asks for 4.5, but there are tints of it, and buttons that light up
TINT = 0.9


def own_assets(logo: bytes | None, accent: str | None) -> dict[str, Asset]:
    """Return by name what pages use beside the files in `static/`: `logo` and `accent.css`.

    `logo` is an SVG or a PNG picture and `accent` is `#rrggbb`; what is None is left out.
    """
    own = {}
    if logo is not None:
        own["logo"] = asset(logo, ".png" if logo.startswith(PNG) else ".svg")
    if accent is not None:
        own["accent.css"] = asset(accent_css(accent).encode(), ".css")
    return own


def accent_css(accent: str) -> str:
    """Return the stylesheet, to come after base.css, that puts shades of `accent` in its place."""
    light, dark = readable(accent, "#000000", LIGHT), readable(accent, "#ffffff", DARK)
    return (
        f":root {{ --accent: {light}; --accent-ground: {mixed(light, '#ffffff', TINT)}; }}\n"
        f'html[data-theme="dark"] {{ --accent: {dark}; }}\n'
    )


def readable(colour: str, end: str, grounds: Sequence[str]) -> str:
    """Return the shade nearest to `colour`, on the way to `end`, that is readable on `grounds`."""
    shades = (mixed(colour, end, part / 100) for part in range(101))
    return next(
        shade for shade in shades if all(contrast(shade, ground) >= READABLE for ground in grounds)
    )


def mixed(one: str, other: str, part: float) -> str:
    """Return `one` with so great a part of `other` in it."""
    pairs = zip(channels(one), channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21, as WCAG 2.2 defines it."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [channel / 255 for channel in channels(colour)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def channels(colour: str) -> bytes:
    return bytes.fromhex(colour.removeprefix("#"))
