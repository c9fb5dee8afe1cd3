"""The jobs: `ingest` a feed, `build` the tables, `publish` a release, `upkeep`, and `cycle`, which drives these."""

import dagster as dg

from whisky_assets.orchestration.child import run_whisky
from whisky_assets.orchestration.resources import HomeResource

_LONGEST_ANSWER = 8_000
_ENDED_WELL = (0, 3)
"""Exit codes of `whisky run` after which the snapshot and the release are good; 3 names feeds that failed."""

ingest = dg.define_asset_job(
    "ingest",
    selection=dg.AssetSelection.groups("raw", "staged"),
    description="Fetches and reads one feed and makes the result its head; a failed feed touches nothing else.",
)
build = dg.define_asset_job(
    "build",
    selection=dg.AssetSelection.groups("core")
    | dg.AssetSelection.assets(["archives", "entries"], ["archives", "users"])
    | dg.AssetSelection.checks_for_assets(["archives", "files"]),
    description="Makes the whisky table of the current version of every enabled feed, and commits it as a snapshot.",
)
publish = dg.define_asset_job(
    "publish",
    selection=dg.AssetSelection.groups("firestore"),
    description="Plans and applies one release of the current snapshot to one named target.",
)
upkeep = dg.define_asset_job(
    "upkeep", selection=dg.AssetSelection.groups("storage"), description="Looks after segments and volumes."
)


class CycleConfig(dg.Config):
    """Which feeds a cycle reads; none named means all that are due."""

    feeds: list[str] = []  # noqa: RUF012 - a pydantic field: each config gets a list of its own


@dg.op
def run_cycle(context: dg.OpExecutionContext, home: HomeResource, config: CycleConfig) -> None:
    """Run `whisky run --json` as a child in a process group of its own, show its answer, and end it when ended."""
    answer = run_whisky(
        home.root,
        context.run_id,
        config.feeds,
        started=lambda pid: context.log.info("whisky run is process %d", pid),
    )
    for problem in answer.problems:
        context.log.warning("%s: %s %s", problem.get("subject"), problem.get("message"), problem.get("remedy"))
    shown = dg.MetadataValue.json(answer.shown(_LONGEST_ANSWER))
    if answer.exit not in _ENDED_WELL:
        raise dg.Failure(f"whisky run ended with exit {answer.exit}", metadata={"answer": shown}, allow_retries=False)
    context.add_output_metadata({"exit": answer.exit, "answer": shown})


@dg.job(name="cycle", description="Ingest of the due feeds, then one build, then publish: `whisky run` as a child.")
def cycle() -> None:
    """Drive ingest, build and publish."""
    run_cycle()
