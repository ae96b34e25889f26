"""All that a command imports, for the process that commands are forked off (tests/commands)."""

from importlib import import_module
from pkgutil import walk_packages

import clinic.cli
import clinic.tasks
import clinic.web
from clinic.starting import LATE

for package in (clinic.cli, clinic.tasks, clinic.web):
    for module in walk_packages(package.__path__, f"{package.__name__}."):
        import_module(module.name)
LATER = ("alembic.autogenerate", "flask_limiter.commands", "flask_migrate.cli", "psycopg", "valkey.asyncio")
for name in (*LATER, *LATE):
    import_module(name)  # what Flask finds of others' commands, and what they ask for as they run
