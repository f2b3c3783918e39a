/* What the server tells, as it comes. The browser reconnects by itself; the page says so. */

const FEED_RETRY = 2000; /* ms, for when the browser gives up: after an answer that is no stream */

class Feed {
    /* `listener` has hello(message), batch(message) and away(). */
    constructor(address, listener) {
        this.address = address;
        this.listener = listener;
        this.connected = false;
        this.open();
    }

    open() {
        this.source = new EventSource(this.address);
        for (const name of ["hello", "batch"]) {
            this.source.addEventListener(name, (event) => {
                this.connected = true;
                this.listener[name](JSON.parse(event.data));
            });
        }
        this.source.addEventListener("error", () => this.lost());
    }

    lost() {
        if (this.connected) {
            this.connected = false;
            this.listener.away();
        }
        if (this.source.readyState === EventSource.CLOSED) {
            this.retry = setTimeout(() => this.open(), FEED_RETRY);
        }
    }

    close() {
        clearTimeout(this.retry);
        this.source.close();
        this.connected = false;
    }
}
