"""Tables and their constraints, one module a feature."""

from clinic.models.assessment import Assessment, Finding
from clinic.models.audit import AuditEvent
from clinic.models.base import Base
from clinic.models.checkin import Checkin, CheckinAnswer, CheckinEvent, CheckinSchedule, WarningFlag
from clinic.models.exercise import (
    Exercise,
    ExerciseMedia,
    ExerciseMistake,
    Routine,
    RoutineItem,
    RoutineVersion,
)
from clinic.models.outbox import OutboxMessage
from clinic.models.person import Client, Invitation, User
from clinic.models.practice import Heartbeat, Practice, SignOff
from clinic.models.program import PracticeLog, Prescription, Program, ProgramEvent
from clinic.models.session import AuthSession, LinkToken

__all__ = [
    "Assessment",
    "AuditEvent",
    "AuthSession",
    "Base",
    "Checkin",
    "CheckinAnswer",
    "CheckinEvent",
    "CheckinSchedule",
    "Client",
    "Exercise",
    "ExerciseMedia",
    "ExerciseMistake",
    "Finding",
    "Heartbeat",
    "Invitation",
    "LinkToken",
    "OutboxMessage",
    "Practice",
    "PracticeLog",
    "Prescription",
    "Program",
    "ProgramEvent",
    "Routine",
    "RoutineItem",
    "RoutineVersion",
    "SignOff",
    "User",
    "WarningFlag",
]
