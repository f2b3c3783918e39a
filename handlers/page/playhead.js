/*
 * The time that is shown. Live, it is the newest; paused, it does not change; playing, it moves at
 * its own rate, and becomes live if it catches up.
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

    /* Advances by `elapsed` ms; the record is from `start` to `edge`, which grows if it is live. */
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
 * Estimates the server's clock. A message is never early, so the largest difference is that of the
 * fastest message; it decays slowly, because two clocks drift.
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
