AUTHOR = 'Nils Berg'
SITENAME = "Nils' notebook"
SITEURL = ''  # see publishconf.py

PATH = 'content'
TIMEZONE = 'Europe/Oslo'
DEFAULT_LANG = 'en'
DEFAULT_CATEGORY = 'misc'

ARTICLE_PATHS = ['articles']
ARTICLE_URL = 'posts/{date:%Y}/{date:%b}/{slug}/'
ARTICLE_SAVE_AS = ARTICLE_URL + 'index.html'
PAGE_PATHS = ['pages']

# Feeds only when publishing
FEED_ALL_ATOM = None
CATEGORY_FEED_ATOM = None

LINKS = (
    ('Pelican', 'https://getpelican.com/'),
)
DEFAULT_PAGINATION = 10
