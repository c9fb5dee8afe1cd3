"""The crawl of the same pages as a user would write it in Scrapy: one request at a time, robots obeyed, its HTTP cache.

A program of its own, since Scrapy takes a process to itself: `python -m benchmarks.scrapy_peer SITE CACHE`. Prints the
seconds from its first to its last event, without the start of the interpreter, and how many pages it read.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any


def main(site: str, cache: str) -> int:
    """Crawl the list of a site and every page that it links to, revisited by validators where the cache holds one."""
    scrapy = importlib.import_module("scrapy")
    crawling = importlib.import_module("scrapy.crawler")
    read: list[int] = []

    class Shop(scrapy.Spider):  # type: ignore[name-defined,misc]  # no part of the lock, so nothing is known of it
        name = "shop"
        start_urls = (f"{site}/list",)

        def parse(self, response: Any) -> Any:
            yield from response.follow_all(css="a", callback=self.page)

        def page(self, response: Any) -> None:
            read.append(len(response.body))

    process = crawling.CrawlerProcess(
        {
            "CONCURRENT_REQUESTS": 1,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "DOWNLOAD_DELAY": 0,
            "ROBOTSTXT_OBEY": True,
            "HTTPCACHE_ENABLED": True,
            "HTTPCACHE_DIR": cache,
            "HTTPCACHE_POLICY": "scrapy.extensions.httpcache.RFC2616Policy",
            "LOG_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
        }
    )
    crawler = process.create_crawler(Shop)
    process.crawl(crawler)
    process.start()
    told = crawler.stats.get_stats()
    print(json.dumps({"seconds": told["elapsed_time_seconds"], "pages": len(read)}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
