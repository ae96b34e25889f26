"""Reading questionnaires out of their data files."""

from __future__ import annotations

from types import MappingProxyType

from clinic.catalogue.checkin import PLACEHOLDER
from clinic.catalogue.provenance import read_fact, read_provenance
from clinic.catalogue.reader import DataEntry
from clinic.domain.provenance import Provenance
from clinic.domain.questionnaires import (
    Licence,
    Measure,
    MeasureRole,
    NamedActivities,
    Questionnaire,
    QuestionnaireItem,
    QuestionnaireKind,
    Questionnaires,
    UsualSet,
    WordingSource,
)
from clinic.domain.scoring import MissingAnswer, ScoreMethod, ScoreRule, Yardstick
from clinic.domain.types import Evidence

SINCE = "since"  # the one thing a question may ask the practice to fill in
MOST_SCALE_STEPS = 11


def read_questionnaires(file: DataEntry, statements: DataEntry) -> Questionnaires:
    """The questionnaire file, with the statements of the form that is kept in a file of its own."""
    found: dict[tuple[str, int], Questionnaire] = {}
    for each in file.each("questionnaires", lambda entry: read_questionnaire(entry, statements), least=1):
        if (each.id, each.version) in found:
            raise file.error("questionnaires", f"{each.id} version {each.version} is there twice")
        found[each.id, each.version] = each
    sets = {each.id: each for each in file.each("sets", _read_set, least=1)}
    known = {key for key, _ in found}
    for each_set in sets.values():
        if strange := {*each_set.asks, *each_set.optional} - known:
            raise file.error("sets", f"{each_set.id} asks what is not there: {', '.join(sorted(strange))}")
    return Questionnaires(versions=MappingProxyType(found), sets=MappingProxyType(sets))


def read_questionnaire(entry: DataEntry, statements: DataEntry) -> Questionnaire:
    """A questionnaire out of its table; what its kind and role need must be there."""
    kind, role = entry.member("kind", QuestionnaireKind), entry.member("role", MeasureRole)
    made = Questionnaire(
        id=entry.text("id"),
        version=entry.integer("version"),
        name=entry.text("name"),
        full_name=entry.text("full_name"),
        client_title=entry.text("client_title"),
        intro=statements.text("instruction") if kind is QuestionnaireKind.TICKS else entry.text("intro", ""),
        follow_up_intro=entry.text("follow_up_intro", ""),
        kind=kind,
        role=role,
        minutes=entry.integer("minutes"),
        licence=_read_licence(entry),
        items=_read_items(entry, kind, statements),
        activities=entry.one("activities", _read_activities)
        if kind is QuestionnaireKind.ACTIVITIES
        else None,
        measures=entry.each("scales", read_measure, least=1),
        facts=entry.each("facts", read_fact),
        provenance=read_provenance(entry),
        loinc_provenance=_provenance_of(entry, "loinc"),
        positive_from=entry.number("positive_from") if role is MeasureRole.SCREEN else None,
        better_from=entry.number("better_from") if role is MeasureRole.CHANGE else None,
        worse_from=entry.number("worse_from") if role is MeasureRole.CHANGE else None,
        confirm=entry.text("confirm") if role is MeasureRole.SCREEN else "",
        advice=entry.text("advice") if role is MeasureRole.SCREEN else "",
        closing=entry.text("closing", ""),
    )
    _check(entry, made)
    return made


def read_measure(entry: DataEntry) -> Measure:
    """A score out of its table."""
    low, high = entry.span("span")
    rule = ScoreRule(
        items=entry.texts("items"),
        method=entry.member("method", ScoreMethod),
        missing=entry.member("missing", MissingAnswer),
        low=low,
        high=high,
        higher_is_better=entry.flag("higher_is_better"),
    )
    names = ("points", "percent", "error", "floor", "ceiling")
    figures = {name: entry.number(name) for name in names if name in entry}
    if ("threshold_status" in entry) is not bool(figures):
        raise entry.error("threshold_status", "must say how sure we are of the figures, where there are any")
    return Measure(
        id=entry.text("id"),
        name=entry.text("name"),
        rule=rule,
        yardstick=Yardstick(**figures),
        threshold=_provenance_of(entry, "threshold"),
        loinc=entry.text("loinc", ""),
    )


def _read_licence(entry: DataEntry) -> Licence:
    status = entry.member("licence_status", Evidence)
    confidence = entry.text("confidence", "")
    if status is Evidence.MEMORY and confidence not in ("high", "med", "low"):
        raise entry.error("confidence", "must be high, med or low where the licence is from memory")
    return Licence(
        text=entry.text("licence"),
        provenance=Provenance(status, entry.texts("licence_src"), confidence),
        wording=entry.member("wording", WordingSource),
        citation=entry.text("citation"),
        notice=entry.text("notice", ""),
    )


def _provenance_of(entry: DataEntry, what: str) -> Provenance | None:
    if f"{what}_status" not in entry:
        return None
    return Provenance(entry.member(f"{what}_status", Evidence), entry.texts(f"{what}_src"))


def _read_items(
    entry: DataEntry, kind: QuestionnaireKind, statements: DataEntry
) -> tuple[QuestionnaireItem, ...]:
    if kind is QuestionnaireKind.ACTIVITIES:
        return ()
    if kind is QuestionnaireKind.TICKS:
        return _read_statements(statements, entry.integer("statements"))
    shared = _read_options(entry) if kind is QuestionnaireKind.CHOICE else ()
    return entry.each("items", lambda item: _read_item(item, shared), least=1)


def _read_statements(file: DataEntry, count: int) -> tuple[QuestionnaireItem, ...]:
    """The statements of a form, in its order; the file says where they were copied from."""
    file.text("copied_from")
    texts = file.texts("statements", least=count, most=count)
    options = ((0, "Not ticked"), (1, "Ticked"))
    return tuple(
        QuestionnaireItem(id=f"s{number}", text=text, options=options) for number, text in enumerate(texts, 1)
    )


def _read_item(entry: DataEntry, shared: tuple[tuple[int, str], ...]) -> QuestionnaireItem:
    text = entry.text("text")
    for name in PLACEHOLDER.findall(text):
        if name != SINCE:
            raise entry.error("text", f"has a placeholder nobody fills: {{{name}}}")
    if shared:
        return QuestionnaireItem(
            id=entry.text("id"), text=text, options=shared, loinc=entry.text("loinc", "")
        )
    return _on_a_scale(entry, entry.text("id"), text)


def _on_a_scale(entry: DataEntry, key: str, text: str) -> QuestionnaireItem:
    first, last = entry.span("span")
    if last - first + 1 > MOST_SCALE_STEPS:
        raise entry.error("span", f"has more than {MOST_SCALE_STEPS} steps")
    return QuestionnaireItem(
        id=key,
        text=text,
        options=tuple((value, _step(value, signed=first < 0)) for value in range(first, last + 1)),
        low=entry.text("low"),
        middle=entry.text("middle", ""),
        high=entry.text("high"),
        loinc=entry.text("loinc", ""),
    )


def _step(value: int, *, signed: bool) -> str:
    return f"+{value}" if signed and value > 0 else str(value).replace("-", "−")


def _read_options(entry: DataEntry) -> tuple[tuple[int, str], ...]:
    options: list[tuple[int, str]] = []
    for pair in entry.items("options"):
        if not (isinstance(pair, list) and len(pair) == 2 and type(pair[1]) is int and pair[0]):
            raise entry.error("options", "must be pairs of words and score")
        options.append((pair[1], str(pair[0])))
    if len(options) < 2 or len({value for value, _ in options}) < len(options):
        raise entry.error("options", "must hold at least 2, each score once")
    return tuple(options)


def _read_activities(entry: DataEntry) -> NamedActivities:
    return NamedActivities(
        most=entry.integer("most"),
        ask=entry.text("ask"),
        hint=entry.text("hint"),
        rate=_on_a_scale(entry, "rate", entry.text("rate")),
        error=entry.number("error"),
    )


def _read_set(entry: DataEntry) -> UsualSet:
    weeks = entry.items("weeks")
    if any(type(week) is not int for week in weeks):
        raise entry.error("weeks", "must be whole numbers")
    return UsualSet(
        id=entry.text("id"),
        name=entry.text("name"),
        asks=entry.texts("asks", least=1),
        optional=entry.texts("optional"),
        weeks=tuple(weeks),
        provenance=read_provenance(entry),
    )


def _check(entry: DataEntry, made: Questionnaire) -> None:
    known = {item.id for item in made.items}
    for measure in made.measures:
        if strange := set(measure.rule.items) - known:
            raise entry.error(f"scales.{measure.id}", f"takes what is not asked: {sorted(strange)}")
        _check_range(entry, made, measure)
    if made.better_from is not None and made.better_from == made.worse_from:
        raise entry.error("worse_from", "must be apart from better_from")
    asks_since = any(f"{{{SINCE}}}" in item.text for item in made.items)
    if asks_since is not made.needs_since:
        raise entry.error("items", "a rating of change names the day it is since, and nothing else does")
    if any((*(m.loinc for m in made.measures), *(i.loinc for i in made.items))) is (
        made.loinc_provenance is None
    ):
        raise entry.error("loinc_status", "must say how sure we are of the codes, where there are any")


def _check_range(entry: DataEntry, made: Questionnaire, measure: Measure) -> None:
    offered = [made.allowed[key] for key in measure.rule.items or made.allowed]
    lows, highs = [min(each) for each in offered], [max(each) for each in offered]
    reach = {
        ScoreMethod.VALUE: (min(lows), max(highs)),
        ScoreMethod.MEAN: (min(lows), max(highs)),
        ScoreMethod.SUM: (sum(lows), sum(highs)),
        ScoreMethod.COUNT: (0, len(offered)),
    }[measure.rule.method]
    if reach != (measure.rule.low, measure.rule.high):
        raise entry.error(f"scales.{measure.id}.span", f"must be {list(reach)}, as the answers allow")
