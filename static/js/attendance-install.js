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

export async function install() {
  if (inApp) return tell("app");
  if (!window.isSecureContext) return tell("insecure");
  if (!("serviceWorker" in navigator)) return tell("old");
  try {
    await navigator.serviceWorker.register("/teach/worker.js", { scope: "/teach" });
  } catch {
    // No network just now: what was installed before goes on working.
    if (!navigator.serviceWorker.controller && navigator.onLine) tell("old");
  }
}
