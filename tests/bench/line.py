from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One figure, and the ratio to what was measured beside it in the same run."""

    name: str
    value: float
    unit: str
    against: str
    ratio: float

    def as_json(self) -> str:
        rounded = {"value": significant(self.value), "ratio": significant(self.ratio)}
        return json.dumps({**asdict(self), **rounded})


def within(name: str, value: float, unit: str, most: float) -> Line:
    """A figure that has an upper limit; its ratio is the part of the limit that it takes."""
    return Line(name, value, unit, f"at most {most:g} {unit}", value / most)


def significant(value: float) -> float:
    """Three digits say all that such a measurement knows; whole numbers stay whole."""
    return round(value) if value >= 100 else float(f"{value:.3g}")
