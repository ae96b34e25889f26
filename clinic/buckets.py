"""A storage that speaks S3, as all who keep files in one reach it."""

from __future__ import annotations

from datetime import timedelta

from obstore.store import S3Store

from config import BucketAccess

CONNECT, ANSWER = timedelta(seconds=10), timedelta(minutes=2)


def bucket(url: str, access: BucketAccess) -> S3Store:
    """The bucket of s3://bucket/prefix; names in it begin behind the prefix."""
    name, _, prefix = url.removeprefix("s3://").partition("/")
    return S3Store(
        name,
        prefix=prefix.strip("/") or None,
        endpoint=access.endpoint,
        region=access.region,
        access_key_id=access.key,
        secret_access_key=access.secret,
        client_options={
            "allow_http": bool(access.endpoint and access.endpoint.startswith("http:")),
            "connect_timeout": CONNECT,
            "timeout": ANSWER,
        },
        retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=30)},
    )
