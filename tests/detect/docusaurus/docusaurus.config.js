// @ts-check
import {themes as prismThemes} from 'prism-react-renderer';

/** @type {import('@docusaurus/types').Config} */
const config = {
  title: 'Loom',
  tagline: 'Weaving is cool',
  favicon: 'img/favicon.ico',
  url: 'https://loom.example',
  baseUrl: '/docs-site/',
  i18n: { defaultLocale: 'en', locales: ['en'] },
  presets: [
    [
      'classic',
      /** @type {import('@docusaurus/preset-classic').Options} */
      ({
        docs: { sidebarPath: './sidebars.js' },
        blog: {
          showReadingTime: true,
          routeBasePath: 'news',
          feedOptions: { type: ['rss', 'atom'], xslt: true, limit: 40 },
        },
      }),
    ],
  ],
};

export default config;
