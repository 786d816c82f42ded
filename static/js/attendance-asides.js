// Heads counted and people who are on no list, who come, leave and are taken back: done at the door,
// put into the queue like taps. Where there is a network they are at the server a moment later.

import * as clock from "./attendance-clock.js";
import { guestsOf, headsOf } from "./attendance-standing.js";
import * as store from "./attendance-store.js";
import { hm, make, word } from "./attendance-words.js";

const heads = document.querySelector("[data-heads-form]");
const guest = document.querySelector("[data-guest-form]");
const queuedList = document.querySelector("[data-guests-queued]");
const sentPlace = document.querySelector("[data-guests-sent]");
const MOST_HEADS = 100000;

let known; // the list the page works with, and what waits
let queue = [];
let drawnSent = ""; // what the list of the server's guests was drawn from
let wrongHeads = false; // what was typed last is no number; said until it is mended

const mine = (kind) => queue.filter((i) => i.session === known?.session && i.kind === kind);

export function drawAsides(register, queued) {
  known = register;
  queue = queued;
  sayHeads();
  const guests = guestsOf(register, queue, clock.now());
  const waiting = guests.filter((guest) => guest.item);
  queuedList.hidden = !waiting.length;
  queuedList.replaceChildren(...waiting.map(guestRow));
  // A list kept by an earlier release says nothing of them: what the server drew stays.
  if (register.walkIns) drawSent(guests.filter((guest) => !guest.item));
}

// Drawn anew only when something has changed, so that no button is lost under a finger.
function drawSent(guests) {
  const sign = JSON.stringify(guests);
  if (sign === drawnSent) return;
  drawnSent = sign;
  if (!guests.length) return sentPlace.replaceChildren();
  sentPlace.replaceChildren(
    make(
      "p",
      {},
      make("b", {}, word("guestsWaiting", { n: guests.length })),
      " ",
      make("span", { className: "soft" }, word("guestsCount")),
    ),
    make("ul", { className: "register" }, ...guests.map(guestRow)),
  );
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

function guestRow(guest) {
  const what = [word("last4", { last4: guest.last4 }), word("cameAt", { at: hm(guest.came) })];
  if (guest.left !== null) what.push(word("leftAt", { at: hm(guest.left) }));
  const button = (key, data, className) =>
    make(
      "button",
      { className, type: "button", dataset: data, ariaLabel: word(`${key}Of`, { name: guest.name }) },
      word(key),
    );
  return make(
    "li",
    { className: "register__row register__row--guest" },
    make(
      "div",
      { className: "register__name" },
      make("b", {}, guest.name),
      make("small", {}, what.join(" · ")),
      guest.remark ? make("small", {}, guest.remark) : null,
      guest.waits ? make("small", { className: "register__waits" }, word("waits")) : null,
    ),
    guest.back ? button("takeBack", { guestBack: guest.id }, "button button--plain") : null,
    guest.stays ? button("stay", { guestStays: guest.stays }, "button button--plain") : null,
    guest.leaves ? button("leaves", { guestLeaves: guest.id }, "button") : null,
  );
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
  // Somebody already noted: leaves, leaves after all not, or should never have been noted.
  const parting = (kind, id) => {
    const guest = guestsOf(known, queue, clock.now()).find((one) => one.id === id);
    return guest ? { ...moment(), format: 3, kind, guest: id, who: guest.name } : null;
  };
  const decide = async ({ guestBack, guestLeaves, guestStays }) => {
    if (guestLeaves) return parting("walk_in_out", guestLeaves);
    if (await store.takeBack(guestStays ?? guestBack)) return null;
    return guestBack ? parting("walk_in_back", guestBack) : null;
  };
  for (const place of [queuedList, sentPlace]) {
    place.addEventListener("click", async (event) => {
      const button = event.target.closest("button[type=button]");
      if (!button || !known) return;
      button.disabled = true;
      await enqueue(decide(button.dataset));
      button.disabled = false;
    });
  }
}
