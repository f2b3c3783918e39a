/*
 * A cook for tests without the server: one thread, a ready queue, and recipes that await pans.
 * Recipes are generators that yield what they await: {step, ms}, or {parts: [[name, recipe]...]}.
 */

const clock = () => performance.now();

function* frenchFries() {
    yield { step: "the potatoes turn brown", ms: 3000 };
    yield { step: "end cooking", ms: 1000 };
}

function* noodles() {
    yield { step: "boil the egg", ms: 2000 };
    yield { step: "prepare the raw noodles", ms: 1000 };
    yield { step: "boil the noodles", ms: 2000 };
    yield { step: "finish", ms: 1000 };
}

function* meal() {
    yield { step: "hob_join_all", parts: [["french fries", frenchFries], ["noodles", noodles]] };
}

function* blocking() {
    const end = clock() + 2000;
    while (clock() < end) {
        /* no other order is served meanwhile */
    }
}

function* offloaded() {
    yield { step: "compute on another thread", ms: 2000 };
}

export function* delivery() {
    yield { step: "at the neighbour's" };
}

export const MENU = {
    "french-fries": ["french fries", frenchFries],
    noodles: ["noodles", noodles],
    meal: ["meal", meal],
    blocking: ["blocking", blocking],
    offloaded: ["offloaded", offloaded],
};

const STALL = 100; /* ms */

export class Cook {
    constructor(record) {
        Object.assign(this, { record, lanes: new Map(), ready: [], lastId: 0, switches: 0, busy: 0,
            served: 0, cooked: 0, isAwake: false });
    }

    /* An order, or a part of the lane `maker`, which is called when it ends. */
    begin(name, recipe, maker, deadline) {
        const lane = { id: ++this.lastId, name, maker, steps: recipe(), parts: 0, timer: null,
            deadline: null, state: null, cooked: 0 };
        this.lanes.set(lane.id, lane);
        this.tell(["b", clock(), lane.id, maker ? maker.id : 0, name]);
        if (deadline) {
            lane.deadline = setTimeout(() => this.end(lane, "late"), deadline);
        }
        this.wake(lane);
        return lane.id;
    }

    tell(event) {
        this.record(event);
    }

    tellState(lane, event) {
        lane.state = event;
        this.tell(event);
    }

    wake(lane) {
        this.tellState(lane, ["r", clock(), lane.id]);
        this.ready.push(lane);
        if (!this.isAwake) {
            this.isAwake = true;
            setImmediate(() => this.work());
        }
    }

    /* Those that are ready now, in turn; who becomes ready meanwhile is next time's. */
    work() {
        this.isAwake = false;
        for (const lane of this.ready.splice(0)) {
            if (this.lanes.has(lane.id)) {
                this.resume(lane);
            }
        }
    }

    resume(lane) {
        const begin = clock();
        const { value, done } = lane.steps.next();
        const ms = clock() - begin;
        this.switches++;
        this.busy += ms;
        if (ms > STALL) {
            this.tell(["s", begin + STALL, lane.id, STALL, lane.name]);
        }
        this.tell(["x", begin, lane.id, ms]);
        if (done) {
            this.end(lane, "served");
        } else {
            this.wait(lane, value);
        }
    }

    wait(lane, { step, ms = null, parts = [] }) {
        this.tellState(lane, ["w", clock(), lane.id, step, ms]);
        lane.parts = parts.length;
        parts.forEach(([name, recipe]) => this.begin(name, recipe, lane));
        if (ms !== null) {
            lane.timer = setTimeout(() => {
                lane.cooked += ms;
                this.wake(lane);
            }, ms);
        }
    }

    end(lane, how) {
        for (const part of [...this.lanes.values()].filter(({ maker }) => maker === lane)) {
            this.end(part, how);
        }
        clearTimeout(lane.timer);
        clearTimeout(lane.deadline);
        this.lanes.delete(lane.id);
        this.tell(["e", clock(), lane.id, how]);
        if (how === "served") {
            this.served += lane.maker ? 0 : 1;
            this.cooked += lane.cooked;
            if (lane.maker && --lane.maker.parts === 0) {
                this.wake(lane.maker);
            }
        }
    }

    /* All lanes by what began them and what they do. */
    describe() {
        return [...this.lanes.values()].flatMap((lane) =>
            [["b", lane.state[1], lane.id, lane.maker ? lane.maker.id : 0, lane.name], lane.state]);
    }
}
