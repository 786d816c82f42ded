// The register at the door, with or without a network: a tap is put into the phone's queue, shows at
// once, and is sent as soon as that is possible. Without this script every button is an ordinary form.

import { drawAsides, watchAsides } from "./attendance-asides.js";
import * as clock from "./attendance-clock.js";
import { install } from "./attendance-install.js";
import { draw, filter } from "./attendance-roster.js";
import * as store from "./attendance-store.js";
import { drawStrip } from "./attendance-strip.js";
import { start, sync, syncState } from "./attendance-sync.js";
import { dayAndTime, make, word } from "./attendance-words.js";

const root = document.querySelector("[data-door]");
const isShell = root.dataset.session === "";
const session = Number(root.dataset.session || /\/sessions\/(\d+)/.exec(location.pathname)?.[1] || 0);
const box = root.querySelector("[name=q]");
const onlyMissing = root.querySelector("[name=show]");
const said = root.querySelector("[data-said]");

let register;
let asking = Promise.resolve();

// One drawing after the other, each from what the database holds then.
function show() {
  asking = asking.then(redraw, redraw);
  return asking;
}

async function redraw() {
  const found = await store.register(session);
  if (found) {
    register = found;
    const queue = await store.queued();
    draw(register, queue, clock.now());
    drawAsides(register, queue);
    filter(box, onlyMissing);
  }
  if (isShell) await showShell(found);
  await drawStrip(syncState(), await store.registers());
}

// The shell knows no class: its name, or the choice of classes, comes from what the phone holds.
async function showShell(found) {
  for (const part of document.querySelectorAll("[data-one-class]")) part.hidden = !found;
  root.querySelector("[data-all-classes]").hidden = Boolean(found);
  if (found) {
    for (const place of root.querySelectorAll("[data-fill]")) {
      place.textContent = register[place.dataset.fill];
    }
    root.querySelector("[data-fill-time]").textContent = dayAndTime(register.starts);
    return;
  }
  const known = (await store.registers()).sort((a, b) => a.starts - b.starts);
  root.querySelector("[data-no-list]").hidden = known.length > 0;
  root.querySelector("[data-classes]").replaceChildren(
    ...known.map(({ session: id, topic, starts }) =>
      make("li", {}, make("a", { href: `/teach/sessions/${id}` }, `${dayAndTime(starts)} ${topic}`)),
    ),
  );
}

async function act(button) {
  const item = {
    format: 1,
    id: store.newId(),
    session,
    account: register.account,
    kind: button.dataset.act,
    person: Number(button.dataset.person),
    at: clock.now(),
    offset: clock.clockOffset(),
  };
  if (button.dataset.undo) {
    // What never left the phone is simply taken out again.
    if (await store.takeBack(button.dataset.undo)) return;
    item.kind = "annul";
    item.annuls = button.dataset.undo;
  }
  await store.enqueue(item);
}

// The phone's storage refuses: what was done is not recorded.
function sayUnsaved() {
  said.textContent = word("unsaved");
  said.classList.remove("visually-hidden");
}

// Heads and people who are not on the list; without an item only what waits has changed. What is
// still being decided (a note may not have left the phone yet) is waited for.
watchAsides(async (item) => {
  try {
    const own = { id: store.newId(), session, account: register.account };
    const decided = await item;
    if (decided) await store.enqueue({ ...decided, ...own });
  } catch {
    sayUnsaved();
    return false;
  }
  await show();
  sync();
  return true;
});

root.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-act], [data-undo]");
  if (!button || !register) return;
  button.disabled = true;
  try {
    await act(button);
  } catch {
    button.disabled = false;
    sayUnsaved();
    return;
  }
  button.disabled = false;
  await show();
  sync();
});

// The search works as one types; the form is for those without script.
root.querySelector("[data-filter] form").addEventListener("submit", (event) => {
  event.preventDefault();
});
const find = () => filter(box, onlyMissing);
box.addEventListener("input", find);
onlyMissing.addEventListener("change", find);

async function begin() {
  await store.open();
  await clock.ready;
  await clock.learnFromPage(Number(root.dataset.now));
  await store.forgetRegisters(clock.now());
  // A list of an earlier visit is older than the page: only the shell shows it at once.
  if (isShell) await show();
  root.classList.add("is-live");
  setInterval(show, 30000); // undo runs out, the class begins
  await start(session, show);
}

begin().catch(() => {
  // No storage in this browser: the forms of the page work, with a network.
  root.querySelector("[data-no-storage]").hidden = false;
});
install();
