"""One module for each part of the page; each has ``section_of(name, material)``."""
