/*
 * A lane for each order: hatched while it is ready, solid while it has the cook, light while it is
 * on the stove. Lanes shrink when there are more of them; too many lanes are drawn as one area,
 * unless the user wants to see each order: then they scroll, and only visible ones are drawn.
 */

const CROWD_ROW = 5; /* CSS pixels: lanes that would be lower are drawn as one area */

const END_MARKS = { served: "✓ served", cancelled: "✕ cancelled", late: "! too late",
    failed: "! failed", unseen: "? not seen" };

class Lanes {
    /* `box` scrolls; `filler` has the height of all rows; a click calls `choose(id)`. */
    constructor(box, canvas, filler, choose) {
        Object.assign(this, { box, canvas, filler, rows: [] });
        this.paint = new Paint(canvas);
        canvas.addEventListener("click", (event) => {
            const row = this.rows[Math.floor((event.offsetY + box.scrollTop) / this.height)];
            if (row && !this.isCrowd) {
                choose(row.lane.id);
            }
        });
    }

    /* `view` is {record, at, span, enlarged, each, chosen, theme}. */
    draw(view) {
        const { record, theme } = view;
        const [width, height] = [this.box.clientWidth, this.box.clientHeight];
        this.rows = [];
        record.forEachSeen(view.at - view.span, view.at, (lane, depth) =>
            this.rows.push({ lane, depth }));
        this.measure(height, theme, view.each);
        this.fill(this.isCrowd ? height : this.rows.length * this.height);
        this.paint.begin(width, height, theme);
        const axis = timeAxis(width, view.at, view.span, theme);
        paintBands(this.paint, record, axis, height);
        if (this.isCrowd) {
            this.drawCrowd(axis, height);
        } else if (this.rows.length > 0) {
            this.drawRows(view, axis, height);
        } else {
            this.paint.context.fillStyle = theme.quiet;
            this.paint.text("Each order will be a lane here.", axis.left + 8, theme.font * 1.5,
                axis.right - axis.left - 8);
        }
        this.paint.context.fillStyle = theme.edge;
        this.paint.context.fillRect(axis.left, 0, 1, height);
        this.paint.context.fillRect(axis.now, 0, 1, height);
    }

    measure(height, theme, each) {
        const largest = Math.round(theme.font * 2.2);
        const fitting = Math.floor(height / Math.max(1, this.rows.length));
        this.isCrowd = fitting < CROWD_ROW && !each;
        this.height = Math.min(largest, Math.max(fitting, Math.round(theme.font * 1.4)));
        if (!each) {
            this.height = Math.min(largest, Math.max(fitting, CROWD_ROW));
        }
    }

    /* Setting a height costs a layout, so only a new one is set. */
    fill(height) {
        const rounded = `${Math.max(0, height - this.box.clientHeight)}px`;
        if (this.filler.style.height !== rounded) {
            this.filler.style.height = rounded;
        }
    }

    /* Scrolls to the lane, if it is not visible. */
    reveal(id) {
        const index = this.rows.findIndex(({ lane }) => lane.id === id);
        const top = index * this.height;
        const { box } = this;
        const below = top + this.height - box.clientHeight;
        if (index >= 0 && (box.scrollTop > top || box.scrollTop < below)) {
            box.scrollTop = top - box.clientHeight / 2;
        }
    }

    drawRows(view, axis, height) {
        const top = this.box.scrollTop;
        const first = Math.floor(top / this.height);
        const last = Math.min(this.rows.length, Math.ceil((top + height) / this.height));
        for (let i = first; i < last; i++) {
            this.drawLane(this.rows[i], i * this.height - top, view, axis);
        }
    }

    drawLane({ lane, depth }, y, view, axis) {
        const { paint, height } = this;
        const { context, theme } = paint;
        const colour = dishColour(theme, lane);
        const inner = Math.max(2, height - Math.min(4, height / 4));
        const labelled = height >= theme.font * 1.2;
        if (lane.id === view.chosen) {
            context.fillStyle = theme.chosen;
            context.fillRect(0, y, axis.left, height);
            context.fillRect(axis.now, y, axis.right - axis.now, height);
        }
        forEachSegment(lane, axis.from, axis.at, (kind, from, to) =>
            this.drawSegment(kind, axis.x(from), axis.x(to), y, inner, colour, view.enlarged));
        this.drawToCome(lane, y, inner, colour, view.at, axis);
        if (labelled) {
            this.label(lane, depth, y + inner / 2, view.at, axis);
        }
    }

    drawSegment(kind, left, right, y, height, colour, enlarged) {
        const { context } = this.paint;
        if (kind === "await") {
            context.globalAlpha = 0.22;
            context.fillStyle = colour;
            context.fillRect(left, y, right - left, height);
            context.globalAlpha = 1;
            context.fillRect(left, y + height - 1, right - left, 1);
        } else if (kind === "ready") {
            context.fillStyle = this.paint.hatch(colour);
            context.fillRect(left, y, right - left, height);
        } else {
            context.fillStyle = colour;
            context.fillRect(left, y, Math.max(right - left, enlarged ? 2 : 0), height);
        }
    }

    /* Draws the remaining time on the stove. */
    drawToCome(lane, y, height, colour, at, axis) {
        const { left } = stateOf(lane, at);
        if (left > 0) {
            const { context } = this.paint;
            context.globalAlpha = 0.1;
            context.fillStyle = colour;
            context.fillRect(axis.now, y, axis.x(at + left) - axis.now, height);
            context.globalAlpha = 1;
            context.fillRect(axis.now, y + height - 1, axis.x(at + left) - axis.now, 1);
        }
    }

    /* Draws the name left of the lane, and its step and the remaining time right of it. */
    label(lane, depth, y, at, axis) {
        const { paint } = this;
        const { context, theme } = paint;
        const indent = depth * theme.font;
        const dish = lane.dish.replace(/-/g, " ");
        context.fillStyle = theme.ink;
        paint.text(depth ? `└ ${dish}` : `${lane.id} ${dish}`, indent, y, axis.left - indent - 4);
        const { state, step, left } = stateOf(lane, at);
        if (at >= lane.end) {
            const x = axis.x(lane.end) + 4;
            context.fillStyle = state === "served" ? theme.quiet : theme.alarm;
            paint.text(END_MARKS[state] || state, x, y, axis.right - x);
            return;
        }
        const rest = leftText(left);
        const restWidth = context.measureText(rest).width + 8;
        paint.text(rest, axis.right - restWidth, y, restWidth - 4, "right");
        const room = axis.right - restWidth - axis.now - 6;
        paint.text(step || STATE_WORDS[state], axis.now + 6, y, room);
    }

    /* Draws the numbers of orders on the stove, ready and running, as stacked areas. */
    drawCrowd(axis, height) {
        const { context, theme } = this.paint;
        const counts = crowdOf(this.rows, axis, 200);
        const perOrder = (height - theme.font * 2) / Math.max(1, counts.most);
        const column = (i) => Math.round(axis.left + ((axis.now - axis.left) * i) / counts.columns);
        const fills = [["await", theme.dishes.noodles, 0.35],
            ["ready", this.paint.hatch(theme.ink), 1], ["run", theme.ink, 1]];
        for (let i = 0; i < counts.columns; i++) {
            let y = height;
            for (const [kind, fill, alpha] of fills) {
                const high = counts[kind][i] * perOrder;
                context.globalAlpha = alpha;
                context.fillStyle = fill;
                context.fillRect(column(i), y - high, column(i + 1) - column(i), high);
                y -= high;
            }
        }
        context.globalAlpha = 1;
        context.fillStyle = theme.ink;
        this.paint.text("all orders", 0, theme.font, axis.left - 4);
        this.paint.text("the height is how many cook at once", axis.left + 6, theme.font,
            axis.now - axis.left - 8);
        this.paint.text(`${counts.now.toLocaleString("en")} at once`, axis.now + 6, theme.font,
            axis.right - axis.now - 8);
    }
}

/* Counts the lanes in each state, in each of `columns` slices of time. */
function crowdOf(rows, axis, columns) {
    const crowd = { columns, await: new Float64Array(columns + 1),
        ready: new Float64Array(columns + 1), run: new Float64Array(columns + 1), most: 0, now: 0 };
    const slice = (t) => Math.min(columns, Math.floor(((t - axis.from) / axis.span) * columns));
    for (const { lane } of rows) {
        crowd.now += axis.at < lane.end ? 1 : 0;
        forEachSegment(lane, axis.from, axis.at, (kind, from, to) => {
            crowd[kind][slice(from)]++;
            crowd[kind][slice(to)]--;
        });
    }
    for (let i = 0; i < columns; i++) {
        let sum = 0;
        for (const kind of ["await", "ready", "run"]) {
            crowd[kind][i] += i > 0 ? crowd[kind][i - 1] : 0;
            sum += crowd[kind][i];
        }
        crowd.most = Math.max(crowd.most, sum);
    }
    return crowd;
}
