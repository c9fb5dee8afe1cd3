"""What may start runs by itself: the weekly cycle, the inbox, and the janitor. All stand off until switched on."""

import json
from collections.abc import Sequence

import dagster as dg

from whisky_assets.domain.digests import digest
from whisky_assets.orchestration.janitor import clean_up
from whisky_assets.orchestration.jobs import copy, cycle, drill, ingest, upkeep
from whisky_assets.orchestration.resources import HomeResource
from whisky_assets.pipeline.drives import drives
from whisky_assets.pipeline.inbox import InboxFile, inbox_files
from whisky_assets.pipeline.review_inbox import take_answers

weekly = dg.ScheduleDefinition(
    name="weekly",
    job=cycle,
    cron_schedule="0 5 * * 1",
    execution_timezone="Asia/Seoul",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Every Monday at 05:00 Seoul: ingest of the due feeds, build, publish.",
)

daily_upkeep = dg.ScheduleDefinition(
    name="daily_upkeep",
    job=upkeep,
    cron_schedule="30 12 * * *",
    execution_timezone="Asia/Seoul",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Every day at 12:30 Seoul: the promised copies, what may go by the rules, and a part of the scrub.",
)

monthly_drill = dg.ScheduleDefinition(
    name="monthly_drill",
    job=drill,
    cron_schedule="30 13 1 * *",
    execution_timezone="Asia/Seoul",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="The first of each month at 13:30 Seoul: a sample of the drive drilled longest ago is restored.",
)


@dg.sensor(
    name="inbox",
    job=ingest,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.STOPPED,
    description="A file that held still for two looks is read by its feed; answers to questions become decisions.",
)
def inbox(context: dg.SensorEvaluationContext, home: HomeResource) -> dg.SensorResult:
    """Ask for an ingest of each feed whose inbox holds a file that did not change since the last look."""
    files = inbox_files(home.workspace())
    seen = {file.label: found for file in files if (found := _fingerprint(file)) is not None}
    before: dict[str, str] = json.loads(context.cursor) if context.cursor else {}
    resting = [file for file in files if file.label in seen and before.get(file.label) == seen[file.label]]
    _take_answers(context, home, [file for file in resting if file.is_answers])
    still: dict[str, list[str]] = {}
    for file in resting:
        if file.feed is not None:
            still.setdefault(file.feed, []).append(seen[file.label])
    known = _loaded_feeds(context)
    requests = [
        dg.RunRequest(run_key=f"{feed}:{digest(sorted(prints))}", partition_key=feed)
        for feed, prints in sorted(still.items())
        if feed in known
    ]
    unknown = sorted(set(still) - set(known))
    reason = f"reload the definitions first: {', '.join(unknown)} is new" if unknown and not requests else None
    return dg.SensorResult(run_requests=requests, skip_reason=reason, cursor=json.dumps(seen, sort_keys=True))


@dg.sensor(
    name="janitor",
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.STOPPED,
    description="Closes runs whose process is gone, frees their slots and locks, rejects the builds they left open.",
)
def janitor(context: dg.SensorEvaluationContext, home: HomeResource) -> dg.SkipReason:
    """Clean up after processes that died; asks for no run."""
    return dg.SkipReason(clean_up(context.instance, home.workspace()).sentence())


@dg.sensor(
    name="drive",
    job=copy,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.STOPPED,
    description="A drive that was attached, known by its uuid wherever it is mounted, gets its copies at once.",
)
def drive(context: dg.SensorEvaluationContext, home: HomeResource) -> dg.SensorResult:
    """Ask for the copies when a drive is there that was not at the last look; else say when each was last seen."""
    before: dict[str, int] = json.loads(context.cursor) if context.cursor else {}
    looks = drives(home.workspace())
    # A positive count: it is there, for the so many-th time; a negative one: it was there so often, and is not now.
    seen = {look.uuid: _times(before.get(look.uuid, 0), is_here=look.is_here) for look in looks}
    requests = [
        dg.RunRequest(run_key=f"{look.uuid}:{seen[look.uuid]}", tags={"whisky/drive": look.name})
        for look in looks
        if look.is_here and before.get(look.uuid, 0) <= 0
    ]
    reason = "; ".join(look.sentence() for look in looks) or "no volume of this home is an external drive"
    return dg.SensorResult(
        run_requests=requests, skip_reason=None if requests else reason, cursor=json.dumps(seen, sort_keys=True)
    )


def _times(before: int, *, is_here: bool) -> int:
    if is_here:
        return before if before > 0 else 1 - before
    return -abs(before)


def _take_answers(context: dg.SensorEvaluationContext, home: HomeResource, files: Sequence[InboxFile]) -> None:
    """Write what files of answers decide, for the next build; one that cannot be taken stays and is named."""
    taken, problems = take_answers(home.workspace(), files)
    for label in taken:
        context.log.info("answers taken: %s", label)
    for problem in problems:
        context.log.warning("%s: %s %s", problem.subject, problem.message, problem.remedy)


def _fingerprint(file: InboxFile) -> str | None:
    try:
        return file.fingerprint
    except FileNotFoundError:  # a run took it, or a person moved it, since it was listed
        return None


def _loaded_feeds(context: dg.SensorEvaluationContext) -> Sequence[str]:
    """Return the partitions that the loaded definitions know; a TOML that is younger shows after a reload."""
    repository = context.repository_def
    if repository is None:
        return ()
    feeds = repository.assets_defs_by_key[dg.AssetKey(["raw", "pages"])].partitions_def
    return () if feeds is None else feeds.get_partition_keys()
