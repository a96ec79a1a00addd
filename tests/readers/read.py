#!/usr/bin/env python3
"""What two readers that people use make of feed files: feedparser (PyPI) and newsboat (Debian).

    python3 tests/readers/read.py FILE…

Prints one JSON object: file → reader → list of entries, each with id, title, link, date (seconds since 1970) and content.
Ends with an error where a reader is missing or refuses a file.
"""

import calendar
import json
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

import feedparser

# What stands in the file is asked for, not what feedparser would make of it.
feedparser.SANITIZE_HTML = 0
feedparser.RESOLVE_RELATIVE_URIS = 0


def by_feedparser(file):
    feed = feedparser.parse(str(file))
    if feed.bozo:
        sys.exit(f"{file}: feedparser: {feed.bozo_exception}")

    def entry(item):
        date = item.get("published_parsed") or item.get("updated_parsed")
        content = item.content[0].value if item.get("content") else item.get("summary", "")
        return {
            "id": item.get("id"),
            "title": item.get("title", ""),
            "link": item.get("link"),
            "date": calendar.timegm(date) if date else None,
            "content": content,
        }

    return [entry(item) for item in feed.entries]


def by_newsboat(file):
    with tempfile.TemporaryDirectory() as name:
        home = pathlib.Path(name)
        (home / "urls").write_text(f"{file.as_uri()}\n")
        (home / "config").write_text("")
        command = ["newsboat", "-u", home / "urls", "-c", home / "cache", "-C", home / "config", "-x", "reload"]
        environment = {"HOME": name, "LANG": "C.UTF-8", "PATH": "/usr/local/bin:/usr/bin:/bin"}
        run = subprocess.run(command, env=environment, capture_output=True, text=True)
        if run.returncode or run.stderr:
            sys.exit(f"{file}: newsboat: {run.returncode} {run.stderr}")
        rows = sqlite3.connect(home / "cache").execute("select guid, title, url, pubDate, content from rss_item").fetchall()
    return [{"id": guid, "title": title, "link": url, "date": date, "content": content} for guid, title, url, date, content in rows]


def main():
    found = {}
    for name in sys.argv[1:]:
        file = pathlib.Path(name).resolve()
        found[name] = {"feedparser": by_feedparser(file), "newsboat": by_newsboat(file)}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
