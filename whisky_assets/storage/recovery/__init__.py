"""What brings the state database back: changes published as events, backups on every volume, and the rebuild.

* `changes`: every change of a row that matters is noted in its own transaction. `watch`, `last_change`.
* `events`: noted changes as segments, and back into rows. `publish_events`, `newest_events`, `apply_events`.
* `backup_files`: sealed where they can be carried away, compared after writing, thinned out. `put_proven`.
* `state_backup`: the whole state database on every volume, compared after writing. `back_up_state`, `backups_on`.
* `texts_backup`: settings, rules, feeds and decisions, in the same way. `back_up_texts`, `unpack_texts`.
* `state_seals`: sealed before they leave this PC. `sealer`, `unsealer`.
* `erasures`: whose rows stay away. `record_erasure`, `forget_erased`.
* `adoption`: files without a row become segments again, by their footers. `adopt`.
* `standing`: whether the state database is lost, damaged or older than its backups. `refuse_lost`, `refuse_older`.
* `whole_state`: of the database and its backups, the newest one that is whole. `newest_whole_state`.
* `rebuild`: that state, the events after it, and the walk of the volumes. `rebuild_state`.
* `lent_home`: the state of a home made anew from volumes that are only read from. `lent_home`, `snapshot_at`.
* `restored_tables`, `restored_pages`, `restored_home`: plain files, or a home again, where nothing else of it is.
* `replacing`: the new file in the place of the old one, which is kept aside. `replace_state`.
"""
