// One box chooses all cards of the page, and how many are chosen is said. Without this file each is chosen by its own.
const all = document.getElementById("choose-all");
if (all) {
  const boxes = [...document.querySelectorAll('[name="chosen"]')];
  const count = document.getElementById("count-chosen");
  const before = count.textContent;
  const tell = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    all.checked = chosen === boxes.length;
    count.textContent = chosen ? count.dataset.words.replace("{n}", chosen) : before;
  };
  document.getElementById("all").hidden = false;
  all.addEventListener("change", () => {
    boxes.forEach((box) => (box.checked = all.checked));
    tell();
  });
  document.addEventListener("change", ({ target }) => target.name === "chosen" && tell());
  // A page come back to may have them chosen already.
  tell();
}
