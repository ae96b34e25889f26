"""The rules of the practice as functions of values: standard library only; now and actor are arguments."""
