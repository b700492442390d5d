// A game that is kept on this device: what was pressed waits here as other pages do, and the page of activities sends it.
import { put } from "./sheets.js";

const { whose, language, activity, back } = document.body.dataset;
const form = document.querySelector("[data-finish]");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const sheet = crypto.randomUUID();
  form.elements.sheet.value = sheet;
  const fields = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
  try { await put({ sheet, whose, activity, language, fields }); location.assign(back); } catch { form.querySelector("[data-not-kept]").hidden = false; }
});
