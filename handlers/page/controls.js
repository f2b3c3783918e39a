/* The buttons: their requests to the server, and their effect on the time that is shown. */

const byId = (id) => document.getElementById(id);

/* The protocol by which the browser got this document: "h2", "http/1.1". */
const protocol = () => performance.getEntriesByType("navigation")[0]?.nextHopProtocol || "";

const PROTOCOL_NAMES = { h2: "HTTP/2", "http/1.1": "HTTP/1.1", "http/1.0": "HTTP/1.0" };

/* Each request of HTTP/2 has a stream of its own, of which a connection has a hundred. */
const STREAMS = 100;

/*
 * Requests to the server. `notice(text)` shows their results; `pending` is when each was sent.
 * `hasStreams` says that requests do not wait for a connection.
 */
class Counter {
    constructor(notice, hasStreams) {
        this.notice = notice;
        this.hasStreams = hasStreams;
        this.pending = new Set();
        this.worker = null;
    }

    /* Stores the worker of the feed, from its hello. A single worker is not named. */
    watch({ worker, workers }) {
        this.worker = workers > 1 ? worker : null;
    }

    /* Returns when the oldest pending request was sent, or Infinity. */
    asked() {
        return Math.min(Infinity, ...this.pending);
    }

    /* Returns a notice about accepted orders: another worker has another feed. */
    remark(results) {
        const refused = results.reduce((sum, result) => sum + (result.refused ?? 0), 0);
        const worker = results[0].worker ?? null;
        const lack = refused > 0 ? ` There is no memory for ${refused} of them.` : "";
        return worker === this.worker ? lack
            : `${lack} Worker ${worker} cooks it; this page shows worker ${this.worker}.`;
    }

    async send(method, address) {
        const since = performance.now() + this.pending.size * 1e-6; /* makes the times distinct */
        this.pending.add(since);
        try {
            const answer = await fetch(address, { method });
            return { answer, text: (await answer.text()).trim() };
        } finally {
            this.pending.delete(since);
        }
    }

    /* Sends the request so many times at once. Shows the first refusal, or `done`. */
    async ask(method, address, done, times = 1) {
        try {
            const all = await Promise.all(
                Array.from({ length: times }, () => this.send(method, address)));
            const { answer, text } = all.find((one) => !one.answer.ok) || all[0];
            const more = answer.status === 202 ? this.remark(all.map((one) => JSON.parse(one.text))) : "";
            this.notice(answer.ok ? done + more : `The kitchen refused it: ${text || answer.status}`);
        } catch {
            this.notice("The kitchen did not answer.");
        }
    }

    /*
     * `from` is the neighbour that cooks it, or "". Over HTTP/2 each dish of a small rush is a request
     * of its own; over HTTP/1.1 those would wait for each other.
     */
    order(dish, number, deadline, from) {
        const requests = this.hasStreams && number <= STREAMS ? number : 1;
        const limit = deadline ? `&deadline=${deadline}` : "";
        const cook = from ? `&from=${from}` : "";
        const what = `${number.toLocaleString("en")} × ${dish.replace(/-/g, " ")}`;
        const address = `/orders?dish=${dish}&count=${number / requests}${limit}${cook}`;
        return this.ask("POST", address, `Ordered: ${what}${from ? ` from ${from}` : ""}.`, requests);
    }

    cancel(id) {
        const whose = this.worker === null ? "" : `?worker=${this.worker}`;
        return this.ask("DELETE", `/orders/${id}${whose}`, `Order ${id} is cancelled.`);
    }
}

/*
 * A button has its order in attributes: data-order="noodles 50, french-fries 50" and
 * data-deadline="2". The neighbours do not cook the dishes of the demonstration.
 */
function connectOrders(root, counter) {
    for (const element of root.querySelectorAll("[data-order]")) {
        element.addEventListener("click", () => {
            const from = element.closest("[data-demo]") ? "" : byId("from").value;
            for (const part of element.dataset.order.split(", ")) {
                const [dish, number] = part.split(" ");
                counter.order(dish, Number(number || 1), element.dataset.deadline, from);
            }
        });
    }
}

/* Offers the neighbours of these names, and keeps the choice if it is one of them. */
function offerNeighbours(names) {
    const select = byId("from");
    const chosen = select.value;
    select.replaceChildren(select.options[0],
        ...names.map((name) => new Option(`the neighbour ${name}`, name)));
    select.value = names.includes(chosen) ? chosen : "";
    byId("neighbours").hidden = names.length === 0;
}

/* `kitchen` is the page: it has the playhead and the record that is shown. */
function connectTime(kitchen) {
    const press = (id, action) => byId(id).addEventListener("click", () => {
        action();
        kitchen.refresh();
    });
    press("live", () => kitchen.goLive());
    press("pause", () => kitchen.playhead.pause());
    press("replay", () => {
        kitchen.playhead.seek(kitchen.record.start);
        kitchen.playhead.play(1);
    });
    for (const element of document.querySelectorAll("[data-rate]")) {
        element.addEventListener("click", () => {
            kitchen.playhead.play(Number(element.dataset.rate));
            kitchen.refresh();
        });
    }
    byId("scrubber").addEventListener("input", (event) => {
        kitchen.playhead.pause();
        kitchen.playhead.seek(kitchen.record.start + Number(event.target.value));
        kitchen.refresh();
    });
}

function showTime(kitchen) {
    const { playhead, record } = kitchen;
    const pressed = (element, is) => element.setAttribute("aria-pressed", String(is));
    pressed(byId("live"), playhead.mode === "live");
    pressed(byId("pause"), playhead.mode === "paused");
    const rate = playhead.mode === "playing" ? playhead.rate : null;
    for (const element of document.querySelectorAll("[data-rate]")) {
        pressed(element, rate === Number(element.dataset.rate));
    }
    const scrubber = byId("scrubber");
    const [length, at] = [Math.max(0, kitchen.edge() - record.start), playhead.at - record.start];
    scrubber.max = String(Math.max(1, Math.round(length)));
    scrubber.value = String(Math.round(at));
    const text = `${secondsText(Math.max(0, at))} s of ${secondsText(length)} s`;
    scrubber.setAttribute("aria-valuetext", text);
    setText(byId("time"), text);
}

function connectView(kitchen) {
    byId("span").addEventListener("change", (event) => {
        kitchen.view.span = Number(event.target.value);
        kitchen.refresh();
    });
    byId("true-scale").addEventListener("click", (event) => {
        kitchen.view.enlarged = !kitchen.view.enlarged;
        event.target.setAttribute("aria-pressed", String(!kitchen.view.enlarged));
        kitchen.refresh();
    });
    byId("each").addEventListener("click", (event) => {
        kitchen.view.each = !kitchen.view.each;
        event.target.setAttribute("aria-pressed", String(kitchen.view.each));
        kitchen.refresh();
    });
    byId("lanes").addEventListener("keydown", (event) => {
        const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
        if (step) {
            event.preventDefault();
            kitchen.chooseNext(step);
        }
    });
}

/* The page's own file format, for saving and opening a record. */
function connectFiles(kitchen, notice) {
    byId("save").addEventListener("click", () => {
        const link = document.createElement("a");
        const text = JSON.stringify(kitchen.record.save());
        const blob = new Blob([text], { type: "application/json" });
        link.href = URL.createObjectURL(blob);
        link.download = "kitchen-record.json";
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    });
    byId("open").addEventListener("change", async (event) => {
        try {
            kitchen.openRecord(Record.open(JSON.parse(await event.target.files[0].text())));
            notice("This is a saved record. Press Live for the kitchen as it is now.");
        } catch (error) {
            notice(`The record cannot be opened: ${error.message}`);
        }
        event.target.value = "";
    });
}
