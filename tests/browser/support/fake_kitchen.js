/* The server's side of the page's protocol, for tests without the server. */
import { readFileSync } from "node:fs";
import http from "node:http";

import { Cook, delivery, MENU } from "./cook.js";
import { buildPage } from "./page.js";

const TICK = 40; /* ms */
const HEARTBEAT = 250;
const RING = 65536;

const handlers = new URL("../../../handlers/", import.meta.url);

/* The names of --upstream NAME=URL. They get no orders: those stay away until they are cancelled. */
const upstreams = process.argv.filter((_, i) => process.argv[i - 1] === "--upstream")
    .map((value) => value.split("=")[0]);

class Feed {
    /* `seen` is the id of the last message that the browser has had, if any. */
    constructor(response, kitchen, seen) {
        const [session, position] = (seen || "").split(" ");
        Object.assign(this, { response, kitchen, position: kitchen.events.length, sentAt: 0,
            busy: 0, switches: 0, rates: { since: performance.now(), busy: 0, switches: 0 } });
        response.writeHead(200, { "Content-Type": "text/event-stream",
            "Cache-Control": "no-store" });
        response.write("retry: 500\n\n");
        if (session === kitchen.session) {
            this.position = Number(position);
        } else {
            this.begin();
        }
        this.timer = setInterval(() => this.news(), TICK);
    }

    begin() {
        this.send("hello", { now: performance.now(), epoch: performance.timeOrigin, timeScale: 1,
            demo: true, trace: !process.argv.includes("--admin"), session: this.kitchen.session,
            upstreams });
        this.batch(this.kitchen.cook.describe());
    }

    send(name, data) {
        const text = JSON.stringify(data);
        const id = `${this.kitchen.session} ${this.position}`;
        this.response.write(`id: ${id}\nevent: ${name}\ndata: ${text}\n\n`);
    }

    batch(events) {
        this.sentAt = performance.now();
        this.send("batch", { now: this.sentAt, dropped: 0, events, stats: this.stats() });
    }

    news() {
        const events = this.kitchen.events.slice(this.position);
        this.position += events.length;
        if (events.length > 0 || performance.now() - this.sentAt >= HEARTBEAT) {
            this.batch(events);
        }
    }

    stats() {
        const { cook } = this.kitchen;
        const since = performance.now() - this.rates.since;
        if (since >= 1000) {
            this.busy = Math.min(1, (cook.busy - this.rates.busy) / since);
            this.switches = Math.round(((cook.switches - this.rates.switches) / since) * 1000);
            this.rates = { since: performance.now(), busy: cook.busy, switches: cook.switches };
        }
        const orders = [...cook.lanes.values()].filter(({ maker }) => !maker).length;
        return { cooking: orders, ready: cook.ready.length, switchesPerSecond: this.switches,
            lagP99: 0.4, coroutines: cook.lanes.size, stacks: cook.lanes.size,
            residentKiB: Math.round(process.memoryUsage.rss() / 1024), busy: this.busy,
            served: cook.served, cookedSeconds: cook.cooked / 1000, dropped: 0 };
    }
}

class FakeKitchen {
    constructor() {
        this.events = [];
        this.session = Math.random().toString(36).slice(2);
        this.cook = new Cook((event) => this.events.push(event));
        this.page = buildPage();
    }

    answer(request, response) {
        const url = new URL(request.url, "http://kitchen");
        const [, first, second] = url.pathname.split("/");
        if (url.pathname === "/") {
            response.writeHead(200, { "Content-Type": "text/html; charset=utf-8",
                "Content-Security-Policy": this.page.policy });
            response.end(this.page.html);
        } else if (url.pathname === "/kitchen/events") {
            const seen = request.headers["last-event-id"] || url.searchParams.get("since");
            const feed = new Feed(response, this, seen);
            request.on("close", () => clearInterval(feed.timer));
        } else if (first === "orders" && request.method === "POST") {
            this.order(url.searchParams, response);
        } else if (first === "orders" && request.method === "DELETE") {
            this.cancel(Number(second), response);
        } else if (first === "recipes") {
            this.recipe(second, response);
        } else {
            plain(response, 404, "there is no such thing here\n");
        }
    }

    order(wish, response) {
        const dish = MENU[wish.get("dish")];
        const number = Number(wish.get("count") || 1);
        if (!dish) {
            plain(response, 404, "dish: it is not on the menu\n");
        } else if (!(number >= 1 && number <= 1000) || this.events.length > RING * 16) {
            plain(response, 400, "count: a number from 1 to 1000\n");
        } else {
            const deadline = Number(wish.get("deadline") || 0) * 1000;
            const [name, recipe] = dish;
            const orders = Array.from({ length: number }, () =>
                this.cook.begin(name, wish.get("from") ? delivery : recipe, null, deadline));
            response.writeHead(202, { "Content-Type": "application/json" });
            response.end(JSON.stringify({ orders }));
        }
    }

    cancel(id, response) {
        const lane = this.cook.lanes.get(id);
        if (!lane) {
            plain(response, 404, "order: it is not cooking\n");
            return;
        }
        this.cook.end(lane, "cancelled");
        response.writeHead(204).end();
    }

    recipe(dish, response) {
        if (!["french-fries", "noodles", "meal"].includes(dish)) {
            plain(response, 404, "dish: it is not on the menu\n");
            return;
        }
        const file = `${dish.replace("-", "_")}.c`;
        plain(response, 200, readFileSync(new URL(file, handlers), "utf8"));
    }
}

function plain(response, status, text) {
    response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" });
    response.end(text);
}

/* As a program it does as the server: node fake_kitchen.js --port 0 --demo */
const port = Number(process.argv[process.argv.indexOf("--port") + 1] || 0);
const kitchen = new FakeKitchen();
const server = http.createServer((request, response) => kitchen.answer(request, response));
server.listen(port, "127.0.0.1", () =>
    console.log(`hob listens on http://127.0.0.1:${server.address().port}/`));
process.on("SIGTERM", () => process.exit(0));
