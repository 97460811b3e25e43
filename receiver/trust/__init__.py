"""Who may do what: pairings and their tokens, roles and their rights. Pure, but for randomness."""
