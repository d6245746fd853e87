/** Opens dialogs, and puts the focus back where it was when they close, even if that was drawn anew meanwhile. */

/** Where the focus is: the element, and how to find what stands in its place later. */
function origin() {
  const element = document.activeElement;
  const message = element.closest("[data-ts]");
  return { element, key: element.dataset.key, ts: message?.dataset.ts, pane: element.closest("main, section, nav")?.id };
}

function heirOf({ key, ts, pane }) {
  const area = document.getElementById(pane) ?? document;
  const message = ts && area.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
  const same = key && (message || area).querySelector(`[data-key="${CSS.escape(key)}"]`);
  return same || message || document.getElementById("message") || document.getElementById("place");
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
