"""The library of moves: the list, one move, making, changing, retiring, taking from the shelf."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.access import Permission
from clinic.domain.errors import Conflict
from clinic.domain.own_moves import MoveWords, marks_of
from clinic.models import Exercise
from clinic.services.routines import library, own_moves, shelf
from clinic.services.routines.own_moves import MoveCollision
from clinic.services.routines.signoffs import signatures
from clinic.services.routines.wording import content_of
from clinic.web import given_back
from clinic.web.authz import current_actor
from clinic.web.forms.moves import (
    MoveWordsForm,
    address_parts,
    filter_fields,
    rearranged,
    settled,
    wanted_from,
)
from clinic.web.presenters import library as words
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash

Answer = Response | str | tuple[str, int]
NOT_REPEATED = frozenset({"csrf_token", "act", "seen"})


def index() -> str:
    """The library, searched and filtered."""
    actor, wanted = current_actor(), wanted_from(request.args)
    found = library.page(actor, wanted)
    return render_template(
        "practitioner/moves/index.html",
        found=found,
        wanted=wanted,
        fields=filter_fields(wanted, library.tags(actor)),
        words=words,
        told=words.range_words(found, library.PAGE),
        pages=_pages(found, address_parts(wanted)),
        may_make=_may_make(),
    )


def show(move_id: uuid.UUID) -> str:
    """One move: its words as clients get them, where it is in use, and whose name stands under it."""
    actor = current_actor()
    move = own_moves.whole(actor, move_id)
    wording, use = library.wording_of(move), own_moves.use_of(actor, move)
    return render_template(
        "practitioner/moves/show.html",
        move=move,
        wording=wording,
        content=content_of(move),
        signature=signatures(actor.practice_id, [wording]).get(wording.scope),
        use=use,
        use_words=words.use_words(use),
        facts=words.facts(move),
        more=words.more_facts(move),
        origin=words.origin(move),
        video=words.video_url(move),
        may_make=_may_make(),
    )


def add() -> Answer:
    """Make a move, from nothing or as a copy of another one."""
    actor = current_actor()
    if not _may_make():
        return _refused()
    if not given_back.typed():
        return _page(MoveWordsForm.of(_pattern()))
    if (form := _arranged()) is not None:
        return _page(form)
    form = MoveWordsForm()
    form.be_asked_by(actor)
    if form.validate():
        with form.attempt():
            made = own_moves.create(actor, form.key.data or "", form.words())
            flash(f"{made.name} is in your library. You can put it into a routine now.", "success")
            return _to(made.id)
    return _page(form), 422


def edit(move_id: uuid.UUID) -> Answer:
    """Change a move; where somebody else changed the same thing meanwhile, show both and let choose."""
    actor = current_actor()
    move = own_moves.whole(actor, move_id)
    if not _may_make():
        return _refused()
    if move.retired_at is not None:
        return _to(move_id)
    if not given_back.typed():
        return _page(MoveWordsForm.of(own_moves.words_of(move)), move)
    if (form := _arranged()) is not None:
        return _page(form, move)
    form = MoveWordsForm()
    form.be_asked_by(actor, move_id)
    if form.validate():
        differs = request.form.getlist("differs")
        missing = [name for name in differs if not request.form.get(f"pick-{name}")]
        if missing:
            return _both(move, form, differs, missing), 422
        seen = settled(form, request.form, differs)
        try:
            with form.attempt():
                changed = own_moves.revise(actor, move_id, form.words(), seen)
                flash("Saved." if changed else "Nothing was different.", "success")
                return redirect(_routine_read() or _of(move_id), 303)
        except MoveCollision as met:
            form.seen.data = json.dumps(seen)
            return _both(own_moves.whole(actor, move_id), form, list(met.merged.collided)), 409
    return _page(form, own_moves.whole(actor, move_id)), 422


def sign(move_id: uuid.UUID) -> Response:
    """Take a move's words as one's own, as they stood on the page."""
    try:
        with told_on_the_next_page():
            own_moves.sign_words(current_actor(), move_id, request.form.get("seen", ""))
            flash("Your name stands under these words.", "success")
    except Conflict:
        flash("Somebody changed these words meanwhile. Read them again, then sign.", "caution")
    return _to(move_id)


def retire(move_id: uuid.UUID) -> Answer:
    """Offer a move no more, asked in words."""
    actor = current_actor()
    move = own_moves.whole(actor, move_id)
    if not _may_make():
        return _refused()
    if request.method == "POST":
        own_moves.retire(actor, move_id)
        flash(f"{move.name} is retired. Whoever has it keeps it.", "success")
        return _to(move_id)
    lines = words.retiring_words(own_moves.use_of(actor, move))
    return render_template("practitioner/moves/retire.html", move=move, lines=lines)


def bring_back(move_id: uuid.UUID) -> Response:
    """Offer a retired move again."""
    with told_on_the_next_page():
        move = own_moves.bring_back(current_actor(), move_id)
        flash(f"{move.name} is on offer again.", "success")
    return _to(move_id)


def delete(move_id: uuid.UUID) -> Answer:
    """Delete a move that was never used, asked in words."""
    actor = current_actor()
    move = own_moves.whole(actor, move_id)
    if not _may_make():
        return _refused()
    if request.method == "POST":
        with told_on_the_next_page():
            name = own_moves.delete_unused(actor, move_id)
            flash(f"{name} is deleted.", "success")
            return redirect(url_for("practitioner.moves.index"), 303)
        return _to(move_id)
    if own_moves.use_of(actor, move).ever:
        return redirect(url_for("practitioner.moves.retire", move_id=move_id), 303)
    return render_template("practitioner/moves/delete.html", move=move)


def shipped() -> str:
    """The shipped moves that the library does not hold yet."""
    return render_template(
        "practitioner/moves/shelf.html",
        moves=shelf.still_on_shelf(current_actor()),
        positions=words.POSITION_WORDS,
        may_make=_may_make(),
    )


def take(move_key: str) -> Response:
    """Take a shipped move into the library."""
    move = shelf.take_from_shelf(current_actor(), move_key)
    flash(f"{move.name} is in your library. Read it and change what you say differently.", "success")
    return _to(move.id)


def _may_make() -> bool:
    return current_actor().may(Permission.PUBLISH_ROUTINES)


def _refused() -> Response:
    flash("A practitioner or the owner makes and changes moves.", "caution")
    return redirect(url_for("practitioner.moves.index"), 303)


def _pattern() -> MoveWords | None:
    """The move that a new one is begun with, if the address names one."""
    copied = request.args.get("from", type=uuid.UUID)
    return own_moves.copied(own_moves.words_of(own_moves.whole(current_actor(), copied))) if copied else None


def _arranged() -> MoveWordsForm | None:
    """The form with a row added, moved or taken out, or given back; None if it was sent to be saved."""
    if not request.form:
        return MoveWordsForm()
    act = request.form.get("act", "save")
    return None if act == "save" else MoveWordsForm(formdata=rearranged(request.form, act))


def _routine_read() -> str | None:
    """Back to the draft that was being read and signed, if the way began there."""
    routine_id = request.args.get("routine", type=uuid.UUID)
    return url_for("practitioner.routines.publish", routine_id=routine_id) if routine_id else None


def _page(form: MoveWordsForm, move: Exercise | None = None) -> str:
    candidates = own_moves.candidates_of(form.figure.data or "")
    read_in = _routine_read()
    return render_template(
        "practitioner/moves/edit.html",
        form=form,
        move=move,
        candidates=candidates,
        back=read_in or (_of(move.id) if move else url_for("practitioner.moves.index")),
        read_in=read_in,
    )


def _both(move: Exercise, form: MoveWordsForm, differs: Sequence[str], missing: Collection[str] = ()) -> str:
    """Both texts of what two people put differently; all else that was typed goes along unseen."""
    theirs = own_moves.words_of(move)
    kept = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in NOT_REPEATED and not name.startswith(("pick-", "theirs-", "differs"))
    ]
    return render_template(
        "practitioner/moves/collide.html",
        move=move,
        form=form,
        fields=words.two_texts(theirs, form.words(), differs),
        marks=marks_of(theirs),
        picked=request.form,
        missing=missing,
        kept=kept,
    )


def _pages(found: library.LibraryPage, parts: Mapping[str, Any]) -> dict[str, str | None]:
    at, number = "practitioner.moves.index", found.number
    return {
        "before": url_for(at, page=number - 1, **parts) if number > 1 else None,
        "after": url_for(at, page=number + 1, **parts) if number < found.pages else None,
    }


def _to(move_id: uuid.UUID) -> Response:
    return redirect(_of(move_id), 303)


def _of(move_id: uuid.UUID) -> str:
    return url_for("practitioner.moves.show", move_id=move_id)
