#!/usr/bin/env python3
"""Times an issue of ten full articles beside mjml and juice, in turn, in one run.

    cargo build --release && cargo bench --bench newsletter --no-run && npm install --prefix /tmp/peers mjml juice
    python3 benches/compare/newsletter.py
    python3 benches/compare/newsletter.py --goals                     # exit code 1 if a goal is missed

Whole processes: tidings reads the Markdown and writes the message as HTML, text and .eml, the pages of the archive and a feed;
one node process makes the same articles, which it gets as HTML, into a message by mjml and juice. Warm: tidings renders all parts of
the issue again from Markdown; juice alone inlines the same HTML with the same rules. Prints Markdown; the last column and the
goals are of the fastest runs.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import corpus
import measure
import peers

# How many times faster, whole and warm, and how many milliseconds, at least or at most.
WHOLE, WARM, MILLISECONDS = 20.0, 10.0, 35
ARTICLES = 10
SCRIPT = peers.SETUPS / "newsletter.js"
TEMPLATES = peers.ROOT / "templates" / "newsletter"
CONFIG = """[site]
title = "Bench"
url = "https://example.org"
[content]
dir = "content"
[feeds]
formats = ["json"]
tags = false
[newsletter]
period = "all"
content = "full"
"""


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--warm", type=int, default=200, help="rounds in one process")
    parser.add_argument("--modules", default="/tmp/peers/node_modules", help="where mjml and juice are installed")
    parser.add_argument("--goals", action="store_true", help="exit code 1 if a goal is missed")
    return parser.parse_args()


def output(command, **how):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, **how)
    if result.returncode != 0:
        sys.exit(f"{command[0]} failed: {result.stdout}{result.stderr}")
    return result.stdout


def mjml(entries):
    """The issue as mjml's authors write one."""
    sections = [
        f'<mj-section background-color="#ffffff" padding="28px 32px"><mj-column><mj-text font-size="17px" line-height="1.6">'
        f'<h2><a href="{entry["url"]}">{entry["title"]}</a></h2>{entry["content_html"]}</mj-text></mj-column></mj-section>'
        for entry in entries
    ]
    style = "h2, h3 { margin: 32px 0 12px; } p, ul { margin: 0 0 18px; } pre { padding: 14px 16px; background: #eee; }"
    head = f'<mj-head><mj-title>Bench</mj-title><mj-style inline="inline">{style}</mj-style></mj-head>'
    return f'<mjml>{head}<mj-body background-color="#f1f2f4">{"".join(sections)}</mj-body></mjml>'


def not_inlined(html):
    """A message as it is before its rules are inlined: the same elements, the same rules, any colours."""
    rules = re.sub(r"\{\{ theme\.\w+\.\w+ \}\}", "#1d2127", (TEMPLATES / "inline.css").read_text())
    rules = re.sub(r"\{\{ theme\.\w+ \}\}", "Helvetica, Arial, sans-serif", rules)
    html = re.sub(r' style="[^"]*"', "", html)
    return html.replace("</head>", f"<style>{rules}</style></head>", 1)


def own_bench():
    found = sorted((peers.ROOT / "target/release/deps").glob("newsletter-*"), key=lambda path: path.stat().st_mtime)
    found = [path for path in found if os.access(path, os.X_OK) and path.suffix == ""]
    return found[-1] if found else sys.exit("the bench is not built: cargo bench --bench newsletter --no-run")


def main():
    asked = options()
    modules = pathlib.Path(asked.modules).resolve()
    if not (modules / "mjml").exists() or not (modules / "juice").exists():
        sys.exit("mjml and juice are not installed: npm install --prefix /tmp/peers mjml juice")
    versions = [json.loads((modules / name / "package.json").read_text())["version"] for name in ("mjml", "juice")]
    env = {"NODE_PATH": str(modules)}
    with tempfile.TemporaryDirectory() as name:
        base = pathlib.Path(name)
        corpus.write(base / "content", ARTICLES, "flat")
        (base / "tidings.toml").write_text(CONFIG)
        own = peers.Peer("tidings, from Markdown", base, [peers.ROOT / "target/release/tidings", "--quiet", "build"], "public")
        measure.once(own, measure.Figures())
        entries = json.loads((own.output / "feed.json").read_text())["items"]
        assert len(entries) == ARTICLES
        (base / "issue.mjml").write_text(mjml(entries))
        message = (own.output / "newsletter/all/email.html").read_text()
        (base / "plain.html").write_text(not_inlined(message))
        peer = peers.Peer(f"mjml {versions[0]} and juice {versions[1]}, from HTML", base, ["node", SCRIPT, "whole", "issue.mjml", "other/issue.html"], "other", env)
        (base / "other").mkdir()
        peer.keep = True
        whole = measure.interleaved([own, peer], asked.rounds)
        sizes = [len(message.encode()), (base / "other/issue.html").stat().st_size]
        # Three times in turn, of which the fastest counts: what else runs on the machine only adds time.
        runs = [([own_bench(), base, asked.warm], {}), (["node", SCRIPT, "warm", base / "plain.html", asked.warm], {"env": {**os.environ, **env}})]
        warm = [min(times) for times in zip(*[[float(output(command, **how).split()[0]) for command, how in runs] for _ in range(3)])]
    show(["tidings, all parts from Markdown", f"juice {versions[1]} alone"], [own, peer], whole, sizes, warm, asked)


def show(names, runs, whole, sizes, warm, asked):
    print(f"\nAn issue of {ARTICLES} full articles, {os.cpu_count()} cores, {asked.rounds} rounds, {asked.warm} warm\n")
    print("| | median | fastest | memory | HTML | ÷ tidings |\n| --- | ---: | ---: | ---: | ---: | ---: |")
    for peer, its, size in zip(runs, whole, sizes):
        cells = [f"{its.median * 1000:.1f} ms", f"{min(its.wall) * 1000:.1f} ms", f"{its.peak / 1e6:.0f} MB", f"{size:,} bytes"]
        print(f"| {peer.name} | " + " | ".join(cells) + f" | {min(its.wall) / min(whole[0].wall):.1f} |")
    for name, milliseconds in zip(names, warm):
        print(f"| warm: {name} | {milliseconds:.2f} ms | | | | {milliseconds / warm[0]:.1f} |")
    # What else runs on the machine only adds time.
    own, other = (min(its.wall) * 1000 for its in whole)
    ratios = (other / own, warm[1] / warm[0])
    missed = [f"MISSED: {ratio:.1f} times as fast, not {goal}" for ratio, goal in zip(ratios, (WHOLE, WARM)) if ratio < goal]
    missed += [f"MISSED: {own:.1f} ms, not {MILLISECONDS}"] if own > MILLISECONDS else []
    print("\n" + ("\n".join(missed) if missed else "All goals are met."))
    sys.exit(1 if asked.goals and missed else 0)


if __name__ == "__main__":
    main()
