/* The page: a record, the time that is shown, and the drawings of both. */

const SHOWN_LATER = 120; /* ms: older events have arrived, so live equals the replay */
const TEXT_EVERY = 250; /* ms between two updates of the numbers */
const CALM_EVERY = 1000;
const TABLE_EVERY = 1000;
const SPEAK_EVERY = 2000;
const LISTEN_EVERY = 100;
const STILL_AFTER = 1000; /* ms without a batch: four are missing, so the thread is blocked */
const LEND_AFTER = 500; /* ms without a response, while the feed continues */
const LEND_UNTIL = 3000;

class Kitchen {
    constructor() {
        this.record = new Record();
        this.playhead = new Playhead();
        this.clock = new Clock();
        this.view = { span: 10000, enlarged: true, each: false };
        this.picked = null; /* the order that the visitor chose; the newest one if none */
        this.offered = null; /* the order of the button Cancel */
        this.isSaved = false;
        this.isAway = false;
        this.changed = true;
        this.last = { frame: 0, text: 0, table: 0, spoken: 0, heard: 0, tick: 0, woke: 0 };
        this.frames = [];
        this.calm = matchMedia("(prefers-reduced-motion: reduce)");
        this.counter = new Counter((text) => this.notice(text), protocol() === "h2");
        setText(byId("protocol"), PROTOCOL_NAMES[protocol()] || "–");
        this.strip = new Strip(byId("strip"));
        this.lanes = new Lanes(byId("lanes"), byId("lanes-canvas"), byId("lanes-filler"),
            (id) => this.choose(id));
        this.table = new Table(byId("orders"), byId("more"),
            { choose: (id) => this.choose(id), cancel: (id) => this.counter.cancel(id) });
        this.source = new Source(byId("recipe"), byId("recipe-name"),
            (address) => this.counter.send("GET", address));
        this.connect();
    }

    connect() {
        connectOrders(document, this.counter);
        connectTime(this);
        connectView(this);
        connectFiles(this, (text) => this.notice(text));
        byId("cancel").addEventListener("click", () => this.counter.cancel(this.offered));
        byId("lanes").addEventListener("scroll", () => this.refresh());
        addEventListener("resize", () => this.refresh());
        this.feed = new Feed("/kitchen/events", this);
        this.listen();
        setInterval(() => this.listen(), LISTEN_EVERY);
        document.addEventListener("visibilitychange", () => this.listen());
        requestAnimationFrame((now) => this.frame(now));
    }

    /* Messages of the feed. */

    hello(message) {
        const here = performance.now();
        const hadAnother = this.record.session !== null;
        if (this.record.hello(message)) {
            this.clock = new Clock();
            this.picked = null;
            this.playhead.live();
            this.notice(hadAnother ? "This is a new kitchen, without the orders of the last one." : "");
        }
        this.clock.hear(message.now, here);
        this.heard(here);
        this.changed = true;
        for (const element of document.querySelectorAll("[data-demo]")) {
            element.hidden = !message.demo;
        }
        for (const element of document.querySelectorAll("[data-trace]")) {
            element.hidden = message.trace === false;
        }
        offerNeighbours(message.upstreams || []);
        this.showWorkers(message);
    }

    showWorkers(message) {
        const text = workersText(message);
        setText(byId("workers"), text);
        byId("workers").hidden = text === "";
        this.counter.watch(message);
    }

    batch(message) {
        const here = performance.now();
        this.clock.hear(message.now, here);
        this.record.resume(); /* without a hello the feed continues where it was cut off */
        if (this.isFrozen()) {
            this.record.thaw(this.clock.server(here));
            this.notice("The kitchen goes on.");
            this.changed = true;
        }
        this.record.batch(message);
        this.heard(here);
        this.changed ||= message.events.some(([kind]) => kind !== "o");
    }

    cut() {
        this.record.thaw(this.now());
        this.record.away(this.now());
        this.refresh();
    }

    away() {
        this.isAway = true;
        this.notice("The kitchen cannot be reached. The page keeps trying.");
        this.refresh();
    }

    heard(here) {
        this.last.heard = here;
        if (this.isAway) {
            this.isAway = false;
            this.notice("The kitchen is back.");
        }
    }

    now() {
        return this.clock.server(performance.now());
    }

    isFrozen() {
        const last = this.record.freezes[this.record.freezes.length - 1];
        return Boolean(last) && last.to === Infinity;
    }

    listen() {
        const here = performance.now();
        const { last } = this;
        if (here - last.tick > 2 * LISTEN_EVERY) { /* the page itself did not run */
            last.woke = here;
        }
        last.tick = here;
        this.feed.rest(this.isSaved || document.hidden || this.mustLend(here));
        const silent = here - Math.max(last.heard, last.woke);
        if (this.feed.connected && !this.isFrozen() && silent > STILL_AFTER) {
            this.record.freeze(this.clock.server(last.heard));
            this.notice("The kitchen stands still.");
            this.refresh();
        }
    }

    /*
     * With HTTP/1.1 a browser has six connections for a host, and each visible window uses one for its
     * feed. A request without a response, while the feed continues, waits for a connection.
     */
    mustLend(here) {
        if (this.counter.hasStreams) {
            return false;
        }
        const asked = this.counter.asked();
        return this.last.heard - asked > LEND_AFTER && here - asked < LEND_UNTIL;
    }

    /* Drawing. */

    /* The newest time that can be shown. */
    edge() {
        const { record } = this;
        if (this.isSaved) {
            return record.end;
        }
        const gap = record.gaps[record.gaps.length - 1];
        const later = this.calm.matches ? 0 : SHOWN_LATER; /* only batches draw: show all of it */
        const seen = gap && gap.to === Infinity ? gap.from : this.now() - later;
        return Math.max(record.start, seen);
    }

    openRecord(record) {
        this.feed.forget();
        this.record = record;
        this.isSaved = true;
        this.isAway = false;
        this.picked = null;
        this.playhead.pause();
        this.playhead.at = record.end;
        this.refresh();
    }

    goLive() {
        if (this.isSaved) {
            this.isSaved = false;
            this.record = new Record();
            this.listen();
        }
        this.playhead.live();
    }

    choose(id) {
        this.picked = id;
        this.refresh();
    }

    chooseNext(step) {
        const seen = [];
        this.record.forEachSeen(this.playhead.at - this.view.span, this.playhead.at,
            (lane) => seen.push(lane.id));
        const at = seen.indexOf(this.chosen()) + step;
        if (seen.length > 0) {
            this.choose(seen[Math.max(0, Math.min(seen.length - 1, at))]);
            this.lanes.reveal(this.picked);
        }
    }

    /* Returns the chosen lane while it is visible, or else the newest order, in progress or not. */
    chosen() {
        const [from, at] = [this.playhead.at - this.view.span, this.playhead.at];
        const isSeen = (lane) => lane && lane.begin <= at && lane.end > from;
        if (isSeen(this.record.lanes.get(this.picked))) {
            return this.picked;
        }
        const newest = this.record.orders.findLast((lane) => isSeen(lane) && lane.end > at) ||
            this.record.orders.findLast(isSeen);
        return newest ? newest.id : null;
    }

    /* A part is cancelled with its order. */
    orderOf(id) {
        const lane = this.record.lanes.get(id);
        return lane && lane.parent !== 0 ? this.orderOf(lane.parent) : id;
    }

    notice(text) {
        setText(byId("notice"), text);
    }

    refresh() {
        this.changed = true;
        this.last.table = 0;
        this.last.text = 0;
    }

    frame(now) {
        requestAnimationFrame((next) => this.frame(next));
        this.playhead.tick(now - this.last.frame, this.record.start, this.edge(), !this.isSaved);
        this.last.frame = now;
        this.frames = this.frames.filter((time) => time > now - 1000).concat(now);
        if (this.changed || this.isMoving(now)) {
            this.changed = false;
            this.draw(now);
        }
    }

    /* With reduced motion, the view changes in a few steps a second, and at each event. */
    isMoving(now) {
        const { mode } = this.playhead;
        if (mode === "paused" || this.calm.matches) {
            return now - this.last.text >= (mode === "live" ? CALM_EVERY : TEXT_EVERY);
        }
        return true;
    }

    draw(now) {
        const isTextDue = now - this.last.text >= TEXT_EVERY;
        if (isTextDue || !this.theme) {
            this.readTheme();
        }
        const view = { ...this.view, record: this.record, at: this.playhead.at, theme: this.theme,
            chosen: this.chosen() };
        this.strip.draw(view);
        this.lanes.draw(view);
        this.source.show(view.record.lanes.get(view.chosen), view.at);
        if (isTextDue) {
            this.last.text = now;
            this.showText(now, view);
        }
        if (now - this.last.table >= TABLE_EVERY) {
            this.last.table = now;
            this.table.show(tableRows(view.record, view.at, view.span), view.chosen, !this.isSaved);
        }
    }

    /* Returns the same object while nothing has changed, since a new one needs new hatches. */
    readTheme() {
        const theme = readTheme(byId("lanes"));
        if (JSON.stringify(theme) !== JSON.stringify(this.theme)) {
            this.theme = theme;
        }
    }

    showText(now, { record, at, chosen }) {
        const [ghost, stats, freeze] =
            [ghostAt(record, at), record.statsAt(at), freezeAt(record, at)];
        const connected = !this.isAway;
        const isOpening = connected && record.session === null;
        const verdict = isOpening ? "The kitchen opens …"
            : verdictOf({ connected, ghost, stats, freeze, at });
        setText(byId("verdict"), verdict);
        this.speak(now, verdict,
            JSON.stringify([connected, ghost.cooking, freeze?.from, freeze?.who]));
        document.body.classList.toggle("frozen", Boolean(freeze) && freeze.to > at);
        this.showGhost(ghost);
        this.showNumbers(stats);
        showTime(this);
        this.offerToCancel(this.orderOf(chosen));
    }

    offerToCancel(order) {
        this.offered = order;
        byId("cancel").disabled = this.isSaved || !this.isCooking(order);
        setText(byId("cancel"), order === null ? "Cancel" : `Cancel order ${order}`);
    }

    isCooking(id) {
        const lane = this.record.lanes.get(id);
        return Boolean(lane) && lane.end === Infinity;
    }

    /* A screen reader gets only new sentences, not every change of a number. */
    speak(now, verdict, news) {
        if (news !== this.spoken && now - this.last.spoken >= SPEAK_EVERY) {
            this.spoken = news;
            this.last.spoken = now;
            setText(byId("spoken"), verdict);
        }
    }

    showGhost({ orders, inTurn, took }) {
        const most = Math.max(inTurn, took, 1);
        byId("ghost-bar").style.width = `${(inTurn / most) * 100}%`;
        byId("cook-bar").style.width = `${(took / most) * 100}%`;
        setText(byId("ghost-time"), `${secondsText(inTurn)} s`);
        setText(byId("cook-time"), `${secondsText(took)} s`);
        const times = took > 0 ? inTurn / took : 0;
        setText(byId("ghost-text"), orders === 0 ? "Order something to compare."
            : `${count(orders, "order", "orders")}, ${times.toFixed(1)} times as fast as in turn.`);
    }

    showNumbers(stats) {
        for (const element of document.querySelectorAll("[data-stat]")) {
            const value = stats?.[element.dataset.stat];
            setText(element, value === undefined ? "–" : numberText(element, value));
        }
    }
}

function numberText({ dataset }, value) {
    const { stat, unit } = dataset;
    if (stat === "residentKiB") {
        return `${(value / 1024).toFixed(1)} MiB`;
    }
    const text = value.toLocaleString("en", { maximumFractionDigits: 2 });
    return unit ? `${text} ${unit}` : text;
}

/* For the tests and the console, read-only. */
function publish(kitchen) {
    const look = {
        get at() { return kitchen.playhead.at; },
        get mode() { return kitchen.playhead.mode; },
        get fps() { return kitchen.frames.length; },
        get connected() { return kitchen.feed.connected; },
        get frozen() { return kitchen.isFrozen(); },
        get session() { return kitchen.record.session; },
        get start() { return kitchen.record.start; },
        get edge() { return kitchen.edge(); },
        get chosen() { return kitchen.chosen(); },
        get crowd() { return kitchen.lanes.isCrowd; },
        get ghost() { return ghostAt(kitchen.record, kitchen.playhead.at); },
        scene: (at = kitchen.playhead.at) => sceneOf(kitchen.record, at, kitchen.view.span),
    };
    Object.defineProperty(window, "kitchen", { value: Object.freeze(look) });
}

publish(new Kitchen());
