"""Who may open which pages, and who of a practice may do what; nobody may anything by default.

An audience is declared on every rule: that is the first door. Whose record it is, is asked at the second:
`clinic.services.access`. What of it somebody may do is a permission, asked where it is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from clinic.domain.types import Audience, Role

STAFF = frozenset({Role.OWNER, Role.PRACTITIONER, Role.ASSISTANT})
ROLES: Mapping[Audience, frozenset[Role]] = MappingProxyType(
    {
        Audience.CLIENT: frozenset({Role.CLIENT}),
        Audience.PRACTITIONER: STAFF,
        Audience.OWNER: frozenset({Role.OWNER}),
    }
)


class Permission(StrEnum):
    """What some of those who work for a practice may do, and others may not."""

    CLEAR_WARNINGS = "clear_warnings"
    SIGN_ASSESSMENTS = "sign_assessments"
    AMEND_ASSESSMENTS = "amend_assessments"
    SIGN_REPORTS = "sign_reports"  # of a client's progress
    SHARE_FINDINGS = "share_findings"  # with the client they were found in
    WRITE_NOTES = "write_notes"  # of visits, and sign them
    PUBLISH_ROUTINES = "publish_routines"
    MAKE_TESTS = "make_tests"  # and batteries
    ASK_SCREENS = "ask_screens"  # whose positive result somebody acts on the same day
    DECIDE_OFFERS = "decide_offers"  # to write to a client less often
    WRITE_TO_GROUPS = "write_to_groups"  # that somebody else leads
    TAKE_OUT_RECORDS = "take_out_records"
    KEEP_DOCUMENTS = "keep_documents"  # add them, share them with their client, remove them
    VIEW_AS_CLIENT = "view_as_client"  # a client's pages as they see them, without changing anything
    IMPORT_CLIENTS = "import_clients"  # a whole list of them out of a file
    HEAR_NEWS = "hear_news"  # warning signs at once, the rest in the morning
    CHANGE_PRACTICE = "change_practice"
    SET_UP_MAIL = "set_up_mail"
    READ_KEPT_MAIL = "read_kept_mail"  # with working links to other people's pages in it
    READ_TRAIL = "read_trail"  # who did what, all over the practice
    SEE_WHO_LOOKED = "see_who_looked"  # at one client's record
    TAKE_OUT_PRACTICE = "take_out_practice"  # everything of everybody as tables
    ERASE_RECORDS = "erase_records"  # and see what the law keeps of the erased
    CALL_BACK_ERASURES = "call_back_erasures"  # for as long as that can be done
    KEEP_BACKUPS = "keep_backups"  # make the keys that open them
    MANAGE_PEOPLE = "manage_people"  # who works here, and as what
    BE_RESPONSIBLE = "be_responsible"  # for clients of their own
    CHANGE_SIGN_IN = "change_sign_in"  # the address that a client signs in with
    HELP_SIGN_IN = "help_sign_in"  # of others: whose phone is gone, whose browser is in other hands


_OF_ALL_STAFF = frozenset({Permission.KEEP_DOCUMENTS})
# A clinical decision needs a name that may stand under it.
_CLINICAL = _OF_ALL_STAFF | frozenset(
    {
        Permission.CLEAR_WARNINGS,
        Permission.SIGN_ASSESSMENTS,
        Permission.AMEND_ASSESSMENTS,
        Permission.SIGN_REPORTS,
        Permission.SHARE_FINDINGS,
        Permission.WRITE_NOTES,
        Permission.PUBLISH_ROUTINES,
        Permission.MAKE_TESTS,
        Permission.ASK_SCREENS,
        Permission.DECIDE_OFFERS,
        Permission.WRITE_TO_GROUPS,
        Permission.TAKE_OUT_RECORDS,
        Permission.IMPORT_CLIENTS,
        Permission.SEE_WHO_LOOKED,
        Permission.VIEW_AS_CLIENT,
        Permission.HEAR_NEWS,
        Permission.BE_RESPONSIBLE,
        Permission.CALL_BACK_ERASURES,
    }
)
PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.OWNER: _CLINICAL
        | {
            Permission.CHANGE_PRACTICE,
            Permission.SET_UP_MAIL,
            Permission.READ_KEPT_MAIL,
            Permission.TAKE_OUT_PRACTICE,
            Permission.ERASE_RECORDS,
            Permission.KEEP_BACKUPS,
            Permission.READ_TRAIL,
            Permission.MANAGE_PEOPLE,
            Permission.CHANGE_SIGN_IN,
            Permission.HELP_SIGN_IN,
        },
        Role.PRACTITIONER: _CLINICAL | {Permission.CHANGE_SIGN_IN},
        Role.ASSISTANT: _OF_ALL_STAFF,
        Role.CLIENT: frozenset(),
    }
)


# In words, as the page about people says them: "may …". Whoever adds a permission says it here.
WORDS: Mapping[Permission, str] = MappingProxyType(
    {
        Permission.BE_RESPONSIBLE: "be responsible for clients",
        Permission.CLEAR_WARNINGS: "clear a warning sign",
        Permission.SIGN_ASSESSMENTS: "sign assessments",
        Permission.SIGN_REPORTS: "sign reports of a client’s progress, and give them to the client",
        Permission.SHARE_FINDINGS: "choose which findings a client sees",
        Permission.WRITE_NOTES: "write notes of visits, and sign them",
        Permission.AMEND_ASSESSMENTS: "amend a signed assessment",
        Permission.ASK_SCREENS: "ask questionnaires whose answers may need somebody the same day",
        Permission.HEAR_NEWS: "be mailed about warning signs at once, and in the morning about the rest",
        Permission.PUBLISH_ROUTINES: "publish routines, and the words of moves and answers",
        Permission.MAKE_TESTS: "make tests and batteries",
        Permission.DECIDE_OFFERS: "offer a client fewer check-ins",
        Permission.WRITE_TO_GROUPS: "write to groups that somebody else leads",
        Permission.TAKE_OUT_RECORDS: "take a client’s record out as a file",
        Permission.IMPORT_CLIENTS: "import a list of clients",
        Permission.SEE_WHO_LOOKED: "see who looked at a client’s record",
        Permission.KEEP_DOCUMENTS: "keep documents in a client’s record, share and remove them",
        Permission.VIEW_AS_CLIENT: "look at a client’s pages as the client sees them",
        Permission.CHANGE_SIGN_IN: "change the address that a client signs in with",
        Permission.MANAGE_PEOPLE: "invite colleagues, change roles, close and open accounts",
        Permission.HELP_SIGN_IN: "sign others out, and help with a lost phone",
        Permission.CHANGE_PRACTICE: "change the practice’s details, numbers and limits",
        Permission.SET_UP_MAIL: "set up the mail server",
        Permission.READ_KEPT_MAIL: "read mail that was kept here and not sent",
        Permission.READ_TRAIL: "read who did what, all over the practice",
        Permission.TAKE_OUT_PRACTICE: "take out everything the practice holds",
        Permission.ERASE_RECORDS: "have a client erased",
        Permission.CALL_BACK_ERASURES: "call the erasure of a client back",
        Permission.KEEP_BACKUPS: "make and retire the keys of backups",
    }
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a rule of the URL map declares: who it is for, and the kind of record it opens, if any."""

    audience: Audience
    record: str | None = None


def may(role: Role | None, audience: Audience, *, development: bool = False) -> bool:
    """Whether somebody (None: not signed in) may open an audience's pages; `dev` ones in development only."""
    if audience is Audience.PUBLIC:
        return True
    if audience is Audience.DEV:
        return development
    return role is not None and role in ROLES[audience]


def holds(role: Role | None, permission: Permission) -> bool:
    """Whether somebody (None: not signed in) may do such a thing."""
    return role is not None and permission in PERMISSIONS[role]


def roles_with(permission: Permission) -> frozenset[Role]:
    """Who may do it, for a query over accounts."""
    return frozenset(role for role in Role if holds(role, permission))


def is_staff(role: Role | None) -> bool:
    """Whether somebody works for the practice."""
    return role in STAFF
