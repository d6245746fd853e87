/**
 * Sends what a person does in the open form to the server, in that order: a browser's requests may overtake each other.
 * Nothing more is sent for a form that was asked to close, whatever its closing sets off.
 */

import { act } from "./live.js";

const dialog = document.getElementById("modal");
let last = Promise.resolve();
let leaving = null;

function inTurn(verb, more) {
  last = last.then(() => act(verb, more));
  return last;
}

/** @returns {Promise<{error?: string | null, options?: object[]}>} the server's answer; empty if no form is open */
export function sendFormAction(verb, more) {
  const { id } = dialog.dataset;
  return dialog.open && id && id !== leaving ? inTurn(verb, more) : Promise.resolve({});
}

/** Ask for the form to be closed; it closes when the server says so, since the app may answer. */
export async function closes() {
  const { id } = dialog.dataset;
  if (!id || id === leaving) return;
  leaving = id;
  const { error } = await inTurn("closes");
  if (error && leaving === id) leaving = null;
}
