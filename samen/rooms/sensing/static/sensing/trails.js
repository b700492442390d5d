// Labels lie on the page; the person presses them in order, and each press is timed. A wrong one is marked, and one goes on.
import { begin, board, finish, isOver, say, settings, tap, word } from "./game.js";

begin(() => {
  const buttons = board(settings.places, 5, null);
  const start = performance.now();
  let reached = 0;
  say(word("said_first"));
  buttons[0].focus({ preventScroll: true });
  for (const each of buttons) {
    each.addEventListener("click", () => {
      if (isOver()) return;
      tap(0, each.dataset.item, performance.now() - start);
      for (const other of buttons) other.classList.remove("is-wrong");
      if (each.dataset.item !== settings.order[reached]) { each.classList.add("is-wrong"); return; }
      each.classList.add("is-done"); reached += 1;
      if (reached === settings.order.length) finish(true);
    });
  }
});
