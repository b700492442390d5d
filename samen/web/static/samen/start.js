// Keeps the help page on the device, in the page's language, for when there is no connection. Nothing needs this to run.
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/worker.js?language=" + encodeURIComponent(document.documentElement.lang)).catch(() => {});
}
