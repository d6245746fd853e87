/** A question in a dialog of its own: Slack's confirm dialogs, and the sandbox's. */

import { onMove } from "./address.js";
import { openDialog } from "./dialogs.js";
import { h } from "./dom.js";
import { spans } from "./spans.js";

// Going elsewhere, or acting as another person, is no confirmation.
onMove(() => document.getElementById("confirm").close());

/**
 * @param {{title: string, text: object[], confirm: string, deny: string}} asked
 * @param {string | null} style of the button that confirms
 * @returns {Promise<boolean>}
 */
export function confirmed(asked, style = "primary") {
  const dialog = document.getElementById("confirm");
  const button = (label, kind, answer) =>
    h("button", { type: "button", class: ["button", kind], onclick: () => dialog.close(answer) }, label);
  dialog.setAttribute("aria-labelledby", "confirm-title");
  dialog.setAttribute("aria-describedby", "confirm-text");
  dialog.replaceChildren(
    h("h2", { id: "confirm-title" }, asked.title),
    h("div", { class: "said", id: "confirm-text" }, ...spans(asked.text)),
    h("div", { class: "buttons" }, button(asked.deny, null, "no"), button(asked.confirm, style ?? "primary", "yes")),
  );
  // Escape closes it without an answer, which is no.
  dialog.returnValue = "no";
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    openDialog(dialog);
  });
}
