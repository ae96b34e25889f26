"""What mail servers say when they send a mail back, sorted by what it means: one phrase a line.

`…` stands for a few words of the same sentence, `{person}` and `{missing}` for the words below, the end of
a phrase may go on. Addresses are written @; what is no letter or figure is dropped. The sorts are asked in
their order: who refuses *us* often names the client as well ("sender verify failed: no such user"), so that
what could be about us is asked first. Facts of the field, written down by us; a phrase more is a line more.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from types import MappingProxyType


class BounceSaying(StrEnum):
    """What a server's words say; the order here is the order in which they are asked."""

    SENDER = "sender"  # our address or domain
    REPUTATION = "reputation"  # lists, spam, proofs of origin
    RATE = "rate"  # too much at once, or for today
    FULL = "full"
    ELSEWHERE = "elsewhere"  # it was forwarded, and came back from there
    NOBODY = "nobody"  # there is no such mailbox or domain
    POLICY = "policy"  # rules, content, size, relaying
    INACTIVE = "inactive"
    REJECTED = "rejected"  # the address is not taken, and no more is said: a code may say otherwise
    PASSING = "passing"  # not reached, not in time, a fault of the other server


PERSON = """
user recipient mailbox mail+box account address addressee alias email e+mail person local+part
customer subscriber userid username destinataire utilisateur adresse empfanger benutzer postfach
utente destinatario usuario direccion endereco casella gebruiker ontvanger adres mottagare
"""
MISSING = """
unknown not+known doesn't+exist does+not+exist do+not+exist not+exist not+exists doesnt+exist
nonexistent non+existent no+longer+exists not+found couldn't+be+found could+not+be+found
cannot+be+found can't+be+found wasn't+found not+recognized not+recognised not+listed not+present
not+in+directory not+a+valid not+valid no+longer+valid invalid no+longer+available no+longer+in+use
no+longer+accepts no+longer+with no+longer+active has+been+deleted has+been+removed has+been+closed
has+been+terminated is+deleted is+closed is+terminated not+our+customer not+local not+registered
not+hosted isn't+a+valid unbekannt nicht+gefunden nicht+bekannt nicht+vorhanden existiert+nicht
ungultig inconnu n'existe+pas n'existe+plus invalide introuvable inexistant desconocid no+existe
no+encontrad inexistente desconhecid nao+existe nao+encontrad non+esiste sconosciut inesistente
bestaat+niet onbekend niet+gevonden finns+inte okand
"""
PHRASES: Mapping[BounceSaying, str] = MappingProxyType(
    {
        BounceSaying.SENDER: """
            sender … reject
            sender … denied
            sender … refuse
            sender … verif
            sender … unknown
            sender … invalid
            sender … not exist
            sender … doesn't exist
            sender … not found
            sender … not allowed
            sender … not permitted
            sender … not accepted
            sender … not authori
            sender … not registered
            sender … not owned
            sender … blocked
            sender … blacklist
            sender … disabled
            sender … must exist
            sender … cannot be
            sender … could not
            sender … domain
            sender's domain
            sender's address
            sender's email
            domain of sender
            domain of the sender
            address of sender
            address of the sender
            originator
            mail from address
            verify … return path
            return path … verif
            return path … unknown
            return path … not exist
            return path … not found
            rejected sender
            invalid sender
            unknown sender
            bad sender
            verify sender
            verifying @
            validate sender
            bogus mail from
            after mail from
            reply to mail from
            envelope from
            return path … reject
            return path … invalid
            from address … not
            from address … invalid
            from domain
            callback setup
            callout
            sender callback
            unroutable sender
            sender not pre
            unsigned dsn
            not owned by user
            does not exist e2110
            fully qualified
            returned mail not accepted
            empty sender
            null sender
            third party dsns
            batv
            backscatter
            spoof
            your domain
            your address
            your email address has been
            not allowed to send
            not authorized to send
            not authorised to send
            don't have permission to send
            sendasdenied
            rst notauthorized
            email address is not verified
            identity not verified
            tenant has been
            emetteur
            expediteur
            absender
            remitente
            remetente
            mittente
            afzender
        """,
        BounceSaying.REPUTATION: """
            spam
            junk mail
            junkmail
            unsolicited
            bulk mail
            bulk email
            bulk e mail
            mass mail
            ube
            black list
            blacklist
            block list
            blocklist
            denylist
            deny list
            rbl
            dnsbl
            dns bl
            realtime block
            blocked using
            blocked by
            blocked from
            blocked due
            blocked see
            blocked for
            is blocked
            is listed
            are listed
            ip … listed
            found on one or more
            ip address … blocked
            ip address … reject
            ip address … denied
            ip address … refused
            ip address … not
            banned
            spamhaus
            sorbs
            barracuda
            uribl
            surbl
            cloudmark
            mail abuse
            abusix
            senderscore
            sender score
            senderbase
            trend micro
            reputation
            complaint
            unusual rate
            unusual amount
            suspicious
            abuse
            spf
            dkim
            dmarc
            domainkeys
            unauthenticated
            not authenticated
            ptr
            reverse dns
            reverse lookup
            reverse name
            reverse hostname
            reverse address
            rdns
            find your hostname
            resolve your
            helo
            ehlo
            dynamic ip
            open proxy
            mismatches client
            no access from
            smtp server of your
            confirm this mail server
            generic dns
            client host rejected
            client host … blocked
            your ip
            your host
            your server
            your mail server
            your network
            sending ip
            connecting ip
            source ip
            ip name lookup
            mail from … rejected
            mail from … not accept
            messages from … blocked
            messages from … weren't sent
            connections … not accepted
            grey list
            greylist
            gray list
            graylist
            virus
            malware
            phish
            trojan
            honeypot
            s3140
            s3150
            sc 001
            sc 002
            sc 003
            sc 004
            dy 001
            dy 002
            problem occurred
            high volume
            esender
        """,
        BounceSaying.RATE: """
            daily … limit
            daily … quota
            daily … exceed
            limit … daily
            hourly … limit
            hourly … quota
            sending limit
            sending quota
            sending rate
            submission quota
            outgoing … limit
            outbound … limit
            sender quota
            sender's quota
            sender exceed
            sender has exceed
            sender … sending quota
            quota … for sender
            quota … for the sender
            quota … of sender
            quota … of the sender
            quota … by sender
            quota … by the sender
            full … for sender
            full … for the sender
            sender … over quota
            sender … over its quota
            sender … over their quota
            sender mailbox
            sender's mailbox
            mailbox of sender
            mailbox of the sender
            quota … for the sending
            quota … of the sending
            sender … mailbox full
            sender … mailbox is full
            your mailbox is
            your mailbox has
            your quota
            your account … quota
            your … mail quota
            you have exceeded your
            you've exceeded your
            you have reached your
            you've reached your
            prohibit send
            prohibitsend
            message limit
            limit for message recipients
            recipient limit
            rate limit
            ratelimit
            throttl
            frequency limit
            too many messages from
            too many mails
            too many emails
            too many e mails
            too many messages in
            too many messages this
            too many connections
            too many concurrent
            too many recipients
            too many sessions
            too many smtp
            too many errors
            too fast
            too quickly
            slow down
            slower
            at a rate that
            message rate
            connection rate
            connection limit
            exceed … per hour
            exceed … per day
            exceed … per minute
            exceed … an hour
            exceed … a day
            limit … per hour
            limit … per day
            maximum … per hour
            maximum … per day
            max … per hour
            max … per day
            max … an hour
            messages per
            emails per
            mails per
            in the last 24 hours
            24 hour limit
            try again tomorrow
            tomorrow
            tageslimit
            limite quotidien
            limite diari
            limite giornalier
            trop de connexions
        """,
        BounceSaying.FULL: """
            over quota
            overdrawn
            overquota
            over its quota
            over the quota
            over their quota
            over disk quota
            over the allowed quota
            over storage quota
            over mail quota
            quota exceed
            quota is exceed
            quota usage exceed
            quota has been
            quota violation
            quota reached
            quota full
            quota limit
            exceed … quota
            exceed … storage
            exceed … disk space
            exceed … mailbox size
            exceeded the local limit
            exceed … receiving limits
            exceed … space limit
            exceeded storage allocation
            reached disk quota
            reached … quota
            shutoffquotaexceeded
            quotaexceeded
            mailbox full
            mailbox is full
            mail box is full
            mail box full
            full mailbox
            mailfolder is full
            inbox is full
            inbox full
            account is full
            mail file size exceeds
            mailbox size limit
            mailbox limit
            mailbox exceed
            mailbox has exceed
            mailbox … too large
            mailbox … full
            is full
            not enough storage
            not enough space
            not enough disk
            insufficient disk
            insufficient storage
            insufficient system storage
            insufficient mailbox
            no space left
            out of storage
            out of space
            out of disk
            does not have enough space
            space has been used up
            too many messages on
            too much mail data
            maximum allowed storage
            maximum storage
            boite … pleine
            messagerie … pleine
            boite … saturee
            quota … depass
            destinataire pleine
            postfach … voll
            mailbox … voll
            speicherplatz
            kontingent
            uberfullt
            buzon … llen
            cuota
            caixa … chei
            quota … excedid
            casella … pien
            spazio … esaurito
            quota … superat
            postvak … vol
            mailbox … vol
            容量
            一杯
            いっぱい
            已满
            переполнен
        """,
        BounceSaying.ELSEWHERE: """
            generated from @
            forwarding address
            could not be forwarded
            an undisclosed address
        """,
        BounceSaying.NOBODY: """
            {person} … {missing}
            {missing} {person}
            {missing} or {missing}
            unknown or illegal
            unknown or invalid
            unknown virtual {person}
            unknown local {person}
            unknown email {person}
            unknown recipient
            invalid final delivery
            invalid local {person}
            invalid email {person}
            invalid recipient
            illegal {person}
            illegal alias
            bad {person}
            bad destination
            bad rcpt
            badrcptto
            badrecipientto
            rcpt … not exist
            @ does not exist
            @ doesn't exist
            @ not found
            userunknown
            unknownuser
            nosuchuser
            recipientnotfound
            recipient notfound
            adr recipnotfound
            mailboxnotfound
            no such {person}
            no such local
            no such virtual
            no such domain
            no such host
            no such @
            no such address
            no such name
            no @ here
            no {person} by that name
            no {person} here by that name
            no {person} with that name
            no {person} found
            no {person} here
            no {person} at this
            no {person} available for
            no mailbox
            no mail box
            no user
            no account
            no recipient … found
            no valid recipient
            no valid hosts
            no one at this
            no one by that name
            no matches
            nobody by that name
            not our customer
            not our user
            not a customer
            not a local {person}
            not a known {person}
            not a valid {person}
            not an active {person}
            user not local
            user isn't known
            {person} … is not known
            {person} … not in
            {person} … is not a
            {person} … is not an active
            doesn't have … account
            does not have … account
            doesn't have … mailbox
            does not have … mailbox
            not in my validrcptto
            name is not recognized
            name is not recognised
            name is not found
            address you entered couldn't
            address … wrong or no longer
            address not found
            address unknown
            address error
            address incorrect
            address is incorrect
            address isn't valid
            disabled or discontinued
            mailbox unavailable or access denied
            did not exactly match
            been discontinued
            final email delivery point
            missing home directory
            in name directory
            user … has moved
            {person} … moved
            has left the
            has left this
            no longer works
            no longer work
            no longer employed
            no longer on server
            no longer at this
            ist nicht mehr
            unrouteable address
            unrouteable mail domain
            unroutable address
            unroutable mail domain
            all relevant mx records point to non existent
            unknown host
            unknown domain
            unknown mail domain
            unknown destination
            host unknown
            host not found
            host name not found
            host or domain name not found
            domain name not found
            domain not found
            domain unknown
            domain … does not exist
            domain … doesn't exist
            domain … not exist
            domain … must exist
            domain … is unknown
            nonexistent domain
            non existent domain
            nxdomain
            domain … not resolve
            domain … couldn't be found
            does not accept mail
            doesn't accept mail
            does not receive mail
            null mx
            nullmx
            no mx record
            no mx or a record
            name or service not known
            keine mailbox
            kein benutzer
            keinen benutzer
            kein empfanger
            unbekannter
            unbekannte adresse
            adresse … n'existe
            utilisateur inconnu
            destinataire invalide
            destinataire inconnu
            adresse invalide
            boite … inexistante
            nessun utente
            utente simile
            no existe dicha
            no existe ese
            no existe la
            usuario desconocid
            usuario desconhecid
            onbekende {person}
            見つかりません
            存在しません
            宛先不明
            不存在
            неизвестн
            не существует
            не найден
            нет такого
        """,
        BounceSaying.POLICY: """
            policy
            policies
            prohibit
            forbidden
            not permitted
            not allowed
            unauthori
            not authori
            access denied
            permission denied
            denied
            restrict
            relay
            rcpthosts
            authenticat
            starttls
            too large
            too big
            line too long
            message too long
            too long line
            message size
            mail size
            size limit
            size exceed
            maximum size
            fixed maximum
            larger than
            content
            attachment
            header
            mime
            charset
            malformed
            syntax
            protocol
            bare lf
            line length
            filter
            classified
            score
            not accept … mail
            not accept … message
            refuse
            declined
            unwanted
            not wanted
            mailing list
            members only
            non member
            moderat
            not subscribed
            recipient preferences
            only accept
            blocked
            go away
            challenge
            captcha
        """,
        BounceSaying.INACTIVE: """
            inactive
            inactivity
            deactivat
            de activat
            disabled
            suspend
            locked
            frozen
            account … expired
            not active
            not been collected
            dormant
            not accepting
            not currently accepting
            cannot receive
            archivee
            desactiv
            gesperrt
            deaktiviert
            disattivat
            bloquead
            geblokkeerd
            停止
        """,
        BounceSaying.REJECTED: """
            mailbox unavailable
            mailbox is unavailable
            mailbox currently unavailable
            mailbox is currently unavailable
            mailbox unavaiable
            mailbox not available
            mailbox name not allowed
            {person} … rejected
            {person} unavailable
            {person} undeliverable
            {person} not ok
            {person} is not accepted
            {person} not accepted
            rejected {person}
            can't accept {person}
            unable to deliver to
        """,
        BounceSaying.PASSING: """
            timed out
            establish … connection
            in the queue
            timeout
            time out
            connection refused
            connection reset
            connection lost
            connection dropped
            connection closed
            connection failed
            unable to connect
            could not connect
            couldn't connect
            cannot connect
            unreachable
            not reachable
            expired
            try again
            try later
            retry
            retries
            temporar
            deferred
            loop
            too many hops
            system error
            system not accepting
            local error
            internal error
            service unavailable
            service not available
            lookup failed
            lookup failure
            dns error
            dns failure
            did not respond
            not respond
            no answer
            server error
            out of memory
        """,
    }
)

LONGEST = 2000  # characters: a server has said by then what it means
_GAP = "[^.;]{0,60}?"
_LISTS = ("spamhaus", "sorbs", "spamcop", "barracuda", "uribl", "surbl", "cloudmark", "senderscore", "dnsbl")
_ADDRESS = re.compile(r"[^\s<>@,;:\"'()\[\]]+@[^\s<>@,;:\"'()\[\]]+")
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_HOST = re.compile(r"\b[a-z0-9-]+(?:\.[a-z0-9-]+)+(?= ?[\[(])|\b[a-z0-9-]+(?:\.[a-z0-9-]+){2,}\b")
_CODES = re.compile(r"\b[245]\d\d[- ](?=\D|[245]\.)|(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d]|\.\d)")
_MARKS = re.compile(r"[^\w@'.;]+|_")
_SENTENCES = re.compile(r"(?<=[a-z])\.(?=[A-Z])")
_DOTS = re.compile(r"\.{2,}")
_INNER_DOTS = re.compile(r"\.(?=\w)")


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(each for each in decomposed if not unicodedata.combining(each))


def _any_of(words: str) -> str:
    return "(?:" + "|".join(re.escape(word.replace("+", " ")) for word in words.split()) + ")"


_PIECES = {
    re.escape("{person}"): _any_of(PERSON) + r"(?:s|'s)?",
    re.escape("{missing}"): _any_of(MISSING) + r"(?! (?:reason|error|problem))",
    re.escape(" … "): rf"\w* {_GAP}",
}


def _pattern(phrase: str) -> str:
    escaped = re.escape("…".join(map(_without_accents, phrase.split("…"))))
    for piece, meaning in _PIECES.items():
        escaped = escaped.replace(piece, meaning)
    return escaped


def _compiled(phrases: str) -> re.Pattern[str]:
    lines = (line.strip() for line in phrases.strip().splitlines())
    return re.compile(r"(?<![a-z0-9])(?:" + "|".join(_pattern(line) for line in lines) + ")")


@cache
def _patterns() -> Mapping[BounceSaying, re.Pattern[str]]:
    """Made where a mail came back: few processes ever read one, and each would pay for them as it starts."""
    return {saying: _compiled(PHRASES[saying]) for saying in BounceSaying}


def plain(words: str) -> str:
    """A server's words as they are compared: in small letters, without accents, codes, links and names."""
    text = _SENTENCES.sub(". ", _DOTS.sub(" ", words[:LONGEST]))
    text = _without_accents(text.casefold()).replace("’", "'")
    lists = [name for name in _LISTS if name in text]
    for what, instead in ((_LINK, " "), (_ADDRESS, " @ "), (_HOST, " "), (_CODES, " ")):
        text = what.sub(instead, text)
    text = _MARKS.sub(" ", _INNER_DOTS.sub(" ", text))
    return " ".join([*text.split(), *lists])


def sayings(words: str) -> tuple[BounceSaying, ...]:
    """All that a server's words say, in the order in which they are asked."""
    text = plain(words)
    return tuple(saying for saying, pattern in _patterns().items() if pattern.search(text))
