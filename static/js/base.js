// Small comforts; every page works without them.

// Bring what is wrong into view and under the reader's cursor.
document.querySelector(".error-summary")?.focus();

// A form is sent once: a second press right after the first does nothing. The listener stands on
// the window, so that scripts which answer a press themselves have spoken before.
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
  setTimeout(() => {
    delete form.dataset.sent;
    event.submitter?.removeAttribute("aria-busy");
  }, 5000);
});

// Coming back to a page the browser had kept: show how things stand now, unless somebody was
// typing there.
addEventListener("pageshow", (event) => {
  const typing = document.querySelector('main form[method="post"] .input');
  if (event.persisted && !typing) location.reload();
});

// What is printed must be readable: open what is folded, fold it again afterwards.
const folded = () => document.querySelectorAll("main details:not(.confirm):not([open])");
addEventListener("beforeprint", () => {
  for (const part of folded()) {
    part.open = true;
    part.dataset.opened = "yes";
  }
});
addEventListener("afterprint", () => {
  for (const part of document.querySelectorAll("details[data-opened]")) {
    part.open = false;
    delete part.dataset.opened;
  }
});
