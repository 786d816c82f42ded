// Buttons that copy what stands in a field or in their own `data-copy-text`. Without script the
// words can be marked by hand.

function copyByHand(text) {
  // Pages of a chat app, and connections without TLS, have no clipboard.
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

for (const button of document.querySelectorAll("[data-copy], [data-copy-text]")) {
  const field = document.getElementById(button.dataset.copy);
  const word = button.querySelector("span");
  const before = word.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = field?.value ?? button.dataset.copyText;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      copyByHand(text);
    }
    field?.select();
    word.textContent = button.dataset.copied;
    setTimeout(() => {
      word.textContent = before;
    }, 4000);
  });
}
