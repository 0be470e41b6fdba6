import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { bearer, standIn, succeeds, verified } from "./stand_in.mjs";

const host = "api.appstoreconnect.apple.com";
const apps = { body: { data: [{ attributes: { bundleId: "com.example.one" } }, { attributes: { bundleId: "com.example.two" } }] } };
const checked = (request) => verified(bearer(request), { algorithms: ["ES256"], audience: "appstoreconnect-v1" });

test("a lane hands Spaceship a ready token", async (context) => {
  const { seen, run } = await standIn(context, {
    [host]: async (request) => {
      const { claims } = await checked(request);
      assert.deepEqual(claims.scope, ["GET /v1/apps"]);
      return apps;
    },
  });
  assert.equal(await succeeds(run("ruby", ["spaceship.rb", "Fastfile", "apps"])), "com.example.one\ncom.example.two\n");
  assert.deepEqual(seen.map(({ path }) => path), ["/v1/apps"]);
});

test("a token that Apple refuses is not asked for again", async (context) => {
  const tokens = [];
  const { run } = await standIn(context, {
    [host]: async (request) => {
      await checked(request);
      tokens.push(bearer(request));
      return tokens.length > 1 ? apps : { status: 401, body: { errors: [{ title: "not this one" }] } };
    },
  });
  await succeeds(run("ruby", ["spaceship.rb", "Fastfile", "apps"]));
  assert.equal(new Set(tokens).size, 2);
});

test("a refusal of Signet's ends the lane with its own words", async (context) => {
  const { seen, run } = await standIn(context, { [host]: async () => apps });
  writeFileSync("Fastfile.absent", readFileSync("Fastfile", "utf8").replace('"connect"', '"absent"'));
  const { code, stderr } = await run("ruby", ["spaceship.rb", "Fastfile.absent", "apps"]);
  assert.notEqual(code, 0);
  assert.match(stderr, /Signet: /);
  assert.deepEqual(seen, []);
});
