/*
 * The cook's strip: the coroutine that runs, in the window of time. It is empty while the loop
 * sleeps, and never shows two at once, since there is one thread.
 */

class Strip {
    constructor(canvas) {
        this.canvas = canvas;
        this.paint = new Paint(canvas);
    }

    /* `view` is {record, at, span, enlarged, chosen, theme}. */
    draw(view) {
        const { record, theme, enlarged } = view;
        const width = this.canvas.parentElement.clientWidth;
        const height = Math.round(theme.font * 4);
        const context = this.paint.begin(width, height, theme);
        const axis = timeAxis(width, view.at, view.span, theme);
        const lane = Math.round(theme.font * 2.4);
        paintBands(this.paint, record, axis, lane);
        this.drawRuns(record, axis, lane, enlarged);
        this.drawOthers(record, axis, lane);
        this.drawFreezes(record, axis, lane);
        this.drawTicks(context, axis, lane, height);
        context.fillStyle = theme.ink;
        this.paint.text("the cook", 0, lane / 2, axis.left - 4);
        this.paint.text(this.nowText(view), axis.now + 6, lane / 2, axis.right - axis.now - 6);
    }

    /* Returns what runs at the time that is shown. */
    nowText({ record, at }) {
        const run = record.runs[lastBefore(record.runs, at)];
        const freeze = freezeAt(record, at);
        if (run && at < run.t + run.ms) {
            return `at ${run.id} ${record.lanes.get(run.id).name}`;
        }
        return freeze && freeze.to > at ? "standing still" : "hands free";
    }

    /* An enlarged run may overlap the next one: the first one keeps its place. */
    drawRuns(record, axis, height, enlarged) {
        const { context, theme } = this.paint;
        let taken = -1;
        record.forEachRun(axis.from, axis.at, (run, from, to) => {
            const begin = Math.max(axis.x(from), taken);
            const end = Math.max(axis.x(to), enlarged ? axis.x(from) + 2 : 0);
            if (end > begin) {
                context.fillStyle = dishColour(theme, record.lanes.get(run.id));
                context.fillRect(begin, 2, end - begin, height - 8);
                taken = end;
            }
        });
    }

    /* Of other work only the sum since the last time is known: draws a low bar that ends there. */
    drawOthers(record, axis, height) {
        const { context, theme } = this.paint;
        context.fillStyle = theme.other;
        const { others } = record;
        for (let i = lastBefore(others, axis.from) + 1; i < others.length; i++) {
            const { t, ms } = others[i];
            if (t > axis.at) {
                break;
            }
            const width = Math.max(ms * axis.perMs, 1);
            context.fillRect(Math.max(axis.left, axis.x(t) - width), height - 5, width, 3);
        }
    }

    /* Draws the name and the duration of a stall on its band, if they fit. */
    drawFreezes(record, axis, height) {
        const { context, theme } = this.paint;
        for (const { from, to, who } of record.freezes) {
            const end = Math.min(to, axis.at);
            const room = axis.x(end) - axis.x(from) - 4;
            if (end > axis.from && from < axis.at && room > theme.font * 6) {
                const text = `${who === null ? "unknown" : who}: ${secondsText(end - from)} s`;
                const width = Math.min(context.measureText(text).width + 8, room);
                context.fillStyle = theme.paper;
                context.fillRect(axis.x(from) + 2, 6, width, height - 16);
                context.fillStyle = theme.ink;
                this.paint.text(text, axis.x(from) + 6, height / 2 - 2, width - 8);
            }
        }
    }

    drawTicks(context, axis, top, height) {
        const { theme } = this.paint;
        const step = axis.span / (axis.now - axis.left < theme.font * 30 ? 2 : 5);
        context.strokeStyle = theme.line;
        context.fillStyle = theme.quiet;
        context.strokeRect(axis.left + 0.5, 0.5, axis.now - axis.left - 1, top - 1);
        for (let ago = 0; ago < axis.span; ago += step) {
            const x = axis.x(axis.at - ago);
            const text = ago === 0 ? "now" : agoText(ago);
            context.fillRect(x - 1, top, 1, 4);
            context.fillText(text, x - context.measureText(text).width - 2, (top + height) / 2 + 2);
        }
    }
}

function agoText(ms) {
    return ms >= 1000 ? `${+(ms / 1000).toFixed(1)} s ago` : `${+ms.toFixed(1)} ms ago`;
}
