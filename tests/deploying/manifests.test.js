/* The Kubernetes manifests are right, and what could be wrong with them would be found. */
import assert from "node:assert/strict";
import test from "node:test";
import { problemsOf, readManifests } from "./manifests.js";

const manifests = await readManifests(new URL("../../packaging/kubernetes/", import.meta.url));

test("the manifests are right", () => {
    assert.deepEqual(problemsOf(manifests), []);
});

const files = Object.entries(manifests);
const fileOf = (kind) => files.find(([, object]) => object.kind === kind)[0];
const deployment = fileOf("Deployment");
const service = fileOf("Service");
const policy = fileOf("NetworkPolicy");
const autoscaler = fileOf("HorizontalPodAutoscaler");
const pod = (all) => all[deployment].spec.template.spec;
const container = (all) => pod(all).containers[0];

/* [the mistake, the change that makes it, the message] */
const mistakes = [
    ["a misspelt field", (all) => (container(all).readinesProbe = {}), /readinesProbe/],
    ["a field in the wrong place", (all) => (pod(all).args = ["--demo"]), /args/],
    ["text for a number", (all) => (all[deployment].spec.minReadySeconds = "5"), /minReadySeconds/],
    ["none of the values", (all) => (all[policy].spec.policyTypes = ["Both"]), /policyTypes/],
    ["what is required is missing", (all) => delete all[deployment].spec.selector, /selector/],
    ["a kind that there is not", (all) => (all[service].kind = "Servise"), /Servise/],
    ["a version that there is not", (all) => (all[service].apiVersion = "v7"), /v7/],
    ["root", (all) => (pod(all).securityContext.runAsUser = 0), /runAsUser/],
    ["a disk to write to", (all) => (pod(all).volumes = [{ name: "disk" }]), /volumes/],
    ["variables of services", (all) => delete pod(all).enableServiceLinks, /enableServiceLinks/],
    ["too little time to end", (all) => (pod(all).terminationGracePeriodSeconds = 35), /drain/],
    ["a grace that is not told", (all) => delete container(all).args, /--grace/],
    ["a Service of others", (all) => (all[service].spec.selector.app = "hub"), /Service selects/],
    ["a port that nobody has", (all) => (all[service].spec.ports[0].targetPort = "web"), /port/],
    ["two who scale", (all) => (all[deployment].spec.replicas = 3), /replicas/],
    ["others are scaled", (all) => (all[autoscaler].spec.scaleTargetRef.name = "hub"), /scales/],
    ["a file that is forgotten", (all) => all["kustomization.yaml"].resources.pop(), /each file/],
];

for (const [mistake, change, told] of mistakes) {
    test(`found: ${mistake}`, () => {
        const all = structuredClone(manifests);
        change(all);
        assert.match(problemsOf(all).join("\n"), told);
    });
}
