// One activity at a time, filled in with or without a connection. What was filled in waits in this device's own database,
// under a number of its own, and goes when the service said that it has it. Nothing is measured but what is pressed here.
import { all, drop, put } from "./sheets.js";

const body = document.body, said = document.querySelector("[data-said]"), waiting = document.querySelector("[data-waiting]");
const list = document.querySelector("[data-list]"), doings = [...document.querySelectorAll("[data-doing]")], help = document.getElementById("help");
const { whose, send: address, here, language, games } = body.dataset;
const word = (name) => body.dataset[`said${name}`];
let began = 0, changes = [], sending = false;

const count = async () => {
  const rows = await all(), mine = rows.filter((each) => each.whose === whose).length;
  waiting.textContent = [mine ? word("Waiting").replace("{n}", String(mine)) : "", rows.length > mine ? word("Other") : ""].join(" ").trim();
};

const open = (focus) => {
  if (location.hash === "#content" && list.hidden) return; // "skip to content" within an activity stays there
  const found = doings.find((each) => `#${each.id}` === location.hash);
  list.hidden = found !== undefined;
  for (const each of doings) each.hidden = each !== found;
  began = Date.now(); changes = [];
  const to = found ?? (location.hash === "#help" ? help : null);
  if (focus && to) to.focus();
};

const sync = async () => {
  if (sending || !navigator.onLine) return;
  const rows = (await all()).filter((each) => each.whose === whose);
  if (!rows.length) return;
  sending = true;
  try {
    // The page anew: for the form's token of now, and to see whether the same person is signed in.
    const answer = await fetch(here, { cache: "no-store" });
    if (answer.redirected || !answer.ok) { said.textContent = word("SignIn"); return; }
    if (answer.headers.get("X-Kept-For") !== whose) { said.textContent = word("Other"); return; }
    const shelfOfPages = await caches.open("samen-activities");
    if (await shelfOfPages.match(here)) await shelfOfPages.put(here, answer.clone());
    const token = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[name=csrfmiddlewaretoken]").value;
    for (let at = 0; at < rows.length; at += 20) {
      const some = rows.slice(at, at + 20);
      const sent = await fetch(address, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token }, body: JSON.stringify(some.map(({ activity, fields, language: spoken }) => ({ activity, fields, language: spoken }))) });
      if (!sent.ok || sent.redirected) return;
      const { taken } = await sent.json();
      for (const row of some) await drop(row.sheet);
      said.textContent = taken.some((each) => each.problems.length) ? word("NotTaken") : word("Sent");
    }
    for (const game of (games ?? "").split(" ")) { // in a new order for the next time
      if (!game || !await shelfOfPages.match(game)) continue;
      const fresh = await fetch(game, { cache: "no-store" });
      if (fresh.ok && !fresh.redirected) await shelfOfPages.put(game, fresh);
    }
  } catch { /* no connection after all: it waits */ said.textContent = word("Waits"); } finally { sending = false; await count(); }
};

for (const section of doings) {
  const form = section.querySelector("form");
  form.addEventListener("change", (event) => { if (event.target.type !== "hidden") changes.push([event.target.name, Date.now() - began]); });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const sheet = crypto.randomUUID(), hard = [...form.querySelectorAll("[data-hard]")].some((each) => each.checked && Number(each.value) > 0);
    if (hard) { document.querySelector("[data-after-hard]").hidden = false; location.hash = "#help"; help.focus(); }
    form.elements.sheet.value = sheet; form.elements.started.value = String(began);
    form.elements.ended.value = String(Date.now()); form.elements.changes.value = JSON.stringify(changes.slice(0, 1000));
    const fields = [...new FormData(form)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");
    const hidden = ["sheet", "started", "ended", "changes", "minutes"];
    const filled = fields.some(([name, value]) => !hidden.includes(name) && value.trim() && value !== "skip");
    const asks = form.querySelector("fieldset, textarea, input:not([type=hidden])") !== null;
    if (asks && !filled) { said.textContent = word("Nothing"); return; }
    try { await put({ sheet, whose, activity: section.dataset.doing, language, fields }); } catch { said.textContent = word("NotKept"); return; }
    form.reset(); said.textContent = word("Waits");
    await count();
    if (!hard) { location.hash = "#top"; said.scrollIntoView({ block: "center" }); }
    await sync();
  });
}
addEventListener("hashchange", () => open(true));
addEventListener("online", sync);
open(false);
count().then(sync, () => { waiting.textContent = word("NotKept"); });
