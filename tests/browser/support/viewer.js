/* speedscope, a viewer of traces that knows nothing of hob. */
import assert from "node:assert/strict";
import { createReadStream, existsSync } from "node:fs";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import http from "node:http";
import { extname } from "node:path";

const FOLDER = new URL("../node_modules/speedscope/dist/release", import.meta.url).pathname;
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

const COMPLAINT = /Tried to end|still open|error/i;

function serve(trace) {
    return http.createServer(({ url }, response) => {
        const { pathname } = new URL(url, "http://viewer");
        const file = `${FOLDER}${pathname === "/" ? "/index.html" : pathname}`;
        if (pathname === "/trace.json") {
            response.end(trace);
        } else if (existsSync(file)) {
            response.setHeader("Content-Type", TYPES[extname(file)] || "application/octet-stream");
            createReadStream(file).pipe(response);
        } else {
            response.writeHead(404).end();
        }
    });
}

/* A track as the viewer shows it: {name, slices}, these as [name, begin, end] in microseconds. */
function slicesOf({ name, unit, events }, frames) {
    assert.equal(unit, "microseconds");
    const open = [];
    const slices = [];
    for (const { type, frame, at } of events) {
        if (type === "O") {
            open.push([frames[frame].name, at]);
        } else {
            slices.push([...open.pop(), at]);
        }
    }
    return { name: name.replace(/ \(pid 1, tid \d+\)$/, ""), slices };
}

/* Opens the trace in a new page of the browser. Returns {tracks, complaints}: see slicesOf(). */
export async function readInViewer(browser, trace) {
    const server = serve(trace);
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = `http://127.0.0.1:${server.address().port}/`;
    const page = await browser.newPage();
    const complaints = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(`${address}#profileURL=${encodeURIComponent(`${address}trace.json`)}`);
    await page.waitForFunction(() => document.body.innerText.includes("tid 1"));
    const download = page.waitForEvent("download");
    await page.keyboard.press("Control+s");
    const { profiles, shared } = JSON.parse(await readFile(await (await download).path(), "utf8"));
    const tracks = profiles.map((profile) => slicesOf(profile, shared.frames));
    await page.close();
    server.close();
    return { tracks, complaints: complaints.filter((text) => COMPLAINT.test(text)) };
}
