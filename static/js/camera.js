// A camera that reads QR codes, where the browser can decode them by itself.

const EVERY = 200; // milliseconds between two looks

/** "" where a camera may be used, else why not: "insecure" or "unable". */
export async function obstacle() {
  if (!window.isSecureContext) return "insecure";
  const formats = await window.BarcodeDetector?.getSupportedFormats().catch(() => []);
  return formats?.includes("qr_code") && navigator.mediaDevices ? "" : "unable";
}

/** Show the back camera in `video`; false when it is refused or there is none. */
export async function open(video) {
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1280 } },
    });
    await video.play();
    return true;
  } catch {
    return false;
  }
}

/** Give what the codes before `video` say to `take`, again and again, until it answers true. */
export function read(video, take) {
  const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
  async function look() {
    let done = false;
    if (video.readyState >= 2 && !document.hidden) {
      const found = await detector.detect(video).catch(() => []);
      done = await take(found.map((code) => code.rawValue));
    }
    if (done) close(video);
    else setTimeout(look, EVERY);
  }
  look();
}

function close(video) {
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
}
