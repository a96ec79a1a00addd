#!/usr/bin/env python3
"""Writes what a generator's own feed holds, one entry a line: id, link, date of publication (UTC), title.

    expect.py "Hugo 0.168.0" public/index.xml > tests/detect/hugo.tsv

The generators are not needed to run the tests, only to make these files anew.
"""
import datetime, email.utils, html, sys
import xml.etree.ElementTree as tree

ATOM = "{http://www.w3.org/2005/Atom}"


def utc(text):
    try:
        date = email.utils.parsedate_to_datetime(text)
    except ValueError:
        date = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return date.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def entries(root):
    for item in root.iter("item"):
        yield item.findtext("guid"), item.findtext("link"), item.findtext("pubDate"), item.findtext("title")
    for entry in root.iter(ATOM + "entry"):
        title = entry.find(ATOM + "title")
        words = html.unescape(title.text) if title.get("type") == "html" else title.text
        date = entry.findtext(ATOM + "published") or entry.findtext(ATOM + "updated")
        yield entry.findtext(ATOM + "id"), entry.find(ATOM + "link").get("href"), date, words


print("#", sys.argv[1])
for id, link, date, title in entries(tree.parse(sys.argv[2]).getroot()):
    print(id, link, utc(date), title, sep="\t")
