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
