// What was filled in on this device and waits there to be sent: pages under numbers of their own, in the device's database.
const done = (asked) => new Promise((resolve, reject) => { asked.onsuccess = () => resolve(asked.result); asked.onerror = () => reject(asked.error); });
const shelf = async (mode) => {
  const asked = indexedDB.open("samen-activities", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore("sheets", { keyPath: "sheet" });
  const base = await done(asked);
  base.onversionchange = () => base.close();
  return base.transaction("sheets", mode).objectStore("sheets");
};
export const all = async () => done((await shelf("readonly")).getAll());
export const put = async (row) => done((await shelf("readwrite")).put(row));
export const drop = async (sheet) => done((await shelf("readwrite")).delete(sheet));
