// The editor: the cards as they will be, while one types, and Ctrl+Enter to save. Without this file a button shows them.
import { fragmentFor, replaceWithFragment } from "./fragments.js";

const QUIET = 400;
const form = document.getElementById("editor");
const look = document.getElementById("look");
const action = look.formAction;
let timer;
let asked = 0;

async function preview() {
  const mine = ++asked;
  const html = await fragmentFor(form, action);
  // An answer that a newer one has overtaken shows what is no longer there.
  if (html !== null && mine === asked) replaceWithFragment(document.getElementById("preview"), html);
}

look.remove();
form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(preview, QUIET);
});
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing || event.repeat) return;
  event.preventDefault();
  form.requestSubmit();
});
