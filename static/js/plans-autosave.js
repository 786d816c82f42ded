// The filing form saves itself while it is typed: shortly after the last key, and when the page is
// left. It says what it did in one quiet line. What the server cannot keep stays on the page.

const line = document.querySelector("[data-autosave]");
const form = line.closest("form");
const AFTER_TYPING = 3000;
const IGNORED = new Set(["csrf_token", "version"]);

let address = line.dataset.autosave;
let timer = 0;
let pending = null; // the save on its way
let isOff = false; // a colleague's version stands: nothing is sent any more
let known = content(read());

function read() {
  return new URLSearchParams(new FormData(form));
}

function content(data) {
  return [...data].filter(([name]) => !IGNORED.has(name) && !name.endsWith("-uid")).join("\n");
}

function show(text, kind = "", link = null) {
  line.hidden = false;
  line.classList.toggle("autosave--refused", kind === "refused");
  line.replaceChildren(text);
  if (link) {
    const anchor = document.createElement("a");
    Object.assign(anchor, { href: link, target: "_blank", rel: "noopener" });
    anchor.textContent = line.dataset.latest;
    line.append(" ", anchor);
  }
}

function take(answer, rows) {
  form.elements.namedItem("version").value = answer.version;
  for (const [index, uid] of Object.entries(answer.uids)) {
    rows[index]?.querySelector('[name$="-uid"]')?.setAttribute("value", uid);
  }
  address = answer.autosave;
  if (form.action !== new URL(answer.edit, location).href) {
    form.action = answer.edit;
    history.replaceState(null, "", answer.edit);
  }
  show([answer.message, ...answer.problems.map((problem) => line.dataset.unsaved + problem)].join(" · "));
}

async function send(isLeaving) {
  const data = read();
  const rows = [...form.querySelectorAll("[data-rows] > [data-row]")];
  try {
    const response = await fetch(address, {
      method: "POST",
      body: data,
      headers: { Accept: "application/json" },
      keepalive: isLeaving,
    });
    const isOurs = response.headers.get("content-type")?.startsWith("application/json");
    const answer = isOurs ? await response.json() : null;
    if (response.ok && answer) {
      known = content(data);
      take(answer, rows);
    } else if (response.status === 409 && answer) {
      isOff = true;
      show(`${answer.message}${line.dataset.conflict}`, "refused", answer.latest);
    } else if (response.status === 422 && answer) {
      known = content(data);
      show(answer.message);
    } else {
      show(response.status === 401 ? line.dataset.ended : line.dataset.failed, "refused");
    }
  } catch {
    show(line.dataset.offline, "refused");
    timer ||= setTimeout(save, 5 * AFTER_TYPING);
  }
}

function save(isLeaving = false) {
  clearTimeout(timer);
  timer = 0;
  if (isOff || content(read()) === known) return pending;
  // One at a time: the next one needs the version that this one makes.
  pending ??= send(isLeaving === true).finally(() => {
    pending = null;
    if (!isOff && content(read()) !== known && !timer) timer = setTimeout(save, AFTER_TYPING);
  });
  return pending;
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(save, AFTER_TYPING);
}

form.addEventListener("input", soon);
form.addEventListener("change", soon);
form.addEventListener("click", (event) => {
  if (event.target.closest("[data-add-row], [data-remove-row]")) soon();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") save(true);
});

// A button pressed while a save is on its way waits for it, or the form would carry a version that
// is already old.
form.addEventListener("submit", (event) => {
  clearTimeout(timer);
  timer = 0;
  if (!pending) {
    isOff = true;
    return;
  }
  event.preventDefault();
  const submitter = event.submitter;
  pending.then(() => form.requestSubmit(submitter));
});

// Back on a page the browser had kept: the next save finds out whether its version still stands.
addEventListener("pageshow", (event) => {
  if (event.persisted) isOff = false;
});
