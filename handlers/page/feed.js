/*
 * The server's events, as they come. The browser reconnects by itself after half a second, as the
 * server asks it to, so the page says that it is cut off only if that takes longer.
 */

const AWAY_AFTER = 2000; /* ms without a connection */
const FEED_RETRY = 2000; /* ms, for when the browser gives up: after an answer that is no stream */

class Feed {
    /* `listener` has hello(message), batch(message), cut() and away(). It rests at first. */
    constructor(address, listener) {
        this.address = address;
        this.listener = listener;
        this.connected = false;
        this.source = null;
        this.seen = ""; /* the id of the last message: what happened since then is asked for */
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

    /* While it rests it holds no connection; afterwards it goes on behind what was seen. */
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

    /* What comes next is all that the server has. */
    forget() {
        this.rest(true);
        this.seen = "";
    }
}
