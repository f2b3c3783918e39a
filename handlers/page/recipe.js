/*
 * Finds the line of its recipe that an order is at. A step is a string literal, "boil the egg", in
 * a small function; the order waits at the line of the recipe that calls this function. Otherwise
 * it is behind that line.
 */

const RECIPE_HEAD = /^[a-z].*?\b(\w+)\(.*\)\s*\{?\s*$/;
const NOT_A_STEP = /^\s*($|\/[/*]|\*|\(void\)|struct \w+ |[{}]|if \(\w+ < 0\)|return \w+;)/;
const STATEMENT_END = /[;{}]\s*(\/\*.*\*\/)?\s*$/;

/* A C source as {lines, functions}; a function is {name, from, to}, lines counted from 0. */
function parseRecipe(source) {
    const lines = source.split("\n");
    const functions = [];
    let name = null;
    let from = 0;
    lines.forEach((line, number) => {
        const head = line.endsWith(";") ? null : line.match(RECIPE_HEAD);
        if (head) {
            [name, from] = [head[1], number];
        } else if (line.startsWith("}") && name !== null) {
            functions.push({ name, from, to: number });
            name = null;
        }
    });
    return { lines, functions };
}

/* Returns the recipe: the function with the name of the lane, or the one that cooks, or serves. */
function recipeIn(functions, name) {
    return functions.find((candidate) => candidate.name === name) ||
        functions.find((candidate) => candidate.name.startsWith("cook_")) ||
        functions.find((candidate) => candidate.name.startsWith("serve_")) || null;
}

function lineWith(lines, text, from, to) {
    for (let number = from; number <= to; number++) {
        if (lines[number].includes(text)) {
            return number;
        }
    }
    return -1;
}

/* Returns the line at which `recipe` awaits `step`, or -1: a step, a called one, or a call. */
function awaitLine(lines, functions, recipe, step) {
    const literal = `"${step}"`;
    const here = lineWith(lines, literal, recipe.from, recipe.to);
    if (here >= 0) {
        return here;
    }
    const helper = functions.find(({ from, to }) => lineWith(lines, literal, from, to) >= 0);
    const call = helper ? helper.name : step.replace(/_all$/, ""); /* hob_join() */
    return lineWith(lines, `${call}(`, recipe.from + 1, recipe.to);
}

/* Skips the rest of a statement, and lines without effect. */
function stepAfter(lines, recipe, line) {
    let number = line;
    while (number < recipe.to && !STATEMENT_END.test(lines[number])) {
        number++;
    }
    for (number++; number < recipe.to; number++) {
        if (!NOT_A_STEP.test(lines[number])) {
            return number;
        }
    }
    return line;
}

/* Returns the number of the line, from 0, or -1 if the lane is at none of them at `at`. */
function currentLine({ lines, functions }, lane, at) {
    const recipe = recipeIn(functions, lane.name);
    if (!recipe || at < lane.begin || at >= lane.end) {
        return -1;
    }
    const until = lastBefore(lane.segments, at);
    const waits = lane.segments.slice(0, until + 1).filter(({ kind }) => kind === "await");
    if (waits.length === 0) {
        return stepAfter(lines, recipe, recipe.from);
    }
    const line = awaitLine(lines, functions, recipe, waits[waits.length - 1].step);
    const isWaiting = lane.segments[until].kind === "await";
    return isWaiting || line < 0 ? line : stepAfter(lines, recipe, line);
}
