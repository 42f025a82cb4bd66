"""The YAML that comes with convlab; plugins need none: their signatures are their schema."""
