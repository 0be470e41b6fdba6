import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { bearer, standIn, succeeds, verified } from "./stand_in.mjs";

const api = "appstoreconnect.apple.com";
const bucket = "notary-submissions.s3.us-west-2.amazonaws.com";
const login = { awsAccessKeyId: "ASIAEXAMPLE", awsSecretAccessKey: "a+secret/of+the/test", awsSessionToken: "a-session-token" };
const id = "2efe2717-52ef-43a5-96dc-0797e4ca1041";
const sha256 = (octets) => createHash("sha256").update(octets).digest("hex");
const hmac = (key, text) => createHmac("sha256", key).update(text).digest();

// AWS Signature Version 4, computed anew from the request as it came.
function signatureOf(request, signedHeaders, scope) {
  const headers = signedHeaders.split(";").map((name) => `${name}:${request.headers[name].trim()}\n`).join("");
  const canonical = [request.method, request.path, "", headers, signedHeaders, request.headers["x-amz-content-sha256"]].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", request.headers["x-amz-date"], scope, sha256(canonical)].join("\n");
  const key = scope.split("/").reduce(hmac, `AWS4${login.awsSecretAccessKey}`);
  return hmac(key, toSign).toString("hex");
}

async function store(request) {
  const [, accessKey, scope, signedHeaders, signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)$/.exec(request.headers.authorization);
  assert.equal(accessKey, login.awsAccessKeyId);
  assert.match(scope, /^\d{8}\/us-west-2\/s3\/aws4_request$/);
  for (const name of ["host", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"]) assert.ok(signedHeaders.split(";").includes(name), name);
  assert.equal(request.headers["x-amz-security-token"], login.awsSessionToken);
  assert.equal(signature, signatureOf(request, signedHeaders, scope));
  assert.equal(request.headers["x-amz-content-sha256"], sha256(request.body));
  return {};
}

function notary(...states) {
  return async (request) => {
    const { claims } = await verified(bearer(request), { algorithms: ["ES256"], audience: "appstoreconnect-v1" });
    assert.deepEqual(claims.scope, ["/notary/v2"]);
    if (request.method === "POST") {
      assert.deepEqual(JSON.parse(request.body), { submissionName: "app.zip", sha256: sha256("a signed app") });
      return { body: { data: { id, type: "newSubmissions", attributes: { ...login, bucket: "notary-submissions", object: `prod/${id}` } } } };
    }
    if (request.path.endsWith("/logs")) return { body: { data: { id, attributes: { developerLogUrl: "https://log.example/" } } } };
    const state = states.length > 1 ? states.shift() : states[0];
    return typeof state === "number" ? { status: state, body: { errors: [{ code: `E${state}` }] } } : { body: { data: { id, attributes: { status: state } } } };
  };
}

for (const [verdict, log] of [["Accepted", ""], ["Invalid", "https://log.example/\n"]]) {
  test(`notary.sh submits, uploads and waits until Apple says ${verdict}`, async (context) => {
    const { seen, run } = await standIn(context, { [api]: notary("In Progress", 503, verdict), [bucket]: store });
    writeFileSync("app.zip", "a signed app");
    const { code, stdout, stderr } = await run("bash", ["notary.sh", "app.zip"], { NOTARY_PAUSE: "0" });
    assert.equal(stdout, `${id}: ${verdict}\n${log}`, stderr);
    assert.equal(code, verdict === "Accepted" ? 0 : 1);
    assert.deepEqual(seen.map(({ host, method, path }) => `${method} ${host}${path}`).slice(0, 5), [
      `POST ${api}/notary/v2/submissions`, `PUT ${bucket}/prod/${id}`, ...Array(3).fill(`GET ${api}/notary/v2/submissions/${id}`)]);
  });
}

for (const [state, said, calls] of [[403, /E403/, 5], [null, /names no status/, 1]]) {
  test(`notary.sh takes ${state} for no verdict`, async (context) => {
    const { seen, run } = await standIn(context, { [api]: notary(state), [bucket]: store });
    writeFileSync("app.zip", "a signed app");
    const { code, stdout, stderr } = await run("bash", ["notary.sh", "app.zip"], { NOTARY_PAUSE: "0" });
    assert.notEqual(code, 0);
    assert.equal(stdout, "");
    assert.match(stderr, said);
    assert.equal(seen.filter(({ method }) => method === "GET").length, calls);
  });
}

test("transporter.sh gives Transporter a JWT that App Store Connect would take", async (context) => {
  const { seen, run } = await standIn(context, {
    [api]: async (request) => ({ body: { claims: (await verified(bearer(request), { algorithms: ["ES256"], audience: "appstoreconnect-v1" })).claims } }),
  });
  writeFileSync("iTMSTransporter", `#!/bin/bash
set -euo pipefail
[ "$1 $2 $3 $4 $5" = "-m upload -f app.itmsp -jwt" ]
curl -sS --fail-with-body -H "Authorization: Bearer $6" https://${api}/upload
`, { mode: 0o700 });
  const { claims } = JSON.parse(await succeeds(run("bash", ["transporter.sh", "app.itmsp"])));
  assert.equal(claims.exp - claims.iat, 660);
  assert.equal(seen.length, 1);
});
