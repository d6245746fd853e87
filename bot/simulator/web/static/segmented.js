/** A row of choices of which one is chosen: radio buttons that look like one control. */

import { h } from "./dom.js";

/**
 * @param {{legend: string, name: string, options: [string, string][], chosen: string, choose: (value: string) => void}} how:
 *   `options` are values and labels
 */
export function segmented({ legend, name, options, chosen, choose }) {
  const option = ([value, label]) =>
    h(
      "label",
      {},
      h("input", { type: "radio", name, class: "unseen", checked: value === chosen, onchange: () => choose(value) }),
      h("span", {}, label),
    );
  return h("fieldset", { class: ["segmented", name] }, h("legend", {}, legend), ...options.map(option));
}
