/*
 * The table of orders beside the lanes. Rows and the focus are kept while their order is visible;
 * if the focused row is removed, the nearest one gets the focus.
 */

class Table {
    /* `actions` has choose(id) and cancel(id). */
    constructor(body, more, actions) {
        Object.assign(this, { body, more, actions, rows: new Map() });
    }

    show({ rows, more }, chosen, mayCancel) {
        const seen = new Set(rows.map(({ id }) => id));
        for (const [id, row] of this.rows) {
            if (!seen.has(id)) {
                if (row.element.contains(document.activeElement)) {
                    this.body.closest("[tabindex]").focus();
                }
                row.element.remove();
                this.rows.delete(id);
            }
        }
        rows.forEach((row, index) => {
            const { element } = this.update(row, chosen, mayCancel);
            if (this.body.children[index] !== element) {
                this.body.insertBefore(element, this.body.children[index] || null);
            }
        });
        const none = rows.length === 0 ? "No order in the time shown." : "";
        setText(this.more, more > 0 ? `And ${count(more, "order", "orders")} more.` : none);
    }

    update(row, chosen, mayCancel) {
        if (!this.rows.has(row.id)) {
            this.rows.set(row.id, this.make(row));
        }
        const cells = this.rows.get(row.id);
        setText(cells.state, row.state);
        setText(cells.step, row.step);
        setText(cells.left, row.left);
        cells.name.setAttribute("aria-pressed", String(row.id === chosen));
        const isOver = !row.cooks || !mayCancel || row.depth > 0;
        if (isOver && document.activeElement === cells.cancel) {
            cells.name.focus();
        }
        cells.cancel.hidden = isOver;
        return cells;
    }

    make({ id, depth, name }) {
        const element = document.createElement("tr");
        const head = document.createElement("th");
        head.scope = "row";
        const nameButton = button(`${id} ${name}`, () => this.actions.choose(id));
        nameButton.className = depth > 0 ? "part" : "";
        head.append(nameButton);
        const [state, step, left, action] = [0, 1, 2, 3].map(() => document.createElement("td"));
        [state.className, step.className, left.className] = ["state", "step", "number"];
        const cancel = button("Cancel", () => this.actions.cancel(id));
        cancel.setAttribute("aria-label", `Cancel order ${id}`);
        action.append(cancel);
        element.append(head, state, step, left, action);
        return { element, name: nameButton, state, step, left, cancel };
    }
}

function button(text, press) {
    const element = document.createElement("button");
    element.type = "button";
    element.textContent = text;
    element.addEventListener("click", press);
    return element;
}

/* Does not touch unchanged text, since a screen reader would read it again. */
function setText(element, text) {
    if (element.textContent !== text) {
        element.textContent = text;
    }
}
