#!/usr/bin/env python3
"""Asks the real generators what they make of the archives beside this file, and writes their answers there.

    tests/generators/answers.py hugo [NAME …]

An archive is text files one after the other, each after a line `-- path --`. What is asked: the page's address, title,
dates in UTC, tags, whether it is a draft. The generators must be installed; the tests read only the answers.
"""
import datetime, html, json, os, pathlib, re, subprocess, sys, tempfile, urllib.parse

HERE = pathlib.Path(__file__).parent


def unpack(archive, folder):
    path, lines = None, []
    def flush():
        if path:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("".join(lines), encoding="utf-8", newline="")
    for line in split(archive):
        found = re.fullmatch(r"-- (.+) --\n", line)
        if found:
            flush()
            path, lines = found[1], []
        else:
            lines.append(line)
    flush()


def split(archive):
    """Lines that end at a line feed only."""
    return re.findall(r"[^\n]*\n", archive.read_bytes().decode("utf-8"))


HUGO_TEMPLATE = """[{{ range $i, $p := site.AllPages }}{{ if $p.File }}{{ if eq $p.Kind "page" }}
{{ $d := dict "path" $p.File.Path "url" $p.Permalink "title" $p.Title "date" ($p.Date.UTC.Format "2006-01-02T15:04:05Z") "updated" ($p.Lastmod.UTC.Format "2006-01-02T15:04:05Z") "publish" ($p.PublishDate.UTC.Format "2006-01-02T15:04:05Z") "expires" ($p.ExpiryDate.UTC.Format "2006-01-02T15:04:05Z") "draft" $p.Draft "tags" ($p.Params.tags | default slice) "categories" ($p.Params.categories | default slice) "language" $p.Language.Lang "description" ($p.Params.summary | default $p.Description) }}{{ $d | jsonify }},{{ end }}{{ end }}{{ end }}null]"""


def hugo(folder):
    (folder / "layouts").mkdir(exist_ok=True)
    (folder / "layouts/home.json").write_text(HUGO_TEMPLATE)
    (folder / "layouts/all.html").write_text("x")
    run = subprocess.run(["hugo", "--buildDrafts", "--buildFuture", "--buildExpired"], cwd=folder, capture_output=True, text=True)
    if run.returncode:
        sys.exit(run.stdout + run.stderr)
    pages = []
    for file in sorted(folder.glob("public/**/index.json")):
        pages += [hugo_page(page) for page in json.loads(file.read_text()) if page]
    version = re.search(r"v[0-9.]+", subprocess.run(["hugo", "version"], capture_output=True, text=True).stdout)[0]
    return f"Hugo {version}", {page.pop("path"): page for page in pages}


def hugo_page(page):
    """Dates that are missing are the year 1 there; tags may be a text, which its own templates take for one tag."""
    zero = "0001-01-01T00:00:00Z"
    for name in ["date", "updated", "publish", "expires"]:
        page[name] = "" if page[name] == zero else page[name]
    if not page["publish"]:
        page["publish"] = page["date"]
    for name in ["tags", "categories"]:
        page[name] = [page[name]] if isinstance(page[name], str) else page[name]
    page["tags"] = page["tags"] + page.pop("categories")
    page["title"] = page["title"].strip()
    page["summary"] = page.pop("description")
    return page


JEKYLL_PAGE = """---
layout: null
---
[{% for post in site.posts %}{"path": {{ post.path | jsonify }}, "id": {{ post.id | absolute_url | jsonify }}, "url": {{ post.url | absolute_url | jsonify }}, "title": {{ post.title | smartify | strip_html | normalize_whitespace | jsonify }}, "date": {{ post.date | date_to_xmlschema | jsonify }}, "updated": {{ post.last_modified_at | default: post.date | date_to_xmlschema | jsonify }}, "draft": {{ post.draft | default: false | jsonify }}, "tags": {{ post.tags | jsonify }}, "categories": {{ post.categories | jsonify }}, "author": {{ post.author | jsonify }}, "image": {{ post.image | jsonify }}, "description": {{ post.description | jsonify }}},{% endfor %}null]
"""


def jekyll(folder):
    (folder / "answers.json").write_text(JEKYLL_PAGE)
    run = subprocess.run(["jekyll", "build", "--quiet"], cwd=folder, capture_output=True, text=True, env={**os.environ, "LANG": "C.UTF-8"})
    if run.returncode:
        sys.exit(run.stdout + run.stderr)
    print(run.stdout + run.stderr)
    pages = {page.pop("path"): page for page in json.loads((folder / "_site/answers.json").read_text()) if page}
    for page in pages.values():
        for name in ["date", "updated"]:
            page[name] = utc(page[name])
        page["tags"] = unique(page["tags"] + page.pop("categories"))
        author = page.pop("author")
        page["authors"] = [author["name"] if isinstance(author, dict) else author] if author else []
        page["image"] = page["image"]["path"] if isinstance(page["image"], dict) else page["image"]
        page["summary"] = page.pop("description")
        page["title"] = html.unescape(page["title"])
    version = subprocess.run(["jekyll", "--version"], capture_output=True, text=True).stdout.split()[1]
    return f"Jekyll {version}", pages


def utc(text):
    return datetime.datetime.fromisoformat(text).astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def unique(names):
    """Each once, whatever its capitals."""
    found = {}
    for name in names:
        found.setdefault(str(name).lower(), name)
    return list(found.values())


PELICAN_RUN = """
import json, sys
sys.path[:0] = ["."]
from pelican import Pelican, signals
from pelican.settings import read_settings
from feedgenerator import get_tag_uri
from urllib.parse import urljoin
found = {}
def collect(generators):
    for generator in generators:
        for name in ["articles", "drafts", "hidden_articles", "translations", "drafts_translations"]:
            for article in getattr(generator, name, []):
                url = urljoin(generator.settings["SITEURL"] + "/", article.url)
                found[article.relative_source_path] = {
                    "url": url, "id": get_tag_uri(url, article.date), "title": str(article.title), "date": article.date.isoformat(),
                    "updated": (getattr(article, "modified", None) or article.date).isoformat(), "draft": article.status == "draft",
                    "hidden": article.status == "hidden", "language": article.lang,
                    "tags": [tag.name for tag in getattr(article, "tags", [])] + [article.category.name],
                    "authors": [author.name for author in getattr(article, "authors", [])], "summary": article.metadata.get("summary", "")}
signals.all_generators_finalized.connect(collect)
Pelican(read_settings("pelicanconf.py")).run()
json.dump(found, open("answers.json", "w"))
"""


def pelican(folder):
    run = subprocess.run([sys.executable, "-c", PELICAN_RUN], cwd=folder, capture_output=True, text=True)
    if run.returncode:
        sys.exit(run.stdout + run.stderr)
    print(run.stderr)
    pages = {path: page for path, page in json.loads((folder / "answers.json").read_text()).items() if not page.pop("hidden")}
    for page in pages.values():
        for name in ["date", "updated"]:
            page[name] = utc(page[name])
        page["title"] = html.unescape(re.sub("<[^>]*>", "", page["title"]))
        page["summary"] = html.unescape(re.sub("<[^>]*>", "", page["summary"]))
        # What an entry doesn't say itself: the default category, and the site's author.
        page["tags"] = [tag for tag in page["tags"] if tag != "misc"]
        page["authors"] = [author for author in page["authors"] if author != "The House"]
        page["url"] = urllib.parse.quote(page["url"], safe="/:&!'()*+,;=@~")
    import pelican as package
    return f"Pelican {package.__version__}", pages


ELEVENTY_PAGE = """
module.exports = class {
    data() { return { permalink: "answers.json", eleventyExcludeFromCollections: true }; }
    render(data) {
        return JSON.stringify(data.collections.all.map(page => ({
            path: page.inputPath, url: page.url, title: page.data.title, date: page.date, tags: page.data.tags || [], author: page.data.author })));
    }
};
"""


def eleventy(folder):
    (folder / "content/answers.11ty.js").write_text(ELEVENTY_PAGE)
    root = pathlib.Path(os.environ["ELEVENTY"])
    run = subprocess.run(["node", root / "node_modules/@11ty/eleventy/cmd.cjs"], cwd=folder, capture_output=True, text=True)
    if run.returncode:
        sys.exit(run.stdout + run.stderr)
    pages = {}
    for page in json.loads((folder / "_site/answers.json").read_text()):
        if page["url"]:
            pages[page.pop("path").removeprefix("./content/")] = page
            page["url"] = "https://example.org" + urllib.parse.quote(page["url"], safe="/:&!'()*+,;=@~")
            page["date"] = utc(page["date"].replace("Z", "+00:00"))
            page["tags"] = unique(tag for tag in page["tags"] if tag != "posts")
            page["authors"] = [page.pop("author")] if "author" in page else []
    package = json.loads((root / "node_modules/@11ty/eleventy/package.json").read_text())
    return f"Eleventy {package['version']}", pages


DOCUSAURUS_RUN = """
const { loadContext } = require("@docusaurus/core/lib/server/site");
const blog = require("@docusaurus/plugin-content-blog");
const { normalizePluginOptions } = require("@docusaurus/utils-validation");
(async () => {
    const context = await loadContext({ siteDir: process.argv[2] });
    const given = context.siteConfig.presets[0][1].blog;
    const options = blog.validateOptions({ validate: normalizePluginOptions, options: { ...given, id: "default", path: "blog", routeBasePath: "blog" } });
    const { blogPosts } = await (await blog.default(context, options)).loadContent();
    const posts = blogPosts.map(({ metadata }) => ({
        path: metadata.source.replace("@site/blog/", ""), url: "https://example.org" + metadata.permalink, title: metadata.title, date: metadata.date,
        updated: metadata.frontMatter.last_update && metadata.frontMatter.last_update.date, draft: !!metadata.frontMatter.draft,
        unlisted: !!metadata.frontMatter.unlisted, tags: metadata.tags.map(tag => tag.label), authors: metadata.authors.map(author => author.name),
        summary: metadata.frontMatter.description || "", image: metadata.frontMatter.image || "" }));
    require("fs").writeFileSync("answers.json", JSON.stringify(posts));
})().catch(error => { console.error(error); process.exit(1); });
"""


def docusaurus(folder):
    root = pathlib.Path(os.environ["DOCUSAURUS"])
    (folder / "run.js").write_text(DOCUSAURUS_RUN)
    (folder / "node_modules").symlink_to(root / "node_modules")
    run = subprocess.run(["node", "run.js", str(folder)], cwd=folder, capture_output=True, text=True)
    if run.returncode:
        sys.exit(run.stdout + run.stderr)
    pages = {}
    for page in json.loads((folder / "answers.json").read_text()):
        if not page.pop("unlisted"):
            pages[page.pop("path")] = page
            page["url"] = urllib.parse.quote(page["url"], safe="/:&!'()*+,;=@~%")
            page["date"] = utc(page["date"].replace("Z", "+00:00"))
            page["updated"] = utc(page["updated"].replace("Z", "+00:00")) if page.get("updated") else page["date"]
    package = json.loads((root / "node_modules/@docusaurus/core/package.json").read_text())
    return f"Docusaurus {package['version']}", pages


def main(names):
    for archive in sorted(HERE.glob("*.txtar")):
        if names and archive.stem not in names:
            continue
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            unpack(archive, folder)
            generator = archive.stem.split("-")[0]
            if generator not in globals():
                continue
            version, pages = globals()[generator](folder)
            answers = {"generator": version, "pages": dict(sorted(pages.items()))}
            archive.with_suffix(".json").write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n")
            print(archive.stem, len(pages))


main(sys.argv[1:])
