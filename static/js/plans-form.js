// The filing form: the last filing day while the first date is typed, rows added and taken away
// at once, hours counted from the times. The server says all of it again when the form is sent.

const form = document.querySelector("[data-rows]").closest("form");
const rows = form.querySelector("[data-rows]");
const panel = form.querySelector("[data-window]");
const pattern = document.getElementById("row-pattern");
const addButton = form.querySelector("[data-add-row]");

const field = (row, name) => row.querySelector(`[name$="-${name}"]`);

// --- the filing window -----------------------------------------------------------------------

const ICONS = { refused: "cross-circle", time: "clock", done: "check-circle" };
let asked = "";

function firstDay() {
  const days = [...rows.querySelectorAll('[name$="-held_on"]')].map((input) => input.value);
  return days.filter(Boolean).sort()[0] ?? "";
}

async function showWindow() {
  const day = firstDay();
  if (!day || day === asked) return;
  asked = day;
  try {
    const response = await fetch(`${panel.dataset.url}?opening=${encodeURIComponent(day)}`);
    const answer = await response.json();
    if (asked !== day) return; // a later day was typed while this one was on its way
    const kind = answer.kind ?? "refused";
    panel.className = `window window--${kind}`;
    const icon = panel.querySelector("use");
    icon.setAttribute("href", icon.getAttribute("href").replace(/#.*/, `#${ICONS[kind]}`));
    panel.querySelector("[data-window-title]").textContent = answer.title ?? answer.problem;
    panel.querySelector("[data-window-advice]").textContent = answer.advice ?? "";
  } catch {
    asked = ""; // no connection: the server says it when the form is sent
  }
}

// --- a returned plan: does it keep its first submission? ----------------------------------------

const grace = form.querySelector("[data-grace-url]");
let graceAsked = "";

async function showGrace() {
  if (!grace) return;
  const hours = [...rows.querySelectorAll('[name$="-halves"]')].map((input) => Number(input.value) || 0);
  const wanted = new URLSearchParams({
    opening: firstDay(),
    hours: String(hours.reduce((sum, value) => sum + value, 0)),
    subject: form.elements.subject.value,
    reach: form.elements.reach.value,
  }).toString();
  if (wanted === graceAsked) return;
  graceAsked = wanted;
  try {
    const response = await fetch(`${grace.dataset.graceUrl}?${wanted}`);
    if (!response.ok || graceAsked !== wanted) return;
    const answer = await response.json();
    const note = grace.querySelector("[data-grace]");
    note.className = `window window--${answer.is_kept ? "done" : "time"}`;
    const icon = note.querySelector("use");
    const name = answer.is_kept ? "check-circle" : "clock";
    icon.setAttribute("href", icon.getAttribute("href").replace(/#.*/, `#${name}`));
    note.querySelector("[data-grace-title]").textContent = answer.title;
    const list = note.querySelector("[data-grace-reasons]");
    list.hidden = !answer.reasons.length;
    list.replaceChildren(
      ...answer.reasons.map((reason) => Object.assign(document.createElement("li"), { textContent: reason })),
    );
  } catch {
    graceAsked = ""; // no connection: the server says it when the form is sent
  }
}

form.addEventListener("change", showGrace);

// --- hours -----------------------------------------------------------------------------------

function minutes(text) {
  const [hour, minute] = text.split(":").map(Number);
  return hour * 60 + minute;
}

function countHours(row) {
  const [starts, ends] = [field(row, "starts_at").value, field(row, "ends_at").value];
  const hours = field(row, "halves");
  if (!starts || !ends || (hours.value && !("counted" in hours.dataset))) return;
  const net = minutes(ends) - minutes(starts) - Number(field(row, "break_minutes").value || 0);
  const halves = Math.min(Math.floor((net * 2) / 45), 16);
  hours.value = halves > 0 ? String(halves / 2) : "";
  hours.dataset.counted = "";
}

// --- clashes with other plans ------------------------------------------------------------------

const clashes = form.querySelector("[data-clashes]");
let waiting = 0;

function clashLine(clash, lead) {
  const line = document.createElement("li");
  const isBlock = clash.severity === "block";
  line.className = isBlock ? "is-block" : "is-warn";
  const words = document.createElement("span");
  const label = document.createElement("b");
  label.textContent = isBlock ? clashes.dataset.blocks : clashes.dataset.warns;
  words.append(lead ?? label, clash.text);
  if (clash.url && !lead) {
    const link = document.createElement("a");
    link.href = clash.url;
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = clashes.dataset.link;
    words.append(" ", link);
  }
  line.append(words);
  return line;
}

function showClashes(answer) {
  for (const [index, row] of [...rows.children].entries()) {
    const list = row.querySelector("[data-row-clashes]");
    list.replaceChildren(...answer.conflicts.filter((c) => c.row === index).map((c) => clashLine(c)));
    list.hidden = !list.children.length;
  }
  const lines = answer.conflicts.map((clash) => {
    const link = document.createElement("a");
    link.href = `#${clash.field}`;
    link.textContent = clashes.dataset.row.replace("{n}", clash.row + 1);
    const lead = document.createElement("span");
    lead.append(link, "：");
    return clashLine(clash, lead);
  });
  clashes.querySelector("[data-clash-list]").replaceChildren(...lines);
  clashes.hidden = !lines.length;
  form.querySelector('[name="seen"]').value = answer.seen;
}

async function askClashes() {
  const round = ++waiting;
  await new Promise((done) => setTimeout(done, 400));
  if (round !== waiting) return; // more was typed meanwhile
  try {
    const response = await fetch(clashes.dataset.url, { method: "POST", body: new FormData(form) });
    if (response.ok && round === waiting) showClashes(await response.json());
  } catch {
    // no connection: the server says it when the form is sent
  }
}

// --- rows ------------------------------------------------------------------------------------

function number() {
  [...rows.children].forEach((row, index) => {
    const title = addButton.dataset.title.replace("{n}", index + 1);
    row.querySelector("[data-row-title]").textContent = title;
    row.querySelector("[data-remove-row]").value = `remove-${index}`;
    row.querySelector("[data-copy-row]").value = `copy-${index}`;
    for (const element of row.querySelectorAll("[name], [id], [for], [aria-describedby]")) {
      for (const attribute of ["name", "id", "for", "aria-describedby"]) {
        const old = element.getAttribute(attribute);
        if (old) element.setAttribute(attribute, old.replace(/sessions-(new|\d+)-/g, `sessions-${index}-`));
      }
    }
  });
}

function addRow() {
  const last = rows.lastElementChild;
  rows.append(pattern.content.cloneNode(true));
  const row = rows.lastElementChild;
  for (const name of ["break_minutes", "lecturer_id", "venue_id"]) {
    if (last) field(row, name).value = field(last, name).value;
  }
  number();
  field(row, "held_on").focus();
}

function copyRow(source) {
  const row = rows.appendChild(pattern.content.cloneNode(true).firstElementChild);
  for (const input of source.querySelectorAll("input, select, textarea")) {
    const name = input.name.replace(/^sessions-\d+-/, "");
    if (name !== "uid") field(row, name).value = input.value;
  }
  for (const [index, part] of [...source.querySelectorAll("details")].entries()) {
    row.querySelectorAll("details")[index].open = part.open;
  }
  number();
  field(row, "held_on").focus();
  askClashes();
}

// The server repeats a session (it knows the holidays); the page stays where it is.
async function repeatRow(button) {
  const sent = new FormData(form);
  sent.set("do", "repeat");
  button.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(form.action, { method: "POST", body: sent });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const [newRows, said] = [page.querySelector("[data-rows]"), page.querySelector("[data-repeat]")];
    if (!newRows || !said) throw new Error("not the form");
    rows.replaceChildren(...newRows.children);
    form.querySelector("[data-repeat]").replaceWith(said);
    said.querySelector(".field__error, [role=status], summary")?.scrollIntoView({ block: "center" });
    said.querySelector('[aria-invalid="true"], summary')?.focus();
    askClashes();
    tick();
  } catch {
    form.requestSubmit(button); // in full: the answer is a page of its own
  }
  button.removeAttribute("aria-busy");
}

form.addEventListener("click", (event) => {
  const repeat = event.target.closest('[name="do"][value="repeat"]');
  if (repeat) {
    event.preventDefault();
    repeatRow(repeat);
  } else if (event.target.closest("[data-copy-row]")) {
    event.preventDefault();
    copyRow(event.target.closest("[data-row]"));
  } else if (event.target.closest("[data-add-row]")) {
    event.preventDefault();
    addRow();
  } else if (event.target.closest("[data-remove-row]")) {
    event.preventDefault();
    event.target.closest("[data-row]").remove();
    if (!rows.children.length) addRow();
    number();
    addButton.focus();
    showWindow();
    askClashes();
    showGrace();
  }
});

// --- what is still missing ---------------------------------------------------------------------

const missing = form.querySelector("[data-missing]");

function tick() {
  if (!missing) return;
  for (const item of missing.children) {
    const target = document.getElementById(item.firstElementChild.hash.slice(1));
    item.hidden = Boolean(target?.value?.trim());
  }
  const left = missing.querySelectorAll("li:not([hidden])").length;
  form.querySelector("[data-missing-count]").textContent = left;
}

form.addEventListener("input", (event) => {
  tick();
  if (event.target.name === "planned_number") askClashes();
  const row = event.target.closest("[data-row]");
  if (!row) return;
  const name = event.target.name;
  if (name.endsWith("-held_on")) showWindow();
  if (name.endsWith("-halves")) delete event.target.dataset.counted;
  if (/-(starts_at|ends_at|break_minutes)$/.test(name)) countHours(row);
  if (/-(held_on|starts_at|ends_at|lecturer_\w+|venue_\w+)$/.test(name)) askClashes();
});
