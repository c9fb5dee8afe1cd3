"""White space is folded alike in texts of any length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.parsing import white_space
from whisky_assets.parsing.white_space import folded_spaces


@given(text=st.text(alphabet="ab \n\t\u00a0\u3000\x1c", max_size=40), at_once=st.integers(1, 5))
def test_a_text_in_pieces_is_folded_as_if_it_were_whole(text: str, at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(white_space, "CHARACTERS_AT_ONCE", at_once)

        assert folded_spaces(text) == " ".join(text.split())
