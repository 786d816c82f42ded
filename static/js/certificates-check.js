// A certificate's QR code read by the camera: the code is filled in and sent, like a typed one.

import { obstacle, open, read } from "./camera.js";

const form = document.getElementById("check");
const holder = document.querySelector("[data-camera]");
const button = document.querySelector("[data-scan]");
const video = holder.querySelector("video");
const says = document.querySelector("[data-camera-says]");
const NUMBER = /(^|\/)[0-9a-f]{32}(?![0-9a-z])/i;

function take(texts) {
  const code = texts.find((text) => NUMBER.test(text));
  if (!code) {
    if (texts.length) says.textContent = holder.dataset.other;
    return false;
  }
  form.elements.code.value = code;
  form.requestSubmit();
  return true;
}

async function start() {
  button.hidden = true;
  if (!(await open(video))) {
    document.querySelector("[data-no-camera]").hidden = false;
    return;
  }
  holder.hidden = false;
  holder.scrollIntoView({ block: "nearest" });
  read(video, take);
}

// No camera is asked for before somebody wants it.
if (!(await obstacle())) {
  button.hidden = false;
  button.addEventListener("click", start);
}
