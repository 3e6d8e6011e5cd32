// Small helps for forms; every page works without them.
const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const field of document.querySelectorAll("input[data-time-zone]")) {
  field.value = timeZone;
}
for (const select of document.querySelectorAll("select[data-submits]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}
for (const field of document.querySelectorAll("[data-copy-of]")) {
  field.form.addEventListener("submit", () => (field.value = document.getElementById(field.dataset.copyOf).value));
}

// The key that leads to the search, unless single keys are switched off or something is being written.
const search = document.getElementById("search");
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || !search?.dataset.key || event.defaultPrevented || event.isComposing) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
  event.preventDefault();
  search.focus();
  search.select();
});

// Whoever signs out leaves nothing of what they were writing in this browser.
document.querySelector("form[action$='/sign-out']")?.addEventListener("submit", () => {
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith("cardlet-draft.")) localStorage.removeItem(name);
  } catch {}
});
