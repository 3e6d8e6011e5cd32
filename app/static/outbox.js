// Answers on their way to the server: one after another, and again and again until it has them. The review id of each
// is made once, so however often it is sent, it counts once.
const WAITS = [1000, 2000, 4000, 8000, 15000];
const MOST_FAILURES = 6;

/**
 * `name` is where answers are kept while they are not saved, so that they outlive the page; `tell` hears "saving",
 * "saved", "unsaved" while it keeps trying, or "refused".
 */
export class Outbox {
  constructor(name, tell) {
    this.name = name;
    this.tell = tell;
    this.queue = [];
    this.held = [];
    this.sending = null;
    this.wake = () => {};
    addEventListener("online", () => this.wake());
  }

  /**
   * Sends an answer after those before it. `more()` is asked for fields when it is sent; `hear` gets what the server says
   * to it, as { status, html }, before the next one is sent: what it shows is what the next one can tell.
   */
  add(address, fields, more = () => ({}), hear = () => {}) {
    this.queue.push({ address, fields, more, hear });
    this.keep();
    this.sending ??= this.sendAll();
  }

  /** Resolves once nothing is on its way. */
  async settled() {
    while (this.sending) await this.sending;
  }

  async sendAll() {
    while (this.queue.length) {
      const first = this.queue[0];
      this.tell("saving");
      const answer = await this.sendOne(first);
      this.queue.shift();
      // Not signed in any more, or a server that fails: kept until there is a page again that can send it.
      if (answer.status >= 500 || [400, 401, 403].includes(answer.status)) this.held.push(first);
      this.keep();
      this.tell(answer.status < 400 || answer.status === 409 ? "saved" : "refused");
      try {
        first.hear(answer);
      } catch (error) {
        reportError(error);
      }
    }
    this.sending = null;
  }

  async sendOne({ address, fields, more }) {
    for (let tries = 0, failures = 0; ; tries++) {
      try {
        const body = new URLSearchParams({ ...fields, ...more() });
        const options = { method: "POST", body, headers: { "X-Fragment": "1" }, credentials: "same-origin", keepalive: true };
        const response = await fetch(address, options);
        if (response.redirected) {
          location.assign(response.url);
          return new Promise(() => {});
        }
        failures += response.status >= 500;
        if (response.status < 500 || failures === MOST_FAILURES) return { status: response.status, html: await response.text() };
      } catch {
        // No network; what was sent may have arrived all the same.
      }
      this.tell("unsaved");
      await this.pause(WAITS[Math.min(tries, WAITS.length - 1)]);
    }
  }

  pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  keep() {
    const unsaved = [...this.held, ...this.queue].map(({ address, fields }) => [address, fields]);
    try {
      if (unsaved.length) localStorage.setItem(this.name, JSON.stringify(unsaved));
      else localStorage.removeItem(this.name);
    } catch {
      // A browser that keeps nothing still sends.
    }
  }

  /** The answers that an earlier page could not save, as [address, fields]. */
  left() {
    try {
      return JSON.parse(localStorage.getItem(this.name) ?? "[]");
    } catch {
      return [];
    }
  }
}
