"""How mail that no person wrote is told from mail that somebody did: by sender, subject, phrase, header."""

from __future__ import annotations

import re
from collections.abc import Iterable


def _any_of(phrases: Iterable[str], flags: str = "(?im)", begin: str = "") -> re.Pattern[str]:
    return re.compile(flags + begin + "(?:" + "|".join(phrases) + ")")


# Who sends reports. Microsoft's and Novell's systems call themselves by name.
DAEMONS = _any_of(
    (
        r"\bmailer[-_. ]?daemon\b",
        r"\bpost[-_]?master\b",
        r"\bmail deliver[iy]\w* (?:sub)?system\b",
        r"\bmail delivery (?:service|agent)\b",
        r"\bmail administrator\b",
        r"\bsystem administrator\b",
        r"\bmicrosoft outlook\b",
        r"\bmicrosoftexchange[0-9a-f]{8,}",
        r"\bmdaemon\b",
        r"\bmailsystem\b",
        r"\bcontent-filter at\b",
        r"\binternet mail delivery\b",
    )
)
FAILED = _any_of(
    (
        r"undeliver(?:ed|able)",
        r"\bundelivery\b",
        r"failure notice",
        r"failed mail",
        r"non-?delivery",
        r"returned mail",
        r"return(?:ed|ing) (?:message )?to sender",
        r"mail system error",
        r"delivery (?:status notification|has failed|failure|failed|error|problem|unsuccessful|notification)",
        r"delivery to the following recipients? (?:has )?(?:failed|was aborted)",
        r"del[ie]very to the following recipients? (?:failed|was aborted)",
        r"(?:could ?n[o']t|could not|can ?n[o']?t|cannot|was ?n[o']t|were not|not be) (?:be )?deliver",
        r"(?:has not been|unable to|wasn't able to|did not get) (?:be )?deliver",
        r"did ?n[o'][t]? (?:reach|receive)",
        r"did not reach",
        r"permanent (?:fatal )?(?:delivery )?(?:error|failure)",
        r"delivery errors?",
        r"error delivering",
        r"delivery problems",
        r"message (?:was )?(?:rejected|returned|bounced)",
        r"automatically rejected",
        r"has been returned",
        r"failed recipients?",
        r"the following (?:address|recipient|destination)\S* (?:failed|could not)",
        r"not relayed",
        r"one or more of the recipients are not",
        r"wrong or no longer valid",
        r"address not found",
        r"nondeliverable",
        r"non-?deliver(?:y|ed|able)",
        r"bounce(?:d)? (?:mail|message)",
        r"nicht zugestellt",
        r"unzustellbar",
        r"zustellung fehlgeschlagen",
        r"nicht zustellbar",
        r"konnte nicht .{0,40}zugestellt",
        r"non (?:remis|distribu|d(?:e|é)livr)",
        r"(?:n'a|ne) (?:pas )?pu? ?.{0,20}(?:(?:ê|e)tre )?(?:remis|d(?:e|é)livr|distribu)",
        r"(?:é|e)chec de (?:la )?remise",
        r"[ée]chec de distribution",
        r"no (?:se )?(?:ha )?(?:podido|pudo|puede) (?:ser )?entrega",
        r"no entregad",
        r"no se entreg",
        r"pudo ser entregado",
        r"impossibile (?:recapitare|consegnare)",
        r"mancato recapito",
        r"mancata consegna",
        r"non (?:è|e'|e) stato (?:possibile|recapitato|consegnato)",
        r"mancato inoltro",
        r"n(?:ã|a)o (?:foi|p(?:ô|o)de|entregue)",
        r"n(?:ã|a)o entregue",
        r"falha na entrega",
        r"n(?:ã|a)o pode ser enviada",
        r"onbestelbaar",
        r"niet (?:worden )?(?:bezorgd|afgeleverd)",
        r"kon niet",
        r"送信できませんでした",
        r"配信不能",
        r"配信できません",
        r"届けられません",
        r"送れません",
        r"エラーのため",
        r"退信",
        r"无法(?:发送|送达)",
        r"无法投递",
        r"投递失败",
        r"не может быть доставлено",
        r"недоставл",
        r"не доставлено",
    )
)
DELAYED = _any_of(
    (
        r"\(delay\)",
        r"has been (?:delayed|postponed)",
        r"delivery (?:is |has been |status notification \()?delay",
        r"\bdelayed \d+ (?:hour|minute|day)",
        r"not yet been delivered",
        r"still being (?:retried|tried)",
        r"will (?:be retried|continue to|keep trying|try again|retry)",
        r"attempts? (?:to deliver.{0,40})?will (?:be )?(?:continue|made)",
        r"attempts will continue",
        r"warning message only",
        r"this is (?:just )?a warning",
        r"you do not need to (?:resend|take)",
        r"no action is required",
        r"transient non-fatal errors",
        r"will continue for",
        r"could not send message for past",
        r"wird weiter versucht",
        r"verz(?:ö|oe)gert",
        r"retard(?:é|e)e",
        r"retrasad",
        r"in ritardo",
        r"vertraagd",
    )
)
GIVEN_UP = _any_of(
    (
        r"permanent",
        r"given up",
        r"giving up",
        r"failed permanently",
        r"has been returned",
    )
)
# Where the server's own words end and a copy of the mail begins.
COPY_BEGINS = _any_of(
    (
        r"(?:(?:this|below this line|here|included|attachment|the following) is )?a copy of",
        r"(?:below this line is|begin(?:ning)? of)\b.{0,80}(?:copy|message|mail)",
        r"(?:the )?(?:headers?|first \d+ lines|(?:full )?text|body)\b.{0,80}\b(?:original|message|mail)\b",
        r"(?:your |the )?original (?:message|mail|email)\b",
        r"(?:unsent|returned) (?:message|mail)\b.{0,80}(?:below|follows|-)",
        r"message (?:text|headers?|contents?)\b.{0,80}follows?",
        r"mensaje original",
        r"urspr(?:ü|ue)ngliche nachricht",
        r"message original",
        r"your message reads",
        r"(?:received|return-path|message-id|delivered-to|dkim-signature|mime-version|x-mail-mark):",
    ),
    begin=r"^[-_*=|#> \t]{0,80}",
)
# Subjects of answering machines: at the beginning, for people write of holidays too.
AWAY = _any_of(
    (
        r"out of (?:the )?office",
        r"auto(?:matic|mated|matisch\w*)?[- ]?(?:reply|response|answer|antwort|antwoord|respon\w+|svar)",
        r"autosvar",
        r"automatische (?:antwort|abwesenheit)",
        r"automatisch antwoord",
        r"abwesen(?:d|heit)",
        r"(?:r[ée]ponse|notification) (?:automatique|d'absence)",
        r"absen(?:ce|t)\b.{0,20}(?:du bureau|:)",
        r"message d'absence",
        r"respuesta autom",
        r"fuera de (?:la )?oficina",
        r"ausencia",
        r"risposta autom",
        r"fuori (?:sede|ufficio)",
        r"assenza",
        r"resposta autom",
        r"fora do escrit",
        r"aus[êe]ncia",
        r"afwezig",
        r"niet aanwezig",
        r"ikke til stede",
        r"fr[åa]nvaro",
        r"poissaolo",
        r"on vacation",
        r"vacation (?:reply|message|notice|response)",
        r"holiday (?:reply|notice)",
        r"away (?:message|from)",
        r"自動(?:応答|返信)",
        r"不在(?:通知|です)",
        r"自动回复",
        r"автоответ",
        r"atvali",
        r"autoreply",
        r"auto:",
        r"(?:read|not read|gelesen|ungelesen|lu|non lu|le[ií]do|letto)\s*:",
    ),
    begin=r"^\s*(?:\[[^\]]*\]\s*)?",
)
CHALLENGES = _any_of(
    (
        r"boxbe",
        r"spam ?arrest",
        r"\btmda\b",
        r"please (?:confirm|verify)\b.{0,40}(?:your|message|e-?mail|delivery|sender)",
        r"(?:sender|e-?mail|message) (?:verification|confirmation) (?:required|requested|needed)",
        r"confirm (?:your )?(?:delivery|message|that you)",
        r"(?:click|reply).{0,60}(?:to (?:have|get) your (?:message|e-?mail)|to prove)",
        r"challenge[- ]response",
        r"verification of your e-?mail",
        r"action required: confirm",
        r"human verification",
        r"not in my (?:address book|approved)",
    )
)
COMPLAINT_SENDERS = _any_of(
    (
        r"staff@(?:hotmail|outlook|live)\.com",
        r"\bfbl\b",
        r"feedback-?loop",
        r"\bscomp@",
        r"abuse",
        r"complaints?@",
    )
)
COMPLAINT_SUBJECTS = _any_of(
    (
        r"complaint about message",
        r"abuse (?:report|complaint)",
        r"spam (?:report|complaint)",
        r"feedback (?:loop|report)",
        r"email feedback",
        r"reported as (?:spam|junk|abuse)",
    )
)
COMPLAINT_HEADERS = ("X-HmXmrOriginalRecipient", "X-Hmxmr-Originalrecipient", "X-AOL-INRLY")
MACHINE_HEADERS = (
    "X-Autoreply",
    "X-Autorespond",
    "X-Autoresponder",
    "X-Auto-Reply",
    "X-Autoreply-From",
    "X-Autogenerated",
    "X-Mail-Autoreply",
    "X-Auto-Response-Suppress",
    "X-AutoReply-From",
    "X-TMDA-Fingerprint",
    "X-Delivery-Agent-TMDA",
    "X-Boxbe",
    "X-Away-Message",
    "X-Vacation",
    "List-Id",
    "Feedback-ID",
)
MACHINE_PRECEDENCES = frozenset({"auto_reply", "auto-reply", "bulk", "junk", "list"})
