"""From typed fields to matches and stable keys, with the evidence for each; never where a row came from."""
