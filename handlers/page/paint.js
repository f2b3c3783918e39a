/* Functions of all canvases: their size, the colours of the style sheet, and time as a position. */

const DISHES = ["french-fries", "noodles", "meal", "blocking", "offloaded"];

class Paint {
    constructor(canvas) {
        this.canvas = canvas;
        this.context = canvas.getContext("2d");
        this.hatches = new Map();
    }

    /* Follows the size on the screen, the zoom and the colour scheme, and clears the canvas. */
    begin(width, height, theme) {
        const ratio = window.devicePixelRatio || 1;
        const [pixelsX, pixelsY] = [Math.round(width * ratio), Math.round(height * ratio)];
        if (this.canvas.width !== pixelsX || this.canvas.height !== pixelsY) {
            [this.canvas.width, this.canvas.height] = [pixelsX, pixelsY];
            this.canvas.style.height = `${height}px`;
        }
        if (this.theme !== theme) {
            this.theme = theme;
            this.hatches.clear();
        }
        Object.assign(this, { width, height });
        this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
        this.context.clearRect(0, 0, width, height);
        this.context.font = `${theme.font}px ${theme.family}`;
        this.context.textBaseline = "middle";
        return this.context;
    }

    /* A fill of slanted lines, since colour must not be the only difference. */
    hatch(colour) {
        if (!this.hatches.has(colour)) {
            const tile = document.createElement("canvas");
            [tile.width, tile.height] = [6, 6];
            const context = tile.getContext("2d");
            context.strokeStyle = colour;
            context.lineWidth = 1.5;
            context.beginPath();
            for (const x of [-6, 0, 6]) {
                context.moveTo(x, 6);
                context.lineTo(x + 6, 0);
            }
            context.stroke();
            this.hatches.set(colour, this.context.createPattern(tile, "repeat"));
        }
        return this.hatches.get(colour);
    }

    text(text, x, y, width, align) {
        const { context } = this;
        if (width < this.theme.font || text === "") {
            return;
        }
        const measured = context.measureText(text).width;
        let shown = text;
        if (measured > width) {
            shown = text.slice(0, Math.floor(text.length * (width / measured)) - 1) + "…";
        }
        context.fillText(shown, align === "right" ? x + width - Math.min(measured, width) : x, y);
    }
}

/* Returns the present colours and font of the style sheet. */
function readTheme(element) {
    const style = getComputedStyle(element);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const theme = { font: parseFloat(style.fontSize), family: style.fontFamily, dishes: {} };
    for (const name of ["paper", "ink", "quiet", "line", "edge", "alarm", "other", "chosen"]) {
        theme[name] = colour(name);
    }
    for (const dish of DISHES) {
        theme.dishes[dish] = colour(dish);
    }
    return theme;
}

function dishColour(theme, lane) {
    return (lane && theme.dishes[lane.dish]) || theme.other;
}

/*
 * The window of time on a canvas, from `left` to `now`. Names are left of it, and the awaited steps
 * right of it.
 */
function timeAxis(width, at, span, theme) {
    const from = at - span;
    const left = Math.round(Math.min(theme.font * 9, width * 0.28));
    const now = Math.round(width - Math.min(theme.font * 16, width * 0.36));
    const perMs = (now - left) / span;
    return { at, span, from, left, now, right: width, perMs,
        x: (t) => Math.min(width, left + (Math.max(t, from) - from) * perMs) };
}

/* Time in which the kitchen was blocked, or in which the page had no feed. */
function paintBands(paint, record, axis, height) {
    const { context, theme } = paint;
    const band = ({ from, to }, fill) => {
        const end = Math.min(to, axis.at);
        if (end > axis.from && from < axis.at) {
            context.fillStyle = fill;
            context.fillRect(axis.x(from), 0, Math.max(2, axis.x(end) - axis.x(from)), height);
        }
    };
    record.gaps.forEach((gap) => band(gap, paint.hatch(theme.edge)));
    record.freezes.forEach((freeze) => band(freeze, paint.hatch(theme.alarm)));
}
