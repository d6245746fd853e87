/** Opens dialogs, and puts the focus back where it was when they close, even if that was redrawn meanwhile. */

import { heir, trace } from "./focus.js";

/** How to find the focused element again later. */
function origin() {
  const element = document.activeElement;
  const message = element.closest("[data-ts]");
  const pane = element.closest("main, section, nav");
  return { ...trace(element, message ?? pane ?? document), ts: message?.dataset.ts, pane: pane?.id };
}

function heirOf({ ts, pane, ...traced }) {
  const area = document.getElementById(pane) ?? document;
  const message = ts && area.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
  return heir(message || area, traced) || message || document.getElementById("message") || document.getElementById("place");
}

/** @param {HTMLDialogElement} dialog */
export function openDialog(dialog) {
  const from = origin();
  dialog.showModal();
  dialog.addEventListener(
    "close",
    () => {
      // The browser gives the focus back to what had it, if that is still there.
      if (document.activeElement === document.body || dialog.contains(document.activeElement)) heirOf(from).focus();
    },
    { once: true },
  );
}
