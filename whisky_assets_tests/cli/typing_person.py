"""A person at a terminal, for commands that ask."""

import io


class Terminal(io.StringIO):
    """What a person types, as a terminal hands it over."""

    def isatty(self) -> bool:
        return True
