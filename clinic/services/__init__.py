"""Use-cases: load through a door, ask the domain, write; one transaction each."""
