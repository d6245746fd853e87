/**
 * What is done in the form on the screen, told to the server in the order in which it was done: requests of a browser may
 * overtake each other. A form that was asked to close is told nothing more, whatever its going away sets off.
 */

import { act } from "./live.js";

const dialog = document.getElementById("modal");
let last = Promise.resolve();
let leaving = null;

function inTurn(verb, more) {
  last = last.then(() => act(verb, more));
  return last;
}

/** @returns {Promise<{error?: string | null, options?: object[]}>} the server's answer; empty if there is nobody to tell */
export function tells(verb, more) {
  const { id } = dialog.dataset;
  return dialog.open && id && id !== leaving ? inTurn(verb, more) : Promise.resolve({});
}

/** Ask for the form to be closed; it goes when the server says so: the app may have something to say to it. */
export async function closes() {
  const { id } = dialog.dataset;
  if (!id || id === leaving) return;
  leaving = id;
  const { error } = await inTurn("closes");
  if (error && leaving === id) leaving = null;
}
