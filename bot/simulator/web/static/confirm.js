/** A question in a dialog of its own: Slack's confirm dialogs, and the sandbox's. */

import { h } from "./dom.js";
import { spans } from "./spans.js";

/**
 * @param {{title: string, text: object[], confirm: string, deny: string}} asked
 * @param {string | null} style of the button that confirms
 * @returns {Promise<boolean>}
 */
export function confirmed(asked, style = "primary") {
  const dialog = document.getElementById("confirm");
  return new Promise((resolve) => {
    const answer = (is) => () => {
      dialog.close();
      resolve(is);
    };
    dialog.oncancel = () => resolve(false);
    dialog.setAttribute("aria-labelledby", "confirm-title");
    dialog.replaceChildren(
      h("h2", { id: "confirm-title" }, asked.title),
      h("div", { class: "said" }, ...spans(asked.text)),
      h(
        "div",
        { class: "buttons" },
        h("button", { type: "button", class: "button", onclick: answer(false) }, asked.deny),
        h(
          "button",
          { type: "button", class: ["button", style ?? "primary"], onclick: answer(true) },
          asked.confirm,
        ),
      ),
    );
    dialog.showModal();
  });
}
