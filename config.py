"""Settings of one installation, read once from the environment and never changed."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple, cast, get_args
from urllib.parse import unquote, urlsplit

Environment = Literal["development", "production", "test"]

SHORTEST_SECRET = 32  # characters; 128 bits in hex
# what stands in examples, and by chance in no secret that was thrown by dice
WORDS_OF_EXAMPLES = (
    "secret",
    "change",
    "password",
    "example",
    "regroove",
    "clinic",
    "token_hex",
    "random",
    "insecure",
)
# of secrets that were printed somewhere, the SHA-256
PRINTED = frozenset({"e90c2cb90fc5593b6472a2f615aaccc2c087be4553a8a55f20ce54433abfd05f"})
LONGEST_REPEAT = 7  # signs that come twice in a secret; eight do once in a million secrets
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SET_ON_THE_PAGE = "page"  # as CLINIC_SMTP_URL: the owner sets the mail server in the product
OWN_SECRETS = ("CLINIC_SECRET_KEY", "CLINIC_BOUNCE_SECRET", "CLINIC_HEALTH_TOKEN")
HOLD_A_PASSWORD = (
    *("CLINIC_SMTP_URL", "CLINIC_DATABASE_URL", "CLINIC_BROKER_URL"),
    *("CLINIC_BACKUP_S3_SECRET", "CLINIC_MEDIA_S3_SECRET"),
)
CAN_BE_OFF = ("schema", "clock", "sweep", "schedule", "mail", "disk", "backup")  # in CLINIC_HEALTH_OFF
POSTGRES = ("postgresql://", "postgresql+psycopg://")
LOG_LEVELS = ("debug", "info", "warning", "error")
LONGEST_MARK = 49  # what a * in the bounce address becomes; a name before the @ ends at 64
_S3 = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w./-]*)?")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?")
_BOUNCE_ADDRESS = re.compile(r"[A-Za-z0-9_.+=-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


class BucketNames(NamedTuple):
    """The variables that say where some files are kept, and how that is reached."""

    to: str
    endpoint: str
    region: str
    key: str
    secret: str


BACKUPS = BucketNames(
    to="CLINIC_BACKUP_TO",
    endpoint="CLINIC_BACKUP_S3_ENDPOINT",
    region="CLINIC_BACKUP_S3_REGION",
    key="CLINIC_BACKUP_S3_KEY",
    secret="CLINIC_BACKUP_S3_SECRET",  # noqa: S106  # a name
)
MEDIA = BucketNames(
    to="CLINIC_MEDIA_TO",
    endpoint="CLINIC_MEDIA_S3_ENDPOINT",
    region="CLINIC_MEDIA_S3_REGION",
    key="CLINIC_MEDIA_S3_KEY",
    secret="CLINIC_MEDIA_S3_SECRET",  # noqa: S106  # a name
)


class SettingsError(Exception):
    """A variable that is missing or malformed, named so that the reader can mend it."""

    def __init__(self, variable: str, problem: str) -> None:
        super().__init__(f"{variable}: {problem}")
        self.variable = variable
        self.problem = problem


@dataclass(frozen=True, slots=True)
class BucketAccess:
    """How an S3-compatible storage is reached and who we are there."""

    endpoint: str | None  # None: Amazon's own
    region: str
    key: str
    secret: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What differs between one installation and another. Everything else is code."""

    env: Environment
    secret_key: str
    base_url: str
    database_url: str
    broker_url: str | None  # None: the embedded broker of `clinic serve`
    smtp_url: str | None  # None: a Maildir below data_dir
    data_dir: Path
    port: int
    mail_from: str
    trusted_proxies: int = 0  # how many proxies in front name the caller's address
    database_pool: int = 5  # connections that a process keeps to PostgreSQL
    database_overflow: int = 10  # and how many more it opens when these are busy
    statement_seconds: int = 0  # that a statement of a page may take; 0: as long as it likes
    smtp_rate: int = 0  # mails per minute over all workers; 0: no limit
    smtp_connections: int = 0  # open at once over all workers; 0: no limit
    bounce_address: str | None = None  # where mail comes back to; a * in it becomes the mail's mark
    bounce_secret: str | None = None  # opens /api/mail/bounces; without it there is no such address
    security_contact: str | None = None  # where whoever finds a weakness writes to: an address, or a page
    health_token: str | None = None  # opens what /healthz and /metrics tell; without it loopback alone does
    alarm_after: timedelta = timedelta(minutes=10)  # of a silent worker the owners are mailed; 0: never
    heartbeat_url: str | None = None  # an outside watcher that each worker tells that it is well
    language: str = "en"  # of pages and mails: "en", or a file beside the catalogue of words
    log_format: str = "text"  # or "json"
    log_level: str = "warning"
    health_off: frozenset[str] = frozenset()  # checks that are no trouble here
    backup_to: str | None = None  # a folder, or s3://bucket/prefix; None: below data_dir
    backup_hour: int | None = 3  # of the night, where the practice is; None: no nightly backup
    backup_s3: BucketAccess | None = None
    media_to: str | None = (
        None  # of pictures and videos: a folder, or s3://bucket/prefix; None: below data_dir
    )
    media_s3: BucketAccess | None = None
    video_hosts: frozenset[str] = frozenset()  # of one's own video servers, beside those that are known
    lan: bool = False  # started with --lan: others in the network are let in, unencrypted
    demo: bool = False  # started with --demo: whoever tries it may read the kept mail of made-up people
    migration_url: str | None = None  # of the role that owns the tables; None: the app's own role owns them
    argon2_fast: bool = False  # tests only: a hash costs 146 ms otherwise

    @property
    def production(self) -> bool:
        return self.env == "production"

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or "localhost"

    @property
    def secure_cookies(self) -> bool:
        return self.base_url.startswith("https:")

    def return_path(self, mark: str, sender: str = "") -> str:
        """The sender on the envelope of a mail with this mark: where it comes back to."""
        return self.bounce_address.replace("*", mark) if self.bounce_address else sender or self.mail_from

    @property
    def intake_address(self) -> str | None:
        """Where people may write to be taken off, if anybody reads it."""
        return self.bounce_address.replace("*", "stop") if self.bounce_address else None

    @property
    def broker_socket(self) -> Path:
        """Where the embedded broker listens; unix socket paths end at 107 bytes."""
        inside = self.data_dir / "broker" / "broker.sock"
        if len(os.fsencode(inside)) <= 100:
            return inside
        digest = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"regroove-{os.getuid()}" / f"{digest}.sock"

    @property
    def effective_broker_url(self) -> str:
        return self.broker_url or f"redis+socket://{self.broker_socket}"

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read CLINIC_* variables; raises SettingsError naming the first bad one."""
        env = _environment(environ)
        _refuse_debugging(environ, env)
        data_dir = Path(environ.get("CLINIC_DATA_DIR") or "instance").resolve()
        port = _number(environ, "CLINIC_PORT", default=8000, least=1, most=65535)
        base_url = _base_url(environ, env, port)
        if env == "production":
            _refuse_weak_secrets(environ)
        return cls(
            env=env,
            secret_key=_secret(environ, env, data_dir),
            base_url=base_url,
            database_url=_database_url(environ, data_dir),
            migration_url=_migration_url(environ),
            broker_url=_broker_url(environ),
            smtp_url=_smtp_url(environ, env),
            data_dir=data_dir,
            port=port,
            mail_from=_mail_from(environ, base_url),
            # a production server listens on loopback, so whoever calls it is the proxy
            trusted_proxies=_number(
                environ, "CLINIC_TRUSTED_PROXIES", default=1 if env == "production" else 0, least=0, most=5
            ),
            database_pool=_number(environ, "CLINIC_DATABASE_POOL", default=5, least=1, most=200),
            database_overflow=_number(environ, "CLINIC_DATABASE_OVERFLOW", default=10, least=0, most=200),
            statement_seconds=_number(environ, "CLINIC_STATEMENT_SECONDS", default=20, least=1, most=600),
            smtp_rate=_number(environ, "CLINIC_SMTP_RATE", default=0, least=0, most=100_000),
            smtp_connections=_number(environ, "CLINIC_SMTP_CONNECTIONS", default=0, least=0, most=1000),
            bounce_address=_bounce_address(environ),
            bounce_secret=_machine_secret(environ, "CLINIC_BOUNCE_SECRET"),
            security_contact=_security_contact(environ),
            health_token=_machine_secret(environ, "CLINIC_HEALTH_TOKEN"),
            health_off=_health_off(environ),
            video_hosts=_video_hosts(environ),
            language=environ.get("CLINIC_LANGUAGE") or "en",
            log_format=_one_of(environ, "CLINIC_LOG_FORMAT", ("text", "json"), "text"),
            log_level=_one_of(
                environ, "CLINIC_LOG_LEVEL", LOG_LEVELS, "info" if env == "production" else "warning"
            ),
            heartbeat_url=_heartbeat_url(environ),
            alarm_after=timedelta(
                minutes=_number(environ, "CLINIC_ALARM_MINUTES", default=10, least=0, most=1440)
            ),
            backup_to=_place(environ, BACKUPS, "/mnt/backups"),
            backup_hour=_backup_hour(environ),
            backup_s3=_bucket_access(environ, env, BACKUPS),
            media_to=_place(environ, MEDIA, "/srv/media"),
            media_s3=_bucket_access(environ, env, MEDIA),
            demo=environ.get("CLINIC_DEMO") == "1" and env != "production",
        )


def _environment(environ: Mapping[str, str]) -> Environment:
    value = environ.get("CLINIC_ENV") or "development"
    if value not in get_args(Environment):
        raise SettingsError("CLINIC_ENV", f"must be one of {', '.join(get_args(Environment))}, not {value!r}")
    return cast(Environment, value)


def _number(environ: Mapping[str, str], name: str, *, default: int, least: int, most: int) -> int:
    text = environ.get(name)
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise SettingsError(name, f"must be a whole number from {least} to {most}, not {text!r}")
    return int(text)


def _one_of(environ: Mapping[str, str], name: str, known: tuple[str, ...], default: str) -> str:
    value = environ.get(name) or default
    if value not in known:
        raise SettingsError(name, f"must be one of {', '.join(known)}, not {value!r}")
    return value


def _base_url(environ: Mapping[str, str], env: Environment, port: int) -> str:
    value = environ.get("CLINIC_BASE_URL")
    if not value:
        if env == "production":
            raise SettingsError(
                "CLINIC_BASE_URL", "is needed in production, for example https://clinic.example"
            )
        return f"http://localhost:{port}"
    try:
        parts = urlsplit(value)
        well_formed = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.path in ("", "/")
        well_formed = (
            well_formed and not (parts.query or parts.fragment or parts.username) and parts.port != 0
        )
    except ValueError:
        well_formed = False
    if not well_formed:
        raise SettingsError("CLINIC_BASE_URL", f"must look like https://clinic.example, not {value!r}")
    if env == "production" and parts.scheme == "http":
        raise SettingsError("CLINIC_BASE_URL", "must start with https: in production")
    if env == "production" and _is_this_machine(parts.hostname or ""):
        raise SettingsError("CLINIC_BASE_URL", "must be where people reach it, not this machine's own name")
    return value.rstrip("/")


def _is_this_machine(host: str) -> bool:
    if host.rstrip(".") == "localhost" or host.rstrip(".").endswith((".localhost", ".localdomain")):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse_debugging(environ: Mapping[str, str], env: Environment) -> None:
    if env == "production" and environ.get("FLASK_DEBUG", "").lower() not in ("", "0", "false", "no"):
        raise SettingsError("FLASK_DEBUG", "is for development: it would let whoever meets an error run code")


def _refuse_weak_secrets(environ: Mapping[str, str]) -> None:
    """Each of our own secrets is random, and nothing else is the same."""
    taken: dict[str, str] = {}
    for name in OWN_SECRETS:
        value = environ.get(name)
        if not value:
            continue
        if problem := weakness(value):
            raise SettingsError(
                name, f"is too weak: {problem}. Use {SHORTEST_SECRET} random characters or more"
            )
        if value in taken:
            raise SettingsError(name, f"is the same as {taken[value]}. Use another one")
        taken[value] = name
    for name in HOLD_A_PASSWORD:
        password = _password_in(environ.get(name) or "")
        if password in taken:
            raise SettingsError(name, f"holds the same as {taken[password]}. Use another one")


def _password_in(value: str) -> str:
    try:
        return unquote(urlsplit(value).password or value)
    except ValueError:
        return value


def weakness(secret: str) -> str | None:
    """Why a secret could be guessed, in words; None if it looks like dice."""
    folded = secret.casefold()
    if len(secret) < SHORTEST_SECRET:
        return "it is short"
    if any(word in folded for word in WORDS_OF_EXAMPLES) or set(secret) & set("<>$`"):
        return "it is an example"
    if hashlib.sha256(secret.encode()).hexdigest() in PRINTED:
        return "it was printed somewhere"
    pieces = [folded[at : at + LONGEST_REPEAT + 1] for at in range(len(folded) - LONGEST_REPEAT)]
    if len(set(folded)) < 8 or len(set(pieces)) < len(pieces):
        return "it repeats itself"
    steps = [abs(ord(one) - ord(other)) for one, other in pairwise(folded)]
    if sum(step <= 1 for step in steps) > len(steps) / 2:
        return "it counts up or down"
    return None


def _secret(environ: Mapping[str, str], env: Environment, data_dir: Path) -> str:
    value = environ.get("CLINIC_SECRET_KEY")
    if not value:
        if env == "production":
            raise SettingsError(
                "CLINIC_SECRET_KEY", f"is needed in production: {SHORTEST_SECRET} random characters"
            )
        return _stored_secret(data_dir)
    return value


def _stored_secret(data_dir: Path) -> str:
    """A laptop's own secret, made once: a constant in the source would be everybody's."""
    path = data_dir / "secret.key"
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)  # health records: nobody else's to read
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    except OSError as error:
        raise SettingsError("CLINIC_DATA_DIR", f"cannot be written: {error.strerror}") from None
    if path.stat().st_mode & 0o077:
        raise SettingsError(
            "CLINIC_DATA_DIR",
            f"others on this machine can read {path}. Run chmod 600 {path}; "
            "if somebody may have read it, delete it: a new one is made, and everybody signs in again",
        )
    return path.read_text().strip()


def _database_url(environ: Mapping[str, str], data_dir: Path) -> str:
    value = _modern(environ.get("CLINIC_DATABASE_URL") or f"sqlite:///{data_dir / 'regroove.sqlite3'}")
    if not value.startswith(("sqlite:///", *POSTGRES)):
        raise SettingsError("CLINIC_DATABASE_URL", "must start with sqlite:/// or postgresql://")
    return value


def _migration_url(environ: Mapping[str, str]) -> str | None:
    value = _modern(environ.get("CLINIC_MIGRATION_URL") or "")
    if not value:
        return None
    if not value.startswith(POSTGRES):
        raise SettingsError("CLINIC_MIGRATION_URL", "must start with postgresql://")
    if not _modern(environ.get("CLINIC_DATABASE_URL") or "").startswith(POSTGRES):
        raise SettingsError("CLINIC_MIGRATION_URL", "needs a CLINIC_DATABASE_URL of PostgreSQL")
    return value


def _modern(url: str) -> str:
    return "postgresql" + url.removeprefix("postgres") if url.startswith("postgres://") else url


def _broker_url(environ: Mapping[str, str]) -> str | None:
    value = environ.get("CLINIC_BROKER_URL")
    if value and not value.startswith(("redis://", "rediss://", "redis+socket://")):
        raise SettingsError("CLINIC_BROKER_URL", "must start with redis://, rediss:// or redis+socket://")
    return value or None


def _smtp_url(environ: Mapping[str, str], env: Environment) -> str | None:
    value = environ.get("CLINIC_SMTP_URL")
    if value == SET_ON_THE_PAGE:
        return None
    if not value:
        if env == "production":
            raise SettingsError(
                "CLINIC_SMTP_URL",
                "is needed in production, for example smtp://mail.example:587; "
                f"{SET_ON_THE_PAGE!r} leaves it to the owner's page",
            )
        return None
    try:
        parts = urlsplit(value)
        well_formed = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        well_formed = False
    if not well_formed:
        raise SettingsError("CLINIC_SMTP_URL", "must look like smtp://user:password@host:587?tls=starttls")
    return value


def _mail_from(environ: Mapping[str, str], base_url: str) -> str:
    value = environ.get("CLINIC_MAIL_FROM")
    if not value:
        host = urlsplit(base_url).hostname or "localhost"
        return f"no-reply@{host if '.' in host and not host[-1].isdigit() else 'clinic.example'}"
    if value.count("@") != 1 or any(c.isspace() or c in '<>,;"' for c in value):
        raise SettingsError("CLINIC_MAIL_FROM", f"must be a plain address, not {value!r}")
    return value


def _bounce_address(environ: Mapping[str, str]) -> str | None:
    value = environ.get("CLINIC_BOUNCE_ADDRESS")
    if not value:
        return None
    whole = value.replace("*", "x" * LONGEST_MARK, 1)
    if not _BOUNCE_ADDRESS.fullmatch(whole) or "*" in value.partition("@")[2]:
        raise SettingsError(
            "CLINIC_BOUNCE_ADDRESS",
            f"must look like bounces@clinic.example or bounces+*@clinic.example, not {value!r}",
        )
    return value


def _machine_secret(environ: Mapping[str, str], name: str) -> str | None:
    value = environ.get(name)
    if value and (len(value) < SHORTEST_SECRET or len(set(value)) < 8 or not value.isascii()):
        raise SettingsError(name, f"needs at least {SHORTEST_SECRET} random characters")
    return value or None


def _security_contact(environ: Mapping[str, str]) -> str | None:
    value = environ.get("CLINIC_SECURITY_CONTACT")
    if value and not re.fullmatch(r"https://[!-~]+|[!-~]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", value):
        raise SettingsError(
            "CLINIC_SECURITY_CONTACT", f"must be an address or a page with https:, not {value!r}"
        )
    return value or None


def _place(environ: Mapping[str, str], names: BucketNames, example: str) -> str | None:
    """A folder or a bucket in which files are kept."""
    value = environ.get(names.to)
    if value and not _S3.fullmatch(value) and not Path(value).is_absolute():
        raise SettingsError(names.to, f"must be a folder like {example} or s3://bucket/prefix, not {value!r}")
    return value or None


def _backup_hour(environ: Mapping[str, str]) -> int | None:
    if environ.get("CLINIC_BACKUP_HOUR") == "off":
        return None
    return _number(environ, "CLINIC_BACKUP_HOUR", default=3, least=0, most=23)


def _bucket_access(environ: Mapping[str, str], env: Environment, names: BucketNames) -> BucketAccess | None:
    """Asked for where files go to one, and nowhere else."""
    if not (environ.get(names.to) or "").startswith("s3://"):
        return None
    for name in (names.key, names.secret):
        if not environ.get(name):
            raise SettingsError(name, f"is needed where {names.to} begins with s3://")
    endpoint = environ.get(names.endpoint) or None
    parts = urlsplit(endpoint or "https://")
    is_near = env != "production" or parts.hostname in LOOPBACK
    if parts.scheme != "https" and not (parts.scheme == "http" and is_near):
        raise SettingsError(names.endpoint, "must look like https://storage.example")
    region = environ.get(names.region) or "us-east-1"
    return BucketAccess(endpoint, region, environ[names.key], environ[names.secret])


def _health_off(environ: Mapping[str, str]) -> frozenset[str]:
    words = (environ.get("CLINIC_HEALTH_OFF") or "").split(",")
    names = frozenset(word.strip() for word in words if word.strip())
    if unknown := sorted(names.difference(CAN_BE_OFF)):
        raise SettingsError("CLINIC_HEALTH_OFF", f"knows {', '.join(CAN_BE_OFF)}, not {unknown[0]!r}")
    return names


def _video_hosts(environ: Mapping[str, str]) -> frozenset[str]:
    words = (environ.get("CLINIC_VIDEO_HOSTS") or "").split(",")
    hosts = frozenset(word.strip().lower() for word in words if word.strip())
    if bad := sorted(host for host in hosts if not _HOST.fullmatch(host)):
        raise SettingsError("CLINIC_VIDEO_HOSTS", f"needs host names with commas between, not {bad[0]!r}")
    return hosts


def _heartbeat_url(environ: Mapping[str, str]) -> str | None:
    value = environ.get("CLINIC_HEARTBEAT_URL")
    if not value:
        return None
    try:
        parts = urlsplit(value)
        is_plain = value.isascii() and value.isprintable() and " " not in value and parts.port != 0
        well_formed = is_plain and bool(parts.hostname) and not (parts.username or parts.fragment)
    except ValueError:
        well_formed = False
    if not well_formed or (parts.scheme, parts.hostname in LOOPBACK) not in (
        ("https", False),
        ("https", True),
        ("http", True),
    ):
        raise SettingsError(
            "CLINIC_HEARTBEAT_URL", "must look like https://watcher.example/a-name-of-its-own"
        )
    return value
