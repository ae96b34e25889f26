"""What a routine says, as texts a practitioner takes as their own: moves, doses and what goes with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from clinic.catalogue import Catalogue, load_catalogue
from clinic.catalogue.checkin import Question
from clinic.domain.doses import Dose, dose_in_words, range_in_words, rest_in_words
from clinic.domain.media import MediaKind, MediaState, MoveSpot
from clinic.domain.moves import (
    FilmContent,
    MistakeContent,
    MoveContent,
    PictureContent,
    TransferContent,
    VideoContent,
)
from clinic.domain.types import Support, Tier
from clinic.domain.warnings import client_text
from clinic.models import Exercise, ExerciseMistake, ExercisePicture, Practice, RoutineVersion
from clinic.models.exercise import DoseColumns
from clinic.services.routines.signoffs import Wording, WordingPart

SUPPORT_WORDS = {
    Support.NONE: "",
    Support.WALL: "Hold on to a wall.",
    Support.CHAIR: "Hold on to a chair.",
    Support.DOWEL: "Hold a stick along your back.",
}


def dose_of(row: DoseColumns) -> Dose:
    """The dose in a routine's or a program's row."""
    return Dose(**{name: getattr(row, name) for name in Dose.__slots__})


def tempo_words_of(exercise: Exercise) -> tuple[str, str]:
    """What a move's ways out and back are called."""
    return exercise.tempo_there or "there", exercise.tempo_back or "back"


def content_of(exercise: Exercise) -> MoveContent:
    """The move in the practice's words of now; the named mistake is in it once it has a meaning."""
    catalogue = load_catalogue()
    return MoveContent(
        name=exercise.name,
        purpose=exercise.purpose,
        setup=tuple(exercise.setup),
        steps=tuple(exercise.steps),
        cues=tuple(exercise.cues),
        range_words=exercise.range_words,
        feet_words=exercise.feet_words,
        knees_words=exercise.knees_words,
        tempo_words=tempo_words_of(exercise),
        stop_if=tuple(exercise.stop_if),
        easier=tuple(exercise.easier),
        harder=tuple(exercise.harder),
        equipment=tuple(exercise.equipment),
        body_position=exercise.body_position or "",
        pain_rule=catalogue.dosing.pain_rule.client_text,
        figure=exercise.figure,
        mistakes=tuple(_mistake(row) for row in exercise.mistakes if row.see and row.fix),
        video=next((VideoContent(provider=row.provider, id=row.video_id) for row in exercise.media), None),
        transfers=tuple(TransferContent(**use) for use in exercise.transfers),
        pictures=tuple(_pictures(exercise)),
        film=film_of(exercise.pictures),
    )


def _pictures(exercise: Exercise) -> Iterator[PictureContent]:
    for shown in sorted(exercise.pictures, key=lambda each: each.spot):
        file = shown.media
        if file.kind is MediaKind.PICTURE and file.state is MediaState.READY:
            size = {"width": file.width or 0, "height": file.height or 0}
            yield PictureContent(spot=shown.spot.value, id=file.id.hex, alt=shown.alt, **size)


def film_of(at_move: Iterable[ExercisePicture]) -> FilmContent | None:
    """The video of a move with its captions, once it is ready."""
    ready = (each for each in at_move if each.removed_at is None and each.media.state is MediaState.READY)
    on_show = {each.spot: each for each in ready}
    shown, captions = on_show.get(MoveSpot.VIDEO), on_show.get(MoveSpot.CAPTIONS)
    if shown is None:
        return None
    file = shown.media
    return FilmContent(
        id=file.id.hex,
        alt=shown.alt,
        poster=file.poster_id.hex if file.poster_id else "",
        captions=captions.media_id.hex if captions else "",
        width=file.width or 0,
        height=file.height or 0,
        part_from=shown.part_from or 0,
        part_until=shown.part_until or 0,
    )


def wordings_of(version: RoutineVersion, practice: Practice) -> tuple[Wording, ...]:
    """Everything a practitioner signs before clients see it, in the order of the page."""
    moves = [(item, content_of(item.exercise)) for item in version.items]
    return (
        *(move_wording(item.exercise.key, move) for item, move in moves),
        *(dose_wording(item.exercise.key, move, dose_of(item)) for item, move in moves),
        *shared_wordings(practice),
    )


def shared_wordings(practice: Practice) -> tuple[Wording, ...]:
    """What goes with every move: the pain rule, the warning signs and the weekly check-in."""
    catalogue = load_catalogue()
    return _pain_rule(catalogue), _warning_signs(catalogue, practice), _checkin(catalogue)


def move_wording(key: str, move: MoveContent) -> Wording:
    """The words of one move."""
    parts = (
        WordingPart("What it is for", (move.purpose,)),
        *([WordingPart("Have ready", move.equipment)] if move.equipment else []),
        WordingPart("Get ready", move.setup),
        WordingPart("Do it", move.steps),
        WordingPart("Cues", move.cues, editable=True),
        WordingPart("How far", (move.range_words,)),
        WordingPart("Feet", (move.feet_words,)),
        WordingPart("Knees", (move.knees_words,)),
        WordingPart("Stop if", move.stop_if),
        *([WordingPart("Easier versions", move.easier)] if move.easier else []),
        *(mistake_part(mistake) for mistake in move.mistakes),
        *([WordingPart("Pictures", tuple(shown.alt for shown in move.pictures))] if move.pictures else []),
        *(WordingPart(f"In daily life: {use.name}", (use.how,)) for use in move.transfers),
    )
    said = tuple(part for part in parts if any(part.lines))
    return Wording(f"move:{key}", move.name, said)


def mistake_part(mistake: MistakeContent) -> WordingPart:
    """What a mistake looks like and what to do about it."""
    lines = tuple(filter(None, (mistake.see, mistake.fix, mistake.self_test)))
    return WordingPart(f"Watch for: {mistake.name}", lines, editable=mistake.is_named)


def mistake_in_words(fault_keys: Collection[str]) -> tuple[str, str, str]:
    """What faults of the catalogue look like together, their fix and their self-tests; empty for none."""
    faults = [fault for fault in load_catalogue().mistake_candidates if fault.id in fault_keys]
    return (
        " Or: ".join(fault.client_see for fault in faults),
        " ".join(fault.client_fix for fault in faults),
        " ".join(fault.self_test for fault in faults),
    )


def dose_wording(key: str, move: MoveContent, dose: Dose) -> Wording:
    """The usual dose of one move, in words."""
    return Wording(
        f"dose:{key}",
        f"Dose of {move.name}",
        (WordingPart("Usual dose", dose_lines(dose, move), editable=True),),
    )


def dose_lines(dose: Dose, move: MoveContent) -> tuple[str, ...]:
    """A dose as plain lines: how much, the rest, how far, and what to hold on to."""
    return lines_of_dose(dose, move.tempo_words)


def lines_of_dose(dose: Dose, tempo_words: tuple[str, str]) -> tuple[str, ...]:
    """The same, of a move whose ways out and back are called so."""
    lines = (
        dose_in_words(dose, tempo_words),
        rest_in_words(dose),
        range_in_words(dose.move_range),
        SUPPORT_WORDS[dose.support],
    )
    return tuple(f"{line[0].upper()}{line[1:]}".rstrip(".") for line in lines if line)


def dose_sentences(dose: Dose, move: MoveContent) -> str:
    """The same as sentences, one after another."""
    return " ".join(f"{line}." for line in dose_lines(dose, move))


def _mistake(row: ExerciseMistake) -> MistakeContent:
    return MistakeContent(
        key=row.key,
        name=row.name,
        see=row.see or "",
        fix=row.fix or "",
        self_test=row.self_test or "",
        is_named=row.is_named,
        fault_keys=tuple(row.fault_keys),
        video_second=row.video_second,
    )


def _pain_rule(catalogue: Catalogue) -> Wording:
    rule = catalogue.dosing.pain_rule
    return Wording(
        "pain_rule",
        "Pain rule",
        (
            WordingPart("What the client reads", (rule.client_text,)),
            WordingPart("With a limit of their own, for example 4", (rule.own_limit(4),)),
            *(WordingPart(f"After a log: {told.title}", (told.text,)) for told in rule.answers.values()),
            WordingPart("After a rise, and before the warning signs", (rule.rise_text, rule.signs_title)),
            WordingPart(
                "Asked the morning after", (rule.morning_question, rule.settled_text, rule.still_up_text)
            ),
            *(WordingPart(f"Then: {told.title}", (told.text,)) for told in rule.mornings.values()),
            WordingPart("The easier version, or where a move has none", (rule.easier_text, rule.fewer_text)),
        ),
    )


def _warning_signs(catalogue: Catalogue, practice: Practice) -> Wording:
    numbers = {
        "emergency_number": practice.emergency_number or "(emergency number)",
        "urgent_line": practice.urgent_number or "(urgent number)",
    }
    tiers = [
        WordingPart(f"{tier.name}: what the client reads", (client_text(tier.client_text, **numbers),))
        for tier in catalogue.warnings.tiers.values()
    ]
    asked = [
        WordingPart(f"Asked, tier “{catalogue.warnings.tiers[tier].name}”", signs)
        for tier in Tier
        if (signs := tuple(sign.text for sign in catalogue.warnings.signs.values() if sign.tier is tier))
    ]
    return Wording("warning_signs", "Warning signs", (*tiers, *asked))


def _checkin(catalogue: Catalogue) -> Wording:
    mistake = catalogue.named_mistake.label
    parts = tuple(
        WordingPart(question.text.replace("{mistake}", mistake), _answers(question))
        for question in catalogue.checkin.weekly
    )
    return Wording("checkin", "Weekly check-in", parts)


def _answers(question: Question) -> tuple[str, ...]:
    ends = f"{question.minimum} to {question.maximum}" if question.minimum is not None else ""
    scale = f"{ends}: {question.low} to {question.high}" if question.low else ends
    return tuple(filter(None, (question.hint, scale, *(words for _, words in question.options))))
