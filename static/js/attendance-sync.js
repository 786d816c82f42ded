// Bringing the queue to the server, by itself: after a tap, when the network returns, when the
// page is looked at again, and by a timer that waits longer after each failure. An answer that
// decides (recorded, there already, refused) takes an item out of the queue; nothing else does.

import { learn, now } from "./attendance-clock.js";
import * as store from "./attendance-store.js";

// The newest format this page knows. An item carries the oldest that knows its kind, so that an older
// page, should one come back, goes on sending what it can.
export const FORMAT = 3;
const AT_ONCE = 500;
const SOONEST = 5000;
const LATEST = 300000;
const REFRESH = 30000;

let token;
let failures = 0;
let timer;
let state = "idle";
let listener = () => {};
let watched = 0; // the session whose list is on the screen, if any

async function ask(path, options = {}) {
  const asked = Date.now();
  let response;
  try {
    response = await fetch(path, {
      redirect: "manual",
      signal: AbortSignal.timeout(20000),
      ...options,
      headers: { Accept: "application/json", ...options.headers },
    });
  } catch {
    throw new Error("offline");
  }
  if (response.type === "opaqueredirect" || response.status === 401) throw new Error("login");
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
  const body = isJson ? await response.json().catch(() => null) : null;
  if (response.status === 400) throw new Error("token");
  if (response.status === 409 && body?.code === "other_account") throw new Error("account");
  if (response.status === 403 || response.status === 404) throw new Error("gone");
  if (!response.ok || !body) throw new Error("failed");
  if (body.now) await learn(asked, body.now);
  return body;
}

async function post(session, account, items) {
  token ??= (await ask("/teach/token")).token;
  const sent = items.map(
    ({ session: _s, account: _a, format: _f, tried: _t, who: _w, ...item }) => item,
  );
  return ask(`/teach/sessions/${session}/batch`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify({
      format: Math.max(...items.map((item) => item.format)),
      device: await store.device(),
      account,
      items: sent,
    }),
  });
}

// A token of an earlier login is asked for anew, once.
async function postAgain(session, account, items) {
  try {
    return await post(session, account, items);
  } catch (error) {
    if (error.message !== "token") throw error;
    token = undefined;
    try {
      return await post(session, account, items);
    } catch (second) {
      throw second.message === "token" ? new Error("failed") : second;
    }
  }
}

async function deliver(items) {
  const [{ session, account }] = items;
  await store.markTried(items);
  const answer = await postAgain(session, account, items);
  const byId = new Map(items.map((item) => [item.id, item]));
  const decided = answer.verdicts.filter((verdict) =>
    ["ok", "there", "refused"].includes(verdict.status),
  );
  const refused = decided
    .filter((verdict) => verdict.status === "refused" && byId.has(verdict.id))
    .map((verdict) => ({ ...byId.get(verdict.id), code: verdict.code, words: verdict.words }));
  await store.updateRows(session, answer.rows);
  await store.settle(decided.map((verdict) => verdict.id), refused);
  await store.setFact("synced", now());
  if (!decided.length) throw new Error("failed");
  // The rows say nothing of heads and of people who are on no list; the whole list does.
  if (items.some((item) => item.format > 1)) await fetchRegister(session);
}

// The first items that can go in one delivery. Items of a format this page does not know were
// queued by a newer one: they stay, and are counted.
async function nextDelivery(blocked) {
  const items = (await store.queued()).filter(
    (item) => item.format <= FORMAT && !blocked.has(`${item.session} ${item.account}`),
  );
  if (!items.length) return [];
  const { session, account } = items[0];
  return items.filter((i) => i.session === session && i.account === account).slice(0, AT_ONCE);
}

async function deliverAll() {
  const blocked = new Map(); // what one class is refused for holds no other class up
  for (;;) {
    const items = await nextDelivery(blocked);
    if (!items.length) return [...blocked.values()][0] ?? "idle";
    say("sending");
    try {
      await deliver(items);
    } catch (error) {
      if (!["account", "gone"].includes(error.message)) throw error;
      blocked.set(`${items[0].session} ${items[0].account}`, error.message);
    }
    listener();
  }
}

// Fetch the list of a class and keep it, as it stands now.
export async function fetchRegister(session) {
  await store.keepRegister(await ask(`/teach/sessions/${session}/register.json`));
  await store.setFact("synced", now());
}

function say(next) {
  state = next;
  listener();
}

export const syncState = () => state;

async function round() {
  const waiting = (await store.queued()).length;
  // Where there is certainly no network nothing is tried: an undo can still take it out.
  if (navigator.onLine === false) return say("offline");
  try {
    const outcome = await deliverAll();
    if (!waiting && watched) await fetchRegister(watched);
    failures = 0;
    say(outcome);
  } catch (error) {
    failures += 1;
    if (error.message === "login") token = undefined;
    say(["offline", "login", "failed", "gone"].includes(error.message) ? error.message : "failed");
  }
}

// One page at a time sends; the others hear of it from the database when they look.
async function exclusively(work) {
  if (!navigator.locks) return work();
  return navigator.locks.request("ce-door-sync", { ifAvailable: true }, (lock) =>
    lock ? work() : undefined,
  );
}

let running = false;
let again = false;

export async function sync() {
  if (running) {
    again = true;
    return;
  }
  running = true;
  clearTimeout(timer);
  try {
    do {
      again = false;
      await exclusively(round);
    } while (again);
  } finally {
    running = false;
    timer = setTimeout(sync, await pause());
  }
}

async function pause() {
  if (failures) {
    const longest = Math.min(LATEST, SOONEST * 2 ** (failures - 1));
    return longest * (0.75 + Math.random() / 4);
  }
  return (await store.queued()).length ? SOONEST : REFRESH;
}

function soon() {
  failures = 0;
  sync();
}

// Start; `onChange` is called whenever there is something new to show.
export function start(session, onChange) {
  watched = session;
  listener = onChange;
  addEventListener("online", soon);
  addEventListener("offline", () => say("offline"));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") soon();
  });
  navigator.storage?.persist?.().catch(() => {});
  return sync();
}
