// Boxes light up one by one; the person presses them in order, or the other way round. It ends after two failures in a row.
import { begin, board, finish, isOver, pause, say, settings, tap, word } from "./game.js";

const LIT = 700, BETWEEN = 300, REST = 900; // ms
const labels = Array.from({ length: settings.of }, (_, at) => String(at + 1));
const names = labels.map((_, at) => word("box", { row: Math.floor(at / 4) + 1, column: (at % 4) + 1 }));
let buttons = [], answering = false, trial = 0, length = settings.first, failed = 0, given = [], start = 0;

const lock = (on) => { for (const each of buttons) each.setAttribute("aria-disabled", String(on)); };

const show = async () => {
  answering = false; lock(true); say(word("said_watch"));
  await pause(REST);
  for (const place of settings.rows[trial].slice(0, length)) {
    if (isOver()) return;
    const lit = buttons[place - 1];
    lit.classList.add("is-lit"); await pause(LIT); lit.classList.remove("is-lit"); await pause(BETWEEN);
  }
  given = []; start = performance.now(); answering = true; lock(false);
  if (!buttons.includes(document.activeElement)) buttons[0].focus({ preventScroll: true });
  say(word(settings.reverse_tapping ? "said_you_back" : "said_you", { n: length }));
};

const press = async (button) => {
  if (!answering) return;
  given.push(button.dataset.item);
  tap(trial, button.dataset.item, performance.now() - start);
  button.classList.add("is-pressed"); setTimeout(() => button.classList.remove("is-pressed"), 200);
  if (given.length < length) return;
  answering = false;
  const asked = settings.rows[trial].slice(0, length).map(String);
  if (settings.reverse_tapping) asked.reverse();
  const right = asked.every((each, at) => each === given[at]);
  failed = right ? 0 : failed + 1;
  if (failed === 2 || (right && length === settings.most) || trial + 1 === settings.rows.length) { finish(true); return; }
  length += right ? 1 : 0; trial += 1;
  lock(true); say(word("said_next")); await pause(REST);
  if (!isOver()) show();
};

begin(() => {
  buttons = board(labels, 4, names);
  for (const each of buttons) each.addEventListener("click", () => press(each));
  show();
});
