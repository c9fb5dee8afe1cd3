"""Forms in which many sources tell their products; one module a form, each a pure function of source and document."""
