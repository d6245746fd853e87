/**
 * Blocks and their buttons as elements. `press(element)` is called with a button that was pressed, once it was confirmed.
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
  return list.map((block) => (DRAWN[block.type] ?? unknown)(block, press, level));
}

const DRAWN = {
  header: (block, _press, level) =>
    h("p", { class: "block header", role: "heading", "aria-level": level }, ...spans(block.text)),
  text: (block) => h("div", { class: "block" }, ...spans(block.text)),
  section,
  context: (block) =>
    h(
      "div",
      { class: "block context" },
      ...block.elements.map((each) => (each.image ? picture(each.image) : h("span", {}, ...spans(each.text)))),
    ),
  divider: () => h("hr", { class: "block" }),
  actions: (block, press) =>
    h("div", { class: "block actions" }, ...block.elements.map((each) => element(each, press))),
  image: (block) =>
    h("figure", { class: "block" }, block.title && h("figcaption", {}, block.title), picture(block.alt)),
  alert: (block) => h("div", { class: ["block", "alert", block.level] }, ...spans(block.text)),
  input: (block) => field(block),
};

function section(block, press) {
  const fields = block.fields.map((each) => h("div", { class: "field" }, ...spans(each)));
  return h(
    "div",
    { class: "block section" },
    h(
      "div",
      { class: "body" },
      block.text && h("div", {}, ...spans(block.text)),
      fields.length > 0 && h("div", { class: "fields" }, ...fields),
    ),
    block.accessory && element(block.accessory, press),
  );
}

function element(one, press) {
  if (one.type !== "button") return h("span", { class: "unusable" }, one.label);
  const button = h(
    "button",
    {
      type: "button",
      class: ["button", one.style],
      "aria-label": one.aria,
      data: { key: `${one.block}/${one.action}`, action: one.action },
      onclick: async () => {
        // A second click on a slow answer is not a second wish.
        if (button.getAttribute("aria-busy")) return;
        if (one.confirm && !(await confirmed(one.confirm, one.confirm.style ?? one.style))) return;
        if (one.url) open(one.url, "_blank", "noopener");
        button.setAttribute("aria-busy", "true");
        await press(one);
        button.removeAttribute("aria-busy");
      },
    },
    one.label,
  );
  return button;
}

/** Nothing is loaded from elsewhere: a picture is what it is said to show. */
function picture(alt) {
  return h("span", { class: "picture", role: "img", "aria-label": alt }, `🖼 ${alt}`);
}

function unknown(block) {
  return h("div", { class: "block unusable" }, `[${block.name ?? block.type}]`);
}
