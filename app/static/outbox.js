// Answers on their way to the server: one after another, and again and again until it has them. The review id of each
// is made once, so however often it is sent, it counts once.
const WAITS = [1000, 2000, 4000, 8000, 15000];
const MOST_FAILURES = 6;

/**
 * `name` begins the names under which answers are kept while they are not saved, so that they outlive the page. Each has
 * one of its own: two tabs must not write over each other's. `tell` hears "saving", "saved", "unsaved" while it keeps
 * trying, or "refused".
 */
export class Outbox {
  constructor(name, tell) {
    this.name = name;
    this.tell = tell;
    this.queue = [];
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
    this.keep(address, fields);
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
      if (answer.status < 500 && ![400, 401, 403].includes(answer.status)) this.forget(first.fields);
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

  keep(address, fields) {
    const place = this.place(fields);
    try {
      // What an earlier page kept stays as old as it is.
      if (localStorage.getItem(place) === null) localStorage.setItem(place, JSON.stringify([address, fields, Date.now()]));
    } catch {
      // A browser that keeps nothing still sends.
    }
  }

  forget(fields) {
    try {
      localStorage.removeItem(this.place(fields));
    } catch {
      // Then nothing was kept either.
    }
  }

  place(fields) {
    return `${this.name}.${fields.review_id}`;
  }

  /** The answers that an earlier page or another tab could not save, as [address, fields], the oldest first. */
  left() {
    try {
      const names = Object.keys(localStorage).filter((name) => name.startsWith(`${this.name}.`));
      return names.map((name) => JSON.parse(localStorage.getItem(name))).sort((one, other) => one[2] - other[2]);
    } catch {
      return [];
    }
  }
}
