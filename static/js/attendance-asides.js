// Heads counted and people who are on no list: typed at the door, put into the queue like taps. Where
// there is a network they are at the server a moment later, and the page's own list is fetched anew.

import * as clock from "./attendance-clock.js";
import { headsOf } from "./attendance-standing.js";
import * as store from "./attendance-store.js";
import { hm, make, word } from "./attendance-words.js";

const heads = document.querySelector("[data-heads-form]");
const guest = document.querySelector("[data-guest-form]");
const queuedList = document.querySelector("[data-guests-queued]");
const MOST_HEADS = 100000;

let known; // the list the page works with, and what waits
let queue = [];
let asked; // for which number of people at the server the page's list was fetched anew
let wrongHeads = false; // what was typed last is no number; said until it is mended

const mine = (kind) => queue.filter((i) => i.session === known?.session && i.kind === kind);

export function drawAsides(register, queued) {
  known = register;
  queue = queued;
  sayHeads();
  const guests = mine("walk_in");
  queuedList.hidden = !guests.length;
  queuedList.replaceChildren(...guests.map(guestRow));
  refetch().catch(() => {});
}

function sayHeads() {
  const counted = headsOf(known, queue);
  const kept = counted === null ? "" : word("headsKept", { n: counted });
  say("[data-heads-said]", wrongHeads ? word("headsBad") : kept);
  const box = heads?.elements.headcount;
  if (wrongHeads) box.setAttribute("aria-invalid", "true");
  else box?.removeAttribute("aria-invalid");
}

function say(selector, text) {
  const place = document.querySelector(selector);
  if (!place) return;
  place.hidden = !text;
  if (place.textContent !== text) place.textContent = text;
}

function guestRow(item) {
  const what = `${word("last4", { last4: item.last4 })} · ${word("cameAt", { at: hm(item.at) })}`;
  return make(
    "li",
    { className: "register__row register__row--guest" },
    make(
      "div",
      { className: "register__name" },
      make("b", {}, item.name),
      make("small", {}, what),
      item.remark ? make("small", {}, item.remark) : null,
      make("small", { className: "register__waits" }, word("waits")),
    ),
    item.tried
      ? null
      : make(
          "button",
          {
            className: "button button--plain",
            type: "button",
            dataset: { guestBack: item.id },
            ariaLabel: word("takeBackOf", { name: item.name }),
          },
          word("takeBack"),
        ),
  );
}

// When the server holds more or fewer than the page shows; the offline page has no such list.
async function refetch() {
  const place = document.querySelector("[data-guests-sent]");
  const held = known.guests ?? asked;
  if (!place || held === asked || held === Number(place.dataset.guestsSent)) return;
  asked = held;
  const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const part = fresh.querySelector("[data-guests-sent]");
  if (part) place.replaceWith(part);
}

// --- typing ------------------------------------------------------------------------------------

const plain = (text) => text.replace(/\s+/g, " ").trim();
const digits = (text) => plain(text).normalize("NFKC"); // full-width ones, too

// What is wrong with somebody's name or number, as a word of the page; "" when nothing is.
function problemOf({ name, last4, remark }) {
  if (!name || name.length > 40 || /\d/.test(name)) return "guestName";
  if (!/^\d{3}[\dX]$/.test(last4)) return "guestLast4";
  if (/\d{14}/.test(digits(remark).replace(/ /g, ""))) return "guestNumber";
  if (remark.length > 100) return "guestLong";
  const same = (n, l) => plain(n).replace(/ /g, "") === name.replace(/ /g, "") && l.toUpperCase() === last4;
  if (known.rows.some((row) => same(row.n, row.l))) return "guestOnList";
  return mine("walk_in").some((item) => same(item.name, item.last4)) ? "guestKept" : "";
}

function fill(texts) {
  for (const [name, text] of Object.entries(texts)) guest.elements[name].value = text;
}

// `enqueue(item)` puts it into the queue and sends what can be sent; false when it was not stored.
export function watchAsides(enqueue) {
  const moment = () => ({ at: clock.now(), offset: clock.clockOffset(), format: 2 });
  heads?.addEventListener("submit", async (event) => {
    if (!known) return; // no list yet: the ordinary form
    event.preventDefault();
    const box = heads.elements.headcount;
    const typed = digits(box.value);
    wrongHeads = !/^\d{1,6}$/.test(typed) || Number(typed) > MOST_HEADS;
    if (wrongHeads) return sayHeads();
    // Emptied at once, so that nothing typed meanwhile is wiped; back when it was not stored.
    box.value = "";
    if (await enqueue({ ...moment(), kind: "heads", heads: Number(typed) })) return;
    box.value = typed;
  });
  guest?.addEventListener("submit", async (event) => {
    if (!known) return;
    event.preventDefault();
    const { name, last4, remark } = guest.elements;
    const told = {
      name: plain(name.value),
      last4: digits(last4.value).toUpperCase(),
      remark: plain(remark.value),
    };
    const problem = problemOf(told);
    say("[data-guest-said]", problem && word(problem));
    if (problem) return;
    fill({ name: "", last4: "", remark: "" });
    name.focus();
    if (!(await enqueue({ ...moment(), kind: "walk_in", ...told }))) fill(told);
  });
  queuedList?.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-guest-back]");
    if (!button) return;
    button.disabled = true;
    await store.takeBack(button.dataset.guestBack);
    await enqueue(null);
  });
}
