// Drawing the register from data: the same rows the server draws, online or not.

import { headsOf, nextOf, standings } from "./attendance-standing.js";
import { hm, make, word } from "./attendance-words.js";

const root = document.querySelector("[data-door]");
const list = root.querySelector("[data-roster]");

let drawn = new Map(); // person → { element, sign }
let order = "";

export function draw(register, queue, now) {
  const view = standings(register, queue, now);
  const people = view.rows.map((row) => row.p).join();
  if (people !== order) layOut(view.rows);
  order = people;
  for (const row of view.rows) drawRow(row, register, view.closed);
  drawCounts(view.rows, register, headsOf(register, queue), now);
  drawUndo(view);
}

const letterOf = (row) => row.i[0] ?? "#";
const anchorOf = (letter) => `letter-${letter === "#" ? "other" : letter}`;

// The letters and empty places, once for a roster; the rows are drawn into them.
function layOut(rows) {
  drawn = new Map();
  const groups = new Map();
  for (const row of rows) {
    const letter = letterOf(row);
    if (!groups.has(letter)) groups.set(letter, make("ul", { className: "register" }));
    const element = make("li");
    groups.get(letter).append(element);
    drawn.set(row.p, { element, sign: "" });
  }
  list.replaceChildren(
    ...Array.from(groups, ([letter, people]) =>
      make(
        "section",
        { dataset: { group: "" } },
        make(
          "h2",
          { className: "register__initial", id: anchorOf(letter) },
          letter === "#" ? word("other") : letter,
        ),
        people,
      ),
    ),
  );
  const index = root.querySelector("[data-index]");
  index.hidden = groups.size < 5;
  index.replaceChildren(
    ...Array.from(groups.keys(), (letter) =>
      make("a", { href: `#${anchorOf(letter)}` }, letter === "#" ? word("other") : letter),
    ),
  );
}

function drawRow(row, register, closed) {
  const place = drawn.get(row.p);
  const next = nextOf(row, register, closed);
  const undo = closed ? "" : (row.last?.id ?? "");
  const sign = [row.n, row.u, row.in, row.out, row.waits, row.by, row.off, next, undo].join("|");
  if (sign === place.sign) return;
  const hadFocus = place.element.contains(document.activeElement);
  const fresh = rowOf(row, next, undo);
  place.element.replaceWith(fresh);
  place.element = fresh;
  place.sign = sign;
  if (hadFocus) fresh.querySelector("button")?.focus();
}

function rowOf(row, next, undo) {
  const data = { initials: row.i, last4: row.l, ...(row.in ? {} : { missing: "" }) };
  const unit = row.u && !row.in ? ` · ${row.u}` : "";
  const person = { person: row.p };
  return make(
    "li",
    { className: `register__row${row.in ? " is-in" : ""}`, id: `p${row.p}`, dataset: data },
    make(
      "div",
      { className: "register__name" },
      make("b", {}, row.n),
      make("small", {}, word("last4", { last4: row.l }) + unit),
      row.in ? make("small", {}, timesOf(row)) : null,
      row.waits ? make("small", { className: "register__waits" }, word("waits")) : null,
    ),
    undo
      ? make(
          "button",
          {
            className: "button button--plain",
            type: "button",
            dataset: { ...person, undo },
            ariaLabel: word("undoOf", { name: row.n }),
          },
          word("undo"),
        )
      : null,
    next
      ? make(
          "button",
          {
            className: `button${next === "in" ? " button--primary" : ""}`,
            type: "button",
            dataset: { ...person, act: next },
            ariaLabel: word(next === "in" ? "inOf" : "outOf", { name: row.n }),
          },
          word(next),
        )
      : null,
  );
}

function timesOf(row) {
  const said = [`✓ ${word("inAt", { at: hm(row.in) })}`];
  if (row.out) said.push(word("outAt", { at: hm(row.out) }));
  if (row.by) said.push(word("byHand"));
  if (row.off) said.push(word("offHours"));
  return said.join(" · ");
}

// Once sign-in is over, heads are counted before the figures are shown.
function drawCounts(rows, register, heads, now) {
  const present = rows.filter((row) => row.in).length;
  const hidden = heads === null && now > register.windows.in[1];
  const figures = [rows.length, hidden ? "—" : present, hidden ? "—" : rows.length - present];
  document.querySelectorAll("#counts b").forEach((figure, n) => {
    figure.textContent = figures[n];
  });
  const ask = root.querySelector("[data-count-first]");
  if (ask) ask.hidden = !hidden;
}

function drawUndo({ last, closed }) {
  const bar = document.getElementById("undo");
  bar.hidden = Boolean(closed) || !last;
  if (bar.hidden) return;
  const { id, kind, at } = last.last;
  const text = word(kind === "in" ? "didIn" : "didOut", { name: last.n, at: hm(at) });
  if (!bar.querySelector("[data-undo]")) {
    const said = make("span", { role: "status" });
    const button = make("button", { className: "button", type: "button" }, word("undo"));
    button.dataset.undo = id;
    bar.replaceChildren(said, button);
  }
  const said = bar.querySelector("[role=status]");
  if (said.textContent !== text) said.textContent = text;
  Object.assign(bar.querySelector("[data-undo]").dataset, { undo: id, person: last.p });
}

// --- finding somebody --------------------------------------------------------------------------

export function filter(box, onlyMissing) {
  const wanted = box.value.trim().toUpperCase();
  let shown = 0;
  for (const group of list.querySelectorAll("[data-group]")) {
    let inGroup = 0;
    for (const row of group.querySelectorAll(".register__row")) {
      const fits = matches(row, wanted) && (!onlyMissing.checked || "missing" in row.dataset);
      row.hidden = !fits;
      inGroup += fits;
    }
    group.hidden = inGroup === 0;
    shown += inGroup;
  }
  root.querySelector("[data-nobody]").hidden = shown > 0 || !drawn.size;
}

function matches(row, wanted) {
  if (!wanted) return true;
  return (
    row.querySelector("b").textContent.toUpperCase().includes(wanted) ||
    row.dataset.initials.startsWith(wanted) ||
    row.dataset.last4.includes(wanted)
  );
}
