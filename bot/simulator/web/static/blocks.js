/**
 * Blocks and their buttons as elements. `press(button)` is called with a button that was pressed, once it was confirmed.
 */

import { confirmed } from "./confirm.js";
import { h } from "./dom.js";
import { field } from "./fields.js";
import { spans } from "./spans.js";

/**
 * @param {object[]} blocks
 * @param {(button: object) => Promise<unknown>} press
 * @param {number} level of headings, below the one of what they stand in
 */
export function blocks(list, press, level = 3) {
  return list.map((block) => DRAWN[block.type](block, press, level));
}

const DRAWN = {
  header: (block, _press, level) =>
    h("p", { class: "block header", role: "heading", "aria-level": level }, ...spans(block.text)),
  text: (block) => h("div", { class: "block" }, ...spans(block.text)),
  section,
  context: (block) =>
    h("div", { class: "block context" }, ...block.elements.map((each) => h("span", {}, ...spans(each)))),
  divider: () => h("hr", { class: "block" }),
  actions: (block, press) =>
    h("div", { class: "block actions" }, ...block.elements.map((each) => button(each, press))),
  input: (block) => field(block),
};

function section(block, press) {
  const fields = block.fields.map((each) => h("div", { class: "field" }, ...spans(each)));
  return h(
    "div",
    { class: "block section" },
    block.text && h("div", {}, ...spans(block.text)),
    fields.length > 0 && h("div", { class: "fields" }, ...fields),
    block.accessory && h("div", { class: "accessory" }, button(block.accessory, press)),
  );
}

function button(one, press) {
  const drawn = h(
    "button",
    {
      type: "button",
      class: ["button", one.style],
      "aria-label": one.aria,
      data: { key: `${one.block}/${one.action}`, action: one.action },
      onclick: async () => {
        // A second click while the answer is slow does nothing.
        if (drawn.getAttribute("aria-busy")) return;
        if (one.confirm && !(await confirmed(one.confirm, one.confirm.style ?? one.style))) return;
        drawn.setAttribute("aria-busy", "true");
        await press(one);
        drawn.removeAttribute("aria-busy");
      },
    },
    one.label,
  );
  return drawn;
}
