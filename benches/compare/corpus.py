"""A publication of any size, made by dice with a fixed seed: lifelike heads (nested authors, folded text, lists, comments,
quoted strings) and bodies (headings, links, lists, tables, code, footnotes, HTML), 5 to 6 KB a post and 40 tags."""

import datetime
import random

TAGS = 40
WORDS = """harbour tide ferry keel anchor rope sail wind quay lamp island oyster gull slipway chart buoy current pilot
morning evening office market bread coffee letter notice between water sand stone bridge winter summer été brücke""".split()
PEOPLE = ["Ann Example", "Bob Example", "Chloé Exemple", "Dai Example", "Emre Örnek"]


class Post:
    """One post: its facts, from which each dialect's file is written."""

    def __init__(self, number):
        self.dice = random.Random(number)
        self.number = number
        self.slug = f"post-{number}"
        self.date = datetime.datetime(2000, 1, 1) + datetime.timedelta(days=number * 7919 % 9000, hours=number % 24)
        self.title = f"Post {number}: {self.words(3, 8)}"
        self.tags = [f"tag{tag}" for tag in self.dice.sample(range(TAGS), 3)]
        self.authors = self.dice.sample(PEOPLE, self.dice.choice([1, 1, 1, 2]))

    def words(self, low, high):
        return " ".join(self.dice.choice(WORDS) for _ in range(self.dice.randint(low, high))).capitalize()

    def sentence(self):
        return self.words(6, 16) + "."

    def yaml(self):
        """A head that Hugo, Jekyll, Eleventy and tidings read alike. No field is one that only some of them know."""
        lines = ["# See the style guide before you change a field.", f'title: "{self.title}"', f"date: {self.date.isoformat()}Z"]
        if self.number % 3 == 0:
            lines.append(f"lastmod: {(self.date + datetime.timedelta(days=3)).isoformat()}Z")
        lines.append(f"slug: {self.slug}  # the address, for ever")
        lines.append("authors:")
        for name in self.authors:
            nick = name.split()[0].lower()
            lines += [
                f"  - name: {name}",
                f'    email: "{nick}@bench.example"',
                f"    url: https://bench.example/people/{nick}/",
                f"    social: {{ chat: '@{nick}', pages: [https://a.example/{nick}, https://b.example/{nick}] }}",
            ]
        lines += ["description: >", *(f"  {self.sentence()}" for _ in range(3))]
        if self.number % 2 == 0:
            lines += ["tags:", *(f"  - {tag}" for tag in self.tags)]
        else:
            lines.append("tags: [" + ", ".join(f'"{tag}"' for tag in self.tags) + "]")
        lines += [
            "draft: false",
            "reviewed: 'yes, twice'",
            "sources:",
            "  # The first is the one that is quoted.",
            f"  - {{ name: {self.words(1, 3)}, page: {self.number % 300} }}",
            f"  - {{ name: {self.words(1, 3)}, page: {self.number % 100} }}",
            "options:",
            "  contents: true",
            "  width: 1.10",
            "  note: |",
            f"    {self.sentence()}",
        ]
        return "---\n" + "\n".join(lines) + "\n---\n\n"

    def lines(self):
        """Pelican's head, which has no nested fields."""
        fields = {
            "Title": self.title,
            "Date": self.date.strftime("%Y-%m-%d %H:%M"),
            "Slug": self.slug,
            "Authors": "; ".join(self.authors),
            "Summary": self.sentence(),
            "Tags": ", ".join(self.tags),
        }
        return "".join(f"{key}: {value}\n" for key, value in fields.items()) + "\n"

    def body(self):
        parts = []
        for section in range(4):
            parts.append(f"## {self.words(3, 6)}")
            for _ in range(3):
                tail = f"See [the *{self.dice.choice(WORDS)}*](/x/{self.number}/) and `{self.dice.choice(WORDS)}`."
                parts.append(" ".join(self.sentence() for _ in range(4)) + " " + tail)
            parts.append("\n".join(f"- {self.sentence()}" for _ in range(4)))
        parts.append("```python\nprint('" + self.dice.choice(WORDS) + "')\n```")
        if self.number % 4 == 0:
            parts.append(f"![{self.words(2, 4)}](/images/{self.slug}.jpg)")
        if self.number % 5 == 0:
            parts.append("| Port | Depth |\n| --- | ---: |\n" + "\n".join(f"| {self.dice.choice(WORDS)} | {deep} m |" for deep in range(4)))
        if self.number % 10 == 0:
            parts.append(f'<figure><img src="/images/{self.slug}-b.jpg" alt="{self.words(2, 4)}"><figcaption>{self.sentence()}</figcaption></figure>')
        return "\n\n".join(parts) + "\n"


def path(post, shape):
    """Where a post stands: `flat` in one folder of ten, `bundles` in one of its own, `jekyll` in one folder with its date."""
    if shape == "bundles":
        return f"posts/{post.slug}/index.md"
    if shape == "jekyll":
        return f"{post.date:%Y-%m-%d}-{post.slug}.md"
    return f"posts/{post.number % 10}/{post.slug}.md"


def write(folder, posts, shape):
    """Writes the posts below `folder`, and gives their bytes. A bundle has a picture beside its post. `lines`: Pelican's heads."""
    total = 0
    for number in range(posts):
        post = Post(number)
        text = (post.lines() if shape == "lines" else post.yaml()) + post.body()
        place = folder / path(post, shape)
        place.parent.mkdir(parents=True, exist_ok=True)
        data = text.encode()
        place.write_bytes(data)
        total += len(data)
        if shape == "bundles":
            (place.parent / "cover.png").write_bytes(b"\x89PNG\r\n\x1a\n" * 8)
    return total
