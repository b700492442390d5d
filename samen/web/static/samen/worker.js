// When there is no connection, show the numbers to call. Keeps that page and its looks. A page about somebody is on the
// device only where they kept it there: their own plan (companion/keep.js), activities to fill in (sensing/phone.js) and what
// waits to be sent of those. All of it goes when they sign out.
const language = new URL(self.location).searchParams.get("language") === "nl" ? "nl" : "en";
const page = "/offline/" + language;
const shelf = "samen-help-" + language;
const own = "samen-own", plan = "/companion/plan/";
const doings = "samen-activities", device = "/activities/device/";
const looks = ["tokens.css", "samen.css", "icons.svg", "icon.svg", "fonts/atkinson-latin.woff2", "fonts/literata-latin.woff2"].map((name) => "/static/samen/" + name);

const fill = async () => {
  const cache = await caches.open(shelf);
  await cache.addAll([page, ...looks].map((url) => new Request(url, { credentials: "omit", cache: "no-cache" })));
};

self.addEventListener("install", (event) => event.waitUntil(fill().then(() => self.skipWaiting())));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("samen-help-") && name !== shelf) await caches.delete(name);
  await self.clients.claim();
})()));

const withoutConnection = async (path) => {
  const filling = path.startsWith("/activities/") && (await caches.match(path, { cacheName: doings }) ?? await caches.match(device, { cacheName: doings }));
  if (filling) return filling;
  const kept = await caches.match(plan + "device/", { cacheName: own });
  if (kept && path.startsWith(plan)) return kept;
  const help = await caches.match(page);
  if (!kept || !help) return help;
  const html = (await help.text()).replace("data-kept hidden", "data-kept");
  const policy = help.headers.get("Content-Security-Policy");
  return new Response(html, { headers: { "Content-Type": "text/html; charset=utf-8", ...(policy && { "Content-Security-Policy": policy }) } });
};

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method === "POST" && url.origin === self.location.origin && url.pathname === "/account/logout/") {
    event.waitUntil(Promise.all([caches.delete(own), caches.delete(doings)]));
    indexedDB.deleteDatabase(doings);
  }
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") {
    if (url.pathname.startsWith("/help")) event.waitUntil(fill().catch(() => {}));
    event.respondWith(fetch(event.request).catch(() => withoutConnection(url.pathname)));
  } else if (looks.includes(url.pathname) || url.pathname === "/static/companion/plan.css" || url.pathname.startsWith("/static/sensing/")) {
    event.respondWith(fetch(event.request).catch(() => caches.match(url.pathname)));
  }
});
