// The register at the door: a tap answers at once, the list filters as one types.
// Without this script every button is an ordinary form and the filter an ordinary search.

const words = document.querySelector("[data-words]").dataset;
const said = document.querySelector("[data-said]");

function replace(id, html) {
  const old = document.getElementById(id);
  if (!old || !html) return;
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  old.replaceWith(holder.content);
}

function note(row, text) {
  const place = row?.querySelector("[data-note]");
  if (place) place.textContent = text;
}

async function send(form, row) {
  row?.setAttribute("aria-busy", "true");
  note(row, words.sending);
  let response;
  try {
    response = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(15000),
    });
  } catch {
    // The event id stays in the form: tapping again cannot record twice.
    row?.removeAttribute("aria-busy");
    note(row, words.unsent);
    said.textContent = words.unsent;
    return;
  }
  if (!response.headers.get("Content-Type")?.startsWith("application/json")) {
    form.submit(); // a login that ended, an error page: show it as it is
    return;
  }
  show(await response.json(), row);
}

function show(answer, row) {
  if (row && answer.row) {
    const hadFocus = row.contains(document.activeElement);
    replace(row.id, answer.row);
    const fresh = document.getElementById(row.id);
    if (hadFocus) fresh?.querySelector("[data-sign]")?.focus();
    if (!answer.accepted) note(fresh, answer.message);
  } else if (!answer.accepted) {
    row?.removeAttribute("aria-busy");
    note(row, answer.message);
  }
  if (!row && answer.row) replace(rowIdIn(answer.row), answer.row);
  replace("counts", answer.counts);
  replace("undo", answer.undo);
  if (!answer.accepted) said.textContent = answer.message;
  filter();
}

function rowIdIn(html) {
  return /id="(p\d+)"/.exec(html)?.[1] ?? "";
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.querySelector("[data-sign]")) return;
  event.preventDefault();
  send(form, form.closest(".register__row"));
});

const box = document.getElementById("f-q");
const onlyMissing = document.getElementById("f-show");

function filter() {
  const wanted = box.value.trim().toUpperCase();
  let shown = 0;
  for (const group of document.querySelectorAll("[data-group]")) {
    let inGroup = 0;
    for (const row of group.querySelectorAll(".register__row")) {
      const fits = matches(row, wanted) && (!onlyMissing.checked || "missing" in row.dataset);
      row.hidden = !fits;
      inGroup += fits;
    }
    group.hidden = inGroup === 0;
    shown += inGroup;
  }
  const nobody = document.querySelector("[data-nobody]");
  if (nobody) nobody.hidden = shown > 0;
}

function matches(row, wanted) {
  if (!wanted) return true;
  return (
    row.querySelector("b").textContent.toUpperCase().includes(wanted) ||
    row.dataset.initials.startsWith(wanted) ||
    row.dataset.last4.includes(wanted)
  );
}

box.addEventListener("input", filter);
onlyMissing.addEventListener("change", filter);
