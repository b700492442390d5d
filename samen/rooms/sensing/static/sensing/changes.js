// Tells how long an activity took: when each answer changed, and when the page was sent. Without this the page works, and
// the times are not known. Nothing is sent before the person presses.
for (const form of document.querySelectorAll("form[data-times]")) {
  const start = performance.now(), began = Date.now(), changes = [];
  form.elements.started.value = String(began);
  form.addEventListener("change", (event) => {
    const name = event.target.name;
    if (name && event.target.type !== "hidden") changes.push([name, Math.round(performance.now() - start)]);
  });
  form.addEventListener("submit", () => {
    if (!form.elements.ended.value) form.elements.ended.value = String(began + Math.round(performance.now() - start));
    form.elements.changes.value = JSON.stringify(changes.slice(0, 1000));
  });
}
