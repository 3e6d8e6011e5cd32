// What somebody typed beside what was expected, at once: the same as app/rendering/typed.py, and a test holds the two
// together. Without this file the form is sent, and the server compares.
const LONGEST = 200;
const SIGN = /[^\u0300-\u036f][\u0300-\u036f]*|[\u0300-\u036f]+/gsu;
const FORGIVEN_AT_THE_END = /[\s.,;:!?。，；：！？、…]+$/u;

const tidy = (text) => text.replace(/\s+/gu, " ").trim().normalize("NFC");
const folded = (text) => text.normalize("NFKC").toUpperCase().toLowerCase().replaceAll("ς", "σ").normalize("NFC");
const key = (text) => folded(text.replace(FORGIVEN_AT_THE_END, "") || text).replace(/\s+/gu, "");
const base = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/gu, "");
const signs = (text) => text.match(SIGN) ?? [];

export function compare(typed, expected) {
  const [mine, right] = [tidy(typed), tidy(expected)];
  const verdict = key(mine) === key(right) ? "right" : base(key(mine)) === base(key(right)) ? "nearly" : "wrong";
  if (verdict === "right") return { verdict, typed: parts([["same", mine]]), expected: parts([["same", right]]) };
  if (Math.max([...mine].length, [...right].length) > LONGEST) {
    return { verdict, typed: parts([["extra", mine]]), expected: parts([["missing", right]]) };
  }
  const steps = aligned(signs(mine), signs(right));
  return {
    verdict,
    typed: parts(steps.filter(([, a]) => a).map(([state, a]) => [state, a])),
    expected: parts(steps.filter(([, , b]) => b).map(([state, , b]) => [state, b])),
  };
}

/** The longest common row of signs, accents aside, and what stands between them. */
function aligned(mine, right) {
  const [a, b] = [mine, right].map((row) => row.map((sign) => base(folded(sign))));
  const common = Array.from({ length: a.length + 1 }, () => new Array(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i][j] = a[i] === b[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const steps = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      steps.push([folded(mine[i]) === folded(right[j]) ? "same" : "nearly", mine[i++], right[j++]]);
    } else if (j === b.length || (i < a.length && common[i + 1][j] >= common[i][j + 1])) {
      steps.push([mine[i].trim() ? "extra" : "same", mine[i++], ""]);
    } else {
      steps.push([right[j].trim() ? "missing" : "same", "", right[j++]]);
    }
  }
  return steps;
}

function parts(states) {
  const joined = [];
  for (const [state, text] of states) {
    if (joined.at(-1)?.state === state) joined.at(-1).text += text;
    else joined.push({ state, text });
  }
  return joined.filter((part) => part.text);
}

/** Enter in the field, and the button beside it, reveal the answer; whatever reveals it, the comparison is there. */
export function readyTyping(root, reveal) {
  const form = root.querySelector(".typing");
  if (!form || !reveal) return;
  const field = form.elements.namedItem("typed");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    reveal.open = true;
  });
  field.addEventListener("keydown", (event) => event.key === "Escape" && !event.isComposing && field.blur());
  reveal.addEventListener("toggle", () => reveal.open && show(root.querySelector(".comparison"), field));
}

function show(place, field) {
  if (!place || !field.value.trim()) return;
  field.readOnly = true;
  const result = compare(field.value, field.form.dataset.expects);
  const verdict = place.querySelector(".verdict");
  verdict.textContent = verdict.dataset[result.verdict];
  place.dataset.verdict = result.verdict;
  for (const side of ["typed", "expected"]) {
    const line = place.querySelector(`[data-line=${side}]`);
    line.replaceChildren(...result[side].map(node));
  }
  place.hidden = false;
}

function node({ state, text }) {
  const span = document.createElement("span");
  span.className = state;
  span.textContent = text;
  return span;
}
