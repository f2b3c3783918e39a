/* A small kitchen's messages, for tests of the record: noodles, fries that are late, and a meal. */

export const hello = { now: 1000, epoch: 1.79e12, timeScale: 1, demo: true, session: "one" };

export const messages = [
    { now: 1000, events: [], stats: { cooking: 0, ready: 0, busy: 0, dropped: 0 } },
    {
        now: 1140,
        events: [
            ["b", 1100, 1, 0, "noodles"],
            ["r", 1100, 1],
            ["x", 1101, 1, 0.5],
            ["w", 1101.5, 1, "boil the egg", 2000],
            ["b", 1110, 2, 0, "french fries"],
            ["x", 1111, 2, 2],
            ["w", 1113, 2, "the potatoes turn brown", 3000],
            ["o", 1120, 0.25],
        ],
        stats: { cooking: 2, ready: 0, busy: 0.01, dropped: 0 },
    },
    {
        now: 3200,
        events: [
            ["r", 3101.5, 1],
            ["x", 3102, 1, 1],
            ["w", 3103, 1, "prepare the raw noodles", 1000],
            ["e", 3110, 2, "late"],
            ["b", 3120, 3, 0, "meal"],
            ["x", 3121, 3, 1],
            ["w", 3122, 3, "hob_join_all", null],
            ["b", 3121.5, 4, 3, "cook_french_fries"],
            ["b", 3121.7, 5, 3, "cook_noodles"],
            ["x", 3122, 4, 1],
            ["w", 3123, 4, "the potatoes turn brown", 3000],
            ["x", 3123, 5, 1],
            ["w", 3124, 5, "boil the egg", 2000],
        ],
        stats: { cooking: 2, ready: 0, busy: 0.01, dropped: 0 },
    },
    {
        now: 5200,
        events: [
            ["r", 4103, 1],
            ["x", 4104, 1, 1],
            ["e", 4105, 1, "served"],
            ["r", 5124, 5],
        ],
        stats: { cooking: 1, ready: 1, busy: 0.02, dropped: 0 },
    },
];

export function play(record) {
    record.hello(hello);
    messages.forEach((message) => record.batch(structuredClone(message)));
    return record;
}
