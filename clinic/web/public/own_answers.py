"""A practice's public page of answers: for anybody, where the practice wants one."""

from __future__ import annotations

from flask import render_template

from clinic.services.own_answers import finding
from clinic.web.presenters import own_answers as words
from clinic.web.presenters.chrome import chrome


def show(word: str) -> str:
    """The answers that the practice shows to anybody."""
    practice, answers = finding.public(word)
    return render_template(
        "public/own_answers.html", chrome=chrome(practice, None), host=practice, answers=answers, words=words
    )
