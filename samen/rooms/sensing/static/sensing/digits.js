// Digits come one by one, to see or to hear; the person types them in order, or the other way round.
import { begin, finish, isHeard, isOver, part, pause, say, settings, tap, word } from "./game.js";

const SEEN = 800, HEARD = 1600, BETWEEN = 200, REST = 1200; // ms; a voice needs longer than an eye
const shown = part("shown"), typing = part("typing"), field = document.getElementById("digits");
let trial = 0, length = settings.first, failed = 0, typed = [], start = 0;

const show = async () => {
  typing.hidden = true; say(word("said_listen"));
  await pause(REST);
  for (const digit of settings.rows[trial].slice(0, length)) {
    if (isOver()) return;
    shown.textContent = String(digit);
    await pause(isHeard() ? HEARD : SEEN);
    shown.textContent = ""; await pause(BETWEEN);
  }
  if (isOver()) return;
  typed = []; field.value = ""; field.maxLength = length;
  typing.hidden = false; field.focus(); start = performance.now();
  say(word(settings.reverse_tapping ? "said_type_back" : "said_type", { n: length }));
};

field.addEventListener("input", () => {
  const now = performance.now() - start, value = field.value.replace(/\D/g, "").slice(0, length);
  if (value !== field.value) field.value = value;
  let same = 0;
  while (same < value.length && same < typed.length && typed[same].item === value[same]) same += 1;
  typed = [...typed.slice(0, same), ...[...value.slice(same)].map((item) => ({ item, at: now }))];
});

typing.addEventListener("submit", async (event) => {
  event.preventDefault();
  const now = performance.now() - start;
  while (typed.length < length) typed.push({ item: "-", at: now }); // left open: one does not know
  for (const each of typed) tap(trial, each.item, each.at);
  const asked = settings.rows[trial].slice(0, length).map(String);
  if (settings.reverse_tapping) asked.reverse();
  const right = asked.every((each, at) => each === typed[at].item);
  failed = right ? 0 : failed + 1;
  if (failed === 2 || (right && length === settings.most) || trial + 1 === settings.rows.length) { finish(true); return; }
  length += right ? 1 : 0; trial += 1;
  typing.hidden = true; say(word("said_next")); await pause(REST);
  if (!isOver()) show();
});

begin(() => { if (isHeard()) shown.setAttribute("aria-live", "assertive"); else shown.setAttribute("aria-hidden", "true"); show(); });
