// Keeps one's own plan on this device by a press, and takes it away by a press. What is kept is brought up to date here.
const box = document.querySelector("[data-keep]");
const shelf = "samen-own";
const show = (name, on) => box.querySelectorAll(`[data-when="${name}"]`).forEach((each) => { each.hidden = !on; });

const look = async () => {
  const kept = await caches.match(box.dataset.keep, { cacheName: shelf });
  const mine = kept !== undefined && kept.headers.get("X-Kept-For") === box.dataset.whose;
  show("kept", mine);
  show("not", !mine && box.dataset.there === "yes");
  return mine;
};

let removed = 0; // how often it was taken away: what was still being fetched then is not kept after all

const keep = async () => {
  const before = removed;
  const answer = await fetch(box.dataset.keep, { cache: "no-store" });
  if (!answer.ok || answer.redirected) throw new Error("The plan did not come.");
  if (removed !== before) return;
  const own = await caches.open(shelf);
  await own.add(new Request(box.dataset.look, { credentials: "omit", cache: "no-cache" }));
  await own.put(box.dataset.keep, answer);
};

const remove = () => { removed += 1; return caches.delete(shelf); };

const tried = async (work) => {
  try { await work(); show("failed", false); } catch { show("failed", true); }
  await look();
};

if (box && "caches" in window && "serviceWorker" in navigator) {
  show("cannot", false);
  box.querySelector("[data-do=keep]").addEventListener("click", () => tried(keep));
  box.querySelector("[data-do=remove]").addEventListener("click", () => tried(remove));
  look().then((mine) => { if (mine && box.dataset.there === "yes") tried(keep); });
}
