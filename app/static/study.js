// The study page without page loads. Without this file the same forms work as plain forms.
import { readySpeech, settleFrames } from "./frames.js";
import { begin, grade, hurry, reveal, send, study } from "./session.js";
import { readyTyping } from "./typed.js";

const READ_OUT_WITHIN = 1000;
const DOUBLE_CLICK = 400;
let visibleSince = 0;
let visibleFor = 0;
let isFirst = true;
let arrivedAt = 0;

const spoken = document.getElementById("spoken");
const sheet = () => document.getElementById("keys");
const shortcutsOn = () => study().dataset.shortcuts === "on";

function startTimer() {
  visibleFor = 0;
  visibleSince = document.hidden ? 0 : performance.now();
}

function timeShown() {
  return Math.round(visibleFor + (visibleSince ? performance.now() - visibleSince : 0));
}

function arrive() {
  startTimer();
  globalThis.speechSynthesis?.cancel();
  const aloud = document.getElementById("speak");
  if (aloud && globalThis.speechSynthesis) {
    aloud.hidden = false;
    aloud.addEventListener("click", speak);
  }
  const details = reveal();
  settleFrames(study(), onKey);
  readyTyping(study(), details);
  // Whoever is quick has graded it by then, and another card is there.
  details?.addEventListener("toggle", () => details.open && details.isConnected && showAnswer());
  (document.getElementById("typed") ?? details?.querySelector("summary") ?? study().querySelector("[data-first]"))?.focus({ preventScroll: true });
  // Without a page load nothing tells those who do not see it that another question is there.
  if (!isFirst) readOut(study().querySelector(".question, .done h2"));
  isFirst = false;
  arrivedAt = performance.now();
}

function readOut(element) {
  spoken.textContent = element?.textContent ?? "";
  setTimeout(() => (spoken.textContent = ""), READ_OUT_WITHIN);
}

/** The focus goes on to Good, so the answer is read out to those who do not see it appear, and not left there twice. */
function showAnswer() {
  readOut(study().querySelector(".answer"));
  good().focus({ preventScroll: true });
  const answer = study().querySelector(".answer");
  if (answer.getBoundingClientRect().top > innerHeight * 0.8) answer.scrollIntoView({ block: "center" });
}

/** Reads what is to be seen, the question or the answer, in a voice of its language. */
function speak() {
  if (!globalThis.speechSynthesis) return;
  const side = study().querySelector(reveal()?.open ? ".answer" : ".question");
  if (!side) return;
  const words = new SpeechSynthesisUtterance(side.innerText);
  words.lang = side.lang;
  speechSynthesis.cancel();
  speechSynthesis.speak(words);
}

const good = () => study().querySelector('[name="grade"][value="4"]');

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

/** A grade can only be given once the answer is shown. */
function pressKeyed(key) {
  const pressed = study().querySelector(`[data-key="${CSS.escape(key.toLowerCase())}"]`);
  if (pressed && (reveal()?.open || !pressed.closest(".grades"))) pressed.click();
  return pressed;
}

const redoes = (event) => event.key.toLowerCase() === "y" || event.shiftKey;

function onKey(event) {
  if (event.isComposing || event.defaultPrevented || isTyping(event.target)) return;
  if (event.repeat) return holdStill(event);
  if (event.key === "?" && shortcutsOn()) return act(event, () => sheet().togglePopover());
  // A list that is open covers the card: nothing behind it is pressed.
  if (document.querySelector(":popover-open")) return;
  if ((event.ctrlKey || event.metaKey) && /^[zy]$/i.test(event.key)) {
    return act(event, () => document.getElementById(redoes(event) ? "redo" : "undo")?.click());
  }
  if (event.ctrlKey || event.metaKey || event.altKey || !shortcutsOn()) return;
  if (event.key === "/") return act(event, () => location.assign(document.getElementById("saved").dataset.search));
  if (event.key === "Escape") return act(event, () => study().querySelector(".close").click());
  if (event.key === " " || event.key === "Enter") return goOn(event);
  if (/^[0-9a-z]$/i.test(event.key) && pressKeyed(event.key)) event.preventDefault();
}

/** A key that is held down must not press, over and over, whatever gets the focus. */
function holdStill(event) {
  if ((event.key === " " || event.key === "Enter") && event.target.closest("#reveal")) event.preventDefault();
}

/** Space and Enter reveal, then mean Good, unless something else has the focus and wants to be pressed itself. */
function goOn(event) {
  const details = reveal();
  const pressed = event.target.closest("a, button, summary");
  if (!details || (pressed && pressed.parentElement !== details && pressed.value !== "4")) return;
  act(event, () => (details.open ? hurry() || good().click() : (details.open = true)));
}

function act(event, action) {
  event.preventDefault();
  action();
}

/** A tap on the question reveals; a selection of its words is left alone. */
function onClick(event) {
  const details = reveal();
  if (details && !details.open && event.target.closest(".question") && !event.target.closest("a, summary, audio, button") && getSelection().isCollapsed) details.open = true;
}

/** The second click of a double click is not meant for the card that has come in between. */
function onEveryClick(event) {
  if (event.detail < 2 || performance.now() - arrivedAt > DOUBLE_CLICK) return;
  event.preventDefault();
  event.stopPropagation();
}

document.addEventListener("keydown", onKey);
document.addEventListener("click", onEveryClick, { capture: true });
readySpeech(document);
document.addEventListener("click", onClick);
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-fragment]")) return;
  event.preventDefault();
  if (event.target.matches(".grades")) grade(event.target, event.submitter, timeShown());
  else send(event.target, event.submitter);
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    visibleFor = timeShown();
    visibleSince = 0;
  } else {
    visibleSince = performance.now();
  }
});
begin(arrive);
