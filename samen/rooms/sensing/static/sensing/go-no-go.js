// A round shape: press. A square with a cross: wait. Each press is timed from the moment the shape was drawn.
import { begin, finish, isOver, part, pause, say, settings, tap, word } from "./game.js";

const SHOWN = 600, WINDOW = 1000; // ms
const field = part("field"), round = part("round"), square = part("square");
let trial = -1, since = 0, open = false, pressed = false;

const press = () => {
  if (!open || pressed) return;
  pressed = true;
  tap(trial, "x", performance.now() - since);
};
field.addEventListener("pointerdown", press);
field.addEventListener("keydown", (event) => {
  if (event.repeat || (event.key !== " " && event.key !== "Enter")) return;
  event.preventDefault(); press();
});

const drawn = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame((at) => resolve(at))));

const run = async () => {
  say(word("said_go"));
  for (const [at, go] of settings.shapes.entries()) {
    await pause(settings.waits[at]);
    if (isOver()) return;
    trial = at; pressed = false;
    round.hidden = !go; square.hidden = go;
    since = await drawn(); open = true;
    await pause(SHOWN); round.hidden = true; square.hidden = true;
    await pause(WINDOW - SHOWN); open = false;
    if (isOver()) return;
    if (!pressed) tap(trial, "-", WINDOW);
  }
  finish(true);
};

begin(() => { field.focus({ preventScroll: true }); run(); });
