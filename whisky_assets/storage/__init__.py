"""The state database, segments, snapshots and volumes, durable through a kill; never what the rows mean.

Two promises are kept here: nothing acknowledged is lost, and a reader sees one whole snapshot. What each module
promises, from the ground up:

* `home`: one folder of one world, found by one rule. `create_home`, `open_home`, `find_home`.
* `state`: one SQLite file in which a commit stays. `StateDatabase`, `Migration`, `micros`, `moment_of`.
* `schema`: storage's own `MIGRATIONS`; `fetching` and `publishing` bring theirs.
* `processes`, `locks`: one living owner per feed, build and target.
* `lease`: one place of one machine writes a home, until another takes over by a named act. `hold`, `take`.
* `durable`: a published file is whole and stays. `publish_file`, `publish_bytes`, `sweep`.
* `places`, `directories`, `drives`, `gcs`, `rclone`, `volumes`: places with an identity; absent or foreign ones are
  told, not written to. `capacity`: what each may hold, kept on every write. `VolumeFacts`.
* `personal_key`, `sealing`, `placing`: what is a person's lies sealed wherever it can be carried away. `put_copy`.
* `restore_page`: each volume says how it is read on a bare machine. `refresh_restore_page`.
* `row_digests`: one digest for the same rows in any order and segmentation.
* `parts`, `parquet`, `segment_facts`, `segments`: immutable files of rows, proven when read. `SegmentStore`.
* `footers`: what a segment says of itself, without the state database. `segment_in`.
* `copies`: a segment on another volume, compared after writing; `verify_segment`, `unregistered`.
* `merging`: rows of many segments in one order, with few files open. `merged_rows`.
* `versions`, `tables`: all rows of a table at one moment. `put_table`, `read_table`.
* `candidates`: what a build made, with the verdicts on it. `candidates`.
* `builds`: open, committed or rejected, also after a death. `open_build`, `reject_build`, `reject_dead`.
* `heads`: a feed's last good tables, set together. `set_heads`, `heads`.
* `snapshots`: the one current commit, compare-and-swap on its parent. `commit_snapshot`, `current`.
* `pins`, `retired`: snapshots that always stay; what was let go is told as such. `pin`, `retired_words`.
* `tidying`: temporary files of dead writers go, the database's log is emptied, beside living ones. `tidy`.
* `upkeep`: copies by promise, retention and quota by rule, scrub and repair.
* `recovery`: events, backups and the rebuild of the state database.
* `digest`: whether two homes hold the same tables. `storage_digest`.

`durable`'s recipe and its numbered steps are the ground of all of them: a file is published first, its row committed
after, so that a file without a row can be left behind and a row without its file cannot.
"""
