// The one place where text from the server becomes nodes, and the only Trusted Types policy.
const policy = globalThis.trustedTypes?.createPolicy("cardlet", { createHTML: (html) => html });

/** Puts a fragment from the server in the place of an element and returns what now stands there. */
export function replaceWithFragment(element, html) {
  const parsed = new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, "text/html");
  const fresh = document.adoptNode(parsed.body.firstElementChild);
  element.replaceWith(fresh);
  return fresh;
}

/** Sends a form and returns the fragment that answers it, as { status, html }; throws when the network does not answer. */
export async function sendForm(form, button) {
  const response = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(new FormData(form, button)),
    headers: { "X-Fragment": "1" },
    credentials: "same-origin",
  });
  if (response.redirected) {
    location.assign(response.url);
    return new Promise(() => {});
  }
  return { status: response.status, html: await response.text() };
}
