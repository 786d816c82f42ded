// The wall of the hall. Seconds are counted from what the server said is left, never from this
// machine's clock. Without this script the page loads itself anew at every step.

const lost = document.querySelector("[data-lost]");
const full = document.querySelector("[data-full]");
const EVERY = 5000; // how often the count is asked for
const GRACE = 20000; // the code shown last is good for one more step

let wall = document.getElementById("wall");
let endsAt = performance.now() + Number(wall.dataset.left);
let askAt = performance.now() + EVERY;
let asking = false;

async function ask() {
  asking = true;
  try {
    const answer = await fetch(wall.dataset.part, { signal: AbortSignal.timeout(8000) });
    if (answer.redirected || answer.status === 401) {
      location.reload(); // the login has ended
      return;
    }
    if (answer.ok) draw(await answer.text());
  } catch {
    // tried again below; what is shown stays good for a while
  } finally {
    asking = false;
    askAt = performance.now() + EVERY;
  }
}

function draw(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  const fresh = holder.content.getElementById("wall");
  if (!fresh) return;
  wall.replaceWith(fresh);
  wall = fresh;
  endsAt = performance.now() + Number(wall.dataset.left);
  wall.hidden = false;
  lost.hidden = true;
}

function tick() {
  const left = endsAt - performance.now();
  const seconds = wall.querySelector("[data-seconds]");
  if (seconds) seconds.textContent = Math.max(0, Math.ceil(left / 1000));
  const bar = wall.querySelector("[data-bar]");
  if (bar) bar.value = Math.max(0, left / 1000);
  if (left < -GRACE) {
    wall.hidden = true;
    lost.hidden = false;
  }
  const due = left <= 0 ? performance.now() > endsAt + 50 : performance.now() > askAt;
  if (due && !asking) ask();
}

setInterval(tick, 250);
document.addEventListener("visibilitychange", () => document.hidden || asking || ask());

if (document.documentElement.requestFullscreen) {
  full.hidden = false;
  full.addEventListener("click", () => document.documentElement.requestFullscreen());
  document.addEventListener("fullscreenchange", () => {
    full.hidden = Boolean(document.fullscreenElement);
  });
}

// A wall that goes dark signs nobody in.
const stayAwake = () => navigator.wakeLock?.request("screen").catch(() => {});
stayAwake();
document.addEventListener("visibilitychange", () => document.hidden || stayAwake());
