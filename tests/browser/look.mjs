// Opens pages in headless Chromium, at each width, light and dark, and prints what is wrong with them as JSON.
//
//   node look.mjs REQUEST.json       (playwright-core and axe-core are found from the working folder)
//
// The request: { folder, origin, pages: [path], files: { path: file }, widths: [pixels], shots: folder or null }.
// `folder` is shown as the site `origin`; `files` are those of the site that are not in it, as pictures. Nothing else is
// loaded: no request leaves the machine. Each page is looked at three times: light, dark, and, where it is a message,
// without its <style>, as mail programs show it that throw it away.
import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";

const require = createRequire(path.join(process.cwd(), "package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const asked = JSON.parse(readFileSync(process.argv[2], "utf8"));

const TYPES = { ".html": "text/html; charset=utf-8", ".png": "image/png", ".svg": "image/svg+xml", ".gif": "image/gif" };

// What a file of the site holds, or null.
function found(url) {
  const { origin, pathname } = new URL(url);
  if (origin !== asked.origin) return null;
  const file = asked.files[pathname] ?? path.join(asked.folder, decodeURIComponent(pathname));
  try {
    return { body: readFileSync(file.endsWith("/") ? file + "index.html" : file), contentType: TYPES[path.extname(file)] ?? "text/html; charset=utf-8" };
  } catch {
    return null;
  }
}

// Runs in the page: all that is seen, measured.
function measure() {
  const faults = [];
  const wide = document.documentElement.clientWidth;
  const scroller = document.scrollingElement;
  if (scroller.scrollWidth > wide) faults.push(`scrolls sideways: ${scroller.scrollWidth} px of ${wide}`);
  // The box that cuts off what an element holds; what scrolls shows all of it, if not at once.
  const edges = (element) => {
    for (let box = element; box && box !== document.body; box = box.parentElement) {
      const { overflowX } = getComputedStyle(box);
      if (overflowX === "auto" || overflowX === "scroll") return null;
      if (overflowX !== "visible") return box.getBoundingClientRect();
    }
    return { left: 0, right: wide };
  };
  const isCut = (element, boxes) => {
    const edge = edges(element);
    return edge && boxes.some((box) => box.left < edge.left - 0.5 || box.right > edge.right + 0.5);
  };
  const hidden = (element) => element && (element.className === "preheader" || hidden(element.parentElement));
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const words = node.data.trim().slice(0, 40);
    const element = node.parentElement;
    if (!words || hidden(element) || element.closest("style, script, template")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()].filter((box) => box.width > 0);
    const size = parseFloat(getComputedStyle(element).fontSize);
    // Readings over characters are half their size in every book.
    if (boxes.length && size < 14 && !element.closest("rt")) faults.push(`${size} px is too small: ${words}`);
    if (isCut(element, boxes)) faults.push(`is cut off: ${words}`);
  }
  for (const image of document.images) {
    const box = image.getBoundingClientRect();
    const what = image.getAttribute("src");
    if (!image.hasAttribute("alt")) faults.push(`no alt: ${what}`);
    if (!(image.getAttribute("width") > 0 && image.getAttribute("height") > 0)) faults.push(`no width and height: ${what}`);
    if (!image.complete || !image.naturalWidth) faults.push(`is not loaded: ${what}`);
    else if (box.width && Math.abs(box.width / box.height / (image.naturalWidth / image.naturalHeight) - 1) > 0.05) {
      faults.push(`is out of shape, ${box.width} x ${box.height}: ${what}`);
    }
    if (box.width && isCut(image.parentElement, [box])) faults.push(`is cut off: ${what}`);
  }
  for (const box of document.querySelectorAll(".scroll, pre")) if (isCut(box.parentElement, [box.getBoundingClientRect()])) faults.push(`is cut off: ${box.className || "pre"}`);
  return faults;
}

async function look(page, name, width, look) {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: look === "dark" ? "dark" : "light", reducedMotion: "reduce" });
  await page.goto(asked.origin + name);
  // Pictures that wait to be scrolled to are loaded now.
  await page.evaluate(() => Promise.all([...document.images].map((image) => ((image.loading = "eager"), image.decode().catch(() => {})))));
  if (look === "bare") await page.evaluate(() => document.querySelectorAll("style").forEach((style) => style.remove()));
  const faults = await page.evaluate(measure);
  await page.evaluate(axe);
  const rules = { "target-size": { enabled: true } };
  // A message is shown inside of a mail program's page, which has the landmarks; one more `main` would be wrong there.
  if (name.endsWith("email.html")) rules["landmark-one-main"] = rules.region = { enabled: false };
  const options = { resultTypes: ["violations"], rules };
  const { violations } = await page.evaluate((options) => window.axe.run(document, options), options);
  for (const { id, impact, nodes } of violations) {
    for (const { target, failureSummary } of nodes) faults.push(`${id} (${impact}) at ${target}: ${failureSummary.split("\n").slice(1).join(" ").trim()}`);
  }
  if (asked.shots) {
    mkdirSync(asked.shots, { recursive: true });
    await page.screenshot({ path: path.join(asked.shots, `${name.replace(/^\/|\/$/g, "").replaceAll("/", "-")}-${width}-${look}.png`), fullPage: true });
  }
  return { page: name, width, look, dark: await page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches), faults };
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const seen = [];
try {
  const page = await browser.newPage();
  await page.route("**", (route) => {
    const file = found(route.request().url());
    return file ? route.fulfill(file) : route.fulfill({ status: 404, body: "" });
  });
  for (const name of asked.pages) {
    const looks = name.endsWith("email.html") ? ["light", "dark", "bare"] : ["light", "dark"];
    for (const width of asked.widths) for (const one of looks) seen.push(await look(page, name, width, one));
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));
