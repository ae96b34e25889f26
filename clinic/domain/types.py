"""The words of the product as closed sets; models, services and pages all speak these."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody is to a practice; a person has exactly one role in it."""

    OWNER = "owner"
    PRACTITIONER = "practitioner"
    ASSISTANT = "assistant"
    CLIENT = "client"


class Audience(StrEnum):
    """Who a page is for; every rule of the URL map declares one."""

    PUBLIC = "public"
    CLIENT = "client"
    PRACTITIONER = "practitioner"
    OWNER = "owner"
    DEV = "dev"


class ClientKind(StrEnum):
    """How a client came to the practice."""

    PRIVATE = "private"
    ONLINE = "online"


class Sex(StrEnum):
    """What a client says of themselves, if asked; norms know two of these."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    NOT_SAID = "not_said"


class ClientStatus(StrEnum):
    """Whether a client is being looked after now."""

    ACTIVE = "active"
    ARCHIVED = "archived"


class InvitationState(StrEnum):
    """Where an invitation stands."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    REVOKED = "revoked"


class LinkPurpose(StrEnum):
    """The one thing a mailed link may do."""

    INVITATION = "invitation"
    RESET = "reset"
    ADDRESS = "address"
    CHECKIN = "checkin"
    QUESTIONNAIRE = "questionnaire"
    COURSE_PLACE = "course_place"
    STAFF_INVITATION = "staff_invitation"


class LinkProblemKind(StrEnum):
    """Why a mailed link does not work."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED = "used"
    REVOKED = "revoked"
    ALTERED = "altered"


class RoutineStatus(StrEnum):
    """Only a published routine can be assigned."""

    DRAFT = "draft"
    PUBLISHED = "published"


class ProgramStatus(StrEnum):
    """The life of a program; `clinic.domain.programs` holds the ways between."""

    ASSIGNED = "assigned"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class ProgramAction(StrEnum):
    """What somebody does to a program."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    END = "end"
    RESTART = "restart"
    MOVE = "move"  # its first or its last day: no step of its life


class StopReason(StrEnum):
    """Why somebody stops, so that it can be counted; words of their own stand beside."""

    CONFIDENT = "confident"
    BETTER = "better"
    HURTS = "hurts"
    NOT_SUITABLE = "not_suitable"
    NO_TIME = "no_time"
    MOVED = "moved"
    OTHER = "other"


class DoseSide(StrEnum):
    """Which side a move is prescribed for."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"
    ALTERNATE = "alternate"
    AFFECTED = "affected"


class MoveRange(StrEnum):
    """How far a move goes."""

    TINY = "tiny"
    SMALL = "small"
    HALF = "half"
    FULL = "full"
    PAIN_FREE = "pain_free"


class BodyPosition(StrEnum):
    """How a move is done: what somebody has to be able to get into."""

    STANDING = "standing"
    SITTING = "sitting"
    LYING_BACK = "lying_back"
    LYING_SIDE = "lying_side"
    LYING_FRONT = "lying_front"
    ALL_FOURS = "all_fours"
    KNEELING = "kneeling"


class Support(StrEnum):
    """What a client holds on to."""

    NONE = "none"
    WALL = "wall"
    CHAIR = "chair"
    DOWEL = "dowel"


class LogOutcome(StrEnum):
    """What a client says about one day's practice; saying nothing is not among them."""

    DONE = "done"
    PARTLY = "partly"
    NOT_DONE = "not_done"


class MistakeAnswer(StrEnum):
    """Did the named mistake happen: YES means it did, in a log and in a check-in alike."""

    YES = "yes"
    NO = "no"
    NOT_SURE = "not_sure"


class WayDone(StrEnum):
    """A way of a move that the client chose instead of the one that is asked."""

    EASIER = "easier"
    HARDER = "harder"


class LogObstacle(StrEnum):
    """What kept a client from a move, or from all of it."""

    HURTS = "hurts"
    NO_TIME = "no_time"
    FORGOT = "forgot"
    NOT_SURE_HOW = "not_sure_how"
    OTHER = "other"


class DayMark(StrEnum):
    """What one day of the week strip shows."""

    DONE = "done"
    PARTLY = "partly"
    NOT_DONE = "not_done"
    NOT_REPORTED = "not_reported"
    FUTURE = "future"
    BEFORE_START = "before_start"
    PAUSED = "paused"
    AFTER_END = "after_end"


class Tier(StrEnum):
    """How urgent a warning sign is: emergency, same day (urgent), soon, none."""

    E = "E"
    U = "U"
    S = "S"
    N = "N"

    @property
    def rank(self) -> int:
        """0 for no answer of concern up to 3 for an emergency."""
        return "NSUE".index(self.value)


class ScheduleKind(StrEnum):
    """How check-ins repeat: every week on a weekday, or some days after the start."""

    WEEKLY = "weekly"
    CADENCE = "cadence"


class CheckinKind(StrEnum):
    """What a check-in is; together with program and local date it is unique."""

    WEEKLY = "weekly"
    CADENCE = "cadence"
    MANUAL = "manual"


class CheckinState(StrEnum):
    """Where a check-in stands in the ledger."""

    PLANNED = "planned"
    DUE = "due"
    SKIPPED = "skipped"
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    KEPT = "kept"  # written, and kept on this machine: there is no mail server
    IN_DOUBT = "in_doubt"
    FAILED = "failed"
    ANSWERED = "answered"
    EXPIRED = "expired"


class SkipReason(StrEnum):
    """Why a check-in that fell due was not sent."""

    LATE = "late"
    NOT_STARTED = "not_started"
    PAUSED = "paused"
    ENDED = "ended"
    LOCKED = "locked"
    ARCHIVED = "archived"
    NO_CONSENT = "no_consent"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    UNSUBSCRIBED = "unsubscribed"
    NO_ADDRESS = "no_address"
    BOUNCED = "bounced"
    NUMBERS_NOT_SET = "numbers_not_set"
    UNANSWERED_TWICE = "unanswered_twice"
    ANSWERED_TODAY = "answered_today"
    ONE_MAIL_A_DAY = "one_mail_a_day"
    OTHER_PROGRAM = "other_program"
    DEMONSTRATION = "demonstration"


class OutboxState(StrEnum):
    """Where a mail stands between the promise and the server's answer."""

    READY = "ready"
    LEASED = "leased"
    SENT = "sent"
    KEPT = "kept"
    IN_DOUBT = "in_doubt"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class MailKind(StrEnum):
    """What a mail is; each is written in its own words."""

    CHECKIN = "checkin"
    REMINDER = "checkin_reminder"
    QUESTIONNAIRE = "questionnaire"
    INVITATION = "invitation"
    STAFF_INVITATION = "staff_invitation"
    PROGRAM_CHANGED = "program_changed"
    PROGRAM_OFFERED = "program_offered"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a word, no secret
    ADDRESS_PROOF = "address_proof"
    ADDRESS_NOTICE = "address_notice"
    SECOND_STEP_RESET = "second_step_reset"
    COURSE_PLACE = "course_place"
    COURSE_WELCOME = "course_welcome"
    GROUP_MESSAGE = "group_message"
    APPOINTMENT = "appointment"
    APPOINTMENT_REMINDER = "appointment_reminder"
    BOOKING_ANSWER = "booking_answer"
    BOOKING_WISH = "booking_wish"
    MESSAGE_WAITS = "message_waits"
    PRACTICE_REMINDER = "practice_reminder"
    WARNING_SIGN_ALERT = "warning_sign_alert"
    SCREEN_ALERT = "screen_alert"
    REPLY = "reply_notice"
    PRACTICE_NOTICE = "practice_notice"
    CHECKIN_PREVIEW = "checkin_preview"
    TEST_MAIL = "test_mail"


class MailChannel(StrEnum):
    """The sorts of mail a client can stop; mail about the account is in none of them."""

    CHECKINS = "checkins"
    MESSAGES = "messages"
    REMINDERS = "reminders"


class AssessmentStatus(StrEnum):
    """A signed assessment is never changed, only amended."""

    DRAFT = "draft"
    SIGNED = "signed"


class Section(StrEnum):
    """The three parts of an assessment."""

    ORTHOPEDIC = "orthopedic"
    NEUROLOGIC = "neurologic"
    FUNCTIONAL_MOVEMENT = "functional_movement"


class Side(StrEnum):
    """The side a finding belongs to; NONE where a test has no sides."""

    LEFT = "left"
    RIGHT = "right"
    NONE = "none"


class Sides(StrEnum):
    """Whether a test is done on each side."""

    NONE = "none"
    LEFT_RIGHT = "left_right"


class TestResult(StrEnum):
    """The outcome of a test that is read as negative or positive."""

    __test__ = False  # the name begins like a test class; collecting it would be a warning

    NEGATIVE = "negative"
    POSITIVE = "positive"
    EQUIVOCAL = "equivocal"
    UNABLE = "unable"
    NOT_TESTED = "not_tested"


class FieldKind(StrEnum):
    """What sort of value an assessment field takes."""

    RESULT = "result"
    DEGREES = "degrees"
    SECONDS = "seconds"
    COUNT = "count"
    GRADE = "grade"
    PAIN = "pain"
    CHOICE = "choice"
    FAULTS = "faults"
    CM = "cm"
    TEXT = "text"


class Better(StrEnum):
    """Which end of a field is the better one: of its numbers, or of its options in their order."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Evidence(StrEnum):
    """How sure we are of a text or a figure in the catalogue."""

    VERIFIED = "verified"
    VERIFIED_SECONDARY = "verified_secondary"
    MEMORY = "memory"
    INFERRED = "inferred"
    AUTHORED = "authored"
