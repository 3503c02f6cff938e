// Doing something that the sandbox may refuse.

import { Refusal } from "./api.js";
import { refused } from "./toasts.js";

/** What `work` gives; null if it was refused, and then the person was told. */
export async function attempt(work, what = "") {
  try {
    return await work();
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem;
    refused(problem, what);
    return null;
  }
}
