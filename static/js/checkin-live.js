// The prompts of a class over the net: asked for every 15 seconds, drawn anew only when they changed.

const EVERY = 15_000;
const says = document.querySelector("[data-live-says]");

async function look() {
  const area = document.getElementById("live");
  if (!area || document.hidden) return;
  try {
    const answer = await fetch(area.dataset.part, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
    if (!fresh) return;
    const [had, has] = [area, fresh].map((part) => part.querySelectorAll("[data-prompt]").length);
    // The token of a form differs each time; what people read does not.
    if (fresh.textContent === area.textContent && had === has) return;
    area.replaceWith(fresh);
    if (has > had && says) says.textContent = says.dataset.open;
  } catch {
    // Without a network the page stays as it is; the next look may find one.
  }
}

setInterval(look, EVERY);
document.addEventListener("visibilitychange", look);
