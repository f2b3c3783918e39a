/* Returns all that is visible at `at` in a window of `span`, as plain data for the tests. */
function sceneOf(record, at, span) {
    const from = at - span;
    const isSeen = (band) => band.from <= at && band.to > from;
    const scene = { at, lanes: [], strip: [], stats: record.statsAt(at),
        freezes: record.freezes.filter(isSeen), gaps: record.gaps.filter(isSeen) };
    record.forEachSeen(from, at, (lane, depth) => {
        const segments = [];
        forEachSegment(lane, from, at, (kind, begin, end, { step }) =>
            segments.push(step === undefined ? [kind, begin, end] : [kind, begin, end, step]));
        const { id, parent, name } = lane;
        scene.lanes.push({ id, parent, name, depth, ...stateOf(lane, at), segments });
    });
    record.forEachRun(from, at, (run, begin, end) => scene.strip.push([run.id, begin, end]));
    return scene;
}
