"""What `--help` says beside the options: what a command does, what it leaves alone, and how it is typed."""

from __future__ import annotations

from collections.abc import Mapping

DESCRIPTION = """\
Whisky Assets: pages and price lists in, one whisky table with keys that never break, documents for the app out.

A normal week needs `whisky` (what ran, what waits), `whisky run` and `whisky review`; the rest is there when needed.
Every command names the home it works on in its first line; exit codes stand in docs/exit_codes.md.
"""

EXAMPLES = """\
examples:
  whisky run                              read every feed that is due, build, publish
  whisky import prices.xlsx --feed alko   put a price list in; the next run reads it
  whisky find "아드벡 10"                 which whisky a person means
"""

ABOUT: Mapping[str, str] = {
    "run": """\
Ingest of the chosen or due feeds, then one build, then publish. A feed that fails leaves the others alone: exit 3 names
it. Nothing new costs seconds. Killed at any moment, the next run goes on.

A feed that suddenly tells much less than before is most often a changed or broken page, so its run fails and its last
good tables stay. Look at what the message names. Only if the shop really gave up those goods, say so once with
--accept-loss: the named feeds' loss then counts, in this run alone.

examples:
  whisky run
  whisky run --feed alko --feed lcbo --summary
  whisky run --feed alko --accept-loss
""",
    "init": """\
It lies in DIR of --home, else in WHISKY_HOME, else in .whisky/real of this checkout. Asks what is not given as an
option; all is checked before anything is written. A home that stands keeps its config.toml: edit it there.

examples:
  whisky init
  whisky init --contact you@example.org --drive /Volumes/WHISKY
""",
    "review": """\
On a terminal: both listings side by side, and one key each (s same, d different, k don't know, c correct a field, r
rename a whisky, w write why, u undo the last, q quit). Elsewhere, and with --json, the questions are printed and
nothing is decided. Those come first on which most notes and offers hang. Ten answers a week are asked for; more wait
without a word: --all.

Every answer is written at once as a file of the home's curation/, and the next `whisky run` applies it; what nobody
could tell is asked again after four weeks. An answer that contradicts another one is refused, and names both.

examples:
  whisky review
  whisky review --decide different elbe:00580 harbour:41000000570700 --why "two batches"
  whisky review --decide correction harbour:41000000570700 abv_pct=59.9 --why "the label"
  whisky review --decide rename ardbeg_10_pk "ko=아드벡 10년"
  whisky review --decide rename old_name_10_pk new_name_10_pk
  whisky review --html questions.html
  whisky review --export questions.csv
  whisky review --import questions.csv --who mina
  whisky review --try "same elbe:00580 harbour:41000000570700" my-aliases/aliases.csv
  whisky review --undo
""",
    "why": """\
Each side is a whisky's key or `id_space:source_id`, as `whisky show` shows them; with --in it is a rid of that file,
which is matched as `whisky match` does with the same options.

examples:
  whisky why ardbeg_10_pk ardbeg_uigeadail_pk
  whisky why 17 42 --in listings.csv
""",
    "match": """\
Reads UTF-8 CSV with a header: rid, source, source_id and name; if told, abv_pct, volume_ml, price, currency, country,
category, gtin, producer and seen too. Writes one row a rid: rid, whisky_pk, family_id, confidence, reason.
Keeps no state; its keys mean something inside this output alone, but with --registry.

It works without a home. --curation DIR takes what people decided, as a home's curation/ holds it: decisions, reference
rows, and the limits of strength in quality.toml. With --home DIR or --sample that home's curation counts.

--questions writes the pairs that no rule may decide, each with its reason; with --registry also those that an earlier
run joined or kept apart since it knew less. Answer them as decisions in the folder of --curation.

examples:
  whisky match listings.csv --out keys.csv
  whisky match listings.csv --out keys.csv --registry my-keys --questions asked.csv
  whisky match listings.csv --out keys.csv --curation .whisky/real/curation
""",
    "quality": """\
Feeds stand in order of what is amiss: offers that wait for a person, rows and values that no reader took. Goods that
are refused as no whisky are no fault. What each reason means: docs/criteria.md.

--try takes FILE.toml for the home's curation/quality.toml and tells which offers and whiskies would change.

examples:
  whisky quality
  whisky quality --feed alko
  whisky quality --try quality.toml
""",
    "archive": """\
A CSV with a header (whisky, and if told note, rating, date, age, pk), or JSON as the app exports it. The next
`whisky run` finds which whisky each note means; what is not sure waits. The same file twice adds nothing.

example:
  whisky archive import mina.csv --user mina
""",
    "publish": """\
Without --apply nothing is written: the plan is shown, and the command that applies it. A plan that changes or deletes
much is applied only with its hash (exit 6 shows the whole command).

examples:
  whisky publish --plan
  whisky publish --apply --target local
""",
    "diff": """\
Without names: the last two. A snapshot is called s000001 and so on; `whisky` shows the last one.

example:
  whisky diff s000003 s000007
""",
    "undo": """\
Keys stay: what was minted since sleeps. The feeds stay at that snapshot until `whisky run --feed F`.

example:
  whisky undo s000003
""",
    "import": """\
The next `whisky run` reads it. The same file twice adds nothing.

example:
  whisky import alkon-hinnasto.xlsx --feed alko
""",
    "find": """\
examples:
  whisky find "아드벡 10"
  whisky find "ardbeg ten"
""",
    "show": """\
example:
  whisky show ardbeg_10_pk
""",
    "parse": """\
Below the name stand marks, a letter for each field and ? for what no rule read. With --json each field has its span:
characters of `text`, from and to. The reference rows of your home count, where one stands. Names in any language, or in
several:

examples:
  whisky parse "Lagavulin 16 Year Old 43% 70cl"
  whisky parse "글렌드로낙 15년 리바이벌 46도 700ml"
  whisky parse "【正規品】ボウモア 12年 シェリーカスク 40度 700ml 箱入"
  whisky parse "麥卡倫 十二年 雙桶 單一麥芽威士忌 700毫升"
  whisky parse "Aberlour 10 ans fût de sherry" "étui 70 cl"
""",
    "prices": """\
One line for each stretch in which a seller asked one price for one product in one size, from all lists and pages that
were read. With --in a price is told in another currency too, by a rate of its first day or of at most six days before
it; without one it stays untold. Rates: whisky rates --help

examples:
  whisky prices ardbeg_10_pk
  whisky prices ardbeg_10_pk --in KRW
""",
    "rates": """\
They lie in the home's curation/reference/rates.csv, a line each: day,base,currency,rate,origin (one unit of base was so
many of currency). import adds those of a file of that form, or of the European Central Bank's eurofxref-hist.csv; a day
and pair that is told otherwise already is refused, and nothing is added.

examples:
  whisky rates
  whisky rates import eurofxref-hist.csv --only KRW --only GBP
""",
    "sources": """\
examples:
  whisky sources
  whisky sources list open_food_facts
  whisky sources test harbour
""",
    "sources list": """\
State, last run, counts and health of every feed, then the sources that are never asked. With a name: its licence, terms
and when they were looked at, attribution, what is withheld, permission, cadence, pace, origins and noise rules; with
--json these stand beside every feed.

examples:
  whisky sources list
  whisky sources list wikidata open_food_facts
""",
    "sources new": """\
For whoever adds a shop and knows no selectors. Detects what the page is (Shopify, WooCommerce, Squarespace, schema.org
blocks, a table, repeated cards, an API's JSON, CSV or XLSX), drafts the feed's TOML, and reads the page with it: the
first ten products, what was refused, and which lines are not sure and why. Nothing is guessed: what the page does not
tell is asked for (exit 6 shows the whole command).

An address is asked for as every page is: robots, pace, a contact set. The TOML is written into the home's sources/,
off, with publish = false; a file that stands is never overwritten. Then read the site's terms.

examples:
  whisky sources new https://shop.example/collections/whisky
  whisky sources new saved.html --url https://shop.example/whisky --country GB
  whisky sources new price-list-2026-01.csv --name my_shop --country KR --language ko --currency KRW
  whisky sources new saved.html --dry-run
""",
    "sources on": """\
What a feed's TOML says of itself is left as it is: the home's config.toml has the last word. Read its terms first.
A feed whose TOML says publish = false is published nowhere. A live feed asks nobody before a contact is set.

examples:
  whisky sources on berry_bros
  whisky sources on astor_wines compass_box
""",
    "sources off": """\
Nothing that was read is deleted; the next build leaves its products out, and whiskies that nobody else tells sleep.

example:
  whisky sources off lcbo
""",
    "sources test": """\
For whoever mends or writes a TOML: which rows it reads, what each is taken for, what is refused and why, and what
differs from the last reading of the same pages. No site is asked. Exit 3 says that a page is not understood, or that
products which were read before no longer are.

examples:
  whisky sources test harbour
  whisky sources test berry_bros saved.html --url https://www.bbr.com/products-4/whisky
  whisky sources test --all
""",
    "storage copy": """\
Reads the rules (`whisky storage policies`), plans which copies are lacking and where they go, and makes them, the most
urgent first; each is compared with its name before it counts. An absent volume is waited for: its copies are made
by the next call once it is attached. What one call did not do the next one does.

Exit 5: stopped at --max-bytes or --max-minutes; 6: a promise cannot be kept, or copies are in the way and --yes says
that they may go; 7: the volume of --to is absent, or one is full; 8: a copy that is damaged was found.

examples:
  whisky storage copy
  whisky storage copy --plan
  whisky storage copy --to external --max-minutes 30
""",
    "storage retain": """\
A snapshot stays if the rule of any of its tables keeps it; the current one, pinned ones and those of the last two
releases of a target always do, and so does all that they were made from. Pages and people's files stay unless
storage.toml has a rule for pages. A quota acts after the rules: the oldest goes first. Nothing goes before all that
stays has its promised copies, each proven.

The first plan is confirmed once: type yes, or give --yes or the plan's --confirm HASH (exit 6 without). Later ones
inside the same rules need nobody; a stricter rule asks again. Files are unlinked 24 hours later, by the next call.
Exit 1 says that a quota cannot be kept, 7 that copies are missing.

examples:
  whisky storage retain --plan
  whisky storage retain --yes
  whisky storage retain --json
""",
    "storage pin": """\
examples:
  whisky storage pin s000003 --why "as shown at the fair"
  whisky storage unpin s000003
""",
    "storage verify": """\
Reads copies from their medium, not from memory, and compares them with their names; with a limit those first that were
proven longest ago, so that the next call goes on. Changes nothing but what is known. Exit 7: a volume is absent;
8: something is damaged.

examples:
  whisky storage verify
  whisky storage verify --max-bytes 20G
""",
    "storage repair": """\
For what `verify` or the scheduled scrub found: proves another copy, keeps what lay there in the volume's folder
`quarantine`, and writes the copy anew. Without a whole copy within reach nothing is changed, and the drive that may
hold one is named (exit 8).

examples:
  whisky storage repair --plan
  whisky storage repair
""",
    "storage add-volume": """\
On a terminal it asks what is not given. A drive is found again by its identity file wherever it is mounted; what is
absent is never written to. Files of people are sealed on everything but folders of this PC. Called again for a volume
that stands, it changes what is said (capacity, reserve, class) and proves it anew. Exit 7: it cannot be reached.

examples:
  whisky storage add-volume
  whisky storage add-volume external /Volumes/WHISKY --kind drive --capacity 400G --reserve 20G
  whisky storage add-volume gcs gs://my-bucket/whisky
  whisky storage add-volume nas :sftp,host=nas,user=kim,key_file=~/.ssh/key,known_hosts_file=~/.ssh/known_hosts:whisky
""",
    "storage key": """\
The key is a file of the home (keys/personal.key), made when the first file of a person goes to a drive or a cloud. Keep
its words on paper: without the file and the words nobody opens what is sealed. The program age opens it too.

examples:
  whisky storage key
  whisky storage key --show-phrase
  whisky storage key --restore
  whisky storage key --new
""",
    "storage rebuild": """\
For a home whose state.sqlite was deleted, damaged or replaced by an old one. Takes the newest state that is whole, lets
rows be what newer events on the volumes say, and walks every volume that is there: files that nobody knows are
registered again by their footers, strangers go to quarantine/. Nothing is deleted.

Without --yes it shows the plan and changes nothing (exit 6 where there is something to do). With --yes the old file is
kept in state-aside/. Exit 8 says that something is on no volume that is known.

examples:
  whisky storage rebuild
  whisky storage rebuild --yes
  whisky storage rebuild --from /Volumes/WHISKY --yes
""",
    "storage clone": """\
The home keeps its id; its own volume begins with what the volume holds. Two machines that write one home would part for
ever, so the clone reads: whoever writes holds a lease, a file on each volume and a row in each state database.

example:
  whisky storage clone /Volumes/WHISKY --to ~/whisky-home
""",
    "storage lease": """\
The first place that runs with a drive or a bucket at hand has the lease. It does not end by itself, by no crash and by
no clock; another place takes it, which is kept with who, when and why. A place that lost it is told so at its next run
(exit 4), with what each has that the other has not, where both wrote; nothing is overwritten.

examples:
  whisky storage lease
  whisky storage lease --take --why "the old PC is sold"
""",
    "storage drill": """\
Makes the state anew from the drive alone, reads segments chosen by chance and the tables that documents are made of,
and compares their rows with the home's. Nothing is written to the drive. Shown in `whisky storage status`; the job
`drill` does it once a month. Exit 7: no drive is attached; 8: something did not come, and is named.

examples:
  whisky storage drill
  whisky storage drill external --segments 20
""",
    "storage restore": """\
Needs this program and a volume of the home: no home, no state database. What the volume holds is only read. Tables are
Parquet files as they stood in the snapshot of that time, pages are the fetched bodies, and restored.json, which comes
last, says what each file is. With --only home DIR becomes the whole home again, ready for `whisky run`.

What is of people is sealed on drives and in clouds and needs the key; on a terminal its words are asked. A bucket or a
remote is copied to a disk first; RESTORE.txt on it says how. Where one volume does not hold all, name others too.
A killed restore is gone on with by the same command. Exit 7: a volume, the key or room is missing; 8: something is
damaged and named, and the rest came.

examples:
  whisky storage restore --from /Volumes/WHISKY --to restored
  whisky storage restore --from /Volumes/WHISKY --to restored --only pages --feed alko --as-of 2026-01-31
  whisky storage restore --from /Volumes/WHISKY --to .whisky/real --only home --key personal.key
""",
    "sample": """\
Weeks only go forward; those between are read on the way.

example:
  whisky sample --week 2
""",
}
"""Command to its text."""
