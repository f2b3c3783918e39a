/* The recipe's source, with the line that an order is at. */

/* What the server shows; a demonstration is no recipe. */
const RECIPES = ["french-fries", "noodles", "meal"];

class Source {
    constructor(box, title) {
        Object.assign(this, { box, title, dish: null, texts: new Map() });
    }

    /* `lane` is what was chosen, or undefined: then a recipe to look at. */
    show(lane, at) {
        const dish = lane ? lane.dish : "french-fries";
        if (!this.texts.has(dish)) {
            this.texts.set(dish, null);
            this.fetch(dish);
        }
        const text = this.texts.get(dish) ?? null;
        if (text !== null && this.dish !== dish) {
            this.dish = dish;
            this.fill(text);
        }
        setText(this.title, dish.replace(/-/g, " "));
        this.mark(text && lane ? currentLine(text, lane, at) : -1);
    }

    /* A kitchen that is away is asked again. */
    async fetch(dish) {
        if (!RECIPES.includes(dish)) {
            this.texts.set(dish, "");
            return;
        }
        try {
            const answer = await fetch(`/recipes/${encodeURIComponent(dish)}`);
            this.texts.set(dish, answer.ok ? await answer.text() : "");
        } catch {
            this.texts.delete(dish);
        }
    }

    fill(text) {
        const lines = (text || "There is no recipe to show for this one.").trimEnd().split("\n");
        this.box.replaceChildren(...lines.map((line) => {
            const element = document.createElement("span");
            element.className = "code-line";
            element.textContent = `${line}\n`;
            return element;
        }));
    }

    /* The line is scrolled to within the box: the page stays where it is. */
    mark(number) {
        const before = this.box.querySelector("[aria-current]");
        const line = this.box.children[number] || null;
        if (before === line) {
            return;
        }
        before?.removeAttribute("aria-current");
        if (line) {
            line.setAttribute("aria-current", "step");
            this.box.scrollTop = line.offsetTop - this.box.clientHeight / 2;
        }
    }
}
