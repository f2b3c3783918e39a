/*
 * The server's events. The browser reconnects by itself after half a second, as the server
 * requests, so the page reports a lost connection only if that takes longer.
 */

const AWAY_AFTER = 2000; /* ms without a connection */
const FEED_RETRY = 2000; /* ms, after a response that is no stream: browsers then give up */

class Feed {
    /* `listener` has hello(message), batch(message), cut() and away(). It is inactive at first. */
    constructor(address, listener) {
        this.address = address;
        this.listener = listener;
        this.connected = false;
        this.source = null;
        this.seen = ""; /* the id of the last message: the next request asks for later events */
    }

    open() {
        const since = this.seen && `?since=${encodeURIComponent(this.seen)}`;
        this.source = new EventSource(this.address + since);
        for (const name of ["hello", "batch"]) {
            this.source.addEventListener(name, (event) => {
                clearTimeout(this.patience);
                this.patience = null;
                this.connected = true;
                this.seen = event.lastEventId;
                this.listener[name](JSON.parse(event.data));
            });
        }
        this.source.addEventListener("error", () => this.lost());
    }

    lost() {
        this.cut();
        this.patience ??= setTimeout(() => this.listener.away(), AWAY_AFTER);
        if (this.source.readyState === EventSource.CLOSED) {
            this.retry = setTimeout(() => this.open(), FEED_RETRY);
        }
    }

    cut() {
        if (this.connected) {
            this.connected = false;
            this.listener.cut();
        }
    }

    /* An inactive feed has no connection; later it continues behind the last message. */
    rest(whether) {
        if (whether && this.source) {
            this.source.close();
            this.source = null;
            clearTimeout(this.retry);
            clearTimeout(this.patience);
            this.patience = null;
            this.cut();
        } else if (!whether && !this.source) {
            this.open();
        }
    }

    /* The next batch has all events of the server. */
    forget() {
        this.rest(true);
        this.seen = "";
    }
}
