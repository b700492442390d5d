// When there is no connection, show the numbers to call. Keeps that page and its looks, and no page about anyone.
const language = new URL(self.location).searchParams.get("language") === "nl" ? "nl" : "en";
const page = "/offline/" + language;
const shelf = "samen-help-" + language;
const looks = ["tokens.css", "samen.css", "icons.svg", "icon.svg", "fonts/atkinson-latin.woff2", "fonts/literata-latin.woff2"].map((name) => "/static/samen/" + name);

const fill = async () => {
  const cache = await caches.open(shelf);
  await cache.addAll([page, ...looks].map((url) => new Request(url, { credentials: "omit", cache: "no-cache" })));
};

self.addEventListener("install", (event) => event.waitUntil(fill().then(() => self.skipWaiting())));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== shelf) await caches.delete(name);
  await self.clients.claim();
})()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") {
    if (url.pathname.startsWith("/help")) event.waitUntil(fill().catch(() => {}));
    event.respondWith(fetch(event.request).catch(() => caches.match(page)));
  } else if (looks.includes(url.pathname)) {
    event.respondWith(fetch(event.request).catch(() => caches.match(url.pathname)));
  }
});
