/** The modal on the person's screen. The server says whether there is one, and its contents. */

import { wayOf } from "./address.js";
import { blocks } from "./blocks.js";
import { openDialog } from "./dialogs.js";
import { h, refill } from "./dom.js";
import { missing } from "./fields.js";
import { icon } from "./icons.js";
import { listen, state } from "./live.js";
import { closes, sendFormAction } from "./form_actions.js";

const FIRST = "[autofocus], .blocks :is(input, textarea), .button.primary, .buttons .button";
const dialog = document.getElementById("modal");
let isTouched = false;

listen((changed) => {
  if (changed.has("modal")) draw(state.get("modal"));
});

for (const touch of ["keydown", "pointerdown"]) dialog.addEventListener(touch, () => (isTouched = true));
dialog.addEventListener("cancel", (event) => {
  event.preventDefault();
  closes();
});
// A browser lets nobody be kept in a dialog: the second Escape closes it, whatever the page wants.
dialog.addEventListener("close", closes);

// Where a link leads is behind it.
dialog.addEventListener("click", (event) => {
  if (wayOf(event)) closes();
});

function draw(modal) {
  if (!modal) {
    delete dialog.dataset.id;
    dialog.close();
    return;
  }
  const isSame = dialog.dataset.id === modal.id;
  const typed = isSame ? { ...texts(), ...searched() } : {};
  dialog.dataset.id = modal.id;
  dialog.setAttribute("aria-labelledby", "modal-title");
  const close = { type: "button", onclick: closes };
  const form = h(
    "form",
    { method: "dialog", onsubmit: submit },
    h(
      "header",
      {},
      h("h2", { id: "modal-title" }, modal.title),
      h("button", { ...close, class: "plain", "aria-label": "Close this form", data: { key: "x" } }, icon("close")),
    ),
    h("div", { class: "blocks" }, ...blocks(modal.blocks, press)),
    h("p", { class: "trouble", role: "alert" }),
    h(
      "div",
      { class: "buttons" },
      h("button", { ...close, class: "button", data: { key: "close" } }, modal.close),
      modal.submit && h("button", { type: "submit", class: "button primary", data: { key: "submit" } }, modal.submit),
    ),
  );
  form.addEventListener("invalid", missing, { capture: true });
  refill(dialog, form);
  for (const [block, text] of Object.entries(typed)) {
    const input = form.querySelector(`.text[data-block="${CSS.escape(block)}"]`);
    if (input) input.value = text;
  }
  if (!dialog.open) {
    openDialog(dialog);
    isTouched = false;
  }
  // Apps open a form at once and fill it a moment later: until somebody does something, its first field has the focus.
  if (!isTouched) form.querySelector(FIRST)?.focus();
}

function press(button) {
  return sendFormAction("presses", { view: "modal", block: button.block, action: button.action });
}

/** What is typed into the texts, sent or not. */
function texts() {
  const inputs = [...dialog.querySelectorAll(".text[data-block]")].filter((each) => each.role !== "combobox");
  return Object.fromEntries(inputs.map((input) => [input.dataset.block, input.value]));
}

/** What is being looked for in the menu that has the focus; once something is picked, the server says its value. */
function searched() {
  const input = document.activeElement;
  const isOpen = dialog.contains(input) && input.getAttribute("aria-expanded") === "true";
  return isOpen ? { [input.dataset.block]: input.value } : {};
}

async function submit(event) {
  event.preventDefault();
  const form = event.currentTarget;
  if (form.getAttribute("aria-busy") === "true") return;
  const button = form.querySelector("[type=submit]");
  form.setAttribute("aria-busy", "true");
  button?.setAttribute("aria-busy", "true");
  await sendFormAction("submits", { values: texts() });
  form.removeAttribute("aria-busy");
  button?.removeAttribute("aria-busy");
  dialog.querySelector("[aria-invalid]")?.focus();
}
