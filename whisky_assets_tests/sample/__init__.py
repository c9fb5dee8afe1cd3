"""The sample world: the same bytes everywhere, every kind of trouble present, and a truth for every listing."""
