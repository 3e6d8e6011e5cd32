// What helps to write a note: signs by button and key, pictures and sounds by paste and drop, tags that are known, and
// drafts that outlive their tab. Without this file one writes the signs oneself.
import { quietly, replaceWithFragment } from "./fragments.js";
import { keepDrafts } from "./drafts.js";

const form = document.getElementById("editor");
const said = document.getElementById("said");
const fields = [...form.querySelectorAll("textarea")];
const isHtml = form.dataset.format === "html";
const AROUND = isHtml ? { bold: ["<b>", "</b>"], code: ["<code>", "</code>"] } : { bold: ["**", "**"], code: ["`", "`"] };
const KEYS = { KeyB: "bold", KeyE: "code" };
/** HTML that means more than its words do; of other HTML the browser pastes the words. */
const MEANS = /<(b|strong|i|em|code|pre|ul|ol|table|a)[\s>]|class="?Mso|font-(weight: ?(bold|[6-9])|style: ?[io])/i;
const LONGEST_PASTED = 400_000;
let field = fields[0];

/** Puts text in the place of what is chosen, as if it were typed: the browser's own undo takes it back. */
function put(into, text) {
  into.focus();
  if (document.execCommand("insertText", false, text)) return;
  into.setRangeText(text, into.selectionStart, into.selectionEnd, "end");
  into.dispatchEvent(new Event("input", { bubbles: true }));
}

function surround(before, after) {
  const { selectionStart: start, selectionEnd: end, value } = field;
  const chosen = value.slice(start, end);
  // What was begun by the same key ends by it.
  if (!chosen && before === after && value.startsWith(after, start) && value.slice(0, start).split(before).length % 2 === 0) {
    return field.setSelectionRange(start + after.length, start + after.length);
  }
  put(field, before + chosen + after);
  field.setSelectionRange(start + before.length, start + before.length + chosen.length);
}

function mark(kind) {
  if (kind === "file") return document.getElementById("file").click();
  if (AROUND[kind]) {
    const isBlock = kind === "code" && !isHtml && field.value.slice(field.selectionStart, field.selectionEnd).includes("\n");
    return isBlock ? surround("```\n", "\n```") : surround(...AROUND[kind]);
  }
  const numbers = fields.flatMap((one) => [...one.value.matchAll(/\{\{c(\d+)/g)].map(([, number]) => Number(number)));
  const last = Math.max(0, ...numbers);
  surround(`{{c${kind === "gap" ? last + 1 : last || 1}::`, "}}");
}

/** The text that answers; null if none does, which the page says. */
async function sent(address, body) {
  body.append("csrf_token", form.elements.csrf_token.value);
  const { status, html } = (await quietly(address, body)) ?? {};
  if (status === 200) return html;
  said.textContent = html && !html.startsWith("<") ? html : form.dataset.lost;
  return null;
}

async function addFiles(files) {
  const into = field;
  const body = new FormData();
  for (const file of files) body.append("files", file);
  const text = await sent(form.dataset.files, body);
  if (text !== null) put(into, text);
}

async function pasteHtml(html, plain) {
  const into = field;
  const body = new FormData();
  body.append("html", html);
  put(into, (await sent(form.dataset.pasted, body)) ?? plain);
}

const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
for (const one of fields) {
  one.addEventListener("focus", () => (field = one));
  one.addEventListener("paste", (event) => {
    const { files, types } = event.clipboardData;
    const [html, plain] = ["text/html", "text/plain"].map((type) => event.clipboardData.getData(type));
    // Word puts a picture of the words beside them.
    if (files.length && !types.includes("text/plain")) {
      event.preventDefault();
      addFiles([...files]);
    } else if (!isHtml && MEANS.test(html) && html.length < LONGEST_PASTED) {
      event.preventDefault();
      pasteHtml(html, plain);
    }
  });
}
form.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
form.addEventListener("drop", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  if (fields.includes(event.target)) field = event.target;
  addFiles([...event.dataTransfer.files]);
});
form.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.isComposing || !fields.includes(event.target)) return;
  const kind = event.shiftKey ? event.code === "KeyC" && (event.altKey ? "same" : "gap") : !event.altKey && KEYS[event.code];
  if (!kind || !form.querySelector(`[data-mark=${kind}]`)) return;
  event.preventDefault();
  mark(kind);
});

const tools = form.querySelector(".tools");
tools.hidden = false;
tools.addEventListener("click", (event) => {
  const button = event.target.closest("[data-mark]");
  if (button) mark(button.dataset.mark);
});
document.getElementById("file").addEventListener("change", ({ target }) => {
  addFiles([...target.files]);
  target.value = "";
});

form.addEventListener("input", () => {
  for (const one of form.querySelectorAll(".inside select")) form.elements[one.name.replace("language", "field")].lang = one.value;
});
offerTags(form.elements.tags);
keepDrafts(form);

/** Below the field the tags that begin as the last one in it does; arrows, Enter and Escape as in every such list. */
function offerTags(input) {
  let list = document.getElementById("tag-choices");
  let timer;
  const begun = () => input.value.slice(0, input.selectionStart).split(/[,，、\s]/).pop();
  const options = () => [...list.querySelectorAll("li")];
  const chosen = () => list.querySelector("[aria-selected=true]");
  const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);

  function close() {
    clearTimeout(timer);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  async function open() {
    const begins = begun();
    if (!begins) return close();
    const answer = await quietly(`${input.dataset.tags}?${new URLSearchParams({ begins })}`);
    if (answer?.status !== 200 || begins !== begun() || document.activeElement !== input) return;
    list = replaceWithFragment(list, answer.html);
    input.setAttribute("aria-expanded", String(!list.hidden));
    input.removeAttribute("aria-activedescendant");
  }

  function take(option) {
    const at = input.selectionStart;
    input.setRangeText(`${option.textContent}, `, at - begun().length, at, "end");
    input.dispatchEvent(new Event("input", { bubbles: true }));
    close();
  }

  function go(step) {
    const all = options();
    const next = all[(all.indexOf(chosen()) + step + all.length + (chosen() || step > 0 ? 0 : 1)) % all.length];
    for (const option of all) option.setAttribute("aria-selected", String(option === next));
    input.setAttribute("aria-activedescendant", next.id);
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(open, 150);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") go(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && chosen()) take(chosen());
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  // Before the field loses the focus, which closes the list.
  input.parentElement.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    event.preventDefault();
    take(option);
  });
}
