import os
import sys

sys.path.append(os.curdir)
from pelicanconf import *

SITEURL = "https://nils.example"
RELATIVE_URLS = False

FEED_ALL_ATOM = "feeds/all.atom.xml"
FEED_ALL_RSS = "feeds/all.rss.xml"
CATEGORY_FEED_ATOM = "feeds/{slug}.atom.xml"
FEED_MAX_ITEMS = 15

DELETE_OUTPUT_DIRECTORY = True
