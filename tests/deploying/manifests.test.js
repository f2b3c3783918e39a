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
const annotations = (all) => all[deployment].spec.template.metadata.annotations;
const container = (all) => pod(all).containers[0];
const mount = (all) => container(all).volumeMounts[0];

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
    ["a disk to write to", (all) => (pod(all).volumes[0] = { name: "disk" }), /only volume/],
    ["another volume", (all) => pod(all).volumes.push({ name: "disk" }), /only volume/],
    ["a Secret without a mount", (all) => delete container(all).volumeMounts, /is mounted/],
    ["a file of a Secret", (all) => (mount(all).subPath = "tls.crt"), /is a folder/],
    ["a Secret to write to", (all) => delete mount(all).readOnly, /read-only/],
    ["a Secret elsewhere", (all) => (mount(all).mountPath = "/keys"), /--tls-certificate/],
    ["https on another port", (all) => (container(all).ports[0].containerPort = 8080), /--listen/],
    ["an admin server elsewhere", (all) => container(all).args.splice(3, 1), /--admin/],
    ["metrics of another port", (all) => (annotations(all)["prometheus.io/port"] = "80"), /asks/],
    ["a closed port", (all) => all[policy].spec.ingress[0].ports.pop(), /NetworkPolicy's ports/],
    ["variables of services", (all) => delete pod(all).enableServiceLinks, /enableServiceLinks/],
    ["too little time to end", (all) => (pod(all).terminationGracePeriodSeconds = 35), /drain/],
    ["no arguments", (all) => delete container(all).args, /--grace/],
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
