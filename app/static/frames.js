// Cards with a style of their own lie in frames without scripts. The page measures them and hears their keys.

/** Gives every card frame below `root` its height, and `onKey` the keys that are pressed inside it. */
export function settleFrames(root, onKey) {
  for (const frame of root.querySelectorAll("iframe.side")) {
    frame.addEventListener("load", () => settle(frame, onKey));
    // It may have come before this script did.
    if (frame.contentDocument?.readyState === "complete" && frame.contentDocument.URL !== "about:blank") settle(frame, onKey);
  }
}

function settle(frame, onKey) {
  const inside = frame.contentDocument;
  if (!inside || inside === frame.settled) return;
  frame.settled = inside;
  const measure = () => {
    const height = Math.ceil(inside.documentElement.getBoundingClientRect().height);
    // Hidden, it has none; the one it got before the answer was shown is kept.
    if (height > 0 && frame.offsetWidth > 0) frame.style.height = `${height}px`;
  };
  // Pictures come late, a telephone is turned, hints are opened, and an answer has no size before it is shown.
  new ResizeObserver(measure).observe(inside.documentElement);
  measure();
  inside.addEventListener("keydown", onKey);
  readySpeech(inside);
  // A tap in the question is one on the question; what can be pressed itself is left alone.
  inside.addEventListener("click", (event) => {
    const pressed = event.target.closest("a, summary, audio, button");
    if (pressed?.matches("a[href]")) leave(event, pressed);
    else if (!pressed && inside.getSelection().isCollapsed) frame.parentElement.click();
  });
}

/** A link opens beside the session: the frame may not go anywhere, and would show that instead of the card. */
function leave(event, link) {
  if (link.getAttribute("href").startsWith("#")) return;
  event.preventDefault();
  if (/^https?:/.test(link.href)) open(link.href, "_blank", "noopener,noreferrer");
}

/** Words that are read aloud when their button is pressed; `root` may be a page or a frame's document. */
export function readySpeech(root) {
  root.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-say]");
    if (!button || !globalThis.speechSynthesis) return;
    const words = new SpeechSynthesisUtterance(button.dataset.say);
    words.lang = button.dataset.voice;
    speechSynthesis.cancel();
    speechSynthesis.speak(words);
  });
}
