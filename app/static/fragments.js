// The one place where text from the server becomes nodes, and the only Trusted Types policy.
const policy = globalThis.trustedTypes?.createPolicy("cardlet", { createHTML: (html) => html });

/** The element a fragment from the server is; null for an empty one. */
export function fragmentOf(html) {
  const parsed = new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, "text/html");
  const element = parsed.body.firstElementChild;
  return element && document.adoptNode(element);
}

/** Puts a fragment from the server in the place of an element and returns what now stands there. */
export function replaceWithFragment(element, html) {
  const fresh = fragmentOf(html);
  element.replaceWith(fresh);
  return fresh;
}

/** Sends a form and returns the fragment that answers it, as { status, html }; throws when the network does not answer. */
export async function sendForm(form, button) {
  const body = new URLSearchParams(new FormData(form, button));
  return asked(form.action, { method: "POST", body });
}

/** The fragment at an address, as { status, html }; throws when the network does not answer. */
export async function asked(address, options = {}) {
  const response = await fetch(address, { headers: { "X-Fragment": "1" }, credentials: "same-origin", ...options });
  if (response.redirected) {
    location.assign(response.url);
    return new Promise(() => {});
  }
  return { status: response.status, html: await response.text() };
}

/** What an address answers, as { status, html }; null when the network does not answer. The page stays, whatever happens. */
export async function quietly(address, body) {
  try {
    const options = { method: body ? "POST" : "GET", body, headers: { "X-Fragment": "1" }, credentials: "same-origin" };
    const response = await fetch(address, options);
    return { status: response.redirected ? 303 : response.status, html: await response.text() };
  } catch {
    return null;
  }
}

/** The fragment an address answers a form's fields with; null if there is none. The page stays, whatever happens. */
export async function fragmentFor(form, address) {
  const answer = await quietly(address, new URLSearchParams(new FormData(form)));
  return answer?.status === 200 ? answer.html : null;
}
