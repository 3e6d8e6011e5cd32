// The editor: the cards as they will be, while one types, and Ctrl+Enter to save; a new note is added without leaving the
// page. Without this file buttons do it.
import { fragmentFor, fragmentOf, quietly, replaceWithFragment } from "./fragments.js";

const QUIET = 400;
const LONGEST_ASKED = 2_000;
const form = document.getElementById("editor");
const look = document.getElementById("look");
const same = document.getElementById("same");
const [first] = form.querySelectorAll("textarea");
const action = look.formAction;
let timer;
let round = 0;
let told = first.defaultValue;
let isAdding = false;

async function preview() {
  const mine = ++round;
  const html = await fragmentFor(form, action);
  // An answer that a newer one has overtaken shows what is no longer there.
  if (html !== null && mine === round) replaceWithFragment(document.getElementById("preview"), html);
}

/** Says whether another card begins so. Nothing depends on it, so that what fails is no matter. */
async function warn() {
  if (!same || first.value === told || first.value.length > LONGEST_ASKED) return;
  const text = (told = first.value);
  const body = new URLSearchParams({ text, csrf_token: form.elements.csrf_token.value });
  const answer = await quietly(form.dataset.same, body);
  if (answer?.status === 200 && text === first.value) same.replaceChildren(...[fragmentOf(answer.html)].filter(Boolean));
}

/** Adds the note, and empties the fields for the next. Whatever is wrong the page says, as without scripts. */
async function add() {
  if (isAdding) return;
  isAdding = true;
  const said = document.getElementById("said");
  const sent = [...form.querySelectorAll("textarea")].map((field) => [field, field.value]);
  const answer = await quietly(form.action, new URLSearchParams(new FormData(form)));
  isAdding = false;
  if (answer === null) return void (said.textContent = form.dataset.lost);
  if (answer.status !== 200) return form.submit();
  const { token, said: words } = replaceWithFragment(document.getElementById("written"), answer.html).dataset;
  clearTimeout(timer);
  form.elements.token.value = token;
  // What was typed meanwhile belongs to the next note.
  for (const [field, text] of sent) if (field.value === text) field.value = "";
  same.replaceChildren();
  preview();
  for (const part of form.querySelectorAll("[aria-invalid]")) part.removeAttribute("aria-invalid");
  // What was said before is past; what can still be taken back stays.
  for (const part of document.querySelectorAll("#problem, main > .notice:not(:has(form))")) part.remove();
  told = first.value;
  said.textContent = words;
  form.dispatchEvent(new Event("added"));
  first.focus();
}

look.remove();
// A hint for whoever has a keyboard.
form.querySelector("kbd").hidden = !matchMedia("(hover: hover)").matches;
form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => {
    preview();
    warn();
  }, QUIET);
});
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing || event.repeat) return;
  event.preventDefault();
  form.requestSubmit();
});
// Somebody quick may have written before the scripts were there.
document.addEventListener("DOMContentLoaded", () => {
  const fields = [...form.querySelectorAll("textarea")];
  if (fields.some((field) => field.value !== field.defaultValue)) form.dispatchEvent(new Event("input"));
});
form.elements.type?.addEventListener("change", () => {
  form.action = action;
  form.submit();
});
if ("next" in form.dataset) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    add();
  });
}
