// When there is no connection, show the numbers to call. Keeps that page and its looks. A page about somebody is on the
// device only where they kept their own plan there (companion/keep.js); it goes when they sign out.
const language = new URL(self.location).searchParams.get("language") === "nl" ? "nl" : "en";
const page = "/offline/" + language;
const shelf = "samen-help-" + language;
const own = "samen-own", plan = "/companion/plan/";
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
    event.waitUntil(caches.delete(own));
  }
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") {
    if (url.pathname.startsWith("/help")) event.waitUntil(fill().catch(() => {}));
    event.respondWith(fetch(event.request).catch(() => withoutConnection(url.pathname)));
  } else if (looks.includes(url.pathname) || url.pathname === "/static/companion/plan.css") {
    event.respondWith(fetch(event.request).catch(() => caches.match(url.pathname)));
  }
});
