// Copies a deck's link. Without it the link stands in a field, to be copied by hand.
const link = document.getElementById("link");
const button = document.getElementById("copy-link");

if (link && button && navigator.clipboard) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(link.value);
    document.getElementById("copied").textContent = button.dataset.done;
  });
}
link?.addEventListener("focus", () => link.select());
