/* The recipe's source, with the line that an order is at. */

/* The recipes of the server; a demonstration has none. */
const RECIPES = ["french-fries", "noodles", "meal"];
const ASK_AGAIN = 1000; /* ms */
const NO_RECIPE = "There is no recipe to show for this one.";

class Source {
    /* `get(address)` promises {answer, text}. */
    constructor(box, title, get) {
        Object.assign(this, { box, title, get, dish: null, recipes: new Map() });
    }

    /* `lane` is the chosen lane, or undefined for the default recipe. */
    show(lane, at) {
        const dish = lane ? lane.dish : "french-fries";
        if (!this.recipes.has(dish)) {
            this.recipes.set(dish, null);
            this.fetch(dish);
        }
        const recipe = this.recipes.get(dish);
        if (recipe && this.dish !== dish) {
            this.dish = dish;
            this.fill(recipe.lines);
        }
        setText(this.title, dish.replace(/-/g, " "));
        this.mark(recipe && lane ? currentLine(recipe, lane, at) : -1);
    }

    /* Repeats a failed request later. */
    async fetch(dish) {
        try {
            const { answer, text } = RECIPES.includes(dish) ? await this.get(`/recipes/${dish}`) : {};
            this.recipes.set(dish, parseRecipe(answer?.ok ? text : NO_RECIPE));
        } catch {
            setTimeout(() => this.recipes.delete(dish), ASK_AGAIN);
        }
    }

    fill(lines) {
        this.box.replaceChildren(...lines.map((line) => {
            const element = document.createElement("span");
            element.className = "code-line";
            const parts = line.split(/(?<=\()/); /* it may be broken after a parenthesis */
            parts.forEach((part) => element.append(part, document.createElement("wbr")));
            element.append("\n");
            return element;
        }));
    }

    /* Scrolls to the line within the box, not the page. */
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
