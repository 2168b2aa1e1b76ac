"use strict";
document.documentElement.classList.add("scripted");
for (const slide of document.querySelectorAll(".slide")) {
  const range = slide.querySelector("input");
  const frame = slide.querySelector("svg");
  const cut = slide.querySelector(".cut");
  const edge = slide.querySelector(".edge");
  const left = Number(slide.dataset.x);
  const width = Number(slide.dataset.width);
  // As wide as its picture at a height that fits a screen, so that line and handle stay together.
  slide.style.maxWidth = Math.min(44, (34 * width) / Number(slide.dataset.height)) + "rem";
  const show = () => {
    const part = Number(range.value) / 100;
    cut.setAttribute("width", width * part);
    edge.setAttribute("x1", left + width * part);
    edge.setAttribute("x2", left + width * part);
    range.setAttribute("aria-valuetext", range.value + " % earlier, " + (100 - range.value) + " % later");
  };
  range.addEventListener("input", show);
  const follow = (event) => {
    const box = frame.getBoundingClientRect();
    range.value = ((event.clientX - box.left) / box.width) * 100;
    show();
  };
  frame.addEventListener("pointerdown", (event) => {
    frame.setPointerCapture(event.pointerId);
    follow(event);
  });
  frame.addEventListener("pointermove", (event) => {
    if (frame.hasPointerCapture(event.pointerId)) follow(event);
  });
  show();
}
// On paper everything is open; afterwards only what was open before.
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const one of closed) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of closed) one.open = false;
});
