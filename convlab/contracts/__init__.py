"""The types that the engine and its plugins share, one file per kind."""
