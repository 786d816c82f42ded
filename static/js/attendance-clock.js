// The server's clock as the phone knows it: a phone that is wrong by an hour still signs people
// in at the right time. The offset outlives the page, for a phone that starts without a network.

import { fact, setFact } from "./attendance-store.js";

const SLOWEST = 4000; // an answer that took longer says too little about the time

let offset = 0;

export const ready = fact("offset").then(
  (known) => (offset = known ?? 0),
  () => 0,
);

export const clockOffset = () => offset;
export const now = () => Date.now() + offset;

// Learn from an answer that was asked for at `asked`, came at `came` and says `told`.
export async function learn(asked, told, came = Date.now()) {
  if (came - asked > SLOWEST || came < asked) return;
  offset = Math.round(told - (asked + came) / 2);
  await setFact("offset", offset);
}

// Learn from the page itself: the moment the server drew it.
export async function learnFromPage(told) {
  const [load] = performance.getEntriesByType("navigation");
  if (!told || !load) return;
  const { timeOrigin } = performance;
  await learn(timeOrigin + load.requestStart, told, timeOrigin + load.responseStart);
}
