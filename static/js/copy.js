// Buttons that copy what stands in a field. Without script the field can be marked by hand.

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const word = button.querySelector("span");
  const before = word.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy"); // pages of a chat app, and connections without TLS
    }
    word.textContent = button.dataset.copied;
    setTimeout(() => {
      word.textContent = before;
    }, 4000);
  });
}
