/** How places are called, and the sign before the name. */

import { h } from "./dom.js";
import { icon } from "./icons.js";

const SIGNS = { channel: "hash", dm: "app", home: "home", private: "lock" };

/** In words: for the title of the page, and for who hears it. */
export function title(place) {
  return { channel: `#${place.name}`, dm: `${place.name} (app)`, private: `${place.name} (private)` }[place.kind] ?? place.name;
}

export function named(place) {
  return [icon(SIGNS[place.kind]), h("span", { class: "name" }, place.name)];
}
