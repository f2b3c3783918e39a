/* The server under test: the program that HOB_BINARY names, or the fake one. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const fake = fileURLToPath(new URL("fake_kitchen.js", import.meta.url));

export const isReal = Boolean(process.env.HOB_BINARY);

/*
 * {url, port, signal(name), stop()}. A port that was free before is given again to restart at the
 * same place; `more` are options of hob.
 */
export async function startKitchen({ port = 0, more = [] } = {}) {
    const options = ["--port", String(port), "--demo", ...more];
    const [program, args] = isReal
        ? [process.env.HOB_BINARY, [...options, "--grace", "0", "--log-level", "error"]]
        : [process.execPath, [fake, ...options]];
    return startServer(program, args);
}

/* The same for a program that prints where it listens. */
export async function startServer(program, args) {
    const { HOB_BINARY, HOB_WEBSOCKETS, ...env } = process.env; // these are none of its variables
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "inherit"] });
    const url = await listeningAt(child);
    const stop = async () => {
        if (child.exitCode === null && child.signalCode === null) {
            child.kill("SIGTERM");
            await once(child, "exit");
        }
    };
    const signal = (name) => child.kill(name);
    return { url, port: Number(new URL(url).port), signal, stop };
}

async function listeningAt(child) {
    for await (const line of createInterface({ input: child.stdout })) {
        const match = line.match(/hob listens on (https?:\S+)/);
        if (match) {
            child.stdout.resume();
            return match[1];
        }
    }
    throw new Error("the server ended before it listened");
}
