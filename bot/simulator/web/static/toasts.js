/** Error messages. They are above everything, dialogs included, and screen readers announce them at once. */

import { h } from "./dom.js";
import { icon } from "./icons.js";

const SHOWN_MS = 10_000;

/** Show a sentence for some seconds, and for as long as somebody is at it; with a modal open, in the modal. */
export function toast(sentence) {
  // All but an open modal is inert: a screen reader would not announce a sentence elsewhere.
  const trouble = document.querySelector("#modal[open] .trouble");
  if (trouble) {
    trouble.textContent = sentence;
    return;
  }
  const toasts = document.getElementById("toasts");
  const away = () => {
    shown.remove();
    if (!toasts.hasChildNodes()) toasts.hidePopover();
  };
  const close = h("button", { type: "button", class: "plain", "aria-label": "Dismiss", onclick: away }, icon("close"));
  const shown = h("div", { class: "toast" }, h("p", {}, sentence), close);
  toasts.append(shown);
  if (!toasts.matches(":popover-open")) toasts.showPopover();
  let timer = setTimeout(away, SHOWN_MS);
  for (const looks of ["pointerenter", "focusin"]) shown.addEventListener(looks, () => clearTimeout(timer));
  for (const leaves of ["pointerleave", "focusout"]) {
    shown.addEventListener(leaves, () => {
      clearTimeout(timer);
      timer = setTimeout(away, SHOWN_MS);
    });
  }
}
