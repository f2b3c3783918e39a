/* A wire to a kitchen that can be cut: connections are lost, and new ones can be made at once. */
import { once } from "node:events";
import net from "node:net";

/* {url, cut(), remove()} */
export async function layWire(kitchen) {
    const ends = new Set();
    const hold = (end, other) => {
        ends.add(end);
        end.on("error", () => other.destroy());
        end.on("close", () => ends.delete(end) && other.destroy());
    };
    const server = net.createServer((browser) => {
        const far = net.connect(kitchen.port, "localhost");
        hold(browser, far);
        hold(far, browser);
        browser.pipe(far).pipe(browser);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const cut = () => ends.forEach((end) => end.destroy());
    const remove = () => {
        server.close();
        cut();
    };
    return { url: `http://127.0.0.1:${server.address().port}/`, cut, remove };
}
