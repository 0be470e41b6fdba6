import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { bearer, standIn, succeeds, verified } from "./stand_in.mjs";

test("devices.sh walks over the pages with a scoped token", async (context) => {
  const host = "api.enterprise.developer.apple.com";
  const { seen, run } = await standIn(context, {
    [host]: async (request) => {
      const { claims } = await verified(bearer(request), { algorithms: ["ES256"], audience: "apple-developer-enterprise-v1" });
      assert.deepEqual(claims.scope, ["GET /v1/devices"]);
      return request.path.includes("cursor")
        ? { body: { data: [{ attributes: { udid: "second" } }], links: {} } }
        : { body: { data: [{ attributes: { udid: "first" } }], links: { next: `https://${host}/v1/devices?cursor=x&limit=200` } } };
    },
  });
  assert.equal(await succeeds(run("bash", ["devices.sh"])), "first\nsecond\n");
  assert.deepEqual(seen.map(({ method, path }) => `${method} ${path}`), ["GET /v1/devices?limit=200", "GET /v1/devices?cursor=x&limit=200"]);
});

test("device-count.sh runs curl with a token, or not at all", async (context) => {
  const { seen, run } = await standIn(context, {
    "api.enterprise.developer.apple.com": async (request) => {
      await verified(bearer(request), { algorithms: ["ES256"], audience: "apple-developer-enterprise-v1" });
      return { body: { meta: { paging: { total: 42 } } } };
    },
  });
  assert.equal(await succeeds(run("bash", ["device-count.sh"])), "42\n");
  assert.equal(existsSync("jwt.header"), false);
  const { code } = await run("bash", ["device-count.sh"], { SIGNET_SOCKET: "/nonexistent/signet.sock" });
  assert.equal(code, 125);
  assert.equal(seen.length, 1);
});

test("device-count.sh says what the service refused", async (context) => {
  const { run } = await standIn(context, { "api.enterprise.developer.apple.com": async () => ({ status: 403, body: { errors: [{ code: "FORBIDDEN" }] } }) });
  const { code, stdout, stderr } = await run("bash", ["device-count.sh"]);
  assert.notEqual(code, 0);
  assert.equal(stdout, "");
  assert.match(stderr, /FORBIDDEN/);
});

test("wait-for-build.sh reads a file that is fresh as long as it waits", async (context) => {
  const states = ["PROCESSING", 503, "PROCESSING", 500, "VALID"];
  const { seen, run } = await standIn(context, {
    "api.appstoreconnect.apple.com": async (request) => {
      const { claims } = await verified(bearer(request), { algorithms: ["ES256"], audience: "appstoreconnect-v1" });
      assert.deepEqual(claims.scope, ["GET /v1/builds/4711"]);
      const state = states.shift();
      return typeof state === "number" ? { status: state, body: { errors: [] } } : { body: { data: { attributes: { processingState: state } } } };
    },
  });
  assert.equal(await succeeds(run("bash", ["wait-for-build.sh", "4711"], { BUILD_PAUSE: "0" })), "VALID\n");
  assert.equal(seen.length, 5);
  assert.equal(existsSync("jwt.header"), false);
});

test("wait-for-build.sh ends with what the service says when it refuses again and again", async (context) => {
  const { seen, run } = await standIn(context, { "api.appstoreconnect.apple.com": async () => ({ status: 404, body: { errors: [{ code: "NOT_FOUND" }] } }) });
  const { code, stdout, stderr } = await run("bash", ["wait-for-build.sh", "4711"], { BUILD_PAUSE: "0" });
  assert.deepEqual([code, stdout, seen.length], [1, "", 5]);
  assert.match(stderr, /NOT_FOUND/);
});

test("wait-for-build.sh takes no answer without a state for the end", async (context) => {
  const { seen, run } = await standIn(context, { "api.appstoreconnect.apple.com": async () => ({ body: { data: {} } }) });
  const { code, stdout, stderr } = await run("bash", ["wait-for-build.sh", "4711"], { BUILD_PAUSE: "0" });
  assert.notEqual(code, 0);
  assert.deepEqual([stdout, seen.length], ["", 1]);
  assert.match(stderr, /names no state/);
});

test("apps.sh needs nothing but curl", async (context) => {
  const { seen, run } = await standIn(context, {
    "api.appstoreconnect.apple.com": async (request) => {
      const { claims } = await verified(bearer(request), { algorithms: ["ES256"], audience: "appstoreconnect-v1" });
      assert.equal(claims.exp - claims.iat, 360);
      return { body: { data: [{ attributes: { bundleId: "com.example.app" } }] } };
    },
  });
  assert.equal(await succeeds(run("bash", ["apps.sh"])), "com.example.app\n");
  assert.equal(seen.length, 1);
});

test("where Signet refuses, apps.sh ends before it calls the service", async (context) => {
  const { seen, run } = await standIn(context, { "api.appstoreconnect.apple.com": async () => ({ body: {} }) });
  const { code, stdout } = await run("bash", ["-c", "sed 's/GET \\/v1/PATCH \\/v1/' apps.sh | bash"]);
  assert.notEqual(code, 0);
  assert.equal(stdout, "");
  assert.deepEqual(seen, []);
});
