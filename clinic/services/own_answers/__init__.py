"""The practice's own answers: written, signed, found by who asks, and whom they helped."""
