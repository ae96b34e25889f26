"""The rules of the practice as functions of values: standard library only; now, today, zone and actor are arguments."""
