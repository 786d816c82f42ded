// Opens the pages at the door without a network. The server puts RELEASE, SHELL and FILES in front.
// Only the shell and its files are kept here, nothing about anybody; lists and queue are in the
// database of the page, which no new release of this file touches.

const CACHE = `ce-door-${RELEASE}`;
const PATIENCE = 6000; // a network that says nothing for so long is none

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) =>
        cache.addAll([SHELL, ...FILES].map((path) => new Request(path, { cache: "reload" }))),
      )
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names
            .filter((name) => name.startsWith("ce-door-") && name !== CACHE)
            .map((name) => caches.delete(name)),
        ),
      )
      .then(() => self.clients.claim()),
  );
});

const kept = async (path) => (await caches.open(CACHE)).match(path);

async function page(request) {
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    if (response.status < 502) return response;
    return (await kept(SHELL)) ?? response;
  } catch (error) {
    const shell = await kept(SHELL);
    if (shell) return shell;
    throw error;
  }
}

// What carries its digest in the address never changes; the rest is asked for first.
async function file(request, path) {
  const found = await kept(path);
  if (found && path.includes("v=")) return found;
  try {
    return await fetch(request);
  } catch (error) {
    if (found) return found;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (/^\/teach(\/sessions\/\d+|\/offline)?\/?$/.test(pathname)) event.respondWith(page(request));
  } else if (FILES.includes(pathname + search)) {
    event.respondWith(file(request, pathname + search));
  }
});
