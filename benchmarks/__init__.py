"""One module a question, each beside what a user would use instead, measured in the same run on the same input.

`python -m benchmarks` (`make bench`) runs them all. Not here: tests of correctness, but that every module asserts that
both sides gave an equal answer where they claim to do the same work.
"""
