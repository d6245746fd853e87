/**
 * Where the page is: whose it is, which place and which thread are open. It is all in the address, so that a link leads
 * back, a tab can be somebody else's, and Back works.
 */

import { state } from "./live.js";

const moved = [];

/** @returns {{as: string, place: string, thread: string | null}} */
export function here() {
  const query = new URLSearchParams(location.search);
  return { as: query.get("as") ?? "", place: query.get("in") ?? "", thread: query.get("thread") };
}

/** The address of a place of somebody's. */
export function address({ as = state.get("me")?.name ?? "", place, thread = null }) {
  const query = new URLSearchParams({ as, in: place });
  if (thread) query.set("thread", thread);
  return `/?${query}`;
}

export function go(to, { replace = false } = {}) {
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  for (const listener of moved) listener();
}

export function onMove(listener) {
  moved.push(listener);
}

addEventListener("popstate", () => moved.forEach((listener) => listener()));

document.addEventListener("click", (event) => {
  const to = wayOf(event);
  if (!to) return;
  event.preventDefault();
  go(to);
});

/**
 * Where a click leads within the sandbox, if it does: such a link moves the page instead of loading it. With a modifier
 * key the browser opens a tab, as ever.
 */
export function wayOf(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return null;
  return event.target.closest?.('a[href^="/?"]')?.getAttribute("href") ?? null;
}

/** The name of a place in an address. */
export function nameOf(place) {
  return place.kind === "dm" ? "dm" : place.kind === "home" ? "home" : place.name;
}

/** The place that is open: the one of the address, or the first channel. */
export function openPlace() {
  const places = state.get("places") ?? [];
  const wanted = here().place;
  return (
    places.find((place) => nameOf(place) === wanted) ??
    places.find((place) => place.name === "ops") ??
    places.find((place) => place.kind === "channel") ??
    places[0]
  );
}

/** The address of a place by its id, with a thread if there is one; where it is not theirs, the one that is open. */
export function addressOf(placeId, thread = null) {
  const place = (state.get("places") ?? []).find((each) => each.id === placeId) ?? openPlace();
  return address({ place: nameOf(place), thread });
}
