"""Tests of pages in a browser: the proxy and the leash alone, and a real Chromium before hostile and sample shops."""
