// One box chooses all cards of the page. Without this file each is chosen by its own.
const all = document.getElementById("choose-all");
if (all) {
  const boxes = [...document.querySelectorAll('[name="chosen"]')];
  document.getElementById("all").hidden = false;
  all.addEventListener("change", () => boxes.forEach((box) => (box.checked = all.checked)));
  document.addEventListener("change", ({ target }) => {
    if (target.name === "chosen") all.checked = boxes.every((box) => box.checked);
  });
}
