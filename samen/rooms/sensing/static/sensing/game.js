// What every game has: its words and settings, a note of each tap with its time, and the end, which the person sends.
// What was pressed goes to the server as it was; the score is worked out there.
const box = document.querySelector("[data-game]");
const find = (name) => box.querySelector(`[data-${name}]`);
export const settings = JSON.parse(box.dataset.game);
const words = JSON.parse(box.dataset.words);
const taps = [], inputs = new Set();
let heard = false, over = false;

export const word = (name, values = {}) => Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), words[name]);
export const say = (text) => { find("said").textContent = text; };
export const part = find;
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const isOver = () => over;
export const isHeard = () => heard;
export const tap = (trial, item, at) => { if (!over) taps.push([trial, String(item), Math.max(0, Math.round(at))]); };

box.addEventListener("pointerdown", (event) => inputs.add(event.pointerType || "mouse"));
box.addEventListener("keydown", (event) => { if (event.key !== "Tab") inputs.add("keyboard"); });

export const finish = (ended) => {
  if (over) return;
  over = true;
  const form = find("finish");
  const known = ["touch", "mouse", "pen", "keyboard"].filter((each) => inputs.has(each));
  form.elements.raw.value = JSON.stringify({
    seed: settings.seed, taps, ended, heard, input: known.length === 1 ? known[0] : "several",
    width: window.innerWidth, height: window.innerHeight,
  });
  find("playing").hidden = true;
  form.hidden = false;
  form.querySelector("button").focus();
};

// Walk over a board with the arrow keys; one stop of the tab key for all of it.
export const walkable = (buttons, columns) => {
  buttons.forEach((each, at) => { each.tabIndex = at === 0 ? 0 : -1; });
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
  for (const [at, each] of buttons.entries()) {
    each.addEventListener("keydown", (event) => {
      const to = buttons[at + step[event.key]];
      if (!(event.key in step)) return;
      event.preventDefault();
      if (!to) return;
      each.tabIndex = -1; to.tabIndex = 0; to.focus();
    });
    each.addEventListener("focus", () => { for (const other of buttons) other.tabIndex = other === each ? 0 : -1; });
  }
};

export const board = (labels, columns, names) => {
  const buttons = labels.map((label, at) => {
    const item = document.createElement("li"), button = document.createElement("button");
    button.type = "button"; button.textContent = names ? "" : label; button.dataset.item = label;
    if (names) button.setAttribute("aria-label", names[at]);
    item.append(button); find("board").append(item);
    return button;
  });
  walkable(buttons, columns);
  return buttons;
};

export const begin = (play) => {
  document.querySelector("[data-without-script]").hidden = true;
  box.hidden = false;
  find("stop").addEventListener("click", () => finish(false));
  find("start").addEventListener("click", () => {
    const tick = find("heard");
    heard = tick !== null && tick.checked;
    inputs.clear();
    find("before").hidden = true; find("playing").hidden = false;
    play();
  });
};
