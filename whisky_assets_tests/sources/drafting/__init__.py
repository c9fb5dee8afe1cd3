"""Tests of drafts: pages of many makes become feeds that read them."""
