"""Reading variables of the environment: each also as a file, wrong ones named without their value."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

LOOPBACK_HOSTS = ("127.0.0.1", "::1", "localhost")


class ConfigError(Exception):
    """A setting is missing or wrong; the message names it and never its secret value."""


def variable(name: str, env: Mapping[str, str]) -> str:
    """The value of `name`, or the content of the file that `name`_FILE names; empty when neither is set.

    Raises ConfigError when the file cannot be read or both are set.
    """
    value, path = env.get(name, ""), env.get(f"{name}_FILE", "")
    if value and path:
        raise ConfigError(f"{name}: set either {name} or {name}_FILE, not both")
    if not path:
        return value
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{name}_FILE: cannot be read ({type(error).__name__})") from error


def desk_key(desk_id: str) -> str:
    """`kptik-medan` as it stands in a variable's name: `KPTIK_MEDAN`."""
    return desk_id.replace("-", "_").replace(".", "_").upper()


def url_in(name: str, schemes: tuple[str, ...], env: Mapping[str, str]) -> SplitResult | None:
    """The URL in a variable, None where it is not set. Raises ConfigError for another scheme or no host."""
    text = variable(name, env)
    if not text:
        return None
    try:
        url = urlsplit(text)
        _ = url.port
    except ValueError as error:
        raise ConfigError(f"{name}: not a URL") from error
    if url.scheme not in schemes or not url.hostname:
        raise ConfigError(f"{name}: expected a URL with one of {', '.join(s + '://' for s in schemes)}")
    return url


def count_in(name: str, default: int, env: Mapping[str, str]) -> int:
    """The whole number in a variable. Raises ConfigError."""
    text = variable(name, env) or str(default)
    if not text.isascii() or not text.isdigit():
        raise ConfigError(f"{name}: a whole number is needed")
    return int(text)
