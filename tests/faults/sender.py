"""A sending process without Celery, whose lease lasts seconds: `python -m tests.faults.sender 3`."""

from __future__ import annotations

import sys
import time
from datetime import timedelta

from clinic import create_app_from_env
from clinic.services.sending import claims as sending_claims
from clinic.services.sending import delivery
from clinic.services.sending import lease as sending_lease
from clinic.services.sending import recovery as sending_recovery
from clinic.services.sending import results as sending_results


def main(seconds: float) -> None:
    """Recover and send until told to end."""
    lease = timedelta(seconds=seconds)
    sending_lease.LEASE = sending_claims.LEASE = sending_results.LEASE = lease
    sending_recovery.FROZEN_AFTER = sending_recovery.UNMARKED_AFTER = timedelta()
    sending_lease.RENEW = seconds / 4
    with create_app_from_env().app_context():
        while True:
            delivery.recover()
            delivery.run()
            time.sleep(0.1)


if __name__ == "__main__":
    main(float(sys.argv[1]))
