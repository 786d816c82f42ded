// The lecturer's day: fetches the lists of today's classes ahead, while there is a network.

import * as clock from "./attendance-clock.js";
import { install } from "./attendance-install.js";
import * as store from "./attendance-store.js";
import { drawStrip } from "./attendance-strip.js";
import { fetchRegister, start, syncState } from "./attendance-sync.js";

async function show() {
  await drawStrip(syncState(), await store.registers());
}

async function begin() {
  await clock.ready;
  await store.forgetRegisters(clock.now());
  await start(0, show);
  for (const link of document.querySelectorAll("[data-prefetch]")) {
    await fetchRegister(Number(link.dataset.prefetch)).catch(() => {});
  }
  await show();
}

begin().catch(() => {
  document.querySelector("[data-strip]").hidden = true;
});
install();
