// Counts the breath in words, and with a circle that grows and shrinks where movement is wanted.
for (const box of document.querySelectorAll("[data-breathing]")) {
  const { in: inSeconds, out: outSeconds, wordIn, wordOut, wordOver } = box.dataset;
  const find = (name) => box.querySelector(`[data-${name}]`);
  const live = find("live"), word = find("word"), count = find("count"), stop = find("stop"), plain = find("plain");
  const lasted = document.querySelector("[data-lasted]");
  const choices = [...box.querySelectorAll("[data-minutes]")];
  const round = Number(inSeconds) + Number(outSeconds);
  let timer = 0;

  const end = (said) => {
    clearInterval(timer);
    live.classList.remove("breath--in", "breath--out");
    word.textContent = said; count.textContent = "";
    stop.hidden = true; plain.hidden = false;
    for (const each of choices) each.hidden = false;
  };
  const begin = (minutes) => {
    let second = 0;
    live.hidden = false; plain.hidden = true; stop.hidden = false;
    for (const each of choices) each.hidden = true;
    stop.focus();
    const tick = () => {
      if (second >= minutes * 60) { if (lasted) lasted.value = String(minutes); end(wordOver); return; }
      const at = second % round, inward = at < Number(inSeconds);
      const said = inward ? wordIn : wordOut;
      if (word.textContent !== said) word.textContent = said;
      count.textContent = String(inward ? at + 1 : at + 1 - Number(inSeconds));
      live.classList.toggle("breath--in", inward); live.classList.toggle("breath--out", !inward);
      second += 1;
    };
    tick();
    timer = setInterval(tick, 1000);
  };
  box.querySelector("[data-live-ways]").hidden = false;
  for (const each of choices) each.addEventListener("click", () => begin(Number(each.dataset.minutes)));
  stop.addEventListener("click", () => end(""));
}
