"""How good the recommender is, measured on what people did: offline, with intervals."""
