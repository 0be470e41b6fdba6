import assert from "node:assert/strict";
import { test } from "node:test";
import { bearer, standIn, succeeds, verified } from "./stand_in.mjs";

const uuid = "57246542-96fe-1a63-e053-0824d011072a";
const tenant = "0f6e2d1c-5b4a-4988-8776-655443322110";
const recipe = (run, name) => run("node", [name]);

test("Apple's library calls the App Store Server API with the daemon's token", async (context) => {
  const { seen, run } = await standIn(context, {
    "api.storekit-sandbox.apple.com": async (request) => {
      const { header, claims } = await verified(bearer(request), { algorithms: ["ES256"], audience: "appstoreconnect-v1", issuer: uuid });
      assert.deepEqual([header.kid, claims.bid], ["6X9R4HXF34", "com.example.app"]);
      return { body: { testNotificationToken: "a-notification" } };
    },
  });
  assert.equal(await succeeds(recipe(run, "app-store-server.mjs")), "a-notification\n");
  assert.deepEqual(seen.map(({ method, path }) => `${method} ${path.replace(/\?$/, "")}`), ["POST /inApps/v1/notifications/test"]);
});

test("octokit exchanges the daemon's JWT for an installation's token", async (context) => {
  const { seen, run } = await standIn(context, {
    "api.github.com": async (request) => {
      if (request.method === "GET") {
        assert.equal(request.headers.authorization, "token ghs_installation");
        return { body: { total_count: 1, repositories: [{ full_name: "example/app" }] } };
      }
      const { claims } = await verified(bearer(request), { algorithms: ["RS256"], issuer: "Iv23liExample" });
      assert.ok(claims.exp - Date.now() / 1000 < 600, "GitHub takes no more than ten minutes ahead");
      return { status: 201, body: { token: "ghs_installation", expires_at: new Date(Date.now() + 3600000).toISOString(), permissions: {}, repository_selection: "all" } };
    },
  });
  assert.equal(await succeeds(recipe(run, "github-app.mjs")), "example/app\n");
  assert.deepEqual(seen.map(({ method, path }) => `${method} ${path}`), ["POST /app/installations/4711/access_tokens", "GET /installation/repositories"]);
});

// The token endpoint of an authorization server (RFC 6749 section 5.1) that believes no assertion twice.
function tokenEndpoint(accessToken, options) {
  const used = new Set();
  return async (request) => {
    const form = new URLSearchParams(request.body);
    assert.equal(form.get("grant_type"), "client_credentials");
    assert.equal(form.get("client_assertion_type"), "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    const { header, claims } = await verified(form.get("client_assertion"), options);
    assert.equal(form.get("client_id"), claims.iss);
    assert.ok(!used.has(claims.jti));
    used.add(claims.jti);
    options.check?.(header);
    return { body: { access_token: accessToken, token_type: "Bearer", expires_in: 3599 } };
  };
}

test("MSAL proves itself to Entra with the daemon's assertion", async (context) => {
  const issuer = `https://login.microsoftonline.com/${tenant}`;
  const token = tokenEndpoint("an-access-token", {
    algorithms: ["PS256"], audience: `${issuer}/oauth2/v2.0/token`, issuer: uuid, subject: uuid,
    check: (header) => assert.equal(header["x5t#S256"], process.env.SIGNET_ENTRA_THUMBPRINT),
  });
  const { seen, run } = await standIn(context, {
    "login.microsoftonline.com": async (request) => (request.method === "POST" ? token(request) : {
      body: { issuer: `${issuer}/v2.0`, authorization_endpoint: `${issuer}/oauth2/v2.0/authorize`, token_endpoint: `${issuer}/oauth2/v2.0/token`, jwks_uri: `${issuer}/keys` },
    }),
    "management.azure.com": async (request) => {
      assert.equal(bearer(request), "an-access-token");
      return { body: { value: [{ displayName: "production" }] } };
    },
  });
  assert.equal(await succeeds(recipe(run, "entra.mjs")), "production\n");
  assert.equal(seen.filter(({ method }) => method === "POST").length, 1);
});

test("oauth4webapi proves itself to any authorization server with the daemon's assertion", async (context) => {
  const issuer = "https://login.example.com";
  const token = tokenEndpoint("another-access-token", { algorithms: ["ES256"], audience: issuer, issuer: "ci", subject: "ci" });
  const { run } = await standIn(context, {
    "login.example.com": async (request) => (request.method === "POST" ? token(request) : { body: { issuer, token_endpoint: `${issuer}/token` } }),
    "api.example.com": async (request) => {
      assert.equal(bearer(request), "another-access-token");
      return { body: ["one deployment"] };
    },
  });
  assert.equal(await succeeds(recipe(run, "oauth.mjs")), '["one deployment"]\n');
});
