// What the phone keeps: the lists of its classes, the queue of taps, refusals to be read, a few
// facts. No ID number ever gets here: a list holds what the page shows; the queue holds row numbers,
// and the names of people who are on no list until they are sent.

const NAME = "ce-door";

// One step a version of the database, appended to and never changed: a phone that slept through
// several releases walks through all of them, and its queue stays where it is.
const STEPS = [
  (db) => {
    db.createObjectStore("queue", { keyPath: "id" });
    db.createObjectStore("refused", { keyPath: "id" });
    db.createObjectStore("registers", { keyPath: "session" });
    db.createObjectStore("facts");
  },
];

let opening;

function attempt(version) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, version);
    request.onupgradeneeded = ({ oldVersion }) => {
      for (const step of STEPS.slice(oldVersion)) step(request.result, request.transaction);
    };
    request.onsuccess = () => {
      const db = request.result;
      db.onversionchange = () => {
        db.close(); // another page brings a newer version: make room for it
        opening = undefined;
      };
      resolve(db);
    };
    request.onerror = () => reject(request.error);
  });
}

export function open() {
  opening ??= attempt(STEPS.length).catch((error) => {
    // A newer page has been here already. Its stores are ours and more.
    if (error?.name === "VersionError") return attempt(undefined);
    opening = undefined;
    throw error;
  });
  return opening;
}

// `work(stores…)` in one transaction that is on the disk when the promise resolves.
async function run(names, mode, work) {
  const db = await open();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(names, mode, { durability: "strict" });
    let result;
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
    const answer = work(...names.map((name) => transaction.objectStore(name)));
    if (answer) answer.onsuccess = () => (result = answer.result);
  });
}

const all = (name) => run([name], "readonly", (store) => store.getAll());
const put = (name, ...rows) =>
  run([name], "readwrite", (store) => {
    for (const row of rows) store.put(row);
  });
const drop = (name, ids) =>
  run([name], "readwrite", (store) => {
    for (const id of ids) store.delete(id);
  });

export const fact = (name) => run(["facts"], "readonly", (facts) => facts.get(name));
export const setFact = (name, value) =>
  run(["facts"], "readwrite", (facts) => {
    facts.put(value, name);
  });

// --- the queue ---------------------------------------------------------------------------------

// Put `item` at the end of the queue, under the phone's next number.
export function enqueue(item) {
  return run(["queue", "facts"], "readwrite", (queue, facts) => {
    const asked = facts.get("seq");
    asked.onsuccess = () => {
      const seq = (asked.result ?? 0) + 1;
      facts.put(seq, "seq");
      queue.put({ ...item, seq });
    };
  });
}

export async function queued() {
  return (await all("queue")).sort((a, b) => a.seq - b.seq);
}

// From here on the server may have seen these: taking one back needs an undo of its own.
export const markTried = (items) => put("queue", ...items.map((item) => ({ ...item, tried: true })));

// Take an item out again, and whatever says more of the guest it notes; false when it may have
// reached the server already.
export function takeBack(id) {
  return run(["queue"], "readwrite", (queue) => {
    const asked = queue.get(id);
    const answer = {};
    asked.onsuccess = () => {
      answer.result = Boolean(asked.result && !asked.result.tried);
      if (answer.result) {
        queue.delete(id);
        const others = queue.getAll();
        others.onsuccess = () => {
          for (const item of others.result) if (item.guest === id) queue.delete(item.id);
        };
      }
      answer.onsuccess?.();
    };
    return answer;
  });
}

// Definitive answers leave the queue in the same transaction that keeps the refusals to be read.
export function settle(ids, refusals) {
  return run(["queue", "refused"], "readwrite", (queue, refused) => {
    for (const id of ids) queue.delete(id);
    for (const refusal of refusals) refused.put(refusal);
  });
}

export const refusals = () => all("refused");
export const forgetRefusals = (ids) => drop("refused", ids);

// --- the lists ---------------------------------------------------------------------------------

export const keepRegister = (register) => put("registers", register);

// How some of its people stand now, by the server.
export function updateRows(session, rows) {
  return run(["registers"], "readwrite", (registers) => {
    const asked = registers.get(session);
    asked.onsuccess = () => {
      if (!asked.result) return;
      const fresh = new Map(rows.map((row) => [row.p, row]));
      const merged = asked.result.rows.map((row) => fresh.get(row.p) ?? row);
      registers.put({ ...asked.result, rows: merged });
    };
  });
}

export const registers = () => all("registers");
export const register = (session) =>
  run(["registers"], "readonly", (store) => store.get(session));

// The lists of classes that are over for some days; without `now` all of them (the login ended).
export async function forgetRegisters(now = Infinity) {
  const old = (await registers()).filter((register) => register.forget < now);
  await drop("registers", old.map((register) => register.session));
}

export async function device() {
  const known = await fact("device");
  if (known) return known;
  const made = newId();
  await setFact("device", made);
  return made;
}

// A UUID; `randomUUID` exists in secure contexts only, the page also works without.
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
