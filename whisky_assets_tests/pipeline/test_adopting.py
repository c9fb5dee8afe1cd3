"""What a killed writer left is registered by upkeep, on every folder that is there."""

from pathlib import Path

from whisky_assets.domain.outcome import Quiet
from whisky_assets.domain.records import Page
from whisky_assets.pipeline.adopting import adopt_left
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage.copies import unregistered
from whisky_assets.storage.parts import part_of
from whisky_assets.storage.places import LOCAL, segment_name
from whisky_assets_tests.storage.worlds import page


def test_a_file_without_a_row_is_registered_and_a_stranger_put_aside(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "drive").mkdir()
    workspace.volumes.add("drive", "drive", str(tmp_path / "drive"), workspace.now())
    (tmp_path / "gone").mkdir()
    workspace.volumes.add("gone", "drive", str(tmp_path / "gone"), workspace.now())
    (tmp_path / "gone").rename(tmp_path / "pulled")
    left = workspace.store.publish(part_of(Page, [page(1)], partition="hanok"), now=workspace.now()).segment
    stranger = tmp_path / "drive" / segment_name("raw/pages", "a" * 64)
    stranger.parent.mkdir(parents=True)
    stranger.write_bytes(b"no segment")
    found = {one.volume: one for one in adopt_left(workspace, Quiet())}
    assert set(found) == {LOCAL, "drive"}
    assert workspace.store.segments("raw/pages") == (left,)
    assert unregistered(workspace.store, LOCAL) == ()
    assert not stranger.exists()
    assert [(tmp_path / "drive" / path).read_bytes() for path, _why in found["drive"].strangers] == [b"no segment"]
