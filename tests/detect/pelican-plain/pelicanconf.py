AUTHOR = 'Mia'
SITENAME = 'Plain'
SITEURL = 'http://plain.example/sub'
PATH = "content"
TIMEZONE = 'Asia/Tokyo'
FEED_ALL_ATOM = 'feeds/all.atom.xml'
