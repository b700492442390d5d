// Keeps the page of activities on this device by a press, and takes it away by a press, with what waits there.
const box = document.querySelector("[data-phone]");
const shelf = "samen-activities";
const show = (name, on) => box.querySelectorAll(`[data-when="${name}"]`).forEach((each) => { each.hidden = !on; });

const look = async () => {
  const kept = await caches.match(box.dataset.phone, { cacheName: shelf });
  const mine = kept !== undefined && kept.headers.get("X-Kept-For") === box.dataset.whose;
  show("kept", mine); show("not", !mine);
  return mine;
};

let removed = 0; // how often it was taken away: what was still being fetched then is not kept after all

const keep = async () => {
  const before = removed;
  const answer = await fetch(box.dataset.phone, { cache: "no-store" });
  if (!answer.ok || answer.redirected) throw new Error("The page did not come.");
  if (removed !== before) return;
  const own = await caches.open(shelf);
  await own.addAll(box.dataset.looks.split(" ").map((url) => new Request(url, { credentials: "omit", cache: "no-cache" })));
  for (const url of box.dataset.pages.split(" ")) { // games: each with an order of its own
    const page = await fetch(url, { cache: "no-store" });
    if (!page.ok || page.redirected) throw new Error("A page did not come.");
    await own.put(url, page);
  }
  await own.put(box.dataset.phone, answer);
};

const remove = () => new Promise((resolve, reject) => {
  removed += 1;
  caches.delete(shelf).then(() => {
    const asked = indexedDB.deleteDatabase("samen-activities");
    asked.onsuccess = resolve; asked.onerror = reject; asked.onblocked = resolve;
  }, reject);
});

const tried = async (work) => {
  try { await work(); show("failed", false); } catch { show("failed", true); }
  await look();
};

if (box && "caches" in window && "serviceWorker" in navigator && "indexedDB" in window) {
  show("cannot", false);
  navigator.serviceWorker.register("/worker.js?language=" + encodeURIComponent(document.documentElement.lang)).catch(() => show("failed", true));
  box.querySelector("[data-do=keep]").addEventListener("click", () => tried(keep));
  box.querySelector("[data-do=remove]").addEventListener("click", () => tried(remove));
  look().then((mine) => { if (mine) tried(keep); });
}
