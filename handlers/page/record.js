/*
 * The events of the kitchen by time. The page computes all drawings from a record and a time, so
 * live, slow motion and replay are the same drawing at different times.
 */

const RECORD_SPAN = 5 * 60 * 1000;
const RECORD_EVENTS = 200000;
const RECORD_FORMAT = "hob kitchen record 1";

/* The page may notice a freeze shortly before or after the time that the server reports. */
const FREEZE_SLACK = 500;

class Record {
    constructor() {
        this.forget();
    }

    forget() {
        this.session = null;
        this.epoch = 0;
        this.timeScale = 1;
        this.demo = false;
        this.start = 0;
        this.end = 0;
        this.size = 0; /* events kept */
        this.lanes = new Map();
        this.orders = []; /* the lanes without a parent, in the order in which they began */
        this.runs = []; /* the "run" segments of all lanes */
        this.others = [];
        this.stats = [];
        this.freezes = []; /* {from, to, who, seen}: `to` is Infinity while it lasts */
        this.gaps = []; /* {from, to}: the page had no feed */
        this.describing = false;
    }

    /* Returns whether this is another kitchen than before: then it clears the record. */
    hello({ session, now, epoch, timeScale, demo }) {
        const anew = session !== this.session;
        if (anew) {
            this.forget();
            this.start = now;
        }
        Object.assign(this, { session, epoch, timeScale, demo: Boolean(demo) });
        this.end = Math.max(this.end, now);
        this.back(now);
        this.describing = true;
        return anew;
    }

    batch({ now, events, stats }) {
        for (const event of events) {
            this.take(event);
        }
        if (this.describing) {
            this.describing = false;
            this.endUndescribed(events, now);
        }
        if (stats) {
            insertByTime(this.stats, { ...stats, t: now });
        }
        this.end = Math.max(this.end, now);
        this.trim();
    }

    take([kind, t, ...rest]) {
        this.size++;
        if (kind === "b") {
            this.begin(t, ...rest);
        } else if (kind === "o") {
            insertByTime(this.others, { t, ms: rest[0] });
        } else if (kind === "s") {
            this.stall(t, ...rest);
        } else if (this.lanes.has(rest[0])) {
            this.takeOf(this.lanes.get(rest[0]), kind, t, rest);
        }
    }

    begin(t, id, parent, name) {
        if (this.lanes.has(id)) {
            return; /* described again after a reconnect */
        }
        const segments = this.sees(t) ? [{ t, kind: "ready" }] : []; /* else the next event is the first */
        const lane = { id, parent, name, dish: dishOf(name), begin: t, end: Infinity, how: null,
            segments, parts: [] };
        const maker = this.lanes.get(parent);
        this.lanes.set(id, lane);
        (maker ? maker.parts : this.orders).push(lane);
    }

    /* Returns whether the page had a feed at `t`. */
    sees(t) {
        return t >= this.start && !this.gaps.some(({ from, to }) => from <= t && t < to);
    }

    takeOf(lane, kind, t, [id, first, second]) {
        const last = lane.segments[lane.segments.length - 1];
        if (kind === "w") {
            if (last?.kind !== "await" || last.t !== t) {
                insertByTime(lane.segments, { t, kind: "await", step: first, ms: second });
            }
        } else if (kind === "r") {
            if (last?.kind !== "ready" || last.t !== t) {
                insertByTime(lane.segments, { t, kind: "ready" });
            }
        } else if (kind === "x") {
            this.run(lane, { t: Math.max(t, lane.begin), kind: "run", ms: first, id });
        } else if (kind === "e") {
            lane.end = t;
            lane.how = first;
        }
    }

    /* Inserts a run before the next await, which is reported before the run is over. */
    run(lane, run) {
        insertByTime(lane.segments, run, (other) => other.kind === "await" && other.t === run.t);
        insertByTime(this.runs, run);
        const freeze = run.ms >= 100 && this.freezeNear(run.t, run.t + run.ms);
        if (freeze) {
            Object.assign(freeze, { from: run.t, to: run.t + run.ms, who: lane.name });
        }
    }

    stall(t, id, ms, name) {
        const freeze = this.freezeNear(t - ms, t);
        if (freeze) {
            freeze.who = name;
        } else {
            this.freezes.push({ from: t - ms, to: t, who: name, seen: false });
        }
    }

    freezeNear(from, to) {
        return this.freezes.findLast(
            (freeze) => freeze.from <= to + FREEZE_SLACK && freeze.to >= from - FREEZE_SLACK);
    }

    /* The page has received nothing since `from`. */
    freeze(from) {
        this.freezes.push({ from, to: Infinity, who: null, seen: true });
    }

    thaw(to) {
        const freeze = this.freezes[this.freezes.length - 1];
        if (freeze && freeze.to === Infinity) {
            freeze.to = to;
        }
    }

    away(from) {
        const gap = this.gaps[this.gaps.length - 1];
        if (!gap || gap.to !== Infinity) {
            this.gaps.push({ from, to: Infinity });
        }
    }

    /* No event was missed meanwhile. */
    resume() {
        const gap = this.gaps[this.gaps.length - 1];
        if (gap && gap.to === Infinity) {
            this.gaps.pop();
        }
    }

    back(to) {
        const gap = this.gaps[this.gaps.length - 1];
        if (gap && gap.to === Infinity) {
            gap.to = Math.max(gap.from, to);
        }
    }

    /* Ends lanes that ended without a feed, since the server does not describe them. */
    endUndescribed(events, now) {
        const described = new Set(events.filter(([kind]) => kind === "b").map((event) => event[2]));
        for (const lane of this.lanes.values()) {
            if (lane.end === Infinity && !described.has(lane.id)) {
                lane.end = now;
                lane.how = "unseen";
            }
        }
    }

    /*
     * Keeps the last minutes, or less if there are many events: removes the first ended lanes
     * first.
     */
    trim() {
        let cut = this.end - RECORD_SPAN;
        if (this.size > RECORD_EVENTS) {
            cut = Math.max(cut, this.start + (this.end - this.start) / 4);
        } else if (this.start > cut - RECORD_SPAN / 60) {
            return; /* too few to remove */
        }
        this.orders = this.orders.filter((order) => order.end > cut || !this.drop(order));
        for (const lane of this.lanes.values()) {
            const keep = Math.max(0, lastBefore(lane.segments, cut));
            lane.segments.splice(0, keep);
        }
        for (const items of [this.runs, this.others, this.stats]) {
            items.splice(0, lastBefore(items, cut) + 1);
        }
        this.freezes = this.freezes.filter((freeze) => freeze.to > cut);
        this.gaps = this.gaps.filter((gap) => gap.to > cut);
        this.start = Math.max(this.start, cut);
        this.size = this.others.length;
        this.lanes.forEach((lane) => (this.size += lane.segments.length + 1));
    }

    drop(lane) {
        lane.parts.forEach((part) => this.drop(part));
        return this.lanes.delete(lane.id);
    }

    /* Returns the record in the page's own format: the events, lane by lane. */
    save() {
        const events = [];
        for (const lane of this.lanes.values()) {
            events.push(["b", lane.begin, lane.id, lane.parent, lane.name]);
            for (const segment of lane.segments) {
                events.push(eventOf(lane, segment));
            }
            if (lane.end !== Infinity) {
                events.push(["e", lane.end, lane.id, lane.how]);
            }
        }
        events.push(...this.others.map(({ t, ms }) => ["o", t, ms]));
        const { session, epoch, timeScale, start, end, stats } = this;
        const ended = ({ to, ...rest }) => ({ ...rest, to: Math.min(to, end) });
        return { format: RECORD_FORMAT, session, epoch, timeScale, start, end, events, stats,
            freezes: this.freezes.map(ended), gaps: this.gaps.map(ended) };
    }

    static open(saved) {
        const lists = ["events", "stats", "freezes", "gaps"];
        if (saved?.format !== RECORD_FORMAT || !lists.every((name) => Array.isArray(saved[name]))) {
            throw new Error("This is not a record of the kitchen.");
        }
        const { session, epoch, timeScale, start, end, events, stats, freezes, gaps } = saved;
        const record = Object.assign(new Record(), { start, gaps });
        events.forEach((event) => record.take(event));
        return Object.assign(record, { session, epoch, timeScale, end, stats, freezes });
    }

    /* Returns the newest figures at `at`, or null. */
    statsAt(at) {
        return this.stats[lastBefore(this.stats, at)] || null;
    }

    /* Calls `visit(lane, depth)` for the lanes in the time from `from` to `at`. */
    forEachSeen(from, at, visit) {
        const descend = (lane, depth) => {
            if (lane.begin <= at && lane.end > from) {
                visit(lane, depth);
                lane.parts.forEach((part) => descend(part, depth + 1));
            }
        };
        this.orders.forEach((order) => descend(order, 0));
    }

    forEachRun(from, at, visit) {
        let index = Math.max(0, lastBefore(this.runs, from)); /* this one may overlap it */
        for (; index < this.runs.length && this.runs[index].t <= at; index++) {
            const run = this.runs[index];
            if (run.t + run.ms >= from) {
                visit(run, Math.max(run.t, from), Math.min(run.t + run.ms, at));
            }
        }
    }
}

function eventOf(lane, segment) {
    if (segment.kind === "await") {
        return ["w", segment.t, lane.id, segment.step, segment.ms];
    }
    return segment.kind === "run" ? ["x", segment.t, lane.id, segment.ms]
        : ["r", segment.t, lane.id];
}
