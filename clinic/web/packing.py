"""Pages go out packed, but never where packing could give a secret away.

How small a page becomes tells whether two of its parts are alike. Somebody who may put words into a page, and
see how long its answers are on the line, can so guess what else stands in it (BREACH, 2013). What stays the
same from one answer to the next and is secret must not stand beside words from outside: so the token of forms
is masked anew for each answer, and pages that repeat what was asked or stand at a secret address go unpacked.
"""

from __future__ import annotations

from flask import Flask, Response, request
from flask_compress import Compress
from flask_wtf.csrf import generate_csrf

from clinic.domain.masking import masked

_compress = Compress()


def init_packing(app: Flask) -> None:
    """Mask the token of forms, and pack pages that may be."""
    app.config.update(
        COMPRESS_REGISTER=False,
        COMPRESS_MIMETYPES=["text/html"],
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=4,  # about as quick as gzip, and a tenth smaller
        COMPRESS_STREAMS=False,
    )
    _compress.init_app(app)
    app.jinja_env.globals["csrf_token"] = masked_csrf
    app.context_processor(lambda: {"csrf_token": masked_csrf})
    app.after_request(_pack)


def masked_csrf() -> str:
    """The token of this session's forms, never twice the same letters."""
    return masked(generate_csrf())


def _pack(response: Response) -> Response:
    return _compress.after_request(response) if _may_be_packed(response) else response


def _may_be_packed(response: Response) -> bool:
    if request.method != "GET" or response.status_code != 200 or request.query_string:
        return False
    return "secret" not in (request.view_args or {})  # the part of an address that is one
