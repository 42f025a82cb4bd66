"""The plugins that come with convlab; they register through the same entry points as anybody else's."""
