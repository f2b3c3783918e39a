/* The page as the build makes it, and its script for tests without a document. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import vm from "node:vm";

const folder = new URL("../../../handlers/page/", import.meta.url);
export const files = readdirSync(folder);
const read = (name) => readFileSync(new URL(name, folder), "utf8");
export const scripts = read("scripts.txt").split("\n").filter((line) => /^[a-z]/.test(line));

const FIRST_WITH_DOCUMENT = "feed.js";

function source(text) {
    return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/* {html, policy} */
export function buildPage() {
    const style = read("kitchen.css");
    const script = scripts.map(read).join("");
    const html = read("kitchen.html")
        .replace("<!-- style -->", () => `<style>${style}</style>`)
        .replace("<!-- script -->", () => `<script>${script}</script>`);
    const policy = "default-src 'none'; " +
        `style-src ${source(style)}; script-src ${source(script)}; ` +
        "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; " +
        "frame-ancestors 'none'";
    return { html, policy };
}

/* The declarations of the files before the document's, by name. */
export function loadPure(...names) {
    const pure = scripts.slice(0, scripts.indexOf(FIRST_WITH_DOCUMENT));
    const script = pure.map(read).join("");
    return vm.runInThisContext(`(() => { ${script}\nreturn { ${names.join(", ")} }; })()`);
}
