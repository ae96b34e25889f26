"""So many a minute, kept over any minute: tokens that come back evenly, and a small store of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = 60.0  # seconds
STORED = 12  # the store holds the tokens of a twelfth of a minute
CLOCK_WAS_PUT_BACK = timedelta(minutes=1)  # less is another machine's clock, a little behind


@dataclass(frozen=True, slots=True)
class Bucket:
    """Tokens as of an instant."""

    tokens: float
    filled_at: datetime


def capacity(per_minute: int) -> int:
    """How many tokens are stored at most: what goes out at once after a quiet while."""
    return max(1, per_minute // STORED)


def refilled(bucket: Bucket, per_minute: int, at: datetime) -> Bucket:
    """The bucket at a later instant. Store and refill of a minute together are what a minute allows."""
    if at < bucket.filled_at:
        put_back = bucket.filled_at - at > CLOCK_WAS_PUT_BACK
        return Bucket(bucket.tokens, at) if put_back else bucket
    gained = (at - bucket.filled_at).total_seconds() * _per_second(per_minute)
    return Bucket(min(bucket.tokens + gained, float(capacity(per_minute))), at)


def seconds_until_one(bucket: Bucket, per_minute: int) -> float:
    """How long until a whole token is there."""
    return max(0.0, 1.0 - bucket.tokens) / _per_second(per_minute)


def _per_second(per_minute: int) -> float:
    stored = capacity(per_minute)
    evenly = per_minute if stored == 1 else per_minute - stored
    return evenly / MINUTE
