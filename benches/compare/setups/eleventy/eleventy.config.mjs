// RSS of the site and of its tags; posts are rendered where a feed holds them, and written nowhere.
import rss from "@11ty/eleventy-plugin-rss";

const newest = (posts) => [...posts].sort((a, b) => b.date - a.date).slice(0, 50);

export default function (config) {
  config.addPlugin(rss);
  config.addCollection("newest", (api) => newest(api.getFilteredByGlob("posts/**/*.md")));
  config.addCollection("tagFeeds", (api) => {
    const byTag = new Map();
    for (const post of api.getFilteredByGlob("posts/**/*.md")) {
      for (const tag of post.data.tags) byTag.set(tag, [...(byTag.get(tag) ?? []), post]);
    }
    return [...byTag].map(([tag, posts]) => ({ tag, posts: newest(posts) }));
  });
  return { markdownTemplateEngine: false };
}
