"""Documents as the app reads them, the plan read before it is applied, and the stores; never identity."""
