// The lecturer's phone as a scanner. Where the browser cannot decode by itself the page says so,
// and a photograph or the short code does the same.

import { obstacle, open, read } from "./camera.js";

const form = document.getElementById("reader");
const result = document.getElementById("read");
const holder = document.querySelector("[data-camera]");
const video = holder.querySelector("video");
const says = document.querySelector("[data-camera-says]");
const MARK = /^CE:[0-9A-Z]{8}$/i;
const AGAIN = 8000; // the same code is not sent twice within this time

let last = { text: "", at: -AGAIN };
let busy = false;

async function send(text) {
  busy = true;
  const body = new FormData(form);
  body.delete("photo");
  body.set("code", text);
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(15000),
    });
    if (!answer.headers.get("Content-Type")?.startsWith("application/json")) {
      location.reload(); // the login has ended, or an error page: show it as it is
      return;
    }
    const { result: html, said, event_id: fresh } = await answer.json();
    form.elements.event_id.value = fresh;
    if (html) result.innerHTML = html;
    if (said) says.textContent = said;
    navigator.vibrate?.(answer.ok ? 80 : [80, 80, 80]);
  } catch {
    last = { text: "", at: -AGAIN }; // it may be shown again: its id cannot count twice
    says.textContent = holder.dataset.unsent;
  } finally {
    busy = false;
  }
}

async function take(texts) {
  const text = texts.find((value) => MARK.test(value));
  const now = performance.now();
  if (!busy && text && (text !== last.text || now - last.at > AGAIN)) {
    last = { text, at: now };
    await send(text);
  }
  return false; // the next learner's code follows
}

async function start() {
  const reason = await obstacle();
  if (!reason && (await open(video))) {
    holder.hidden = false;
    read(video, take);
    return;
  }
  document.querySelector(reason === "insecure" ? "[data-not-secure]" : "[data-no-camera]").hidden = false;
}

start();

// A photograph that was taken is sent without another tap.
form.elements.photo.addEventListener("change", () => form.requestSubmit());
