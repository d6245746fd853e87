/** The modal on the person's screen. The server says whether there is one, and what stands in it. */

import { blocks } from "./blocks.js";
import { h, refill } from "./dom.js";
import { act, listen, state } from "./live.js";

const dialog = document.getElementById("modal");

listen((changed) => {
  if (changed.has("modal")) draw(state.get("modal"));
});

dialog.addEventListener("cancel", (event) => {
  // It closes when the server says so: the app may have something to say to it.
  event.preventDefault();
  act("closes");
});

function draw(modal) {
  if (!modal) {
    dialog.close();
    return;
  }
  const typed = dialog.dataset.id === modal.id ? texts() : {};
  dialog.dataset.id = modal.id;
  dialog.setAttribute("aria-labelledby", "modal-title");
  const form = h(
    "form",
    { method: "dialog", onsubmit: submit },
    h("h2", { id: "modal-title" }, modal.title),
    h("div", { class: "blocks" }, ...blocks(modal.blocks, press)),
    h(
      "div",
      { class: "buttons" },
      h(
        "button",
        { type: "button", class: "button", data: { key: "close" }, onclick: () => act("closes") },
        modal.close,
      ),
      modal.submit && h("button", { type: "submit", class: "button primary", data: { key: "submit" } }, modal.submit),
    ),
  );
  refill(dialog, form);
  for (const [block, text] of Object.entries(typed)) {
    const input = form.querySelector(`.text[data-block="${CSS.escape(block)}"]`);
    if (input && input.role !== "combobox") input.value = text;
  }
  if (!dialog.open) {
    dialog.showModal();
    form.querySelector("[autofocus], input, textarea, select, button.primary")?.focus();
  }
}

function press(button) {
  return act("presses", { view: "modal", block: button.block, action: button.action });
}

/** What is typed into the texts, told or not. */
function texts() {
  const inputs = [...dialog.querySelectorAll(".text[data-block]")].filter((each) => each.role !== "combobox");
  return Object.fromEntries(inputs.map((input) => [input.dataset.block, input.value]));
}

async function submit(event) {
  event.preventDefault();
  const button = event.submitter ?? dialog.querySelector("[type=submit]");
  button?.setAttribute("aria-busy", "true");
  await act("submits", { values: texts() });
  button?.removeAttribute("aria-busy");
  dialog.querySelector("[aria-invalid]")?.focus();
}
