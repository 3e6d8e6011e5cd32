// Importing: files that are dropped, forms that look again, and a bar that shows how far an import is.
import { settleFrames } from "./frames.js";

const ANNOUNCED_EVERY = 5_000;
const number = new Intl.NumberFormat(document.documentElement.lang);

const upload = document.getElementById("upload");
if (upload) readyDropping(upload);
const importing = document.getElementById("import");
if (importing) readyImport(importing, document.getElementById("getting-on"));

settleFrames(document, () => {});

/** A file can be dropped anywhere on the page, and is looked at at once. */
function readyDropping(form) {
  const field = form.elements.file;
  for (const hint of document.querySelectorAll(".only-scripts")) hint.hidden = false;
  const hasFile = (event) => event.dataTransfer?.types.includes("Files");
  const mark = (on) => document.body.classList.toggle("is-dragging", on);
  document.addEventListener("dragover", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    mark(true);
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget === null && mark(false));
  document.addEventListener("drop", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    mark(false);
    field.files = event.dataTransfer.files;
    if (field.files.length) form.requestSubmit();
  });
  form.addEventListener("submit", () => {
    const sending = document.getElementById("sending");
    sending.hidden = false;
    sending.textContent = sending.dataset.words;
  });
}

function readyImport(form, region) {
  const reading = document.getElementById("reading");
  reading.addEventListener("submit", () => {
    for (const field of reading.querySelectorAll("[data-kept]")) {
      field.value = form.elements[field.dataset.kept]?.value ?? field.value;
    }
  });
  for (const select of form.querySelectorAll("[data-looks-again]")) {
    select.addEventListener("change", () => reading.requestSubmit());
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(form, region);
  });
}

/** Sends the form, shows what the server says of the import line by line, and goes on to the report. */
async function run(form, region) {
  const wrong = document.getElementById("import-error");
  wrong.hidden = true;
  const before = [form, ...document.querySelectorAll("[data-before]:not([hidden])")];
  const switched = (on) => {
    region.hidden = !on;
    for (const part of before) part.hidden = on;
  };
  switched(true);
  region.scrollIntoView({ block: "nearest" });
  const bar = region.querySelector("progress");
  const show = shower(region);
  try {
    const body = new URLSearchParams(new FormData(form));
    const headers = { Accept: "application/x-ndjson" };
    const response = await fetch(form.action, { method: "POST", body, headers, credentials: "same-origin" });
    if (!response.headers.get("Content-Type")?.includes("ndjson")) return form.submit();
    for await (const event of linesOf(response.body)) {
      if (event.location) {
        bar.value = bar.max;
        return location.assign(event.location);
      }
      if (event.error) {
        switched(false);
        wrong.firstElementChild.textContent = event.error;
        wrong.hidden = false;
        return wrong.scrollIntoView({ block: "nearest" });
      }
      show(event);
    }
    throw new Error("it ended without an end");
  } catch {
    for (const line of region.querySelectorAll("p")) line.textContent = "";
    region.querySelector("[role=status]").classList.remove("unseen");
    region.querySelector("[role=status]").textContent = region.dataset.lost;
  }
}

async function* linesOf(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const lines = (rest + read.value).split("\n");
    rest = lines.pop();
    for (const line of lines) yield JSON.parse(line);
  }
}

/** Shows a line of progress at once, and says it aloud only now and then. */
function shower(region) {
  const bar = region.querySelector("progress");
  const shown = region.querySelector("[aria-hidden]");
  const said = region.querySelector("[role=status]");
  let saidAt = performance.now() - ANNOUNCED_EVERY / 2;
  return ({ done, total, left_seconds: left }) => {
    if (total) [bar.max, bar.value] = [total, done];
    const words = region.dataset[total ? "of" : "rows"].replace("{done}", number.format(done)).replace("{total}", number.format(total ?? 0));
    const text = left === null ? words : `${words} · ${timeLeft(left, region.dataset)}`;
    shown.textContent = done ? text : "";
    if (done && performance.now() - saidAt > ANNOUNCED_EVERY) {
      saidAt = performance.now();
      said.textContent = text;
    }
  };
}

function timeLeft(seconds, words) {
  const isLong = seconds >= 90;
  return words[isLong ? "minutes" : "seconds"].replace("{n}", number.format(isLong ? Math.round(seconds / 60) : Math.max(1, seconds)));
}
