// A deck as text: the number of a line leads to it. Tab leaves the text, as it leaves any other field.
const text = document.getElementById("text");

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-line]");
  if (!link) return;
  event.preventDefault();
  const lines = text.value.split("\n");
  const at = Math.min(Number(link.dataset.line), lines.length) - 1;
  const begin = lines.slice(0, at).reduce((sum, line) => sum + line.length + 1, 0);
  text.focus();
  // Where the caret stands alone is scrolled to by some browsers only, so the lines above are counted too.
  text.setSelectionRange(begin, begin + lines[at].length);
  text.scrollTop = (text.scrollHeight / lines.length) * at - text.clientHeight / 3;
});
