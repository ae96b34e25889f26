"""Answers of the demo practice's own, and when its practitioner sees clients."""

from __future__ import annotations

from datetime import time

from clinic.catalogue import load_catalogue
from clinic.domain.booking import OpenHours
from clinic.services.actors import Actor
from clinic.services.appointments import hours
from clinic.services.appointments.hours import HoursDetails
from clinic.services.demo.asking import ROOM
from clinic.services.own_answers import writing

WAIT = 2  # of the shipped ones, for somebody who signs them
PARTS_OF_A_DAY = ((time(9), time(12)), (time(14), time(17)))


def make(practitioner: Actor) -> None:
    """Most of the shipped answers taken and signed, and two that wait for a name."""
    shipped = list(load_catalogue().answers)
    for number, key in enumerate(shipped):
        answer = writing.take(practitioner, key)
        if number < len(shipped) - WAIT:
            writing.sign(practitioner, answer.id, answer.version)


def see_clients(practitioner: Actor) -> None:
    """On weekdays, in the morning and in the afternoon."""
    weekly = [OpenHours(day, opens, closes) for day in range(5) for opens, closes in PARTS_OF_A_DAY]
    hours.save(practitioner, HoursDetails(weekly, place="Room 2", room=ROOM))
