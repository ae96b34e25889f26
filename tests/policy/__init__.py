"""Who may open what, tried: every rule, method and person against everybody's records."""
