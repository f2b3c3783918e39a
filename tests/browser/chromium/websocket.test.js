/* WebSockets of a page, and of the package ws, at the server that HOB_WEBSOCKETS names. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import WebSocket from "ws";

import { closeBrowser, openBrowser } from "../support/browser.js";
import { startServer } from "../support/server.js";

const program = process.env.HOB_WEBSOCKETS;
const text = "fries \u{1F35F} ".repeat(500);
const bytes = Array.from({ length: 70000 }, (_, i) => i % 251);

let browser, server;

before(async () => {
    browser = await openBrowser();
    server = program && await startServer(program, []);
});
after(async () => {
    await closeBrowser();
    await server?.stop();
});

/* Sends a text and bytes, closes with 4001, and returns what has come. Also runs in the page. */
function exchange(Socket, { url, text, bytes }) {
    return new Promise((resolve) => {
        const seen = [];
        const socket = new Socket(url.replace("http", "ws"), ["other", "echo.v1"]);
        socket.binaryType = "arraybuffer";
        socket.onopen = () => {
            socket.send(text);
            socket.send(new Uint8Array(bytes));
        };
        socket.onmessage = ({ data }) => {
            seen.push(typeof data === "string" ? data : Array.from(new Uint8Array(data)));
            if (seen.length === 2) {
                socket.close(4001, "enough");
            }
        };
        socket.onclose = ({ code, reason, wasClean }) =>
            resolve({ seen, code, reason: String(reason), wasClean, protocol: socket.protocol });
    });
}

const expected = (reason) =>
    ({ seen: [text, bytes], code: 4001, reason, wasClean: true, protocol: "echo.v1" });

describe("WebSockets", { skip: !program && "HOB_WEBSOCKETS names no server" }, () => {
    it("of a page get back what they send", async () => {
        const page = await browser.newPage();
        const seen = await page.evaluate(`(${exchange})(WebSocket, ${JSON.stringify({ url: server.url, text, bytes })})`);
        assert.deepEqual(seen, expected(seen.reason));
        await page.close();
    });

    it("of ws get back what they send", async () => {
        const seen = await exchange(WebSocket, { url: server.url, text, bytes });
        assert.deepEqual(seen, expected(seen.reason));
    });

    it("of ws are closed with 1009 when a message is too large", async () => {
        const socket = new WebSocket(server.url.replace("http", "ws"));
        await new Promise((resolve) => socket.on("open", resolve));
        socket.send(Buffer.alloc(100001));
        const code = await new Promise((resolve) => socket.on("close", resolve));
        assert.equal(code, 1009);
    });
});
