"""What a run is on disk: written so that no crash loses it, read without trusting it."""
