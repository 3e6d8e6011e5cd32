// A deck as text: the number of a line leads to it, and a text that is not saved is not left by the way. Tab leaves the
// field, as it leaves any other.
const text = document.getElementById("text");
let sending = false;

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-line]");
  if (!link) return;
  event.preventDefault();
  const lines = text.value.split("\n");
  const at = Math.min(Number(link.dataset.line), lines.length) - 1;
  const begin = lines.slice(0, at).reduce((sum, line) => sum + line.length + 1, 0);
  text.focus();
  text.setSelectionRange(begin, begin + lines[at].length);
  // Only some browsers scroll to what is selected.
  text.scrollTop = (text.scrollHeight / lines.length) * at - text.clientHeight / 3;
});

text.form.addEventListener("submit", () => (sending = true));
addEventListener("pageshow", () => (sending = false));
addEventListener("beforeunload", (event) => {
  if (!sending && text.value !== text.form.elements.opened.value) event.preventDefault();
});
