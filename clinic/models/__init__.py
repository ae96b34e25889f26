"""Tables and their constraints, one module a feature."""

from clinic.models.answer_wait import AnswerWait, ReplyDraft
from clinic.models.appointment import (
    Appointment,
    BookingHours,
    BookingOffer,
    BookingRequest,
    CalendarAddress,
)
from clinic.models.assessment import (
    Amendment,
    Assessment,
    AssessmentDraft,
    Finding,
    ProgramFinding,
    SharedFinding,
)
from clinic.models.attention import OpenReason, ReasonHandling
from clinic.models.audit import AuditChainEnd, AuditEvent
from clinic.models.backup import BackupKey, BackupRecord
from clinic.models.base import Base
from clinic.models.battery import OwnBattery, OwnBatteryVersion, OwnTest, OwnTestVersion
from clinic.models.bulk_act import BulkAct, BulkActLine
from clinic.models.checkin import (
    Checkin,
    CheckinAnswer,
    CheckinEvent,
    CheckinSchedule,
    WarningFlag,
    has_open_flag,
)
from clinic.models.client_import import ClientImport, ClientImportRow, ImportLayout
from clinic.models.clinician import OtherClinician
from clinic.models.consent import Consent, ConsentText
from clinic.models.course import Course, CourseRequest, GroupMessage
from clinic.models.decline import PracticeDecline
from clinic.models.document import Document
from clinic.models.erasure import Erasure, KeptRecord
from clinic.models.exercise import Exercise, ExerciseMedia, ExerciseMistake
from clinic.models.goal import ClientGoal
from clinic.models.group import ClientGroup, GroupMember
from clinic.models.kept_form import KeptForm
from clinic.models.link import LinkToken
from clinic.models.mail_setting import MailSetting
from clinic.models.media import ExercisePicture, MediaFile, MediaPiece, PracticeLogo
from clinic.models.message import Message, MessageFile, Thread, ThreadRead
from clinic.models.new_version import VersionOffer, open_version_offer
from clinic.models.note import Phrase, VisitNote, VisitNoteAmendment
from clinic.models.notice import PracticeNotice
from clinic.models.noticing import FormRecheck, PracticeStop
from clinic.models.outbox import OutboxMessage
from clinic.models.overview import PracticeFigures
from clinic.models.own_answer import OwnAnswer, OwnAnswerHelped, OwnAnswerMove, OwnAnswerSource
from clinic.models.person import Client, Invitation, StaffInvitation, User
from clinic.models.practice import Heartbeat, Practice, SignOff
from clinic.models.practice_reminder import PracticeReminder
from clinic.models.program import (
    PainMorning,
    PracticeLog,
    Prescription,
    Program,
    ProgramEvent,
    ProgramPhase,
)
from clinic.models.progress_report import ProgressReport
from clinic.models.questionnaire import QuestionnaireRequest, QuestionnaireResponse
from clinic.models.reply import MailReply
from clinic.models.routine import Routine, RoutineFavourite, RoutineItem, RoutinePhase, RoutineVersion
from clinic.models.search import SearchPiece
from clinic.models.second_step import Authenticator, Passkey, RecoveryCode
from clinic.models.sending import MailAccount, MailConnection, SendingBatch
from clinic.models.session import AuthSession
from clinic.models.staff_time import StaffTime
from clinic.models.tapering import TaperingOffer

__all__ = [
    "Amendment",
    "AnswerWait",
    "Appointment",
    "Assessment",
    "AssessmentDraft",
    "AuditChainEnd",
    "AuditEvent",
    "AuthSession",
    "Authenticator",
    "BackupKey",
    "BackupRecord",
    "Base",
    "BookingHours",
    "BookingOffer",
    "BookingRequest",
    "BulkAct",
    "BulkActLine",
    "CalendarAddress",
    "Checkin",
    "CheckinAnswer",
    "CheckinEvent",
    "CheckinSchedule",
    "Client",
    "ClientGoal",
    "ClientGroup",
    "ClientImport",
    "ClientImportRow",
    "Consent",
    "ConsentText",
    "Course",
    "CourseRequest",
    "Document",
    "Erasure",
    "Exercise",
    "ExerciseMedia",
    "ExerciseMistake",
    "ExercisePicture",
    "Finding",
    "FormRecheck",
    "GroupMember",
    "GroupMessage",
    "Heartbeat",
    "ImportLayout",
    "Invitation",
    "KeptForm",
    "KeptRecord",
    "LinkToken",
    "MailAccount",
    "MailConnection",
    "MailReply",
    "MailSetting",
    "MediaFile",
    "MediaPiece",
    "Message",
    "MessageFile",
    "OpenReason",
    "OtherClinician",
    "OutboxMessage",
    "OwnAnswer",
    "OwnAnswerHelped",
    "OwnAnswerMove",
    "OwnAnswerSource",
    "OwnBattery",
    "OwnBatteryVersion",
    "OwnTest",
    "OwnTestVersion",
    "PainMorning",
    "Passkey",
    "Phrase",
    "Practice",
    "PracticeDecline",
    "PracticeFigures",
    "PracticeLog",
    "PracticeLogo",
    "PracticeNotice",
    "PracticeReminder",
    "PracticeStop",
    "Prescription",
    "Program",
    "ProgramEvent",
    "ProgramFinding",
    "ProgramPhase",
    "ProgressReport",
    "QuestionnaireRequest",
    "QuestionnaireResponse",
    "ReasonHandling",
    "RecoveryCode",
    "ReplyDraft",
    "Routine",
    "RoutineFavourite",
    "RoutineItem",
    "RoutinePhase",
    "RoutineVersion",
    "SearchPiece",
    "SendingBatch",
    "SharedFinding",
    "SignOff",
    "StaffInvitation",
    "StaffTime",
    "TaperingOffer",
    "Thread",
    "ThreadRead",
    "User",
    "VersionOffer",
    "VisitNote",
    "VisitNoteAmendment",
    "WarningFlag",
    "has_open_flag",
    "open_version_offer",
]
