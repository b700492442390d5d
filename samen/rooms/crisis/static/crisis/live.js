// Loads a page of the help line anew when something changed on the server; while somebody types, it only says so.
const place = document.querySelector("[data-live]");
if (place && "EventSource" in window) {
  const events = new EventSource(place.dataset.live);
  events.addEventListener("changed", () => {
    events.close();
    const typing = [...document.querySelectorAll("textarea")].some((each) => each.value.trim() !== "");
    if (typing || document.querySelector("details[open] form")) place.hidden = false;
    else location.replace(location.pathname + location.search);
  });
}
