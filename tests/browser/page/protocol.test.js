import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { atKitchen, closeBrowser, openBrowser, OVER_HTTP2 } from "../support/browser.js";
import { isReal } from "../support/server.js";

before(openBrowser);
after(closeBrowser);

const protocol = (page) => page.locator("#protocol").textContent();

describe("the page", () => {
    it("says that it came by HTTP/1.1", () => atKitchen(async (page) => {
        assert.equal(await protocol(page), "HTTP/1.1");
    }));

    it("says that it came by HTTP/2", { skip: !isReal && "the server in support/ has no TLS" }, () =>
        atKitchen(async (page) => {
            assert.equal(await protocol(page), "HTTP/2");
        }, OVER_HTTP2));
});
