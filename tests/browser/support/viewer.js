/* speedscope, a viewer of traces that knows nothing of hob. */
import { createReadStream, existsSync } from "node:fs";
import { once } from "node:events";
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

/* Opens the trace in a new page of the browser. Returns {tracks, complaints}, both texts. */
export async function readInViewer(browser, trace) {
    const server = serve(trace);
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = `http://127.0.0.1:${server.address().port}/`;
    const page = await browser.newPage();
    const complaints = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(`${address}#profileURL=${encodeURIComponent(`${address}trace.json`)}`);
    const tracks = [];
    for (let count = 1; tracks.length < count; await page.keyboard.press("n")) {
        const [, name, all] = await shownTrack(page, tracks.length + 1);
        count = Number(all);
        tracks.push(name);
    }
    await page.close();
    server.close();
    return { tracks, complaints: complaints.filter((text) => COMPLAINT.test(text)) };
}

/* The title of the track with this number, as soon as it is shown: "the cook (pid 1, tid 0) (1/6)" */
async function shownTrack(page, number) {
    const title = new RegExp(`^(.*) \\(pid 1, tid \\d+\\) \\(${number}/(\\d+)\\)$`, "m");
    await page.waitForFunction((pattern) => new RegExp(pattern, "m").test(document.body.innerText),
        title.source);
    return (await page.locator("body").innerText()).match(title);
}
