// One card after another. The next one is there before the answer to this one is stored; the server has the last word.
import { asked, fragmentOf, sendForm } from "./fragments.js";
import { Outbox } from "./outbox.js";

const SLOW = 400;
const said = document.querySelector(".study-message");
const saved = document.getElementById("saved");
export const study = () => document.getElementById("study");
export const reveal = () => document.getElementById("reveal");
const cardIn = (section) => section.querySelector("[data-card]")?.dataset.card;
const shownId = () => cardIn(study());

// The page's inside for the next card: null if it depends on the answer, undefined if it is not here yet.
let upcoming;
// The card that is shown has been graded, and what comes next is not known.
let isWaiting = false;
// Somebody in a hurry asked for the answer of the card that is not here yet.
let isHurried = false;
let isBusy = false;
let slow;
let arrive = () => {};

const outbox = new Outbox(`cardlet.answers.${saved.dataset.learner}`, tell);

/** Says how the answers are. What takes no time is not worth a word, and a retry is still not saved. */
function tell(state) {
  clearTimeout(slow);
  const words = () => (saved.textContent = saved.dataset[state] ?? "");
  if (state !== "saving") words();
  else if (saved.dataset.state !== "unsaved") slow = setTimeout(words, SLOW);
  if (state !== "saving" || saved.dataset.state !== "unsaved") saved.dataset.state = state;
}

/** Calls `onArrival` for every card that comes, the first one too; sends what an earlier page could not save. */
export async function begin(onArrival) {
  arrive = onArrival;
  arrive();
  const left = outbox.left();
  for (const [address, fields] of left) outbox.add(address, { ...fields, csrf_token: saved.dataset.token });
  if (left.length) await refresh();
  else await prefetch();
}

function show(section, { keepOpen = false } = {}) {
  study().replaceWith(section);
  section.querySelector("article")?.classList.add("arriving");
  said.textContent = section.dataset.message;
  scrollTo(0, 0);
  // What is to be typed comes before the answer, and a space would have been typed.
  if (reveal() && (keepOpen || (isHurried && !section.querySelector(".typing")))) reveal().open = true;
  isHurried = false;
  arrive();
}

/** Whether the next card is waited for. Then its answer is shown as it comes, as though the key had been pressed there. */
export function hurry() {
  isHurried = isWaiting;
  return isWaiting;
}

/** Takes the answer in a form; the next card is shown at once if it is here. */
export function grade(form, button, took) {
  if (isWaiting || isBusy) return;
  const card = shownId();
  const fields = { ...Object.fromEntries(new FormData(form, button)), took_ms: String(took) };
  const next = upcoming;
  isWaiting = !next;
  upcoming = undefined;
  if (next) show(next);
  outbox.add(form.action, fields, () => (shownId() === card ? {} : { showing: shownId() }), hear);
}

/** What the server says to an answer: the whole page, what to change around the card that is shown, or an error. */
function hear({ status, html }) {
  const fragment = fragmentOf(html);
  if (status >= 400 && status !== 409) {
    isWaiting = isHurried = false;
    said.replaceChildren(fragment);
    if (status === 404 || status === 422) refresh({ silently: true });
  } else if (fragment.id === "study") {
    // The card that is looked at already stays as it is, unless it is the one that was graded, once more.
    const keepOpen = !isWaiting && reveal()?.open && cardIn(fragment) === shownId();
    isWaiting = false;
    show(fragment, { keepOpen });
    prefetch();
  } else {
    confirm(fragment);
  }
}

function confirm(fragment) {
  if (fragment.dataset.message) said.textContent = fragment.dataset.message;
  for (const part of [".left", ".swings"]) study().querySelector(part).replaceWith(fragment.querySelector(`:scope > ${part}`));
  const next = fragment.querySelector("#study");
  if (!isWaiting) {
    upcoming = next;
  } else if (next) {
    isWaiting = false;
    show(next);
  }
}

async function prefetch() {
  const card = shownId();
  upcoming = undefined;
  // In practice the answer decides what comes.
  if (!card || !study().dataset.upcoming) return;
  try {
    const { status, html } = await asked(study().dataset.upcoming);
    if (status === 200 && shownId() === card && upcoming === undefined && !isWaiting) upcoming = fragmentOf(html);
  } catch {
    // Then the answer brings it.
  }
}

/** Asks the server where the learner is. */
async function refresh({ silently = false } = {}) {
  await outbox.settled();
  const before = said.firstElementChild;
  try {
    const { status, html } = await asked(location.href);
    const fragment = fragmentOf(html);
    // Whoever looks at the right card already is not disturbed.
    if (status === 200 && cardIn(fragment) !== shownId()) show(fragment);
    if (silently && before) said.replaceChildren(before);
  } catch {
    complain();
  }
  await prefetch();
}

/** Sends any other form: undo, marks, more cards. It waits for the answers before it; what has been graded, only undo is for. */
export async function send(form, button) {
  if (isBusy || (isWaiting && !form.closest(".swings"))) return;
  isBusy = true;
  upcoming = undefined;
  try {
    await outbox.settled();
    const [card, wasOpen] = [shownId(), reveal()?.open];
    const { html } = await sendForm(form, button);
    const fragment = fragmentOf(html);
    if (fragment.id === "study") {
      show(fragment, { keepOpen: wasOpen && card === cardIn(fragment) });
    } else {
      said.replaceChildren(fragment);
    }
  } catch {
    complain();
  } finally {
    isBusy = false;
  }
  await prefetch();
}

function complain() {
  const notice = document.createElement("p");
  notice.className = "notice wrong";
  notice.textContent = saved.dataset.notSaved;
  said.replaceChildren(notice);
}
