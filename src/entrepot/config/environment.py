"""
Every setting that Entrepot takes from the environment, in one table: name, default, meaning, check.

`docs/settings.md` shows the same table; a test fails when they differ. A bad value stops the start with one clear line.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


class BadSetting(SystemExit):
    """A setting cannot be used; the message names it, says what is wrong and what would be right."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: its name, its default as text (empty: none), and what it is for."""

    name: str
    default: str
    meaning: str
    check: Callable[[str], str | None] = lambda _: None


def _one_of(*allowed: str) -> Callable[[str], str | None]:
    return lambda value: None if value in allowed else f"must be one of {', '.join(allowed)}"


def _whole_number(low: int, high: int) -> Callable[[str], str | None]:
    def check(value: str) -> str | None:
        if value.isdecimal() and low <= int(value) <= high:
            return None
        return f"must be a whole number from {low} to {high}"

    return check


def _database_url(value: str) -> str | None:
    if not value or value.startswith(("postgres://", "postgresql://")):
        return None
    return "must be a PostgreSQL address such as postgresql://user:password@host:5432/name"


def _search_engine(value: str) -> str | None:
    if value == "embedded":
        return None
    from entrepot.integrations.opensearch.cluster import read_place  # Only where there is one: commands start quickly.

    try:
        read_place(value)
    except ValueError as fault:
        return f"{fault} (or `embedded`)"
    return None


_BOOLEAN = _one_of("0", "1")

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "ENTREPOT_DATA_DIR",
        ".entrepot",
        "Folder for all that Entrepot keeps on this machine: the embedded database, media, e-mails of the demo, keys.",
    ),
    Setting(
        "DATABASE_URL",
        "",
        "Address of a PostgreSQL server, 15 or newer. Empty: the embedded server under the data folder.",
        _database_url,
    ),
    Setting(
        "ENTREPOT_SECRET_KEY",
        "",
        "Key for sessions and signatures, 50 characters or more. Empty: made once and kept in the data folder.",
        lambda value: None if not value or len(value) >= 50 else "must have at least 50 characters",
    ),
    Setting(
        "ENTREPOT_FIELD_KEYS",
        "",
        "Keys that encrypt personal data, comma-separated, the newest first (`entrepot new-field-key` makes one). "
        "Empty: made once and kept in the data folder.",
    ),
    Setting("ENTREPOT_DEBUG", "0", "1 shows error details in pages. Never in production.", _BOOLEAN),
    Setting(
        "ENTREPOT_ALLOWED_HOSTS",
        "localhost,127.0.0.1,[::1]",
        "Host names that the web server answers to, comma-separated.",
    ),
    Setting("ENTREPOT_BASE_URL", "http://127.0.0.1:8000", "Public address, for links in e-mails and feeds."),
    Setting("ENTREPOT_HTTPS", "0", "1 when served behind TLS: secure cookies, HSTS, redirects.", _BOOLEAN),
    Setting(
        "ENTREPOT_TRUSTED_PROXIES",
        "0",
        "How many proxies of your own stand before the web server and append to X-Forwarded-For: the limits of "
        "log-in and API count by the address that the outermost saw.",
        _whole_number(0, 9),
    ),
    Setting("ENTREPOT_COUNTRIES_DIR", "", "Folder with country packs that add to or override those shipped."),
    Setting("ENTREPOT_SYNONYMS_DIR", "", "Folder with the operator's own synonyms, which search uses beside ours."),
    Setting(
        "ENTREPOT_SEARCH",
        "embedded",
        "`embedded`: an index in the data folder of each node. Or an OpenSearch cluster: docs/search-opensearch.md.",
        _search_engine,
    ),
    Setting("ENTREPOT_OPERATOR_FILE", "", "The operator's own pack (TOML). Empty: the demonstration operator."),
    Setting("ENTREPOT_EMAIL_URL", "", "SMTP address (smtp://user:password@host:587). Empty: files in the data folder."),
    Setting("ENTREPOT_FROM_EMAIL", "Entrepot <shop@entrepot.example>", "Sender of e-mails."),
    Setting("ENTREPOT_WORKERS", "2", "Web processes of `entrepot serve`.", _whole_number(1, 64)),
    Setting("ENTREPOT_THREADS", "2", "Threads of each web process.", _whole_number(1, 64)),
    Setting(
        "ENTREPOT_API_WRITES_PER_MINUTE",
        "1200",
        "Writes that one network address may make through the API, per minute and web process.",
        _whole_number(1, 100_000_000),
    ),
    Setting("ENTREPOT_LOG_FORMAT", "text", "`text` for people, `json` for machines.", _one_of("text", "json")),
    Setting(
        "ENTREPOT_LOG_REQUESTS",
        "0",
        "1 logs every request; 0 only those that failed or took longer than a second.",
        _BOOLEAN,
    ),
    Setting(
        "ENTREPOT_METRICS_TOKEN",
        "",
        "Bearer token that `/metrics` asks for. Empty: it answers requests from this machine only.",
    ),
    Setting(
        "ENTREPOT_SANDBOX_PAYMENTS",
        "1",
        "1 offers the sandbox payment service, which moves no money. 0 in production.",
        _BOOLEAN,
    ),
    Setting(
        "ENTREPOT_SIMULATED_CARRIER",
        "0",
        "1 lets a simulated carrier book labels and move parcels (demonstrations). 0 in production.",
        _BOOLEAN,
    ),
)


def read(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """
    Return every setting's value as text, defaults filled in; an empty variable is one that was not set.

    :raises BadSetting: a value cannot be used; all faults are named at once.
    """
    values = {setting.name: environ.get(setting.name, "").strip() or setting.default for setting in SETTINGS}
    faults = [
        f"{setting.name}={values[setting.name]!r} {fault}"
        for setting in SETTINGS
        if (fault := setting.check(values[setting.name]))
    ]
    if faults:
        raise BadSetting("Entrepot cannot start:\n  " + "\n  ".join(faults) + "\n(see docs/settings.md)")
    return values


def data_dir(values: Mapping[str, str]) -> Path:
    """Return the data folder as an absolute path; it may not exist yet."""
    return Path(values["ENTREPOT_DATA_DIR"]).expanduser().resolve()


def socket_dir(data: Path) -> Path:
    """Return the folder of the embedded server's socket: one per data folder, short (the path holds 107 bytes)."""
    digest = hashlib.sha256(str(data).encode()).hexdigest()[:16]
    place = Path("/tmp")  # noqa: S108  Not TMPDIR, which differs between a person's terminals and may be long.
    return (place if place.is_dir() else Path(tempfile.gettempdir())) / f"entrepot-{digest}"
