"""The state database, segments, snapshots and volumes, durable through a kill; never what the rows mean."""
