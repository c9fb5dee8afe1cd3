"""Every asset of the graph, a module a layer; each is a few lines over one function of `pipeline`."""
