// What the phone says about its queue, in plain words, always in sight: how many wait, when it last
// agreed with the server, what it is waiting for, and what was refused.

import * as store from "./attendance-store.js";
import { dayAndTime, hm, make, word } from "./attendance-words.js";

const strip = document.querySelector("[data-strip]");
const line = strip.querySelector("[data-strip-line]");
const STATES = {
  sending: "isSending",
  offline: "isOffline",
  login: "isLogin",
  account: "isAccount",
  gone: "isGone",
  failed: "isFailed",
};

export async function drawStrip(state, registers) {
  const waiting = await store.queued();
  const synced = await store.fact("synced");
  const said = [waiting.length ? word("waiting", { n: waiting.length }) : word("sent")];
  if (STATES[state]) said.push(word(STATES[state]));
  said.push(synced ? word("synced", { at: dayAndTime(synced) }) : word("never"));
  const text = said.join(" · ");
  if (line.textContent !== text) line.textContent = text;
  strip.classList.toggle("is-waiting", waiting.length > 0);
  strip.querySelector("[data-strip-login]").hidden = state !== "login";
  strip.querySelector("[data-strip-export]").hidden = !waiting.length;
  await drawRefused(registers);
}

const WORDS = { walk_in: "walkIn", walk_in_out: "walkInOut", walk_in_back: "walkInBack" };

function nameOf(item, registers) {
  if (item.kind === "heads") return item.heads;
  if (item.kind in WORDS) return item.name ?? item.who;
  const rows = registers.find((r) => r.session === item.session)?.rows ?? [];
  return rows.find((row) => row.p === item.person)?.n ?? word("somebody");
}

async function drawRefused(registers) {
  const refused = await store.refusals();
  const box = strip.querySelector("[data-refused]");
  box.hidden = !refused.length;
  if (!refused.length) return;
  box.querySelector("[data-refused-title]").textContent = word("refused", { n: refused.length });
  box.querySelector("ul").replaceChildren(
    ...refused.map((item) => {
      const what = `${nameOf(item, registers)} ${word(WORDS[item.kind] ?? item.kind)}`;
      return make("li", {}, `${what} ${hm(item.at)}：${item.words}`);
    }),
  );
}

strip.addEventListener("click", async (event) => {
  if (event.target.closest("[data-refused-read]")) {
    await store.forgetRefusals((await store.refusals()).map((item) => item.id));
    strip.querySelector("[data-refused]").hidden = true;
  } else if (event.target.closest("[data-strip-export]")) {
    save(await fileOf());
  }
});

// The queue as a file for the base: what would be sent, class by class. It stays in the queue, and
// whichever comes first counts.
async function fileOf() {
  const classes = new Map();
  for (const { tried, who, ...item } of await store.queued()) {
    const key = `${item.session} ${item.account}`;
    if (!classes.has(key)) {
      classes.set(key, { session: item.session, account: item.account, items: [] });
    }
    classes.get(key).items.push(item);
  }
  return {
    kind: "ce-door-queue",
    format: Math.max(1, ...(await store.queued()).map((item) => item.format)),
    device: await store.device(),
    saved: Date.now(),
    deliveries: [...classes.values()],
  };
}

function save(content) {
  const blob = new Blob([JSON.stringify(content)], { type: "application/json" });
  const stamp = new Date().toISOString().slice(0, 16).replace(/\D/g, "");
  const link = make("a", {
    href: URL.createObjectURL(blob),
    download: `offline-sign-in-${stamp}.json`,
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
