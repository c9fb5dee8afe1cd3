"""`make mutate`: plants faults in identity and in the reading of names, and prints those that no test notices."""

from __future__ import annotations

import argparse
import sys

from whisky_assets_tests.mutation.trial import MUTATED, TEST_FOLDERS, Verdict, all_mutants, sample_of, try_all

GOAL = 0.85


def main() -> int:
    """Try the asked mutants; 0 when at least 85 of 100 were killed, else 1."""
    parser = argparse.ArgumentParser(prog="make mutate", description=__doc__)
    parser.add_argument("--sample", type=int, help="how many, drawn by the seed; all without it")
    parser.add_argument("--seed", type=int, default=1, help="which sample (default 1)")
    parser.add_argument("--jobs", type=int, default=2, help="how many at once (default 2)")
    parser.add_argument(
        "--tests", choices=TEST_FOLDERS, help="judge by one folder's tests alone: sooner done, and fewer are killed"
    )
    parser.add_argument("modules", nargs="*", default=list(MUTATED), help="files or patterns below the root")
    given = parser.parse_args()
    mutants = sample_of(all_mutants(patterns=given.modules), given.sample, given.seed)
    _say(f"{len(mutants)} mutants, seed {given.seed}, {given.jobs} at once")
    done: list[Verdict] = []

    def told(verdict: Verdict) -> None:
        done.append(verdict)
        if not verdict.killed:
            _say(f"survived  {verdict.mutant.place}  {verdict.mutant.kind}\n{verdict.mutant.diff()}")
        if len(done) % 25 == 0:
            _say(f"{len(done)} of {len(mutants)} tried, {sum(not one.killed for one in done)} survived")

    folders = [given.tests] if given.tests else TEST_FOLDERS
    score = try_all(mutants, jobs=given.jobs, told=told, folders=folders)
    _say(f"killed {len(mutants) - len(score.survivors)} of {len(mutants)}: {score.killed_share:.1%}")
    for mutant in score.survivors:
        _say(f"{mutant.place}  {mutant.kind}")
    return 0 if score.killed_share >= GOAL else 1


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
