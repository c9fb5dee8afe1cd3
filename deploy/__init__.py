"""Sets a machine up, brings a checkout to another tag and back, serves the UI: the programs lie beside this file."""
