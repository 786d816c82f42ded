// Deciding with the keyboard: a key leads to its button and Enter presses it, so that no single
// key decides anything. The keys are shown only where this script runs.

const panel = document.querySelector("[data-keys]");

function lead(target) {
  const details = target.closest("details") ?? (target.tagName === "DETAILS" ? target : null);
  if (details) details.open = true;
  const goal = target.tagName === "DETAILS" ? target.querySelector("input:not([type=hidden]), textarea") : target;
  goal.focus();
  goal.scrollIntoView({ block: "center" });
}

function isTyping(element) {
  return element.matches("textarea, select, input:not([type=checkbox]):not([type=radio])");
}

if (panel) {
  for (const hint of panel.querySelectorAll("[data-key-hint]")) hint.hidden = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isTyping(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const target = panel.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!target) return;
    event.preventDefault();
    if (target.tagName === "A") target.click();
    else lead(target);
  });
}
