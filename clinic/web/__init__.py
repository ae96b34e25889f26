"""The web app: every address on one screen, each with its audience and the record its id names."""

from __future__ import annotations

from flask import Flask

from clinic.domain.types import Audience
from clinic.web import assets, authz, errors, filters, security
from clinic.web.authz import Rule
from config import Settings

PUBLIC, CLIENT, STAFF, OWNER, DEV = (
    Audience.PUBLIC,
    Audience.CLIENT,
    Audience.PRACTITIONER,
    Audience.OWNER,
    Audience.DEV,
)
FORM = ("GET", "POST")
POST = ("POST",)


def url_map(settings: Settings) -> tuple[Rule, ...]:
    """All rules. A page that is not listed here does not exist."""
    from clinic.web.client import account as client_account
    from clinic.web.practitioner import account, practice
    from clinic.web.public import home, reset, setup, signin

    rules = (
        # without an account
        Rule("/", home.index, PUBLIC),
        Rule("/sign-in", signin.sign_in, PUBLIC, FORM),
        Rule("/sign-out", signin.sign_out, PUBLIC, POST),
        Rule("/forgotten-password", reset.ask, PUBLIC, FORM),
        Rule("/new-password/<secret>", reset.choose, PUBLIC, FORM, "link"),
        Rule("/set-up", setup.begin, PUBLIC, FORM),
        # practitioners
        Rule("/practice", practice.show, STAFF, FORM),
        Rule("/your-account", account.show, STAFF, FORM),
        # clients
        Rule("/account", client_account.show, CLIENT, FORM),
    )
    return rules if settings.production else (*rules, *_dev_rules())


def _dev_rules() -> tuple[Rule, ...]:
    return ()


def init_web(app: Flask, settings: Settings) -> None:
    """Security first, then templates, errors and the rules."""
    security.init_security(app, settings)
    assets.init_assets(app)
    filters.init_filters(app)
    errors.init_errors(app)
    authz.init_authz(app, url_map(settings))
