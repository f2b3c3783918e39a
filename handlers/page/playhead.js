/*
 * The time that is shown. Live it is the newest; paused it stands; playing it moves at a rate of
 * its own, and is live again if it catches up.
 */

class Playhead {
    constructor() {
        this.mode = "live";
        this.rate = 1;
        this.at = 0;
    }

    live() {
        this.mode = "live";
        this.rate = 1;
    }

    pause() {
        this.mode = "paused";
    }

    play(rate) {
        this.mode = "playing";
        this.rate = rate;
    }

    seek(at) {
        this.at = at;
        this.mode = this.mode === "playing" ? "playing" : "paused";
    }

    /* `elapsed` ms went by; the record reaches from `start` to `edge`, and grows if it is live. */
    tick(elapsed, start, edge, growing) {
        if (this.mode === "playing") {
            this.at += elapsed * this.rate;
        }
        if (this.mode === "playing" && this.at >= edge) {
            this.mode = growing ? "live" : "paused";
        }
        if (this.mode === "live" || this.at > edge) {
            this.at = edge;
        }
        this.at = Math.max(this.at, Math.min(start, edge));
    }
}

/*
 * The server's clock, seen from here. A message is never early, so the largest difference is the
 * one of the fastest message; it is forgotten slowly, because two clocks drift.
 */
class Clock {
    constructor() {
        this.difference = null;
        this.heard = 0;
    }

    hear(server, here) {
        const drift = (here - this.heard) * 1e-4;
        const seen = server - here;
        this.difference = this.difference === null ? seen : Math.max(seen, this.difference - drift);
        this.heard = here;
    }

    server(here) {
        return this.difference === null ? 0 : here + this.difference;
    }
}
