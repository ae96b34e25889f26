"""The suite: sentences that hold, on real parts."""
