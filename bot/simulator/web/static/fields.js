/**
 * The inputs of a modal. A change is sent to the server at once, as Slack's client keeps it; texts are sent when
 * they lose the focus, and with the submission.
 */

import { combobox } from "./combobox.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { sendFormAction } from "./form_actions.js";

const MISSING = "Please complete this required field.";

let drawn = 0;

/** An input block: label, input, hint, and what is wrong with it. */
export function field(block) {
  const id = `field-${(drawn += 1)}`;
  const help = [block.error && `${id}-error`, block.hint && `${id}-hint`].filter(Boolean).join(" ");
  const described = {
    id,
    "aria-describedby": help || null,
    "aria-invalid": block.error ? "true" : null,
    data: { key: block.block, block: block.block },
  };
  const isGroup = block.element.type === "checkboxes";
  const label = [block.label, block.optional && h("span", { class: "optional" }, " (optional)")];
  const rest = [
    block.error && error(block.error, id),
    block.hint && h("p", { class: "hint", id: `${id}-hint` }, block.hint),
  ];
  if (isGroup) {
    return h(
      "fieldset",
      { class: "block input", "aria-describedby": help || null },
      h("legend", {}, ...label),
      ...choices(block, id),
      ...rest,
    );
  }
  const input = block.element.type === "select" ? combobox(block, described) : text(block, described);
  return h("div", { class: "block input" }, h("label", { for: id }, ...label), input, ...rest);
}

function error(said, id) {
  return h("p", { class: "error", id: `${id}-error` }, icon("warning"), said);
}

/** For `invalid`, of whatever has to be filled in and is not: it says so as the app's own errors are said. */
export function missing(event) {
  event.preventDefault();
  const input = event.target;
  if (input.getAttribute("aria-invalid")) return;
  const block = input.closest(".input");
  const id = input.id;
  const help = input.getAttribute("aria-describedby");
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", [`${id}-error`, help].filter(Boolean).join(" "));
  const said = error(MISSING, id);
  block.insertBefore(said, block.querySelector(".hint"));
  const restore = () => {
    said.remove();
    input.removeAttribute("aria-invalid");
    if (help) input.setAttribute("aria-describedby", help);
    else input.removeAttribute("aria-describedby");
  };
  input.addEventListener("input", restore, { once: true });
  input.form.querySelector("[aria-invalid]").focus();
}

function text(block, described) {
  const { value, multiline, placeholder, longest, focus } = block.element;
  return h(multiline ? "textarea" : "input", {
    ...described,
    class: "text",
    type: multiline ? null : "text",
    rows: multiline ? 3 : null,
    value,
    placeholder,
    maxlength: longest,
    required: !block.optional,
    autocomplete: "off",
    autofocus: focus,
    onchange: (event) => sendFormAction("fills", { block: block.block, value: event.target.value }),
  });
}

function choices(block, id) {
  const { options, values } = block.element;
  return options.map((option, number) =>
    h(
      "label",
      { class: "choice" },
      h("input", {
        type: "checkbox",
        name: id,
        value: option.value,
        checked: values.includes(option.value),
        data: { key: `${block.block}/${number}` },
        onchange: (event) => {
          const boxes = [...event.target.form.querySelectorAll(`[name="${id}"]`)];
          const chosen = boxes.filter((each) => each.checked).map((each) => each.value);
          sendFormAction("fills", { block: block.block, value: chosen });
        },
      }),
      h("span", {}, option.label, option.description && h("small", {}, option.description)),
    ),
  );
}
