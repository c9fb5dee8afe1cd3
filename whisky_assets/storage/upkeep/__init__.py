"""Copies, retention and quota by rule: what should lie where, what is lacking, and what brings it there.

* `policies`: the rules in force and where each comes from. `Policies`, `load_policies`, `default_policies`.
* `rooms`, `spares`, `plan`, `placement`: which copies go where, and what fits nowhere. `plan_copies`.
* `placements`: where segments lie and were placed. `held_segments`, `keep_placements`.
* `copying`, `giving_up`: a plan carried out through kills and pulled drives. `carry_out`.
* `promises`: how each promise stands, and what mends it. `promise_states`.
* `retention`: which versions of one table a rule keeps. `retained`.
* `holdings`, `units`: what a home holds, what needs what, and what stays while pieces go. `read_holdings`, `Standing`.
* `quota`: the oldest that may go, goes; what cannot be kept is named. `enforce`, `QuotaUse`.
* `retirement_plan`, `confirmed`: what goes and why, and whether a person has to say yes. `plan_retirement`.
* `retiring`: the rows first, the files 24 hours later. `retire`, `unlink_due`.
"""
