/**
 * Makes elements. Text is always text: nothing here, or anywhere on this page, is ever read as HTML.
 */

import { heir, trace } from "./focus.js";

/**
 * @param {string} tag
 * @param {Record<string, unknown>} given attributes by name; functions are listeners ("onclick"), `data` a dataset,
 *   `class` may be a list with gaps; null, undefined and false leave an attribute out.
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElement}
 */
export function h(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "class") element.className = [value].flat().filter(Boolean).join(" ");
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child || child === 0));
  return element;
}

/** Replace `old` by `fresh`; a focus within stays, on the corresponding element. */
export function swap(old, fresh) {
  const focused = focusWithin(old);
  old.replaceWith(fresh);
  refocus(fresh, focused);
}

/** Replace the children of `element`; a focus within stays, on the corresponding element. */
export function refill(element, ...children) {
  const focused = focusWithin(element);
  element.replaceChildren(...children.flat().filter(Boolean));
  refocus(element, focused);
}

/** What has the focus within `element`, and where the caret is in it. */
function focusWithin(element) {
  const active = document.activeElement;
  if (!active || active === document.body || !element.contains(active)) return null;
  return { ...trace(active, element), start: active.selectionStart, end: active.selectionEnd };
}

function refocus(element, focused) {
  if (!focused) return;
  const next = heir(element, focused) ?? element;
  if (next === element && !element.hasAttribute("tabindex")) element.tabIndex = -1;
  next.focus({ preventScroll: true });
  if (typeof focused.start === "number" && next.setSelectionRange && next.type !== "checkbox") {
    next.setSelectionRange(focused.start, focused.end);
  }
}

/** Up, Down, Home and End move the focus among the elements that `selector` finds in `list`. */
export function arrows(list, selector) {
  list.addEventListener("keydown", (event) => {
    const all = [...list.querySelectorAll(selector)];
    const at = all.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    all[Math.max(0, Math.min(all.length - 1, next))].focus();
  });
}
