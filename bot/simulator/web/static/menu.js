/** A menu that a button opens, above whatever is there. Arrows move in it; Escape and a click elsewhere close it. */

import { arrows, h } from "./dom.js";

const GAP = 4; // px between the button and its menu, and between that and the edge of the window

/**
 * @param {{label: string, sign: Node | string}} button
 * @param {() => HTMLElement[]} items what it offers whenever it opens: buttons; whichever is pressed closes the menu
 */
export function menu({ label, sign }, items) {
  const list = h("div", { class: "menu", popover: "auto" });
  const button = h(
    "button",
    { type: "button", class: "plain", "aria-label": label, title: label, "aria-expanded": "false" },
    sign,
  );
  button.popoverTargetElement = list;
  list.addEventListener("beforetoggle", (event) => {
    const opens = event.newState === "open";
    button.setAttribute("aria-expanded", String(opens));
    if (opens) list.replaceChildren(...items());
    // Its size is known once it is shown, and it is painted after this.
    if (opens) requestAnimationFrame(() => besides(button, list));
  });
  list.addEventListener("toggle", (event) => event.newState === "open" && list.querySelector("button")?.focus());
  list.addEventListener("click", (event) => {
    if (event.target.closest("button")) list.hidePopover();
  });
  arrows(list, "button");
  return h("span", { class: "popup" }, button, list);
}

function besides(button, list) {
  const at = button.getBoundingClientRect();
  const { width, height } = list.getBoundingClientRect();
  const isAbove = at.top - height - GAP > 0;
  list.style.top = `${Math.max(GAP, isAbove ? at.top - height - GAP : Math.min(at.bottom + GAP, innerHeight - height - GAP))}px`;
  list.style.left = `${Math.max(GAP, Math.min(at.left, innerWidth - width - GAP))}px`;
}
