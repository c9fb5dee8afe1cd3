"""The jobs: `ingest` a feed, `build` the tables, `publish` a release, `upkeep`, `drill`, and `cycle` over these."""

import random

import dagster as dg

from whisky_assets.domain.errors import OutOfReachError
from whisky_assets.domain.outcome import Quiet
from whisky_assets.orchestration.child import run_whisky
from whisky_assets.orchestration.resources import HomeResource
from whisky_assets.pipeline import drilling
from whisky_assets.pipeline.workspace import Step

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

copy = dg.define_asset_job(
    "copy",
    selection=dg.AssetSelection.assets(["storage", "copies"]),
    description="Makes the promised copies on every volume that is there; what is absent is waited for.",
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


@dg.op
def run_drill(context: dg.OpExecutionContext, home: HomeResource) -> None:
    """Restore a sample of the drive that was drilled longest ago, show what came, and fail where something did not."""
    step = Step(
        workspace=home.workspace(),
        build=context.run_id,
        run=context.run_id,
        owner=context.run_id,
        progress=Quiet(),
    )
    try:
        chance = random.Random(context.run_id)  # noqa: S311 - a sample to try, no secret
        told = drilling.drill(step, chance=chance)
    except OutOfReachError as error:  # it is waited for, as copies do
        context.log.warning(str(error))
        return
    numbers = {name: value for name, value in told.drill.as_result().items() if isinstance(value, str | int | float)}
    context.add_output_metadata({**numbers, "what": dg.MetadataValue.md("\n\n".join(told.drill.lines()))})
    if told.problems:
        what = "; ".join(problem.message for problem in told.problems)
        raise dg.Failure(f"not all of the sample came: {what}", allow_retries=False)


@dg.job(name="drill", description="Restores a sample of a drive and compares it with the home: `whisky storage drill`.")
def drill() -> None:
    """Try the restore before it is needed."""
    run_drill()


@dg.job(name="cycle", description="Ingest of the due feeds, then one build, then publish: `whisky run` as a child.")
def cycle() -> None:
    """Drive ingest, build and publish."""
    run_cycle()
