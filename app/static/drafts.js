// What is being written outlives a closed tab: kept in this browser, for each learner and note, until it is saved.
const KEPT = 30 * 24 * 3_600_000;

/** Gives a form back what was typed into it and never saved, and keeps what is typed from now on. */
export function keepDrafts(form) {
  const place = `cardlet-draft.${form.dataset.learner}.${new URL(form.action).pathname}`;
  const { type, seen } = form.elements;
  const seenHere = seen?.value;
  const inputs = [...form.querySelectorAll("textarea, .inside select"), form.elements.tags];
  const notice = document.getElementById("draft");

  function keep(sent = false) {
    const texts = Object.fromEntries(inputs.map((input) => [input.name, input.value]));
    const isNew = inputs.some((input) => input.value !== usual(input));
    if (!isNew && !("unsaved" in form.dataset)) return forget();
    store({ at: Date.now(), texts, type: type?.value, seen: seen?.value, sent });
  }

  function store(draft) {
    // A full or forbidden store keeps nobody from writing.
    try {
      localStorage.setItem(place, JSON.stringify(draft));
    } catch {}
  }

  function forget() {
    try {
      localStorage.removeItem(place);
    } catch {}
    notice.hidden = true;
  }

  function restore({ at, texts, type: former, seen: seenThen }) {
    if (type && former !== type.value && [...type.options].some((option) => option.value === former)) return retype(former, texts);
    for (const input of inputs) input.value = together(texts[input.name], input);
    // Written over an older version: saving it shows what changed since, and does not overwrite it unseen.
    if (seen) seen.value = seenThen;
    tell(at);
    form.dispatchEvent(new Event("input"));
  }

  function tell(at) {
    const isToday = new Date(at).toDateString() === new Date().toDateString();
    const how = isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
    const when = new Intl.DateTimeFormat(document.documentElement.lang, how).format(at);
    notice.hidden = false;
    notice.querySelector("span").textContent = notice.dataset.words.replace("{when}", when);
  }

  /** The draft has other fields: the page is asked for in its type, holding it. */
  function retype(former, texts) {
    store({ ...draft, isRetyped: true });
    type.value = form.elements.made_for.value = former;
    for (const [name, text] of Object.entries(texts)) {
      const input = form.elements[name] ?? form.appendChild(Object.assign(document.createElement("textarea"), { name, hidden: true }));
      input.value = text;
    }
    type.dispatchEvent(new Event("change"));
  }

  const draft = read(place);
  const isHere = draft && inputs.every((input) => (draft.texts[input.name] ?? input.value) === input.value);
  // A page that was sent back holds what was typed; one whose note is another since it was sent was saved.
  if ("unsaved" in form.dataset) {
    keep();
    if (draft?.isRetyped) tell(draft.at);
  } else if (!draft || isHere || draft.at < Date.now() - KEPT || (draft.sent && draft.seen !== seenHere)) forget();
  else restore(draft);

  notice.querySelector("button").addEventListener("click", () => {
    for (const input of inputs) {
      // The page was asked for with the draft in it.
      if (draft?.isRetyped && !input.options) input.defaultValue = "";
      input.value = usual(input);
    }
    delete form.dataset.unsaved;
    if (seen) seen.value = seenHere;
    forget();
    inputs[0].focus();
    form.dispatchEvent(new Event("input"));
  });
  form.querySelector("a[data-discards]")?.addEventListener("click", forget);
  form.addEventListener("input", () => keep());
  form.addEventListener("added", () => {
    delete form.dataset.unsaved;
    for (const input of inputs) {
      if (input.options) settle(input);
      else input.defaultValue = input === form.elements.tags ? input.value : "";
    }
    keep();
  });
  form.addEventListener("submit", (event) => event.defaultPrevented || keep(true));
}

/** What an input held when the page came, or the note before was added. */
function usual(input) {
  return input.options ? [...input.options].find((option) => option.defaultSelected).value : input.defaultValue;
}

/** A kept text, and after it what somebody quick typed before this script had come: neither is lost. */
function together(kept, input) {
  const typed = input.value;
  if (kept === undefined) return typed;
  if (input.options || !typed || typed === usual(input)) return kept;
  return typed.startsWith(kept) ? typed : `${kept}${input.type === "textarea" ? "\n" : ", "}${typed}`;
}

function settle(select) {
  for (const option of select.options) option.defaultSelected = option.selected;
}

function read(place) {
  try {
    const kept = JSON.parse(localStorage.getItem(place));
    return kept?.texts ? kept : null;
  } catch {
    return null;
  }
}
