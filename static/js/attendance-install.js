// Making the pages at the door open without a network; and saying plainly where that cannot be.

const cannot = document.querySelector("[data-cannot]");

function tell(name) {
  if (!cannot) return;
  cannot.hidden = false;
  for (const reason of cannot.querySelectorAll("[data-reason]")) {
    reason.hidden = reason.dataset.reason !== name;
  }
}

const inApp = /MicroMessenger|DingTalk|QQ\/|Weibo|AlipayClient/i.test(navigator.userAgent);

// Seconds until the next attempt: what was asked for on a weak network may come a moment later.
const PAUSES = [2, 5, 15, 60];

async function register(attempt = 0) {
  const again = () =>
    setTimeout(() => register(attempt + 1), 1000 * (PAUSES[attempt] ?? PAUSES.at(-1)));
  try {
    const registration = await navigator.serviceWorker.register("/teach/worker.js", {
      scope: "/teach",
    });
    const worker = registration.installing;
    worker?.addEventListener("statechange", () => {
      if (worker.state === "redundant" && !registration.active) again();
    });
  } catch (error) {
    // What was installed before goes on working. A browser that never will says so by these names; a
    // network that broke off and a phone too slow to start the worker in time may do better soon.
    if (navigator.serviceWorker.controller) return;
    if (["SecurityError", "NotSupportedError"].includes(error.name)) tell("old");
    else again();
  }
}

export async function install() {
  if (inApp) return tell("app");
  if (!window.isSecureContext) return tell("insecure");
  if (!("serviceWorker" in navigator)) return tell("old");
  await register();
}
