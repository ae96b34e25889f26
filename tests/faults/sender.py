"""A sender without Celery, whose lease lasts seconds: `python -m tests.faults.sender 3 [STEP NUMBER]`.

With a step it kills itself there, the NUMBERth time it comes by.
"""

from __future__ import annotations

import sys
import time
from datetime import timedelta

from clinic import create_app_from_env
from clinic.mail.journal import Journal
from clinic.mail.smtp import SmtpSession
from clinic.services.sending import claims as sending_claims
from clinic.services.sending import delivery
from clinic.services.sending import lease as sending_lease
from clinic.services.sending import recovery as sending_recovery
from clinic.services.sending import results as sending_results
from clinic.services.sending.lease import BatchLease
from tests.faults.dying import Step, die_at

STEPS: dict[str, Step] = {
    "claimed": (delivery, "claim", False),
    "dot noted": (Journal, "dot", False),
    "before the mark": (BatchLease, "_begin", True),
    "marked": (BatchLease, "_begin", False),
    "before the dot": (SmtpSession, "_finish", True),
    "answered": (SmtpSession, "_finish", False),
    "answer noted": (Journal, "sent", False),
    "batch sent": (delivery.Sender, "_send", False),
    "results written": (sending_results, "note", False),
    "results committed": (Journal, "forget", True),
}


def main(seconds: float, step: str = "", number: str = "1") -> None:
    """Recover and send until told to end."""
    lease = timedelta(seconds=seconds)
    sending_lease.LEASE = sending_claims.LEASE = sending_results.LEASE = lease
    sending_recovery.FROZEN_AFTER = sending_recovery.UNMARKED_AFTER = timedelta()
    sending_lease.RENEW = seconds / 4
    if step:
        die_at(STEPS[step], int(number))
    with create_app_from_env().app_context():
        while True:
            delivery.recover()
            delivery.run()
            time.sleep(0.1)


if __name__ == "__main__":
    main(float(sys.argv[1]), *sys.argv[2:])
