"""The documents, and the code that draws their pictures; no part of the installed package."""
